"""The distributed n-gram count as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --spread--> lines --distinct--> clauses
    clauses --scatter--> contexts --walk--> runs --join--> n-grams        each arrow but the first a shuffle by `bucket`

Arrays travel as the bytes of one cell, clauses as the lines of one string: a few large rows where there would be millions of
small ones (measured: 128 rows and 99 MB for 17 M characters, where a row an n-gram took 11.7 M rows and twice the CPU time).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline import ngrams, symbols

Batches = Iterator[pa.RecordBatch]

LINES = "bucket int, text string"
CONTEXTS = "bucket int, symbol binary, after binary, before binary"
RUNS = "bucket int, leftward boolean, key binary, count binary, entropy binary, parts binary"
SUMS = "slice int, sums binary"

_SLAB = 2_000_000  # symbols; contexts leave a task in blocks of this size
_LINES = 1 << 17  # clauses in one string
MOST_BUCKETS = 1 << 14  # 16 bits of hash choose the bucket, so that all are about as full
SLICES = 8  # parts of a long array of sums, each added up by a task of its own


def block(keys: dict[str, Any], arrays: dict[str, np.ndarray]) -> pa.RecordBatch:
    """One row: scalars, and arrays as bytes."""
    columns = {name: pa.array([value]) for name, value in keys.items()}
    return pa.RecordBatch.from_pydict(columns | {name: cell(array) for name, array in arrays.items()})


def cell(array: np.ndarray) -> pa.BinaryArray:
    """The array's own bytes, not copied, as the only row."""
    array = np.ascontiguousarray(array)
    ends = np.array([0, array.nbytes], np.int32)
    return pa.Array.from_buffers(pa.binary(), 1, [None, pa.py_buffer(ends), pa.py_buffer(array)])


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
    for b, rows in by_hash(symbols.string_hashes(clauses), buckets):
        yield pa.RecordBatch.from_arrays([pa.array([b], pa.int32()), _lines(clauses.take(pa.array(rows)))], ["bucket", "text"])


def _lines(strings: pa.StringArray) -> pa.StringArray:
    """All of them as the lines of one string."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(strings)], pa.int32()), strings), "\n")


def distinct(batches: Batches) -> Batches:
    """LINES of one bucket -> (clauses string): the distinct lines, many to a string."""
    lines = [pc.split_pattern(batch.column("text"), "\n").flatten() for batch in batches]
    clauses = pc.unique(pa.chunked_array(lines, pa.string()))
    for begin in range(0, len(clauses), _LINES):
        yield pa.RecordBatch.from_arrays([_lines(clauses.slice(begin, _LINES))], ["clauses"])


def _words(longest: int) -> int:
    """64-bit words of context that n-grams of this length need: what is not needed is not shuffled."""
    return -(-longest // 4)


def scatter(encode: Callable[[pa.RecordBatch], np.ndarray], longest: int, buckets: int) -> Callable[[Batches], Batches]:
    """Batches -> CONTEXTS; encode: a batch as symbol codes (uint16, 0 between clauses)."""

    def apply(batches: Batches) -> Batches:
        for code in slabs(encode(batch) for batch in batches):
            found = ngrams.contexts(code)
            found = found._replace(after=found.after[:, : _words(longest)], before=found.before[:, : _words(longest)])
            for b, rows in by_bucket(ngrams.bucket(found.symbol, buckets), buckets):
                yield block({"bucket": np.int32(b)}, {name: getattr(found, name)[rows] for name in found._fields})

    return apply


def walk(longest: int, floor: int, buckets: int) -> Callable[[Batches], Batches]:
    """CONTEXTS of one bucket -> RUNS, each for the bucket of its n-grams' first symbol."""

    def apply(batches: Batches) -> Batches:
        held = list(batches)
        symbol = gather(held, "symbol", np.uint16)
        sides = {name: gather(held, name, np.uint64, _words(longest)) for name in ("after", "before")}
        held.clear()
        for name in ("after", "before"):
            leftward = name == "before"
            runs = ngrams.scan(symbol, sides.pop(name), longest=longest, floor=floor, leftward=leftward)
            first = (runs.key[:, 0] >> np.uint64(48)).astype(np.uint16)
            for b, rows in by_bucket(ngrams.bucket(first, buckets), buckets):
                arrays = {n: getattr(runs, n)[rows] for n in runs._fields}
                yield block({"bucket": np.int32(b), "leftward": leftward}, arrays)

    return apply


def join(total: int, decode: Callable[[np.ndarray], dict[str, Any]]) -> Callable[[Batches], Batches]:
    """RUNS of one bucket -> n-grams: the columns that decode makes of the codes, then n, count, pmi and both entropies.

    total: symbols in the corpus; decode: from codes uint16 [n, 8].
    """

    def side(held: list[pa.RecordBatch], leftward: bool) -> ngrams.Runs:
        mine = [b.filter(pc.equal(b.column("leftward"), leftward)) for b in held]
        return ngrams.Runs(
            gather(mine, "key", np.uint64, 2),
            gather(mine, "count", np.int64),
            gather(mine, "entropy", np.float64),
            gather(mine, "parts", np.int64, ngrams.LONGEST - 1),
        )

    def apply(batches: Batches) -> Batches:
        held = list(batches)
        found = ngrams.join(side(held, False), side(held, True), total)
        for begin in range(0, len(found.n), 100_000):
            part = slice(begin, begin + 100_000)
            yield pa.RecordBatch.from_pydict(
                {
                    **decode(ngrams.key_codes(found.key[part])),
                    "n": found.n[part].astype(np.int32),
                    "count": found.count[part],
                    "pmi": pa.array(found.pmi[part], mask=np.isnan(found.pmi[part])),
                    "left_entropy": found.left_entropy[part],
                    "right_entropy": found.right_entropy[part],
                }
            )

    return apply


def partial_sums(count: Callable[[Batches], np.ndarray]) -> Callable[[Batches], Batches]:
    """Batches of one task -> SUMS: what `count` makes of them (int64), in slices to be added up by `add_sums`."""

    def apply(batches: Batches) -> Batches:
        total = count(batches)
        bounds = np.linspace(0, len(total), SLICES + 1).astype(int)
        for i in range(SLICES):
            yield block({"slice": np.int32(i)}, {"sums": total[bounds[i] : bounds[i + 1]]})

    return apply


def add_sums(batches: Batches) -> Batches:
    """SUMS of one slice -> one row of SUMS."""
    total: np.ndarray | None = None
    number = 0
    for batch in batches:
        for i in range(batch.num_rows):
            part = np.frombuffer(batch.column("sums")[i].as_buffer(), np.int64)
            total, number = (part.copy() if total is None else total + part), batch.column("slice")[i].as_py()
    if total is not None:
        yield block({"slice": np.int32(number)}, {"sums": total})


def whole_sum(rows: Iterable[Any]) -> np.ndarray:
    """The array again, from all collected rows of `add_sums`."""
    by_slice = {r["slice"]: np.frombuffer(r["sums"], np.int64) for r in rows}
    return np.concatenate([by_slice[i] for i in range(SLICES)])
