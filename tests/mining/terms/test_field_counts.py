import pyarrow as pa
import pytest

from wajue.mining.terms import field_counts
from wajue.mining.terms.field_counts import FieldCounts
from wajue.mining.terms.term_occurrences import CHUNK, TermIndex

INDEX = TermIndex.from_parts(pa.array([["主", "变压器"], ["母线"]]))
SCHEMA = pa.schema([("corpus", pa.string()), ("tokens", pa.list_(pa.string())), ("breaks", pa.list_(pa.int32()))])


def batch(*documents: tuple[str, list[str], list[int]]) -> pa.RecordBatch:
    rows = [dict(zip(SCHEMA.names, document, strict=True)) for document in documents]
    table = pa.Table.from_pylist(rows, SCHEMA)
    return table.to_batches()[0]


def test_each_field_has_counts_and_a_size_of_its_own() -> None:
    batches = [
        batch(("a", ["主", "变压器", "。", "母线", "母线"], []), ("b", ["主", "变压器"], [1]), ("q", ["母线"], [])),
        batch(("c", ["主", "变压器"], [])),
        batch(("a", ["别", "人"], [])),
    ]
    count = field_counts.counter([["a", "c"], ["b"], ["nobody"]], INDEX)
    counts = FieldCounts.from_sums(count(iter(batches)), 3)
    assert counts.occurrences.tolist() == [[2, 2], [0, 0], [0, 0]]  # in b a break parts the term
    assert counts.documents.tolist() == [[2, 1], [0, 0], [0, 0]]
    assert counts.totals.tolist() == [8, 2, 0] and counts.stretches.tolist() == [3, 1, 0]


def test_stretches_of_text_are_of_the_same_length() -> None:
    long = ["母线", *["别"] * (CHUNK - 1), "母线"]
    counts = FieldCounts.from_sums(field_counts.counter([["a"]], INDEX)(iter([batch(("a", long, []))])), 1)
    assert counts.chunks.tolist() == [[0, 2]] and counts.stretches.tolist() == [2] and counts.totals.tolist() == [CHUNK + 1]


@pytest.mark.parametrize("terms", [0, 2])
def test_sums_have_a_size_that_is_known_before(terms: int) -> None:
    assert field_counts.sums(3, terms) == 3 * (3 * terms + 2)
    counts = FieldCounts.from_sums(field_counts.counter([["a"], ["b"]], INDEX)(iter([])), 2)
    assert counts.occurrences.shape == (2, 2) and not counts.totals.any()
