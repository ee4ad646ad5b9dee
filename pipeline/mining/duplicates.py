"""The search for near-duplicates as functions from Arrow batches to Arrow batches, for any engine that can shuffle.

    texts --scatter--> entries --match--> matches --attach--> candidates --verify--> edges --solve--> dropped

Each arrow but the first is a shuffle by `bucket`; where one bucket holds all texts, `whole` is all of it in one task, without
any. Arrays travel as the bytes of one cell, as in blocks.py; what a step does not deal with passes through it. A *place* is a
document's 64-bit number in the order of preference, its file's number and, in the low bits, that of its record in the file: of
several that resemble each other, the least place stays. A *node* is a distinct text: 32 bits of sketch, 16 of the hash of the
text, and 16 of the hash of the folded text, which choose its bucket, so that all that are equal when folded meet in one. Only
hashes go to the buckets of the bands; a text goes to its own bucket, and once to that of every text which it may resemble.

Bytes moved decide the cost: some 190 a short question from scatter to match, 70 on, and 60 for each bucket of candidates.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, by_hash, cell, keeping_freed
from wajue.mining import minhash, symbols

_TYPES = {
    "first": np.uint64, "second": np.uint64, "text": np.uint64, "place": np.uint64, "kept": np.uint64, "node": np.uint64,
    "low": np.uint64, "high": np.uint64, "size": np.uint32, "units": np.uint16, "key": np.uint32, "index": np.uint32,
    "similarity": np.float64, "crowded": np.int64,
}  # fmt: skip
PACKED = "bucket int, kind string, " + ", ".join(f"{name} binary" for name in _TYPES)
FOUND = (
    "place long, kept long, similarity double, exact boolean, members long, compared long, block long, dropped long, kept_for long"
)
RECORD_BITS = 40  # of a place

_SLAB = 1 << 18  # texts


@dataclass(frozen=True)
class Settings:
    """What the search is for; near False: equal texts only; words: shingles are of words, not of characters.

    Documents whose place is before first_place are never dropped.
    """

    threshold: float
    shingle_size: int
    bands: int
    rows_per_band: int
    most: int
    buckets: int
    first_place: int = 0
    near: bool = True
    words: bool = False

    @property
    def exact(self) -> bool:
        """Does a shingle fit 64 bits as it stands?"""
        return not self.words and self.shingle_size <= 3

    @property
    def alone(self) -> bool:
        """Does one bucket hold everything?"""
        return self.buckets == 1


class _Packed:
    """The packed rows of one task, by kind."""

    def __init__(self, batches: Batches) -> None:
        self.rows: dict[str, list[pa.RecordBatch]] = {}
        for batch in batches:
            for i in range(batch.num_rows):
                self.rows.setdefault(batch.column("kind")[i].as_py(), []).append(batch.slice(i, 1))

    def __getitem__(self, kind: str) -> dict[str, np.ndarray]:
        """The arrays of a kind, end to end."""
        rows = self.rows.get(kind, [])
        return {name: _joined([_array(row, name) for row in rows], dtype) for name, dtype in _TYPES.items()}

    def pop(self, *kinds: str) -> Iterator[pa.RecordBatch]:
        """The rows of these kinds as they are."""
        for kind in kinds:
            yield from self.rows.pop(kind, [])

    @property
    def bucket(self) -> int:
        return next(iter(self.rows.values()))[0].column("bucket")[0].as_py()


def _array(row: pa.RecordBatch, name: str) -> np.ndarray:
    cell = row.column(name)[0]
    return np.frombuffer(cell.as_buffer(), _TYPES[name]) if cell.is_valid else np.empty(0, _TYPES[name])


def _joined(arrays: list[np.ndarray], dtype: type) -> np.ndarray:
    return arrays[0] if len(arrays) == 1 else np.concatenate([np.empty(0, dtype), *arrays])


def _pack(bucket: int, kind: str, **arrays: np.ndarray) -> pa.RecordBatch:
    columns = {"bucket": pa.array([bucket], pa.int32()), "kind": pa.array([kind])}
    for name, dtype in _TYPES.items():
        columns[name] = cell(arrays[name].astype(dtype, copy=False)) if name in arrays else pa.nulls(1, pa.binary())
    return pa.RecordBatch.from_pydict(columns)


def _take(units: np.ndarray, ends: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(units of these rows end to end, their sizes)."""
    size = ends[rows + 1] - ends[rows]
    out = np.empty(int(size.sum()), units.dtype)
    symbols.copy_spans(units, ends[rows], ends[rows + 1], out)
    return out, size


def _ends(size: np.ndarray) -> np.ndarray:
    return np.concatenate(([0], np.cumsum(size, dtype=np.int64)))


