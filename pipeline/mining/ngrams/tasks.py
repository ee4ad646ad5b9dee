"""The distributed n-gram count as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --spread--> lines --distinct--> clauses
    clauses --scatter--> windows --count--> counted --join--> n-grams        each but the last shuffled by `bucket`

Arrays travel as the bytes of one cell, clauses as the lines of one string: a few large rows where there would be millions of
small ones (measured: 128 rows and 99 MB for 17 M characters, where a row an n-gram took 11.7 M rows and twice the CPU time).
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays.cells import Batches, block, by_bucket, by_hash, gather, keeping_freed, one_of, slabs
from wajue.arrays.strings import string_hashes
from wajue.mining.ngrams import counting
from wajue.mining.ngrams.keys import Counted, by_key, key_codes, last_symbol, lengths
from wajue.mining.ngrams.pmi import pmi
from wajue.mining.ngrams.windows import bucket, windows
from wajue.mining.text.alphabet import ALL
from wajue.mining.text.clauses import ROLE_BITS, clauses, one_of_each_form
from wajue.mining.text.symbols import pseudo_characters

LINES = "bucket int, role string, text string"
WINDOWS = "bucket int, code binary"
COUNTED = "bucket int, key binary, count binary, left_entropy binary, right_entropy binary, prefixes binary"
CLAUSES = pa.schema(
    [
        ("clauses", pa.struct([("clauses", pa.string()), ("role", pa.string())])),
        ("symbols", pa.struct([("symbol", pa.string()), ("count", pa.int64())])),
    ]
)

_SLAB = 2_000_000  # symbols; windows leave a task in blocks of this size
_LINES = 1 << 17  # clauses in one string
_BATCH = 100_000  # n-grams
_UPPER_BITS = np.uint64(40)  # those above are mixed best


def spread(buckets: int) -> Callable[[Batches], Batches]:
    """(text string, role string) -> LINES: the clauses of each role, each to the bucket of its hash."""

    def apply(batches: Batches) -> Batches:
        pending: dict[str, list[pa.StringArray]] = defaultdict(list)
        for batch in batches:
            for role, of_role in _of_roles(batch):
                pending[role].append(clauses(of_role.column("text")))
                if sum(map(len, pending[role])) >= _LINES:
                    yield from _spread(role, pending.pop(role), buckets)
        for role, lines in pending.items():
            yield from _spread(role, lines, buckets)

    return apply


def _of_roles(batch: pa.RecordBatch) -> Iterator[tuple[str, pa.RecordBatch]]:
    """(role, its rows) for each role that has any."""
    for role in pc.unique(batch.column("role")).to_pylist():
        yield role, batch.filter(pc.equal(batch.column("role"), role))


def _spread(role: str, pending: list[pa.StringArray], buckets: int) -> Batches:
    unique = pc.unique(pa.chunked_array(pending, pa.string()))
    hashed = string_hashes(unique, numbers_alike=True) >> _UPPER_BITS
    for b, chosen in by_hash(hashed, buckets):
        columns = [pa.array([b], pa.int32()), pa.array([role]), _as_lines(unique.take(pa.array(chosen)))]
        yield pa.RecordBatch.from_arrays(columns, ["bucket", "role", "text"])


def _as_lines(strings: pa.StringArray) -> pa.StringArray:
    """All of them as the lines of one string."""
    return pc.binary_join(pa.ListArray.from_arrays(pa.array([0, len(strings)], pa.int32()), strings), "\n")


def distinct(batches: Batches) -> Batches:
    """LINES of one bucket -> CLAUSES: the distinct lines, many to a string and the roles they stand in beside it; and the counts
    of its pseudo-characters, with that of all its symbols under the empty name.

    Of lines that differ in their numbers alone one is kept, and stands for the roles of all of them.
    """
    lines: list[tuple[str, pa.StringArray]] = []
    for batch in batches:
        for role, of_role in _of_roles(batch):
            lines.append((role, pc.split_pattern(of_role.column("text"), "\n").flatten()))
    lines.sort(key=lambda part: part[0])
    roles = np.repeat(np.array([ROLE_BITS[role] for role, _ in lines], np.uint8), [len(part) for _, part in lines])
    joined = pa.concat_arrays([part for _, part in lines]) if lines else pa.array([], pa.string())
    lines.clear()  # a bucket holds much text
    for role, of_role in one_of_each_form(joined, roles):
        for begin in range(0, len(of_role), _LINES):
            yield from _packed(_as_lines(of_role.slice(begin, _LINES)), role)


def _packed(joined: pa.StringArray, role: str) -> Batches:
    units = ALL.units(joined)
    counted = pc.value_counts(pseudo_characters(units))
    names = pa.concat_arrays([counted.field("values"), pa.array([""])])
    counts = pa.concat_arrays([counted.field("counts"), pa.array([np.count_nonzero(units.code)], pa.int64())])
    yield one_of(CLAUSES, "clauses", pa.record_batch({"clauses": joined, "role": pa.array([role])}))
    yield one_of(CLAUSES, "symbols", pa.record_batch({"symbol": names, "count": counts}))


def scatter(encode: Callable[[pa.RecordBatch], np.ndarray], longest: int, buckets: int) -> Callable[[Batches], Batches]:
    """Batches -> WINDOWS; encode: a batch as symbol codes (uint16, 0 between clauses)."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for code in slabs((encode(batch) for batch in batches), _SLAB):
            for b, part in enumerate(windows(code, buckets, longest)):
                if len(part):
                    yield block({"bucket": np.int32(b)}, {"code": part})

    return apply


