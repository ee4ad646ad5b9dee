import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.arrays.strings import ascending, first_bytes, span_array, string_array, string_bytes, string_hashes


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_strings_are_bytes_and_offsets(kind: pa.DataType) -> None:
    texts = pa.array(["甲", "", "ab"], kind)
    data, offsets = string_bytes(texts)
    assert data.tobytes()[: offsets[-1]].decode() == "甲ab" and offsets.tolist() == [0, 3, 3, 5]
    assert string_array(data, offsets).to_pylist() == texts.to_pylist()


def test_a_slice_of_an_array_is_read_from_its_offset() -> None:
    data, offsets = string_bytes(pa.array(["甲", "乙", "丙"]).slice(1, 1))
    assert data[offsets[0] : offsets[1]].tobytes().decode() == "乙"
    assert string_bytes(pa.array([], pa.string())).offsets.tolist() == [0]


def test_spans_are_strings() -> None:
    data, offsets = string_bytes(pa.array(["断路器"]))
    assert span_array(data, offsets[:1] + 3, offsets[1:]).to_pylist() == ["路器"]


def test_strings_that_differ_in_numbers_alone_are_alike() -> None:
    strings = pa.array(["第3条", "第12条", "第条", "第0条", "第x条"])
    alike = string_hashes(strings, numbers_alike=True).tolist()
    assert alike[0] == alike[1] == alike[3] and len(set(alike)) == 3
    assert len(set(string_hashes(strings).tolist())) == 5


def test_strings_are_ordered_by_their_first_bytes_and_then_by_the_others() -> None:
    assert first_bytes(pa.array(["", "a", "abcdefghi"])).tolist() == [0, 0x61 << 56, 0x6162636465666768]
    listed = ["b", "abcdefgh", "", "abcdefghi", "中文字", "abcdefgh\0", "中文", "a"]
    for strings in (pa.array(listed), pa.array(["z", *listed]).slice(1)):
        assert [listed[i] for i in ascending(strings)] == sorted(listed, key=str.encode)
    assert ascending(pa.array([], pa.string())).tolist() == [] and ascending(pa.array(["a"])).tolist() == [0]


@given(st.sets(st.text(alphabet="ab", max_size=12)))
def test_the_order_of_strings_is_that_of_arrow(listed: set[str]) -> None:
    strings = pa.array(list(listed), pa.string())
    assert ascending(strings).tolist() == pc.sort_indices(strings).to_pylist()
