from wajue.reading import fields


def test_fields() -> None:
    record = {"a": {"b": "x", "c": [{"d": "y"}, {"d": "z"}]}, "a.b": "dotted", "n": 3, "l": ["p", "q"], "0": None}
    assert fields.text_of(record, ("a.b",)) == ("dotted", None)  # a field of that very name comes first
    assert fields.text_of(record, ("a.c.d", "l")) == ("y\nz\np\nq", None)
    for path, reason in (
        ("x", "missing_field"),
        ("0", "null_field"),
        ("n", "wrong_type"),
        ("a", "wrong_type"),
        ("n.m", "missing_field"),
    ):
        assert fields.text_of(record, (path,))[1][0] == reason  # type: ignore[index]
