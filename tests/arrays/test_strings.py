import pyarrow as pa
import pytest

from wajue.arrays.strings import span_array, string_array, string_bytes, string_hashes


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
