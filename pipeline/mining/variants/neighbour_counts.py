"""What stands beside some words, and how often. In: tokens and word counts. Out: MET, where each neighbour's counts have met.

Each task counts its own batches and packs the counts by a hash of the neighbour, so that few rows travel; in its bucket a
neighbour's counts are added up, and those of a pair's two words stand side by side.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays import cells
from wajue.arrays.cells import Batches
from wajue.arrays.strings import string_hashes
from wajue.mining.tokens.token_counts import are_words

LEFT, RIGHT, NEAR = range(3)
SIDES = 3
_REACH = 4  # tokens
_SIDE_AT = {d: (LEFT if d == -1 else RIGHT if d == 1 else NEAR) for d in range(-_REACH, _REACH + 1) if d}
PACKED = "bucket int, counts binary, uses binary"  # tables of _COUNTS and of _USES, as Arrow streams
_COUNTS = pa.schema([("name", pa.int32()), ("side", pa.int8()), ("neighbour", pa.string()), ("count", pa.int64())])
_USES = pa.schema([("neighbour", pa.string()), ("uses", pa.int64())])
_SIDE, _LONG = ("side", pa.int8()), pa.int64()
# names and pairs by their numbers. shared: a row for each neighbour of a pair's first word, how often it stands beside either;
# profile: the same for each neighbour of a pair's second word; sums: of its neighbours; totals: of the uses of all words
MET = pa.schema(
    [
        ("shared", pa.struct([("pair", pa.int32()), _SIDE, ("count", _LONG), ("of_standard", _LONG), ("uses", _LONG)])),
        ("profile", pa.struct([("name", pa.int32()), _SIDE, ("count", _LONG), ("uses", _LONG)])),
        ("sums", pa.struct([("name", pa.int32()), _SIDE, ("count", _LONG)])),
        ("totals", pa.struct([("uses", _LONG)])),
    ]
)


class _Beside(NamedTuple):
    """Rows in the order of their keys, a name, a side and a neighbour each: key, times, uses int64 [n]; span, keys of a name."""

    key: np.ndarray
    times: np.ndarray
    uses: np.ndarray
    span: int

    @property
    def side(self) -> np.ndarray:
        """int8 [n]."""
        side: np.ndarray = (self.key % self.span * SIDES // self.span).astype(np.int8)
        return side

    def of_names(self, names: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(the place of each row's name among these, int64 [m]; the row, int64 [m]), for all rows of these names."""
        begins, ends = (np.searchsorted(self.key, (names + i) * self.span) for i in (0, 1))
        sizes = ends - begins
        place = np.repeat(np.arange(len(names)), sizes)
        return place, np.arange(sizes.sum()) + np.repeat(begins - (np.cumsum(sizes) - sizes), sizes)


def count(names: pa.StringArray, buckets: int) -> Callable[[Batches], Batches]:
    """(tokens list<string>) -> PACKED: what stands beside these words; what holds no letter or digit is no neighbour."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            yield from _packed("counts", beside(names, batch), buckets)

    return apply


def uses(buckets: int) -> Callable[[Batches], Batches]:
    """(word, count) -> PACKED."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            yield from _packed("uses", batch.rename_columns(_USES.names), buckets)

    return apply


