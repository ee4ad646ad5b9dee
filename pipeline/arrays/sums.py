"""Sums of large arrays over the tasks of a job: each task packs what it counted, slices are added up by tasks of their own."""

from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, block, keeping_freed

SUMS = "slice int, place binary, sums binary"
_SLICES = 8
_DRIVER_BYTES = 1 << 28  # of sums that Java holds for the driver, more than once
_SUM_BYTES = 12  # a place and a sum


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
    """Into how many slices sums of `size` things are cut, each to be added up by a task of its own; 1: by the driver."""
    return 1 if tasks * size * _SUM_BYTES <= _DRIVER_BYTES else _SLICES


def partial_sums(count: Callable[[Batches], np.ndarray], slices: int) -> Callable[[Batches], Batches]:
    """Batches of one task -> SUMS: what `count` makes of them (int64), as far as it is not 0."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        yield from sums_of_task(count(batches), slices)

    return apply


def sums_of_task(total: np.ndarray, slices: int, **others: np.ndarray) -> Batches:
    """SUMS of an array (int64), as far as it is not 0; others: arrays for further columns, the same in each row."""
    place, begins = np.flatnonzero(total), _slices(slices, len(total))
    for i, (begin, end) in enumerate(pairwise(np.searchsorted(place, begins).tolist())):
        here = place[begin:end]
        yield block({"slice": np.int32(i)}, {"place": here.astype(np.uint32), "sums": total[here], **others})


def _slices(slices: int, size: int) -> np.ndarray:
    """Where they begin, and the end (int64 [slices + 1])."""
    return np.linspace(0, size, slices + 1).astype(np.int64)


def add_sums(slices: int, size: int) -> Callable[[Batches], Batches]:
    """SUMS of one slice -> one row of SUMS."""

    def apply(batches: Batches) -> Batches:
        held = list(batches)
        if held:
            number = held[0].column("slice")[0].as_py()
            begin, end = _slices(slices, size)[number : number + 2]
            total = np.zeros(end - begin, np.int64)
            for here, sums in _sums(held):
                total[here - begin] += sums
            place = np.flatnonzero(total)
            yield block({"slice": np.int32(number)}, {"place": (begin + place).astype(np.uint32), "sums": total[place]})

    return apply


def _sums(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    for batch in batches:
        for place, sums in zip(batch.column("place"), batch.column("sums"), strict=True):
            yield np.frombuffer(place.as_buffer(), np.uint32), np.frombuffer(sums.as_buffer(), np.int64)


def whole_sum(rows: pa.Table, size: int) -> np.ndarray:
    """The array (int64 [size]) again, from all SUMS."""
    total = np.zeros(size, np.int64)
    for place, sums in _sums(rows.to_batches()):
        total[place] += sums
    return total
