"""Of texts that resemble each other, the one that is kept. In: edges, classes and copies. Out: `VERDICTS`.

A text is dropped if, and only if, one before it that is kept resembles it. So every dropped text resembles the one that is kept
for it, whatever chains of likeness there are (the lexicographically first maximal independent set).
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.cells import Batches, keeping_freed
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.equal_texts import differs_from_previous, distinct
from wajue.mining.duplicates.packed import Arrays, PackedRows

_DROPPED = "position long, kept long, similarity double, exact boolean"
VERDICTS = f"{_DROPPED}, members long, compared long, block long, dropped long, kept_for long"
_ARROW_TYPES = {"long": pa.int64(), "double": pa.float64(), "boolean": pa.bool_()}
_SCHEMA = pa.schema([(name, _ARROW_TYPES[kind]) for name, kind in (column.split(" ") for column in VERDICTS.split(", "))])
NO_VERDICTS = pa.RecordBatch.from_pylist([], _SCHEMA)
_SLAB = 1 << 18  # verdicts in a batch


class Edges(NamedTuple):
    """Pairs of texts that resemble each other, sorted by (high, low): low < high int64 [n], similarity float64 [n]."""

    low: np.ndarray
    high: np.ndarray
    similarity: np.ndarray


class Representatives(NamedTuple):
    """For each text the one that is kept in its place: kept int64 [texts], itself if it is kept; similarity float64 [texts];
    equal bool [texts], are they equal when folded?
    """

    kept: np.ndarray
    similarity: np.ndarray
    equal: np.ndarray


class Dropped(NamedTuple):
    """Documents that are dropped: position and kept uint64 [n], its own and that of the one kept for it; similarity float64 [n];
    exact bool [n], are their texts equal, or equal when folded?
    """

    position: np.ndarray
    kept: np.ndarray
    similarity: np.ndarray
    exact: np.ndarray


@njit(cache=True, nogil=True)
def _represent(
    edges,  # Edges
    never_dropped,  # bool [texts]
    class_of,  # int64 [texts], -1 for none
    first_of_class,  # int64 [classes], -1; filled with the first text that is kept
    chosen,  # Representatives, each text its own; filled
):
    kept, score, equal = chosen
    low, high, similarity = edges
    e = 0
    for x in range(len(kept)):
        best, representative = 0.0, x
        while e < len(high) and high[e] == x:
            if kept[low[e]] == low[e] and similarity[e] > best:
                best, representative = similarity[e], low[e]
            e += 1
        if never_dropped[x]:
            best, representative = 1.0, x
        elif class_of[x] >= 0 and first_of_class[class_of[x]] >= 0:
            best, representative, equal[x] = 1.0, first_of_class[class_of[x]], True
        kept[x] = representative
        score[x] = best if representative != x else 1.0
        if representative == x and class_of[x] >= 0 and first_of_class[class_of[x]] < 0:
            first_of_class[class_of[x]] = x


def representatives(edges: Edges, classes: Ragged, never_dropped: np.ndarray) -> Representatives:
    """For each text, in the order of preference, the one that is kept in its place.

    classes: texts (int64) that are equal when folded; never_dropped: bool [texts]. Of several before it that are kept and
    resemble it a text goes to the first of its class, else to the most similar, and to the first of those equally similar.
    """
    texts = len(never_dropped)
    class_of = np.full(texts, -1)
    class_of[classes.values] = np.repeat(np.arange(len(classes.sizes)), classes.sizes)
    chosen = Representatives(np.arange(texts), np.ones(texts), np.zeros(texts, bool))
    _represent(edges, never_dropped, class_of, np.full(len(classes.sizes), -1), chosen)
    return chosen


def decide(first_droppable: int) -> Callable[[Batches], Batches]:
    """All edges, classes and copies -> VERDICTS, of which each row has one of three parts, the others being null:

    position, kept, similarity, exact: a document that is dropped, and for which one; members, compared: a crowded bucket; block,
    dropped, kept_for: for the 64 positions from 64 * block a bit each, the lowest first: is it dropped, is one dropped for it?

    Documents whose position is before first_droppable are never dropped. Of them, those that are gone stand for nobody but for
    their copies, which went with them or are to follow. In one task: 24 bytes an edge or member of a class, 16 a copy.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        packed = PackedRows(batches)
        gone, copies = packed.take("gone")["position"], packed.take("copies")
        edges, classes = _without(packed.take("edges"), "low", gone), _without(packed.take("classes"), "position", gone)
        position, chosen = _chosen(edges, classes, first_droppable)
        dropped = _joined(_dropped_texts(position, chosen), _dropped_copies(copies, position, chosen, first_droppable))
        for begin in range(0, len(dropped.position), _SLAB):
            yield _verdicts(**Dropped(*(column[begin : begin + _SLAB] for column in dropped))._asdict())
        crowded = packed.take("crowded")["crowded"].reshape(-1, 2)
        if len(crowded):
            yield _verdicts(members=crowded[:, 0], compared=crowded[:, 1])
        yield _bits(dropped)

    return apply


