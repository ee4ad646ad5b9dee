"""The distributed n-gram count as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --spread--> lines --distinct--> clauses
    clauses --scatter--> windows --count--> counted --join--> n-grams        each but the last shuffled by `bucket`

Arrays travel as the bytes of one cell, clauses as the lines of one string: a few large rows where there would be millions of
small ones (measured: 128 rows and 99 MB for 17 M characters, where a row an n-gram took 11.7 M rows and twice the CPU time).
"""

import ctypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import ngrams, symbols

Batches = Iterator[pa.RecordBatch]

LINES = "bucket int, text string"
WINDOWS = "bucket int, code binary"
COUNTED = "bucket int, key binary, count binary, left_entropy binary, right_entropy binary, prefixes binary"
CLAUSES = pa.schema(
    [("clauses", pa.struct([("clauses", pa.string())])), ("symbols", pa.struct([("symbol", pa.string()), ("count", pa.int64())]))]
)
SUMS = "slice int, place binary, sums binary"

_SLAB = 2_000_000  # symbols; windows leave a task in blocks of this size
_LINES = 1 << 17  # clauses in one string
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # names of malloc.h
MOST_BUCKETS = 1 << 14  # 16 bits of hash choose the bucket, so that all are about as full
_SLICES = 8
_DRIVER_BYTES = 1 << 28  # of sums that Java holds for the driver, more than once
_SUM_BYTES = 12  # a place and a sum


def keeping_freed(apply: Callable[[Batches], Batches]) -> Callable[[Batches], Batches]:
    """The same; from then on the worker's glibc keeps what is freed for the next array.

    For tasks that make and drop large arrays: to get them from the system anew costs up to a third of their time. A task that
    streams must not: what it frees would lie in pieces (reading held 1.3 GB where 0.27 are needed).
    """

    def wrapped(batches: Batches) -> Batches:
        _keep_freed()
        yield from apply(batches)

    return wrapped


@contextmanager
def freed_kept() -> Iterator[None]:
    """The same for this process, which gives back at the end what it kept."""
    libc = _keep_freed()
    try:
        yield
    finally:
        if hasattr(libc, "malloc_trim"):
            libc.malloc_trim(0)


def _keep_freed() -> ctypes.CDLL:
    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # other C libraries have habits of their own
        libc.mallopt(_MMAP_THRESHOLD, 1 << 30)
        libc.mallopt(_TRIM_THRESHOLD, 1 << 30)
    return libc


def block(keys: dict[str, Any], arrays: dict[str, np.ndarray]) -> pa.RecordBatch:
    """One row: scalars, and arrays as bytes."""
    columns = {name: pa.array([value]) for name, value in keys.items()}
    return pa.RecordBatch.from_pydict(columns | {name: cell(array) for name, array in arrays.items()})


def cell(array: np.ndarray) -> pa.BinaryArray:
    """The array's own bytes, not copied, as the only row."""
    array = np.ascontiguousarray(array)
    ends = np.array([0, array.nbytes], np.int32)
    return pa.Array.from_buffers(pa.binary(), 1, [None, pa.py_buffer(ends), pa.py_buffer(array)])


def one_of(kinds: pa.Schema, kind: str, rows: pa.RecordBatch) -> pa.RecordBatch:
    """Rows among those of other kinds: the columns are the kinds, structs (of `rows` the columns are taken that these name)."""
    columns = {f.name: pa.nulls(len(rows), f.type) for f in kinds}
    fields = list(kinds.field(kind).type)
    columns[kind] = pa.StructArray.from_arrays([rows.column(f.name) for f in fields], fields=fields)
    return pa.RecordBatch.from_pydict(columns)


def gather(batches: Iterable[pa.RecordBatch], name: str, dtype: type, width: int = 0) -> np.ndarray:
    """The cells of a column of arrays end to end, [n] or [n, width]."""
    parts: list[np.ndarray] = [np.frombuffer(cell.as_buffer(), dtype) for b in batches for cell in b.column(name)]
    flat = np.concatenate(parts) if parts else np.zeros(0, dtype)
    return flat.reshape(-1, width) if width else flat


