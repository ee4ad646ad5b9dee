"""Texts sent to buckets, and matched there. In: signatures and positions. Out: equal texts, and the pairs that share a band."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, by_hash, keeping_freed
from wajue.mining.duplicates import leading
from wajue.mining.duplicates.comparing import shingled
from wajue.mining.duplicates.equal_texts import DistinctTexts, differs_from_previous, distinct, distinct_texts
from wajue.mining.duplicates.hashes import TextHashes
from wajue.mining.duplicates.packed import Arrays, PackedRows, pack, taken, text_arrays
from wajue.mining.duplicates.pairs import HALF, BucketPairs, Sketched, bucket_pairs, crowded_of
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.signing import bands_of, elements_in, hashes_of, sketches_of

_FOLDED_BITS, _TEXT_BITS = np.uint64(0xFFFF), np.uint64(0xFFFF0000)  # of a node


def scatter(settings: Settings) -> Callable[[Batches], Batches]:
    """positions.COMPARED_HERE -> texts, each to the bucket of its node; bands, each to that of its key, and
    earlier_bands of documents on which there is nothing to decide; gone, those of them that were dropped.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for batch in batches:
            position = batch.column("position").to_numpy().astype(np.uint64)
            yield from _scatter(batch, position, settings)
            if len(gone := position[batch.column("is_gone").to_numpy(zero_copy_only=False)]):
                yield pack(0, "gone", position=gone)

    return apply


def _scatter(signed: pa.RecordBatch, position: np.ndarray, settings: Settings) -> Batches:
    hashes, keys = hashes_of(signed), bands_of(signed, settings)
    node = (hashes.text & _TEXT_BITS) | (hashes.folded_high & _FOLDED_BITS)
    second = np.zeros(len(node), np.uint64)
    if settings.near:
        first, second = sketches_of(signed)
        node |= first << HALF
    texts = hashes._asdict() | {"position": position, "node": node}
    elements = elements_in(signed) if settings.near else None
    if settings.one_bucket:
        compared = text_arrays(elements) | {"band_key": keys.ravel(), "second": second} if elements else {}
        yield pack(0, "texts", **texts, **compared)
        return
    if settings.near:
        is_earlier = position < settings.first_droppable
        for kind, chosen in (("bands", ~is_earlier), ("earlier_bands", is_earlier)):
            yield from _bands(kind, keys[chosen], Sketched(node[chosen], second[chosen]), settings)
    for bucket, chosen in by_hash(node, settings.buckets):
        arrays = {name: column[chosen] for name, column in texts.items()}
        yield pack(bucket, "texts", **arrays, **(text_arrays(elements.take(chosen)) if elements else {}))


def _bands(kind: str, keys: np.ndarray, sketched: Sketched, settings: Settings) -> Batches:
    flat, owner = keys.ravel(), np.repeat(np.arange(len(keys)), settings.bands)
    for bucket, chosen in by_hash(flat, settings.buckets):
        nodes, seconds = (column[owner[chosen]] for column in sketched)
        yield pack(bucket, kind, band_key=flat[chosen], node=nodes, second=seconds)