def count(longest: int, floor: int, buckets: int) -> Callable[[Batches], Batches]:
    """WINDOWS of one bucket -> COUNTED, each n-gram for the bucket of its last symbol."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        received = list(batches)
        if not received:
            return
        own = bucket(np.arange(65536), buckets) == received[0].column("bucket")[0].as_py()
        code = gather(received, "code", np.uint16)
        received.clear()
        counted = counting.count(code, own, longest=longest, floor=floor)
        for b, chosen in by_bucket(bucket(last_symbol(counted.key), buckets), buckets):
            part = Counted(*(column[chosen] for column in counted))
            flat = part._replace(prefixes=part.prefixes[_has_prefix(part.key, longest)])
            yield block({"bucket": np.int32(b)}, flat._asdict())

    return apply


def _has_prefix(key: np.ndarray, longest: int) -> np.ndarray:
    """bool [n, longest - 1]: of which lengths an n-gram has prefixes; no others travel."""
    has: np.ndarray = np.arange(1, max(2, longest)) < lengths(key)[:, None]
    return has


def _received(batches: list[pa.RecordBatch], longest: int) -> Counted:
    """COUNTED as arrays again."""
    key = gather(batches, "key", np.uint64, 2)
    has_prefix = _has_prefix(key, longest)
    prefixes = np.zeros(has_prefix.shape, np.uint32)
    prefixes[has_prefix] = gather(batches, "prefixes", np.uint32)
    left, right = (gather(batches, f"{side}_entropy", np.float64) for side in ("left", "right"))
    return Counted(key, gather(batches, "count", np.uint32), left, right, prefixes)


def join(total: int, longest: int, decode: Callable[[np.ndarray], dict[str, Any]]) -> Callable[[Batches], Batches]:
    """COUNTED of one bucket -> n-grams: the columns that decode makes of the codes, then n, count, pmi and both entropies.

    total: symbols in the corpus; decode: from codes uint16 [n, 8].
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        counted = by_key(_received(list(batches), longest))
        information, length = pmi(counted, total), lengths(counted.key)
        for begin in range(0, len(information), _BATCH):
            part = slice(begin, begin + _BATCH)
            yield pa.RecordBatch.from_pydict(
                {
                    **decode(key_codes(counted.key[part])),
                    "n": length[part].astype(np.int32),
                    "count": counted.count[part].astype(np.int64),
                    "pmi": pa.array(information[part], mask=np.isnan(information[part])),
                    "left_entropy": counted.left_entropy[part],
                    "right_entropy": counted.right_entropy[part],
                }
            )

    return apply
