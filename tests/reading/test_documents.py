from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wajue.config import Corpus
from wajue.reading.documents import Columns, empty, of_records
from wajue.reading.formats.reader import Record

CORPUS = Corpus(name="c", role="domain", paths=("x",), text=("t", "u.v"), id="i", url="w", tags="g", date="d")
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["", " ", "甲", "a\ud800", "乙"])
values = st.recursive(
    plain, lambda v: st.lists(v, max_size=2) | st.dictionaries(st.sampled_from("vx"), v, max_size=2), max_leaves=4
)
fields = st.dictionaries(st.sampled_from(["t", "u", "u.v", "i"]), values)
harmless = st.dictionaries(st.sampled_from(["w", "g", "d"]), values.filter(lambda v: "\\ud800" not in repr(v)))
records = st.lists(st.builds(lambda a, b: {**a, **b}, fields, harmless), min_size=1, max_size=6)


def joined(parts: list[Columns]) -> Columns:
    out = empty()
    for part in parts:
        out.extend(part)
    return out


@given(records, st.sampled_from([("t",), ("u.v",), ("t", "u.v"), ("t", "i")]))
def test_records_together_give_the_rows_of_each_alone(found: list[dict[str, Any]], paths: tuple[str, ...]) -> None:
    numbered = [Record(n, 2 * n, f) for n, f in enumerate(found, 1)]
    alone = joined([of_records([r], CORPUS, "f", paths) for r in numbered])
    assert repr(of_records(numbered, CORPUS, "f", paths)) == repr(alone)


def test_what_each_kind_of_field_becomes() -> None:
    odd = {"t": ["甲", "乙"], "i": 7, "w": " ", "g": "one", "d": float("nan")}
    good = {"t": "丙", "i": "7", "w": "u", "g": ["a", None, 3], "d": 2021}
    got = of_records([Record(1, 1, odd), Record(2, 5, good), Record(3, 6, {"t": None})], CORPUS, "f", ("t",))
    assert got.text == ["甲\n乙", "丙", "{'t': None}"] and got.reason == [None, None, "null_field"]
    assert got.doc_id[0] == got.doc_id[1] != got.doc_id[2]
    assert (got.url, got.tags, got.date) == ([None, "u", None], [["one"], ["a", "3"], None], [None, "2021", None])
    assert (got.line, got.record, got.file) == ([1, 5, 6], [1, 2, 3], ["f"] * 3)