def match(settings: Settings) -> Callable[[Batches], Batches]:
    """The texts and bands of one bucket -> copies, classes, nodes; pairs, wanted, crowded. Of the only bucket: edges at once.

    copies: documents with one and the same text, and the first of them; classes: different texts that are equal when folded;
    nodes: the distinct texts; pairs: of nodes that share a band, in the bucket of the lower node; wanted: the higher nodes,
    in theirs; crowded: as in `pairs.BucketPairs`.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        packed = PackedRows(batches)
        gone = packed.take("gone")["position"]
        if len(gone):
            yield pack(0, "gone", position=gone)
        if "texts" in packed:
            yield from _match_texts(packed.bucket, packed.take("texts"), gone, settings)
        if "bands" in packed:
            yield from _match_bands(packed.take("bands"), packed.take("earlier_bands"), settings)

    return apply


def _match_texts(bucket: int, texts: Arrays, gone: np.ndarray, settings: Settings) -> Batches:
    position = texts["position"]
    hashes = TextHashes(*(texts[name] for name in TextHashes._fields))
    unique = distinct_texts(hashes, position)
    if len(unique.copies):
        yield pack(bucket, "copies", position=position[unique.copies], kept=position[unique.copied])
    if len(unique.class_members):
        members = unique.class_members
        high, low = hashes.folded_high[members], hashes.folded_low[members]
        yield pack(bucket, "classes", folded_high=high, folded_low=low, position=position[members])
    if settings.near and settings.one_bucket:
        yield from _compare_all(texts, unique, gone, settings)
    elif settings.near:
        yield from _nodes(bucket, texts, unique.first, settings)


def _match_bands(ours: Arrays, earlier: Arrays, settings: Settings) -> Batches:
    low, high, crowded = _pairs_of_both(ours, earlier, settings)
    for bucket, chosen in by_hash(low, settings.buckets):
        yield pack(bucket, "pairs", low=low[chosen], high=high[chosen])
    for bucket, chosen in by_hash(wanted := distinct(high), settings.buckets):
        yield pack(bucket, "wanted", node=wanted[chosen])
    if len(crowded):
        yield pack(0, "crowded", crowded=crowded)


def _pairs_of_both(ours: Arrays, earlier: Arrays, settings: Settings) -> BucketPairs:
    """The pairs of our nodes with each other and with those of documents that are never dropped, which among themselves make
    none. Buckets in which none of our keys stands are not looked at.
    """
    if not len(earlier["node"]):
        return bucket_pairs(ours["band_key"], Sketched(ours["node"], ours["second"]), settings.max_bucket, settings.threshold)
    shared = np.isin(earlier["band_key"], ours["band_key"])
    keys, nodes, seconds = (np.concatenate((ours[name], earlier[name][shared])) for name in ("band_key", "node", "second"))
    low, high, crowded = bucket_pairs(keys, Sketched(nodes, seconds), settings.max_bucket, settings.threshold)
    our_nodes = distinct(ours["node"])
    is_ours = np.isin(low, our_nodes) | np.isin(high, our_nodes)
    return BucketPairs(low[is_ours], high[is_ours], crowded)


def _nodes(bucket: int, texts: Arrays, chosen: np.ndarray, settings: Settings) -> Batches:
    """The chosen texts by node; of two texts with one node, which is rare, one is not searched for."""
    node = texts["node"][chosen]
    by_node = np.argsort(node)
    by_node = by_node[differs_from_previous(node[by_node])]
    yield pack(bucket, "nodes", node=node[by_node], **taken(texts, chosen[by_node]))


def _compare_all(texts: Arrays, unique: DistinctTexts, gone: np.ndarray, settings: Settings) -> Batches:
    """The distinct texts with each other -> edges, crowded; gone: positions of those that were dropped before."""
    chosen = unique.first[np.argsort(texts["node"][unique.first])]
    position, is_ours = texts["position"][chosen], texts["position"] >= settings.first_droppable
    numbered = leading.Texts(
        nodes=texts["node"][chosen],
        seconds=texts["second"][chosen],
        position=position,
        class_of=_classes(texts, unique.class_members)[chosen],
        is_earlier=~is_ours[chosen],
        is_gone=np.isin(position, gone),
    )
    keys = texts["band_key"].reshape(-1, settings.bands)
    # all documents have a say in which buckets are looked at
    buckets = leading.buckets_of(keys[chosen], None if is_ours.all() else distinct(keys[is_ours].ravel()))
    limits: dict[str, Any] = {"max_bucket": settings.max_bucket, "threshold": settings.threshold}
    paired = leading.paired_texts(numbered, buckets, **limits)
    sets = shingled(taken(texts, chosen[paired]), settings).sets
    yield pack(0, "edges", **leading.leads(numbered, buckets, paired, sets, **limits)._asdict())
    if len(crowded := crowded_of(np.diff(buckets.starts), settings.max_bucket)):
        yield pack(0, "crowded", crowded=crowded)


def _classes(texts: Arrays, members: np.ndarray) -> np.ndarray:
    """The class of each text (int32 [texts]), -1 for none; members: those that are equal to others when folded, class by class."""
    class_of = np.full(len(texts["position"]), -1, np.int32)
    class_of[members] = np.cumsum(differs_from_previous(texts["folded_high"][members], texts["folded_low"][members])) - 1
    return class_of
