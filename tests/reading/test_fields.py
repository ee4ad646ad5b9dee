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


def test_lists_in_lists_however_deep() -> None:
    deep: list[object] = ["x", None]
    for _ in range(5_000):
        deep = [deep]
    assert fields.text_of({"l": deep}, ("l",)) == ("x", None)
    assert fields.text_of({"l": [["p"], [["q"]]]}, ("l",)) == ("p\nq", None)
    assert fields.text_of({"l": [["p"], [1]]}, ("l",))[1] == (
        "wrong_type",
        "field 'l' is a array, not a string or a list of strings",
    )
