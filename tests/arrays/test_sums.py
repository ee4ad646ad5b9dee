from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from wajue.arrays import sums


def joined(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(list(batches))


@pytest.mark.parametrize("slices", [1, 8])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sums_come_back_whole(slices: int, size: int) -> None:
    rng = np.random.default_rng(size)
    parts = [rng.integers(0, 5, size) * (rng.random(size) < 0.4) for _ in range(5)]
    sent = [joined(sums.partial_sums(lambda _, p=p: p, slices)(iter(()))) for p in parts]
    assert np.array_equal(sums.whole_sum(pa.concat_tables(sent), size), sum(parts))
    # as a task for each slice adds them up
    rows = pa.concat_tables(sent)
    by_slice = [rows.filter(pa.array([s == i for s in rows.column("slice").to_pylist()])) for i in range(slices)]
    added = [joined(sums.add_sums(slices, size)(iter(t.to_batches()))) for t in by_slice]
    assert sum(t.num_rows for t in added) == slices
    assert np.array_equal(sums.whole_sum(pa.concat_tables(added), size), sum(parts))


def test_few_tasks_send_their_sums_to_the_driver() -> None:
    assert sums.sum_slices(2, 10**6) == 1 == sums.sum_slices(1000, 1000) < sums.sum_slices(8, 10**7)
