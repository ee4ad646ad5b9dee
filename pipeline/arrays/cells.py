"""NumPy arrays in cells of Arrow tables, and rows of several kinds in one batch. In: arrays. Out: record batches; and back.

So a few large rows travel between tasks instead of millions of small ones (measured: 128 rows and 99 MB for 17 M characters,
where a row an n-gram took 11.7 M rows and twice the CPU time).
"""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.arrays.ragged import Ragged
from wajue.arrays.strings import string_bytes

Batches = Iterator[pa.RecordBatch]
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of malloc.h
_LARGEST_THRESHOLDS = 32 << 20, 64 << 20  # bytes, mmap and trim, to which glibc raises its own while arrays come and go
MOST_BUCKETS = 1 << 14  # 16 bits of a hash choose the bucket: with more, some would get twice as much as others


def keeping_freed(apply: Callable[[Batches], Batches]) -> Callable[[Batches], Batches]:
    """The same function; once it is called, the worker's glibc keeps freed memory for the next array.

    It is meant for tasks that make and drop large arrays, which spend up to a third of their time on getting memory from the
    system again. It harms tasks that stream: their freed memory lies in pieces (reading took 1.3 GB where 0.27 are needed).
    """

    def wrapped(batches: Batches) -> Batches:
        _keep_freed()
        yield from apply(batches)

    return wrapped


@contextmanager
def freed_kept() -> Iterator[None]:
    """The same for this process, which gives back what it kept before, and at the end."""
    give_back_freed()
    _keep_freed()
    try:
        yield
    finally:
        give_back_freed()


def give_back_freed() -> None:
    """What this process keeps of freed memory goes back to the system; from now on it keeps what glibc allows itself at most."""
    _set_thresholds(*_LARGEST_THRESHOLDS)
    pa.default_memory_pool().release_unused()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):
        libc.malloc_trim(0)


def _keep_freed() -> None:
    _set_thresholds(1 << 30, 1 << 30)


def _set_thresholds(mmap: int, trim: int) -> None:
    if hasattr(libc := ctypes.CDLL(None), "mallopt"):  # other C libraries do not need it
        libc.mallopt(_MMAP_THRESHOLD, mmap)
        libc.mallopt(_TRIM_THRESHOLD, trim)


def block(keys: dict[str, Any], arrays: dict[str, np.ndarray]) -> pa.RecordBatch:
    """One row: keys as scalars, arrays as bytes."""
    columns = {name: pa.array([value]) for name, value in keys.items()}
    return pa.RecordBatch.from_pydict(columns | {name: cell(array) for name, array in arrays.items()})


def cell(array: np.ndarray) -> pa.BinaryArray:
    """A column of one row: the bytes of the array, not copied."""
    array = np.ascontiguousarray(array)
    ends = np.array([0, array.nbytes], np.int32)
    return pa.Array.from_buffers(pa.binary(), 1, [None, pa.py_buffer(ends), pa.py_buffer(array)])


def stream(batch: pa.RecordBatch) -> np.ndarray:
    """An Arrow stream of the batch, as bytes (uint8): rows that travel in one cell."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as opened:
        opened.write_batch(batch)
    return np.frombuffer(sink.getvalue(), np.uint8)


def cells_of(runs: Ragged) -> pa.BinaryArray:
    """A column of as many rows as there are runs: the bytes of each. Its values begin at offset 0, and are not copied."""
    values = np.ascontiguousarray(runs.values)
    ends = (runs.offsets * values.itemsize).astype(np.int32)
    return pa.Array.from_buffers(pa.binary(), len(ends) - 1, [None, pa.py_buffer(ends), pa.py_buffer(values)])


def runs_of(column: pa.BinaryArray, dtype: type) -> Ragged:
    """The inverse of `cells_of`, not copied."""
    data, offsets = string_bytes(column)
    values: np.ndarray = data[offsets[0] : offsets[-1]].view(dtype)
    return Ragged(values, (offsets - offsets[0]) // values.itemsize)


def one_of(kinds: pa.Schema, kind: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of one kind in a batch that may hold several: its columns are the kinds, structs, null but for this one.

    Of `batch` the columns are taken that the struct names.
    """
    columns = {f.name: pa.nulls(len(batch), f.type) for f in kinds}
    fields = list(kinds.field(kind).type)
    columns[kind] = pa.StructArray.from_arrays([batch.column(f.name) for f in fields], fields=fields)
    return pa.RecordBatch.from_pydict(columns)


def gather(batches: Iterable[pa.RecordBatch], name: str, dtype: type, width: int = 0) -> np.ndarray:
    """The arrays in the cells of a column, end to end: [n], or [n, width] if a width is given."""
    parts: list[np.ndarray] = [np.frombuffer(cell.as_buffer(), dtype) for b in batches for cell in b.column(name)]
    flat = np.concatenate(parts) if parts else np.zeros(0, dtype)
    return flat.reshape(-1, width) if width else flat


def by_bucket(bucket: np.ndarray, buckets: int) -> Iterator[tuple[int, np.ndarray]]:
    """(bucket, the indices of its rows int64) for each bucket that has any; bucket: int [rows]."""
    order = np.argsort(bucket, kind="stable")
    bounds = np.searchsorted(bucket[order], np.arange(buckets + 1))
    for b in range(buckets):
        if bounds[b] < bounds[b + 1]:
            yield b, order[bounds[b] : bounds[b + 1]]


def by_hash(hashed: np.ndarray, buckets: int) -> Iterator[tuple[int, np.ndarray]]:
    """The same by hashes (uint64 [rows]), for at most MOST_BUCKETS buckets: by their low 16 bits, which sort in linear time."""
    return by_bucket((hashed & np.uint64(0xFFFF)).astype(np.uint16) % np.uint16(buckets), buckets)


def slabs(arrays: Iterable[np.ndarray], size: int) -> Iterator[np.ndarray]:
    """Arrays joined until each holds at least `size` elements."""
    pending: list[np.ndarray] = []
    pending_size = 0
    for array in arrays:
        pending.append(array)
        pending_size += len(array)
        if pending_size >= size:
            yield _joined(pending)
            pending_size = 0
    if pending_size:
        yield _joined(pending)


def _joined(arrays: list[np.ndarray]) -> np.ndarray:
    """The arrays end to end; the list is empty then, so that they are let go while the result is at work."""
    joined = np.concatenate(arrays)
    arrays.clear()
    return joined
