import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reading.read import read, told
from wajue.reading import decoding


def test_an_array_on_one_line_and_a_pretty_one_are_the_same() -> None:
    rows = [{"q": "高压，]}"}, {"q": 'a"b\\', "t": [1, {"x": []}]}, {}]
    flat = json.dumps(rows, ensure_ascii=False).encode()
    pretty = json.dumps(rows, ensure_ascii=False, indent=2).encode()
    assert told(read(flat)) == told(read(pretty)) == rows
    assert [r.line for r in read(pretty)] == [2, 5, 14]
    assert [r.number for r in read(flat)] == [1, 2, 3]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b"", []),
        (b" \n", []),
        (b"[ \n ]\n", []),
        (b'[{"a":1},{"b":', [{"a": 1}, "truncated_file"]),
        (b'[{"a":1},', [{"a": 1}, "truncated_file"]),
        (b"[", ["truncated_file"]),
        (b'[{"a":1}, null, "x", 3, [1], {"b":2}]', [{"a": 1}, *["not_an_object"] * 4, {"b": 2}]),
        (b'[{"a": bad}, {"b":2}]', ["invalid_json", {"b": 2}]),
        (b'[{"a":1},]', [{"a": 1}, "invalid_json"]),
        (b'[{"a":1}] x', [{"a": 1}, "trailing_data"]),
        (b"x", ["invalid_json"]),
        (b'{"a":1}\n{"b":2}\n', [{"a": 1}, {"b": 2}]),  # .json that holds a record a line
        (b'{"a":\n{"b":2}\n{"c":3}\n', ["invalid_json", {"b": 2}, {"c": 3}]),
        (b'{"a":1\nxxx\n{"c":3}\n', ["invalid_json", "invalid_json", {"c": 3}]),  # the first two are broken
        (b'{"a":{"b":1}\n# x\n{"c":3}\n', ["invalid_json", "invalid_json", {"c": 3}]),
        (b'{\n "a": 1,\n "t": ["x"]\n}\n', [{"a": 1, "t": ["x"]}]),  # .json that holds one record
        (b'{"a": 1,\n "b": 2}\n{"a": 3,\n\n "b": "}"}', [{"a": 1, "b": 2}, {"a": 3, "b": "}"}]),
        (b'{\n "a": 1}\n{\n "b": 2,\n "c": {\n', [{"a": 1}, "truncated_file"]),
        (b'[{"a":"\xff"},{"b":2}]', ["invalid_encoding", {"b": 2}]),
    ],
)
def test_json(data: bytes, expected: list[Any]) -> None:
    assert told(read(data)) == expected


def test_a_missing_quote_costs_one_element() -> None:
    data = '[\n{"q": "一"},\n{"q": "二},\n{"q": "三"},\n{"q": "四", "t": ["x},\n{"q": "五"}\n]'.encode()
    assert told(read(data)) == [{"q": "一"}, "invalid_json", {"q": "三"}, "invalid_json", {"q": "五"}]


def test_a_wrong_bracket_or_a_missing_comma_costs_no_other_element() -> None:
    data = b'[\n{"a": 1}},\n{"b": 2},\n{"c": ["x"},\n{"d": 4}\n{"e": 5},\n{"f": 6}\n]'
    assert told(read(data)) == ["invalid_json", {"b": 2}, "invalid_json", {"d": 4}, {"e": 5}, {"f": 6}]


def test_elements_are_found_across_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [{"q": "断路器" * i, "n": i} for i in range(30)]
    data = json.dumps(rows, ensure_ascii=False, indent=1).encode()
    for size in (1, 7, 64):
        monkeypatch.setattr(decoding, "BLOCK", size)
        assert told(read(data)) == rows


def test_json_lines() -> None:
    data = b'{"a":1}\n\n  \nnot json\n[1]\n{"a":"\xff"}\r\n{"b":2}'
    found = read(data, "a.jsonl")
    assert told(found) == [{"a": 1}, "invalid_json", "not_an_object", "invalid_encoding", {"b": 2}]
    assert [r.line for r in found] == [1, 4, 5, 6, 7]
    assert [r.number for r in found] == [1, 2, 3, 4, 5]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.dictionaries(st.text(max_size=3), st.text(max_size=5), max_size=3), max_size=5), st.data())
def test_an_array_cut_anywhere_keeps_what_is_whole_and_says_what_is_missing(
    rows: list[dict[str, str]], data: st.DataObject
) -> None:
    whole = json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")
    cut = data.draw(st.integers(1, len(whole) - 1))
    found = told(read(whole[:cut], format="json"))
    assert found[-1] == "truncated_file"
    kept = found[:-1]
    assert all(k == r or k == "invalid_encoding" for k, r in zip(kept, rows, strict=False))


def test_ids_beyond_64_bits_keep_their_digits() -> None:
    ids = ["12345678901234567890123", "12345678901234567890124", "-98765432109876543210", "1" + "0" * 300]
    lines = "\n".join(f'{{"id": {i}, "text": "a"}}' for i in ids)
    assert [str(r["id"]) for r in told(read(lines.encode(), "a.jsonl", id="id"))] == ids
    assert [str(r["id"]) for r in told(read(f"[{lines.replace(chr(10), ', ')}]".encode(), "a.json", id="id"))] == ids


def test_so_do_ids_within_objects_and_tags_in_lists() -> None:
    big = ["12345678901234567890123", "12345678901234567890124"]
    lines = "\n".join(f'{{"meta": {{"id": {i}}}, "tags": [{i}, 7], "text": 5}}' for i in big)
    for data, name in ((lines, "a.jsonl"), (f"[{lines.replace(chr(10), ', ')}]", "a.json")):
        rows = told(read(data.encode(), name, id="meta.id", tags="tags"))
        assert [(str(r["meta"]["id"]), list(map(str, r["tags"])), r["text"]) for r in rows] == [(i, [i, "7"], 5) for i in big]


def test_files_that_were_joined_with_their_marks() -> None:
    found = read('\ufeff{"a":1}\n\ufeff{"a":2}\ufeff{"a":3}\n'.encode(), "a.jsonl")
    assert told(found) == [{"a": 1}, {"a": 2}, {"a": 3}] and [r.line for r in found] == [1, 2, 2]