def _starts(*columns: np.ndarray) -> np.ndarray:
    """Where, in sorted rows, one differs from the row before (bool)."""
    new = np.ones(len(columns[0]), bool)
    if len(new):
        new[1:] = np.logical_or.reduce([c[1:] != c[:-1] for c in columns])
    return new


def whole(settings: Settings) -> Callable[[Batches], Batches]:
    """The search by one task, which holds everything: (text string, place long) -> FOUND."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        return solve(settings)(match(settings)(scatter(settings)(batches)))

    return apply


def scatter(settings: Settings) -> Callable[[Batches], Batches]:
    """(text string, place long) -> texts, each to the bucket of its node, and bands, each to that of its key."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for begin in range(0, batch.num_rows, _SLAB):
                part = batch.slice(begin, _SLAB)
                yield from _scatter(part.column("text"), part.column("place").to_numpy().astype(np.uint64), settings)

    return apply


def _scatter(texts: pa.StringArray, place: np.ndarray, settings: Settings) -> Batches:
    codes, ends = minhash.code_points(texts)
    hashes = minhash.hashes(codes, ends)
    node = (hashes[:, 2] & np.uint64(0xFFFF0000)) | (hashes[:, 0] & np.uint64(0xFFFF))
    units: np.ndarray = codes
    if settings.near:
        units, unit_ends = minhash.words(codes, ends) if settings.words else (codes, ends)
        if not settings.alone:
            key, sketch = _band_keys(units, unit_ends, settings)
            node |= sketch.astype(np.uint64) << np.uint64(32)
            flat, nodes = key.ravel(), np.repeat(node, settings.bands)
            for b, chosen in by_hash(flat, settings.buckets):
                yield _pack(b, "bands", key=flat[chosen] >> np.uint64(32), node=nodes[chosen])
        units, ends = (units.view(np.uint16), 2 * unit_ends) if settings.words else minhash.to_utf16(units, unit_ends)
    for b, chosen in by_hash(node, settings.buckets):
        arrays = dict(zip(("first", "second", "text"), hashes[chosen].T, strict=True))
        arrays |= {"place": place[chosen], "node": node[chosen]}
        if settings.near:
            arrays["units"], arrays["size"] = _take(units, ends, chosen)
        yield _pack(b, "texts", **arrays)


