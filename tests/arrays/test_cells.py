import numpy as np
import pyarrow as pa
import pytest

from wajue.arrays.cells import block, by_bucket, by_hash, cell, freed_kept, gather, keeping_freed, one_of, slabs


def test_arrays_come_back_from_their_cells_end_to_end() -> None:
    pairs = np.array([[1, 2], [3, 4], [5, 6]], np.uint64)
    blocks = [block({"bucket": np.int32(7)}, {"key": part}) for part in (pairs[:1], pairs[1:])]
    assert [b.column("bucket").to_pylist() for b in blocks] == [[7], [7]]
    assert np.array_equal(gather(blocks, "key", np.uint64, 2), pairs)
    assert gather([], "key", np.uint64, 2).shape == (0, 2)


def test_a_cell_holds_the_bytes_of_an_array_that_is_not_contiguous() -> None:
    assert cell(np.arange(6, dtype=np.uint8)[::2])[0].as_py() == bytes([0, 2, 4])


def test_rows_of_several_kinds_stand_in_one_batch() -> None:
    kinds = pa.schema([("a", pa.struct([("x", pa.int64())])), ("b", pa.struct([("y", pa.string())]))])
    rows = one_of(kinds, "a", pa.record_batch({"x": pa.array([1, 2]), "left out": pa.array([3, 4])}))
    assert rows.schema.names == ["a", "b"]
    assert rows.to_pylist() == [{"a": {"x": 1}, "b": None}, {"a": {"x": 2}, "b": None}]


@pytest.mark.parametrize("buckets", [1, 3, 100])
def test_every_row_goes_to_the_bucket_of_its_hash(buckets: int) -> None:
    hashed = np.random.default_rng(buckets).integers(0, 2**63, 200).astype(np.uint64)
    chosen = dict(by_hash(hashed, buckets))
    assert sorted(np.concatenate(list(chosen.values())).tolist()) == list(range(200))
    assert all((hashed[rows] % np.uint64(2**16) % np.uint64(buckets) == b).all() for b, rows in chosen.items())


def test_rows_of_a_bucket_keep_their_order() -> None:
    assert [(b, rows.tolist()) for b, rows in by_bucket(np.array([2, 0, 2, 0]), 4)] == [(0, [1, 3]), (2, [0, 2])]


def test_what_keeps_freed_memory_changes_no_result() -> None:
    batch = pa.record_batch({"x": [1]})
    with freed_kept():
        assert list(keeping_freed(lambda batches: batches)(iter([batch]))) == [batch]


def test_slabs_are_large_enough_and_lose_nothing() -> None:
    parts = [np.arange(n) for n in (3, 1, 5, 2)]
    joined = list(slabs(iter(parts), 4))
    assert [len(s) for s in joined] == [4, 5, 2]
    assert np.array_equal(np.concatenate(joined), np.concatenate(parts))
    assert list(slabs([], 4)) == []