def beside(names: pa.StringArray, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Rows of (tokens list<string>) -> rows of _COUNTS, within each document."""
    lists = batch.column("tokens")
    tokens = pc.dictionary_encode(lists.flatten())
    ids, doc_index = tokens.indices.to_numpy(), pc.list_parent_indices(lists).to_numpy()
    strings = tokens.dictionary
    name = pc.index_in(strings, value_set=names).fill_null(-1).to_numpy()
    is_word = are_words(strings)
    at = np.flatnonzero(name[ids] >= 0) if len(ids) else np.zeros(0, np.int64)
    size = max(len(strings), 1)
    keys = [np.zeros(0, np.int64)]
    for distance, side in _SIDE_AT.items():
        begin, other = _inside(at, distance, doc_index)
        near = is_word[ids[other]] if len(other) else np.zeros(0, bool)
        keys.append((name[ids[begin[near]]].astype(np.int64) * SIDES + side) * size + ids[other[near]])
    key, times = np.unique(np.concatenate(keys), return_counts=True)
    of_side, neighbour = np.divmod(key, size)
    columns = (of_side // SIDES, of_side % SIDES, strings.take(pa.array(neighbour)), times)
    return pa.RecordBatch.from_arrays([pa.array(c).cast(f.type) for c, f in zip(columns, _COUNTS, strict=True)], schema=_COUNTS)


def _inside(at: np.ndarray, distance: int, doc_index: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Those of these positions that have a token so far away in their document, and where it is; int64 [n] both."""
    other = at + distance
    inside = (other >= 0) & (other < len(doc_index))
    at, other = at[inside], other[inside]
    same = doc_index[at] == doc_index[other] if len(at) else np.zeros(0, bool)
    return at[same], other[same]


def _packed(kind: str, batch: pa.RecordBatch, buckets: int) -> Iterator[pa.RecordBatch]:
    """Rows of PACKED with a column of this kind, by the bucket of each neighbour."""
    neighbours = pc.dictionary_encode(batch.column("neighbour"))
    hashed = string_hashes(neighbours.dictionary)[neighbours.indices.to_numpy()] if len(neighbours) else np.zeros(0, np.uint64)
    for bucket, chosen in cells.by_hash(hashed, buckets):
        columns = {"bucket": pa.array([bucket], pa.int32())} | {k: pa.nulls(1, pa.binary()) for k in ("counts", "uses")}
        columns[kind] = cells.cell(cells.stream(batch.take(pa.array(chosen))))
        yield pa.RecordBatch.from_pydict(columns)


def meet(pairs: np.ndarray, *, profiled: bool) -> Callable[[Batches], Batches]:
    """PACKED of one bucket -> MET. pairs: int64 [n, 2], the names that each has; profiled: with `profile`, the largest."""

    def apply(batches: Batches) -> Batches:
        packed = list(batches)
        counted, used = (_read(packed, kind, schema) for kind, schema in (("counts", _COUNTS), ("uses", _USES)))
        used = used.group_by("neighbour").aggregate([("uses", "sum")])
        yield _rows("totals", [[pc.sum(used.column("uses_sum")).as_py() or 0]])
        summed = _joined(counted, used)
        yield _rows("shared", _shared(summed, pairs))
        standards = np.unique(pairs[:, 1])
        place, at = summed.of_names(standards)
        side, times = summed.side[at], summed.times[at]
        if profiled:
            yield _rows("profile", [standards[place], side, times, summed.uses[at]])
        on_side = np.bincount(place * SIDES + side, times, len(standards) * SIDES).astype(np.int64)  # exact below 2^53
        met = np.flatnonzero(on_side)
        yield _rows("sums", [standards[met // SIDES], met % SIDES, on_side[met]])

    return apply


def _read(packed: Iterable[pa.RecordBatch], kind: str, schema: pa.Schema) -> pa.Table:
    streams = (cell.as_buffer() for batch in packed for cell in batch.column(kind) if cell.is_valid)
    return pa.concat_tables([schema.empty_table(), *(pa.ipc.open_stream(s).read_all() for s in streams)])


def _joined(counted: pa.Table, used: pa.Table) -> _Beside:
    """The counts added up, beside what each neighbour is used in all."""
    neighbour = pc.index_in(counted.column("neighbour"), value_set=used.column("neighbour")).to_numpy()
    width = max(used.num_rows, 1)
    name, side = (counted.column(c).to_numpy().astype(np.int64) for c in ("name", "side"))
    key, index = np.unique((name * SIDES + side) * width + neighbour, return_inverse=True)
    times = np.bincount(index, counted.column("count").to_numpy(), len(key)).astype(np.int64)  # exact below 2^53
    return _Beside(key, times, used.column("uses_sum").to_numpy()[key % width], SIDES * width)


def _shared(summed: _Beside, pairs: np.ndarray) -> list[np.ndarray]:
    """The columns of `shared`."""
    pair, at = summed.of_names(pairs[:, 0])
    key = summed.key[at] + (pairs[pair, 1] - pairs[pair, 0]) * summed.span  # that of the other word at the same neighbour
    found = np.minimum(np.searchsorted(summed.key, key), max(len(summed.key) - 1, 0))
    of_standard = np.where(summed.key[found] == key, summed.times[found], 0) if len(key) else np.zeros(0, np.int64)
    return [pair, summed.side[at], summed.times[at], of_standard, summed.uses[at]]


def _rows(kind: str, columns: list[np.ndarray] | list[list[int]]) -> pa.RecordBatch:
    """Rows of MET of this kind."""
    fields = list(MET.field(kind).type)
    arrays = [pa.array(column).cast(f.type) for column, f in zip(columns, fields, strict=True)]
    return cells.one_of(MET, kind, pa.RecordBatch.from_arrays(arrays, [f.name for f in fields]))