def _without(rows: Arrays, column: str, gone: np.ndarray) -> Arrays:
    """Those edges or members of classes that do not begin with a document that is gone."""
    if not len(gone):
        return rows
    left = ~np.isin(rows[column], gone)
    return {name: values[left] if len(values) == len(left) else values for name, values in rows.items()}


def _chosen(edges: Arrays, classes: Arrays, first_droppable: int) -> tuple[np.ndarray, Representatives]:
    """(the positions of all texts that resemble others, uint64 [texts], sorted; their representatives)."""
    order = np.lexsort((classes["position"], classes["folded_low"], classes["folded_high"]))
    member = classes["position"][order]
    starts = np.flatnonzero(differs_from_previous(classes["folded_high"][order], classes["folded_low"][order]))
    position = distinct(np.concatenate((edges["low"], edges["high"], member)))
    low, high = np.searchsorted(position, edges["low"]), np.searchsorted(position, edges["high"])
    order = np.argsort(high * len(position) + low)
    return position, representatives(
        Edges(low[order], high[order], edges["similarity"][order]),
        Ragged(np.searchsorted(position, member), np.append(starts, len(member))),
        position < first_droppable,
    )


def _dropped_texts(position: np.ndarray, chosen: Representatives) -> Dropped:
    gone = np.flatnonzero(chosen.kept != np.arange(len(position)))
    return Dropped(position[gone], position[chosen.kept[gone]], chosen.similarity[gone], chosen.equal[gone])


def _dropped_copies(copies: Arrays, position: np.ndarray, chosen: Representatives, first_droppable: int) -> Dropped:
    """Copies of a text go where it goes: if it was dropped for another text, so are they."""
    droppable = copies["position"] >= first_droppable
    copy, copied = copies["position"][droppable], copies["kept"][droppable]
    dropped = Dropped(copy, copied.copy(), np.ones(len(copy)), np.ones(len(copy), bool))
    if not len(position):
        return dropped
    text = np.minimum(np.searchsorted(position, copied), len(position) - 1)
    moved = np.flatnonzero((position[text] == copied) & (chosen.kept[text] != text))
    text = text[moved]
    dropped.kept[moved], dropped.similarity[moved] = position[chosen.kept[text]], chosen.similarity[text]
    dropped.exact[moved] = chosen.equal[text]
    return dropped


def _joined(*parts: Dropped) -> Dropped:
    return Dropped(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))


def _bits(dropped: Dropped) -> pa.RecordBatch:
    block = distinct(np.concatenate((dropped.position, dropped.kept)) >> np.uint64(6))
    bits = np.zeros((2, len(block)), np.uint64)
    for row, position in zip(bits, (dropped.position, dropped.kept), strict=True):
        at = np.searchsorted(block, position >> np.uint64(6))
        np.bitwise_or.at(row, at, np.uint64(1) << (position & np.uint64(63)))
    return _verdicts(block=block, dropped=bits[0].view(np.int64), kept_for=bits[1].view(np.int64))


def _verdicts(**columns: np.ndarray) -> pa.RecordBatch:
    size = len(next(iter(columns.values())))
    arrays = [pa.array(columns[f.name]).cast(f.type) if f.name in columns else pa.nulls(size, f.type) for f in _SCHEMA]
    return pa.RecordBatch.from_arrays(arrays, schema=_SCHEMA)