def by_bucket(bucket: np.ndarray, buckets: int) -> Iterator[tuple[int, np.ndarray]]:
    """(bucket, its rows) for each bucket that has any."""
    order = np.argsort(bucket, kind="stable")
    bounds = np.searchsorted(bucket[order], np.arange(buckets + 1))
    for b in range(buckets):
        if bounds[b] < bounds[b + 1]:
            yield b, order[bounds[b] : bounds[b + 1]]


def by_hash(hashed: np.ndarray, buckets: int) -> Iterator[tuple[int, np.ndarray]]:
    """(bucket, its rows), at most MOST_BUCKETS: by the low 16 bits, which sort in linear time."""
    return by_bucket((hashed & np.uint64(0xFFFF)).astype(np.uint16) % np.uint16(buckets), buckets)


def slabs(codes: Iterable[np.ndarray], size: int = _SLAB) -> Iterator[np.ndarray]:
    """Arrays joined until each holds at least `size` elements."""
    pending: list[np.ndarray] = []
    held = 0
    for code in codes:
        pending.append(code)
        held += len(code)
        if held >= size:
            yield np.concatenate(pending)
            pending, held = [], 0
    if held:
        yield np.concatenate(pending)


def spread(buckets: int) -> Callable[[Batches], Batches]:
    """(text string) -> LINES: the clauses, each to the bucket of its hash."""

    def apply(batches: Batches) -> Batches:
        pending: list[pa.StringArray] = []
        for batch in batches:
            pending.append(symbols.clauses(batch.column(0)))
            if sum(map(len, pending)) >= _LINES:
                yield from _spread(pending, buckets)
                pending = []
        yield from _spread(pending, buckets)

    return apply


def _spread(pending: list[pa.StringArray], buckets: int) -> Batches:
    clauses = pc.unique(pa.chunked_array(pending, pa.string()))
    hashed = symbols.string_hashes(clauses, numbers_alike=True) >> np.uint64(40)  # the upper bits are mixed best
    for b, rows in by_hash(hashed, buckets):
        yield pa.RecordBatch.from_arrays([pa.array([b], pa.int32()), _lines(clauses.take(pa.array(rows)))], ["bucket", "text"])


def _one_a_form(clauses: pa.StringArray) -> pa.StringArray:
    """Without those that differ from another in their numbers alone; that of the least hash is kept."""
    form, own = symbols.string_hashes(clauses, numbers_alike=True), symbols.string_hashes(clauses)
    kept = form == own  # there is no number in it
    others = np.flatnonzero(~kept)
    others = others[np.lexsort((own[others], form[others]))]
    kept[others[np.diff(form[others], prepend=np.uint64(0)) != 0]] = True
    return clauses.filter(pa.array(kept))


def _lines(strings: pa.StringArray) -> pa.StringArray:
    """All of them as the lines of one string."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(strings)], pa.int32()), strings), "\n")


def distinct(batches: Batches) -> Batches:
    """LINES of one bucket -> CLAUSES: the distinct lines, many to a string, and the counts of its pseudo-characters, with
    that of all its symbols under the empty name.

    Of lines that differ in their numbers alone one is kept: a form filled in a hundred times says what it says once.
    """
    lines = [pc.split_pattern(batch.column("text"), "\n").flatten() for batch in batches]
    clauses = _one_a_form(pc.unique(pa.chunked_array(lines, pa.string())))
    for begin in range(0, len(clauses), _LINES):
        joined = _lines(clauses.slice(begin, _LINES))
        units = symbols.Alphabet().units(joined)
        counted = pc.value_counts(symbols.pseudo_characters(units))
        names = pa.concat_arrays([counted.field("values"), pa.array([""])])
        counts = pa.concat_arrays([counted.field("counts"), pa.array([np.count_nonzero(units.code)], pa.int64())])
        yield one_of(CLAUSES, "clauses", pa.record_batch({"clauses": joined}))
        yield one_of(CLAUSES, "symbols", pa.record_batch({"symbol": names, "count": counts}))


def scatter(encode: Callable[[pa.RecordBatch], np.ndarray], longest: int, buckets: int) -> Callable[[Batches], Batches]:
    """Batches -> WINDOWS; encode: a batch as symbol codes (uint16, 0 between clauses)."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for code in slabs(encode(batch) for batch in batches):
            for b, windows in enumerate(ngrams.windows(code, buckets, longest)):
                if len(windows):
                    yield block({"bucket": np.int32(b)}, {"code": windows})

    return apply


