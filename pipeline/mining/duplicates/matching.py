"""Texts sent to buckets, and matched there. In: texts and positions. Out: equal texts, and the pairs that share a band."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from wajue.arrays.cells import Batches, by_hash, keeping_freed
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.comparing import edges, shingled
from wajue.mining.duplicates.elements import code_points, to_16_bits
from wajue.mining.duplicates.equal_texts import differs_from_previous, distinct, distinct_texts
from wajue.mining.duplicates.hashes import TextHashes, hashed_words, text_hashes
from wajue.mining.duplicates.packed import Arrays, PackedRows, elements_of, pack, taken, text_arrays
from wajue.mining.duplicates.pairs import bucket_pairs
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.signatures import Signatures, most_differences, signatures

_SLAB = 1 << 18  # texts
_HALF, _LOW_HALF = np.uint64(32), np.uint64(0xFFFFFFFF)
_FOLDED_BITS, _TEXT_BITS = np.uint64(0xFFFF), np.uint64(0xFFFF0000)  # of a node


def scatter(settings: Settings) -> Callable[[Batches], Batches]:
    """(text string, position long) -> texts, each to the bucket of its node, and bands, each to that of its key."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for begin in range(0, batch.num_rows, _SLAB):
                part = batch.slice(begin, _SLAB)
                yield from _scatter(part.column("text"), part.column("position").to_numpy().astype(np.uint64), settings)

    return apply


def _scatter(texts: pa.StringArray, position: np.ndarray, settings: Settings) -> Batches:
    elements = code_points(texts)
    hashes = text_hashes(elements)
    node = (hashes.text & _TEXT_BITS) | (hashes.folded_high & _FOLDED_BITS)
    if settings.near and settings.of_words:
        elements = hashed_words(elements)
    if settings.near and not settings.one_bucket:
        signed = _signatures(elements, settings)
        node |= signed.sketches.astype(np.uint64) << _HALF
        yield from _bands(signed.band_keys, node, settings)
    packed = to_16_bits(elements, of_words=settings.of_words) if settings.near else None
    for bucket, chosen in by_hash(node, settings.buckets):
        arrays = hashes.take(chosen)._asdict() | {"position": position[chosen], "node": node[chosen]}
        if packed:
            arrays |= text_arrays(packed.take(chosen))
        yield pack(bucket, "texts", **arrays)


def _bands(band_keys: np.ndarray, node: np.ndarray, settings: Settings) -> Batches:
    flat, nodes = band_keys.ravel(), np.repeat(node, settings.bands)
    for bucket, chosen in by_hash(flat, settings.buckets):
        yield pack(bucket, "bands", band_key=flat[chosen] >> _HALF, node=nodes[chosen])


def _signatures(elements: Ragged, settings: Settings) -> Signatures:
    return signatures(elements, settings.shingling, bands=settings.bands, rows_per_band=settings.rows_per_band)


def match(settings: Settings) -> Callable[[Batches], Batches]:
    """The texts and bands of one bucket -> copies, classes, nodes; pairs, wanted, crowded. Of the only bucket: edges at once.

    copies: documents with one and the same text, and the first of them; classes: different texts that are equal when folded;
    nodes: the distinct texts; pairs: of nodes that share a band, in the bucket of the lower node; wanted: the higher nodes,
    in theirs; crowded: as in `pairs.BucketPairs`.
    """

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        packed = PackedRows(batches)
        if "texts" in packed:
            yield from _match_texts(packed.bucket, packed.take("texts"), settings)
        if "bands" in packed:
            yield from _match_bands(packed.take("bands"), settings)

    return apply


def _match_texts(bucket: int, texts: Arrays, settings: Settings) -> Batches:
    position = texts["position"]
    hashes = TextHashes(*(texts[name] for name in TextHashes._fields))
    unique = distinct_texts(hashes, position)
    if len(unique.copies):
        yield pack(bucket, "copies", position=position[unique.copies], kept=position[unique.copied])
    if len(unique.class_members):
        members = unique.class_members
        high, low = hashes.folded_high[members], hashes.folded_low[members]
        yield pack(bucket, "classes", folded_high=high, folded_low=low, position=position[members])
    if settings.near:
        yield from (_compare_all if settings.one_bucket else _nodes)(bucket, texts, unique.first, settings)


def _match_bands(bands: Arrays, settings: Settings) -> Batches:
    differences = most_differences(settings.threshold)
    low, high, crowded = bucket_pairs(bands["band_key"], bands["node"], settings.max_bucket, differences)
    for bucket, chosen in by_hash(low, settings.buckets):
        yield pack(bucket, "pairs", low=low[chosen], high=high[chosen])
    for bucket, chosen in by_hash(wanted := distinct(high), settings.buckets):
        yield pack(bucket, "wanted", node=wanted[chosen])
    if len(crowded):
        yield pack(0, "crowded", crowded=crowded)


def _nodes(bucket: int, texts: Arrays, chosen: np.ndarray, settings: Settings) -> Batches:
    """The chosen texts by node; of two texts with one node, which is rare, one is not searched for."""
    node = texts["node"][chosen]
    by_node = np.argsort(node)
    by_node = by_node[differs_from_previous(node[by_node])]
    yield pack(bucket, "nodes", node=node[by_node], **taken(texts, chosen[by_node]))


def _compare_all(bucket: int, texts: Arrays, chosen: np.ndarray, settings: Settings) -> Batches:
    """The chosen texts with each other -> edges, crowded. In a pair the lower half of a node is its rank among the nodes."""
    chosen = np.sort(chosen)  # as they lie in memory
    signed = _signatures(elements_of(taken(texts, chosen), of_words=settings.of_words), settings)
    sketches = signed.sketches.astype(np.uint64) << _HALF
    by_node = np.argsort(sketches | texts["node"][chosen])
    node = np.empty(len(chosen), np.uint64)
    node[by_node] = sketches[by_node] | np.arange(len(chosen), dtype=np.uint64)
    keys = (signed.band_keys.ravel() >> _HALF).astype(np.uint32)
    del signed, sketches
    low, high, crowded = bucket_pairs(keys, node, settings.max_bucket, most_differences(settings.threshold))
    del keys
    pairs = distinct((low << _HALF) | (high & _LOW_HALF))
    i, j = (side.astype(np.int64) for side in (pairs >> _HALF, pairs & _LOW_HALF))
    used = np.zeros(len(chosen), bool)
    used[i] = used[j] = True
    renumbered, paired = np.cumsum(used) - 1, shingled(taken(texts, chosen[by_node[used]]), settings)
    yield edges(paired, renumbered[i], paired, renumbered[j], settings)
    if len(crowded):
        yield pack(bucket, "crowded", crowded=crowded)
