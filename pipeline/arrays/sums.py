"""Sums of large arrays over the tasks of a job. In: what each task counted. Out: their sum.

Each task sends the entries that are not 0, with their indices. Where all of them together would be too much for the driver,
they are cut into slices, and each slice is added up by a task of its own.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, block, keeping_freed

SUMS = "slice int, index binary, sums binary"
_SLICES = 8
_DRIVER_BYTES = 1 << 28  # of sums that Java holds for the driver, more than once
_SUM_BYTES = 12  # an index and a sum


def sum_over(flow: Any, count: Callable[[Batches], np.ndarray], size: int) -> np.ndarray:
    """The sum (int64 [size]) of what `count` makes of each task of a Flow. Starts jobs."""
    slices = sum_slices(flow.tasks, size)
    return added(flow.map(partial_sums(count, slices), SUMS), slices, size)


def added(sums: Any, slices: int, size: int) -> np.ndarray:
    """The sum (int64 [size]) of a Flow of SUMS. Starts one job, or one for each exchange."""
    if slices > 1:
        sums = sums.exchanged(slices, "slice").map(add_sums(slices, size), SUMS)
    return whole_sum(sums.frame.toArrow(), size)


def sum_slices(tasks: int, size: int) -> int:
    """The number of slices into which sums of `size` entries are cut, each for a task of its own; 1: the driver adds them up."""
    return 1 if tasks * size * _SUM_BYTES <= _DRIVER_BYTES else _SLICES


def partial_sums(count: Callable[[Batches], np.ndarray], slices: int) -> Callable[[Batches], Batches]:
    """Batches of one task -> SUMS: what `count` makes of them (int64), as far as it is not 0."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        yield from sums_of_task(count(batches), slices)

    return apply


def sums_of_task(total: np.ndarray, slices: int, **others: np.ndarray) -> Batches:
    """SUMS of an array (int64), as far as it is not 0; others: arrays for further columns, the same in each row."""
    nonzero, begins = np.flatnonzero(total), _slices(slices, len(total))
    for i, (begin, end) in enumerate(pairwise(np.searchsorted(nonzero, begins).tolist())):
        index = nonzero[begin:end]
        yield block({"slice": np.int32(i)}, {"index": index.astype(np.uint32), "sums": total[index], **others})


def _slices(slices: int, size: int) -> np.ndarray:
    """Where the slices begin, and the end of the last (int64 [slices + 1])."""
    return np.linspace(0, size, slices + 1).astype(np.int64)


def add_sums(slices: int, size: int) -> Callable[[Batches], Batches]:
    """SUMS of one slice -> one row of SUMS."""

    def apply(batches: Batches) -> Batches:
        received = list(batches)
        if received:
            number = received[0].column("slice")[0].as_py()
            begin, end = _slices(slices, size)[number : number + 2]
            total = np.zeros(end - begin, np.int64)
            for index, sums in _sums(received):
                total[index - begin] += sums
            nonzero = np.flatnonzero(total)
            yield block({"slice": np.int32(number)}, {"index": (begin + nonzero).astype(np.uint32), "sums": total[nonzero]})

    return apply


def _sums(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """(indices uint32, sums int64) of each row."""
    for batch in batches:
        for index, sums in zip(batch.column("index"), batch.column("sums"), strict=True):
            yield np.frombuffer(index.as_buffer(), np.uint32), np.frombuffer(sums.as_buffer(), np.int64)


def whole_sum(rows: pa.Table, size: int) -> np.ndarray:
    """The array (int64 [size]) again, from all SUMS."""
    total = np.zeros(size, np.int64)
    for index, sums in _sums(rows.to_batches()):
        total[index] += sums
    return total