def count(longest: int, floor: int, buckets: int) -> Callable[[Batches], Batches]:
    """WINDOWS of one bucket -> COUNTED, each n-gram for the bucket of its last symbol."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = list(batches)
        if not held:
            return
        mine = ngrams.bucket(np.arange(65536), buckets) == held[0].column("bucket")[0].as_py()
        code = gather(held, "code", np.uint16)
        held.clear()
        found = ngrams.count(code, mine, longest=longest, floor=floor)
        for b, rows in by_bucket(ngrams.bucket(ngrams.last_symbol(found.key), buckets), buckets):
            part = ngrams.Counted(*(array[rows] for array in found))
            flat = part._replace(prefixes=part.prefixes[_has_prefix(part.key, longest)])
            yield block({"bucket": np.int32(b)}, flat._asdict())

    return apply


def _has_prefix(key: np.ndarray, longest: int) -> np.ndarray:
    """bool [n, longest - 1]: of which lengths an n-gram has prefixes; no others travel."""
    found: np.ndarray = np.arange(1, max(2, longest)) < ngrams.lengths(key)[:, None]
    return found


def join(total: int, longest: int, decode: Callable[[np.ndarray], dict[str, Any]]) -> Callable[[Batches], Batches]:
    """COUNTED of one bucket -> n-grams: the columns that decode makes of the codes, then n, count, pmi and both entropies.

    total: symbols in the corpus; decode: from codes uint16 [n, 8].
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = list(batches)
        key = gather(held, "key", np.uint64, 2)
        there = _has_prefix(key, longest)
        prefixes = np.zeros(there.shape, np.uint32)
        prefixes[there] = gather(held, "prefixes", np.uint32)
        found = ngrams.Counted(
            key,
            gather(held, "count", np.uint32),
            gather(held, "left_entropy", np.float64),
            gather(held, "right_entropy", np.float64),
            prefixes,
        )
        held.clear()
        found = ngrams.by_key(found)
        pmi, lengths = ngrams.pmi(found, total), ngrams.lengths(found.key)
        for begin in range(0, len(pmi), 100_000):
            part = slice(begin, begin + 100_000)
            yield pa.RecordBatch.from_pydict(
                {
                    **decode(ngrams.key_codes(found.key[part])),
                    "n": lengths[part].astype(np.int32),
                    "count": found.count[part].astype(np.int64),
                    "pmi": pa.array(pmi[part], mask=np.isnan(pmi[part])),
                    "left_entropy": found.left_entropy[part],
                    "right_entropy": found.right_entropy[part],
                }
            )

    return apply


def sum_over(flow: Any, count: Callable[[Batches], np.ndarray], size: int) -> np.ndarray:
    """The sum (int64 [size]) of what `count` makes of each task of a Flow. Starts jobs."""
    slices = sum_slices(flow.tasks, size)
    return added(flow.map(partial_sums(count, slices), SUMS), slices, size)


def added(sums: Any, slices: int, size: int) -> np.ndarray:
    """The sum (int64 [size]) of a Flow of SUMS. Starts one job, or one for each exchange."""
    if slices > 1:
        sums = sums.exchanged(slices, "slice").map(add_sums(slices, size), SUMS)
    total = whole_sum(sums.frame.toArrow(), size)
    sums.discard()
    return total


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
