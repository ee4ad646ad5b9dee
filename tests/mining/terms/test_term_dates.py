import pyarrow as pa

from wajue.mining.terms import term_dates
from wajue.mining.terms.term_occurrences import TermIndex

INDEX = TermIndex.from_parts(pa.array([["断路器"], ["高压", "断路器"], ["从未"]]))
ROWS = [
    ("domain", "2024-02", "b", ["高压", "断路器"]),
    ("domain", "2024-01", "c", ["断路器"]),
    ("domain", None, "a", ["从未"]),
    ("general", "2023-01", "d", ["断路器"]),
    ("domain", "2024-01", "a", ["断路器"]),
]


def test_first_and_last_of_the_domains_dated_documents() -> None:
    role, date, doc_id, tokens = zip(*ROWS, strict=True)
    batch = pa.record_batch(
        {
            "role": role,
            "date": pa.array(date),
            "doc_id": doc_id,
            "tokens": pa.array(tokens),
            "breaks": pa.nulls(len(tokens), pa.list_(pa.int32())),
        }
    )
    first, last = (made.to_pylist() for made in term_dates.holders(batch, INDEX))
    assert first == [{"term_index": 0, "date": "2024-01", "doc_id": "a"}, {"term_index": 1, "date": "2024-02", "doc_id": "b"}]
    assert last == [{"term_index": 0, "date": "2024-02", "doc_id": "b"}, {"term_index": 1, "date": "2024-02", "doc_id": "b"}]
