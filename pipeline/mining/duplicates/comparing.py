"""Pairs of texts that share a band, compared. In: nodes and pairs. Out: edges, the pairs whose similarity reaches the threshold."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, by_hash, keeping_freed
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.equal_texts import distinct
from wajue.mining.duplicates.packed import Arrays, PackedRows, elements_of, pack, taken, unpack
from wajue.mining.duplicates.pairs import unique_pairs
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.shingles import jaccard, shingle_sets


def attach(settings: Settings) -> Callable[[Batches], Batches]:
    """The nodes of one bucket, the pairs by their lower node, and wanted -> candidates and nodes, by the higher node; edges.

    candidates: positions and elements of lower nodes, and for each pair the index of its lower node, and its higher node. Pairs
    whose nodes are both in this bucket are compared at once.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        packed = PackedRows(batches)
        yield from packed.take_rows("copies", "classes", "crowded", "gone")
        if "pairs" not in packed and "wanted" not in packed:
            return
        nodes, wanted = packed.take("nodes"), distinct(packed.take("wanted")["node"])
        pairs = packed.take("pairs")
        low, high = unique_pairs(pairs["low"], pairs["high"])
        lower = np.searchsorted(nodes["node"], low)
        for bucket, chosen in by_hash(high, settings.buckets):
            if bucket == packed.bucket:
                yield _inner_edges(nodes, lower[chosen], np.searchsorted(nodes["node"], high[chosen]), settings)
            else:
                texts, index = _used(nodes, lower[chosen])
                yield pack(bucket, "candidates", node=high[chosen], index=index, **texts)
        if len(wanted):
            yield pack(packed.bucket, "nodes", node=wanted, **taken(nodes, np.searchsorted(nodes["node"], wanted)))

    return apply


def _inner_edges(nodes: Arrays, lower: np.ndarray, higher: np.ndarray, settings: Settings) -> pa.RecordBatch:
    """The edges among pairs of which both nodes are at hand: `lower` and `higher` are their indices."""
    texts, index = _used(nodes, np.concatenate((lower, higher)))
    both = shingled(texts, settings)
    return edges(both, index[: len(lower)], both, index[len(lower) :], settings)


def _used(nodes: Arrays, index: np.ndarray) -> tuple[Arrays, np.ndarray]:
    """(the texts that these indices name, each once; the indices among them)."""
    used = np.zeros(len(nodes["node"]), bool)
    used[index] = True
    return taken(nodes, np.flatnonzero(used)), (np.cumsum(used) - 1)[index]


def verify(settings: Settings) -> Callable[[Batches], Batches]:
    """The candidates and nodes of one bucket -> edges."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        packed = PackedRows(batches)
        yield from packed.take_rows("copies", "classes", "crowded", "gone", "edges")
        nodes = packed.take("nodes")
        shingled_nodes = shingled(nodes, settings)
        for row in packed.take_rows("candidates"):
            candidates = unpack(row)
            lower, higher = candidates["index"].astype(np.int64), np.searchsorted(nodes["node"], candidates["node"])
            yield edges(shingled(candidates, settings), lower, shingled_nodes, higher, settings)

    return apply


class Shingled(NamedTuple):
    """position: uint64 [texts]; sets: shingles (uint64) of each."""

    position: np.ndarray
    sets: Ragged


def shingled(texts: Arrays, settings: Settings) -> Shingled:
    """The texts with their shingles instead of their elements."""
    return Shingled(texts["position"], shingle_sets(elements_of(texts, of_words=settings.of_words), settings.shingling))


def edges(left: Shingled, i: np.ndarray, right: Shingled, j: np.ndarray, settings: Settings) -> pa.RecordBatch:
    """Of the pairs of text i[k] on the left and text j[k] on the right those that reach the threshold, by their positions."""
    similarity = jaccard(left.sets, i, right.sets, j, settings.threshold)
    one, other = left.position[i], right.position[j]
    low, high = np.minimum(one, other), np.maximum(one, other)
    alike = (similarity > 0) & (high >= settings.first_droppable)
    return pack(0, "edges", low=low[alike], high=high[alike], similarity=similarity[alike])
