"""The distributed n-gram count as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --spread--> lines --distinct--> clauses
    clauses --scatter--> windows --count--> counted --join--> n-grams        each but the last shuffled by `bucket`

Arrays travel as the bytes of one cell, clauses as the lines of one string: a few large rows where there would be millions of
small ones (measured: 128 rows and 99 MB for 17 M characters, where a row an n-gram took 11.7 M rows and twice the CPU time).
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays.cells import Batches, block, by_bucket, by_hash, gather, keeping_freed, one_of
from wajue.mining import ngrams, symbols

LINES = "bucket int, text string"
WINDOWS = "bucket int, code binary"
COUNTED = "bucket int, key binary, count binary, left_entropy binary, right_entropy binary, prefixes binary"
CLAUSES = pa.schema(
    [("clauses", pa.struct([("clauses", pa.string())])), ("symbols", pa.struct([("symbol", pa.string()), ("count", pa.int64())]))]
)

_SLAB = 2_000_000  # symbols; windows leave a task in blocks of this size
_LINES = 1 << 17  # clauses in one string


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