def _band_keys(units: np.ndarray, ends: np.ndarray, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    size, bands, rows = settings.shingle_size, settings.bands, settings.rows_per_band
    return minhash.band_keys(units, ends, size=size, exact=settings.exact, bands=bands, rows=rows)


def match(settings: Settings) -> Callable[[Batches], Batches]:
    """The texts and bands of one bucket -> copies, classes, nodes; pairs, wanted, crowded. Of the only one: edges at once.

    copies: documents with one and the same text, and the first of them; classes: different texts that are equal when folded;
    nodes: the distinct texts; pairs: of nodes that share a band, in the bucket of the lower node; wanted: the higher nodes,
    in theirs; crowded: see minhash.bucket_pairs.
    """
    differences = minhash.most_differences(settings.threshold)

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = _Packed(batches)
        if "texts" in held.rows:
            bucket, texts = held.bucket, held["texts"]
            rows, found = _distinct_texts(bucket, texts)
            yield from found
            if settings.near:
                yield from (_compare if settings.alone else _nodes)(bucket, texts, rows, settings)
        if "bands" in held.rows:
            bands = held["bands"]
            held.rows.clear()
            low, high, crowded = minhash.bucket_pairs(bands["key"], bands["node"], settings.most, differences)
            for b, chosen in by_hash(low, settings.buckets):
                yield _pack(b, "pairs", low=low[chosen], high=high[chosen])
            for b, chosen in by_hash(wanted := _distinct(high), settings.buckets):
                yield _pack(b, "wanted", node=wanted[chosen])
            if len(crowded):
                yield _pack(0, "crowded", crowded=crowded)

    return apply


def _distinct(values: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    return ordered[_starts(ordered)]


def _distinct_texts(bucket: int, texts: dict[str, np.ndarray]) -> tuple[np.ndarray, list[pa.RecordBatch]]:
    """(the row with the first place of each distinct text; copies and classes)."""
    order = minhash.text_order(texts["first"], texts["second"], texts["text"], texts["place"])
    first, second, text, place = (texts[name][order] for name in ("first", "second", "text", "place"))
    new_class, new_text = _starts(first, second), _starts(first, second, text)
    chosen, repeated = np.flatnonzero(new_text), np.flatnonzero(~new_text)
    found = []
    if len(repeated):
        group = np.cumsum(new_text) - 1
        found.append(_pack(bucket, "copies", place=place[repeated], kept=place[chosen][group[repeated]]))
    in_class = (np.cumsum(new_class) - 1)[chosen]
    shared = np.bincount(in_class)[in_class] > 1
    if shared.any():
        members = chosen[shared]
        found.append(_pack(bucket, "classes", first=first[members], second=second[members], place=place[members]))
    return order[chosen], found


def _nodes(bucket: int, texts: dict[str, np.ndarray], rows: np.ndarray, settings: Settings) -> Batches:
    """The distinct texts by node; of two texts with one node, which is rare, one is not searched for."""
    node = texts["node"][rows]
    ascending = np.argsort(node)
    ascending = ascending[_starts(node[ascending])]
    rows = rows[ascending]
    yield _pack(bucket, "nodes", node=node[ascending], **_chosen(texts, rows))


def _compare(bucket: int, texts: dict[str, np.ndarray], rows: np.ndarray, settings: Settings) -> Batches:
    """All distinct texts with each other -> edges, crowded. In pairs the lower half of a node is the rank of what it was."""
    rows = np.sort(rows)  # as they lie in memory
    chosen = _chosen(texts, rows)
    key, sketch = _band_keys(*_units(chosen, settings), settings)
    ascending = np.argsort((sketch.astype(np.uint64) << np.uint64(32)) | texts["node"][rows])
    node = np.empty(len(rows), np.uint64)
    node[ascending] = (sketch[ascending].astype(np.uint64) << np.uint64(32)) | np.arange(len(rows), dtype=np.uint64)
    flat = (key.ravel() >> np.uint64(32)).astype(np.uint32)
    differences = minhash.most_differences(settings.threshold)
    low, high, crowded = minhash.bucket_pairs(flat, node, settings.most, differences)
    del key, flat
    pairs = _distinct((low << np.uint64(32)) | (high & np.uint64(0xFFFFFFFF)))
    i, j = (side.astype(np.int64) for side in (pairs >> np.uint64(32), pairs & np.uint64(0xFFFFFFFF)))
    used = np.zeros(len(rows), bool)
    used[i] = used[j] = True
    number, some = np.cumsum(used) - 1, _chosen(texts, rows[ascending[used]])
    yield _edges(some, number[i], some, number[j], settings)
    if len(crowded):
        yield _pack(bucket, "crowded", crowded=crowded)


def _chosen(texts: dict[str, np.ndarray], rows: np.ndarray) -> dict[str, np.ndarray]:
    units, size = _take(texts["units"], _ends(texts["size"]), rows)
    return {"place": texts["place"][rows], "size": size, "units": units}


def attach(settings: Settings) -> Callable[[Batches], Batches]:
    """The nodes of one bucket, the pairs by their lower node, and wanted -> candidates and nodes, by the higher node; edges.

    candidates: places and units of lower nodes, and for each pair the number of its lower node, and its higher node. Pairs
    whose nodes are both in this bucket are compared here.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = _Packed(batches)
        yield from held.pop("copies", "classes", "crowded")
        if "pairs" not in held.rows and "wanted" not in held.rows:
            return
        bucket, nodes, pairs = held.bucket, held["nodes"], held["pairs"]
        wanted = _distinct(held["wanted"]["node"])
        held.rows.clear()
        low, high = minhash.unique_pairs(pairs["low"], pairs["high"])
        at = np.searchsorted(nodes["node"], low)
        for b, rows in by_hash(high, settings.buckets):
            used = np.zeros(len(nodes["node"]), bool)
            used[at[rows]] = True
            if b == bucket:
                used[above := np.searchsorted(nodes["node"], high[rows])] = True
            number, chosen = np.cumsum(used) - 1, _chosen(nodes, np.flatnonzero(used))
            if b == bucket:
                yield _edges(chosen, number[at[rows]], chosen, number[above], settings)
            else:
                yield _pack(b, "candidates", node=high[rows], index=number[at[rows]], **chosen)
        if len(wanted):
            yield _pack(bucket, "nodes", node=wanted, **_chosen(nodes, np.searchsorted(nodes["node"], wanted)))

    return apply


def verify(settings: Settings) -> Callable[[Batches], Batches]:
    """The candidates and nodes of one bucket -> edges."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = _Packed(batches)
        yield from held.pop("copies", "classes", "crowded", "edges")
        nodes = held["nodes"]
        nodes |= _shingles(nodes, settings)
        for row in held.pop("candidates"):
            candidates = {name: _array(row, name) for name in _TYPES}
            at = np.searchsorted(nodes["node"], candidates["node"])
            yield _edges(candidates, candidates["index"].astype(np.int64), nodes, at, settings)

    return apply


def _units(texts: dict[str, np.ndarray], settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """The texts' units as they were before they were packed (uint32), and their ends."""
    units, ends = texts["units"], _ends(texts["size"])
    return (units.view(np.uint32), ends // 2) if settings.words else minhash.from_utf16(units, ends)


def _shingles(texts: dict[str, np.ndarray], settings: Settings) -> dict[str, np.ndarray]:
    """The texts' shingle sets, and their ends."""
    sets, ends = minhash.shingle_sets(*_units(texts, settings), size=settings.shingle_size, exact=settings.exact)
    return {"sets": sets, "ends": ends}


def _edges(
    lower: dict[str, np.ndarray], i: np.ndarray, higher: dict[str, np.ndarray], j: np.ndarray, settings: Settings
) -> pa.RecordBatch:
    """Of the pairs of text i[k] of `lower` and text j[k] of `higher` those that reach the threshold, by their places."""
    left = _shingles(lower, settings)
    right = left if higher is lower else higher
    similarity = minhash.jaccard(left["sets"], left["ends"], i, right["sets"], right["ends"], j, settings.threshold)
    one, other = lower["place"][i], higher["place"][j]
    low, high = np.minimum(one, other), np.maximum(one, other)
    found = (similarity > 0) & (high >= settings.first_place)
    return _pack(0, "edges", low=low[found], high=high[found], similarity=similarity[found])


STEPS = (match, attach, verify)  # between `scatter` and `solve`, where there are several buckets


def solve(settings: Settings) -> Callable[[Batches], Batches]:
    """All edges, classes and copies -> FOUND, of which each row has one of three parts, the others being null:

    place, kept, similarity, exact: a document that is dropped, and for which one; members, compared: a crowded bucket; block,
    dropped, kept_for: for the 64 places from 64 * block a bit each, the lowest first: is it dropped, is one dropped for it?

    In one task: 24 bytes an edge or member of a class, 16 a copy.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        held = _Packed(batches)
        edges, classes, copies, crowded = (held[kind] for kind in ("edges", "classes", "copies", "crowded"))
        held.rows.clear()
        order = np.lexsort((classes["place"], classes["second"], classes["first"]))
        member = classes["place"][order]
        starts = np.flatnonzero(_starts(classes["first"][order], classes["second"][order]))
        place = _distinct(np.concatenate((edges["low"], edges["high"], member)))
        low, high = np.searchsorted(place, edges["low"]), np.searchsorted(place, edges["high"])
        order = np.argsort(high * len(place) + low)
        kept, score, equal = minhash.representatives(
            low[order],
            high[order],
            edges["similarity"][order],
            place < settings.first_place,
            np.searchsorted(place, member),
            np.concatenate((starts, [len(member)])),
        )
        gone = np.flatnonzero(kept != np.arange(len(place)))
        copies["place"], copies["kept"] = (copies[name][copies["place"] >= settings.first_place] for name in ("place", "kept"))
        at = np.searchsorted(place, copies["kept"])
        at[at == len(place)] = 0  # a text of which a copy was dropped for another text: its copies go the same way
        moved = (place[at] == copies["kept"]) & (kept[at] != at) if len(place) else np.zeros(len(at), bool)
        target, likeness, same = copies["kept"].copy(), np.ones(len(at)), np.ones(len(at), bool)
        target[moved], likeness[moved], same[moved] = place[kept[at[moved]]], score[at[moved]], equal[at[moved]]
        dropped, stays = np.concatenate((place[gone], copies["place"])), np.concatenate((place[kept[gone]], target))
        similarity, exact = np.concatenate((score[gone], likeness)), np.concatenate((equal[gone], same))
        for begin in range(0, len(dropped), _SLAB):
            part = slice(begin, begin + _SLAB)
            yield _found(place=dropped[part], kept=stays[part], similarity=similarity[part], exact=exact[part])
        members = crowded["crowded"].reshape(-1, 2)
        if len(members):
            yield _found(members=members[:, 0], compared=members[:, 1])
        yield _marks(dropped, stays)

    return apply


def _marks(dropped: np.ndarray, kept: np.ndarray) -> pa.RecordBatch:
    block = _distinct(np.concatenate((dropped, kept)) >> np.uint64(6))
    bits = np.zeros((2, len(block)), np.uint64)
    for row, places in zip(bits, (dropped, kept), strict=True):
        at = np.searchsorted(block, places >> np.uint64(6))
        np.bitwise_or.at(row, at, np.uint64(1) << (places & np.uint64(63)))
    return _found(block=block, dropped=bits[0].view(np.int64), kept_for=bits[1].view(np.int64))


_ARROW = {"long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
_FOUND = pa.schema([(name, _ARROW[type_]) for name, type_ in (field.split(" ") for field in FOUND.split(", "))])
NOTHING = pa.RecordBatch.from_pylist([], _FOUND)


def _found(**columns: np.ndarray) -> pa.RecordBatch:
    rows = len(next(iter(columns.values())))
    arrays = [pa.array(columns[f.name]).cast(f.type) if f.name in columns else pa.nulls(rows, f.type) for f in _FOUND]
    return pa.RecordBatch.from_arrays(arrays, schema=_FOUND)
