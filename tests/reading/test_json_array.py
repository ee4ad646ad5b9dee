import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.reading import json_array
from wajue.reading.json_array import Element, Run

values = st.recursive(
    st.none() | st.integers() | st.sampled_from(["", "高压", '"\\', "]}", "[{,"]),
    lambda v: st.lists(v, max_size=3) | st.dictionaries(st.sampled_from(["a", "{", '"']), v, max_size=3),
    max_leaves=8,
)


def scanned(text: str, size: int) -> list[Element]:
    """All elements, of an array given in blocks of so many characters."""
    out: list[Element] = []
    for run in json_array.runs(text[i : i + size] for i in range(0, len(text), size)):
        out += run.elements() if isinstance(run, Run) else [run]
    return out


@given(st.lists(values, max_size=4), st.sampled_from([None, 0, 2]), st.integers(1, 40))
def test_elements_are_those_of_a_parser(array: list[Any], indent: int | None, size: int) -> None:
    text = json.dumps(array, ensure_ascii=False, indent=indent)
    elements = scanned(text, size)
    assert [json.loads(e.raw) for e in elements] == array and all(e.fault is None for e in elements)
    lines = text.splitlines()
    for element in elements:
        assert element.raw.decode().splitlines()[0] in lines[element.line - 1]


@given(st.lists(values, min_size=1, max_size=4), st.integers(1, 40))
def test_runs_know_the_lines_of_their_elements(array: list[Any], size: int) -> None:
    text = json.dumps(array, ensure_ascii=False, indent=1)
    for run in json_array.runs(text[i : i + size] for i in range(0, len(text), size)):
        assert isinstance(run, Run) and run.first_lines() == [e.line for e in run.elements()]


@pytest.mark.parametrize("size", [1, 5, 100])
@pytest.mark.parametrize(
    ("text", "raw", "reason"),
    [
        ('[{"a": 1}, {"b"', b'{"b"', "truncated_file"),
        ("[1] [2]", b"[2]", "trailing_data"),
        ("x", b"x", "invalid_json"),
    ],
)
def test_what_is_wrong_with_the_array_comes_last(text: str, raw: bytes, reason: str, size: int) -> None:
    *_, last = scanned(text, size)
    assert last.fault and last.fault[0] == reason and raw.startswith(last.raw)  # as far as blocks were read
