"""The search where one task has all texts: each is compared with those before it that are kept. In: band keys, sketches and
shingles of distinct texts. Out: edges from kept texts to those that resemble them.

Texts come in the order of preference, and nobody is compared with one that is dropped, for it stands for nobody (leader
clustering; Hartigan 1975, chapter 3). So a thousand variants of a sentence cost a thousand comparisons, where all their pairs are
half a million. The edges are those of all pairs that count when `choosing` decides; the windows of full buckets are as in `pairs`.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.pairs import HALF, LOW_HALF, limits_of, may_be_alike, shared_keys
from wajue.mining.duplicates.shingles import similarity


class Texts(NamedTuple):
    """Distinct texts in the order of their nodes, by which a text has its number.

    nodes, seconds: uint64 [n], the first words of their sketches in the upper half of the nodes, and the second words; position:
    uint64 [n]; class_of: int32 [n], the class of texts that are equal when folded, or -1; is_earlier: bool [n], never dropped;
    is_gone: bool [n], dropped by an earlier run.
    """

    nodes: np.ndarray
    seconds: np.ndarray
    position: np.ndarray
    class_of: np.ndarray
    is_earlier: np.ndarray
    is_gone: np.ndarray


class Buckets(NamedTuple):
    """The texts of each band key that several have. A slot is the place of a text in a bucket.

    members: uint32 [slots], texts, in a bucket by number; starts: int64 [buckets + 1], the first slot of each.
    """

    members: np.ndarray
    starts: np.ndarray


class Slots(NamedTuple):
    """The slots of the texts that are paired, by their numbers among these, text by text.

    members: int32 [slots], the text in each slot, -1 for one that is not paired; offsets: int64 [paired + 1], where those of each
    begin; slot: int64 [n]; begin, end: int64 [n], the slots whose texts are compared with that of a slot, its own among them.
    """

    members: np.ndarray
    offsets: np.ndarray
    slot: np.ndarray
    begin: np.ndarray
    end: np.ndarray


class Leads(NamedTuple):
    """low, high: uint64 [edges], positions of a kept text and of one that resembles it; similarity: float64 [edges]."""

    low: np.ndarray
    high: np.ndarray
    similarity: np.ndarray


def buckets_of(keys: np.ndarray, our_keys: np.ndarray | None) -> Buckets:
    """keys: uint32 [n, bands]; our_keys: uint32, those of whose buckets texts are compared, None for all."""
    shared = shared_keys(keys.ravel())
    if our_keys is not None:
        shared = shared[np.isin((shared >> HALF).astype(np.uint32), our_keys)]
    key, text = (shared >> HALF).astype(np.uint32), ((shared & LOW_HALF) // np.uint64(max(1, keys.shape[1]))).astype(np.uint32)
    new_key = np.append(True, key[1:] != key[:-1])[: len(key)]
    new = new_key | np.append(True, text[1:] != text[:-1])[: len(key)]  # two bands of a text may have one key
    starts = np.append(np.flatnonzero(new_key[new]), np.count_nonzero(new))
    return Buckets(text[new], starts)


@njit(cache=True, nogil=True)
def _mark_paired(texts, buckets, max_bucket, limits, nodes, seconds, paired):
    """Which texts (bool [n]) may resemble another one, of which not both are earlier. nodes, seconds: uint64 [slots], worked in:
    what stands together in memory is compared several times as fast.
    """
    texts, buckets, nodes, seconds, paired = borrowed((texts, buckets, nodes, seconds, paired))
    for bucket in range(len(buckets.starts) - 1):
        start, stop = buckets.starts[bucket], buckets.starts[bucket + 1]
        for slot in range(start, stop):
            text = buckets.members[slot]
            nodes[slot], seconds[slot] = texts.nodes[text], texts.seconds[text]
        for slot in range(start, stop):
            for other in range(slot + 1, min(stop, slot + 1 + max_bucket)):
                if may_be_alike(nodes[slot], nodes[other], seconds[slot], seconds[other], limits):
                    x, y = buckets.members[slot], buckets.members[other]
                    if not (texts.is_earlier[x] and texts.is_earlier[y]):
                        paired[x] = paired[y] = True


@njit(cache=True, nogil=True)
def _lead(
    order,  # int64 [k], texts by position: those that are paired, or in a class
    number_of,  # int32 [n], of a text among those that are paired, -1 if it is not
    texts,  # Texts
    paired,  # Texts, those that are
    sets,  # Ragged of uint64, their shingles
    slots,  # Slots
    limits,  # Limits
    is_led,  # bool [classes], False; is a text of the class kept?
    is_kept,  # bool [slots], False; is the text of the slot kept, and paired?
    compared_with,  # int32 [paired], -1
    edges,  # Leads, filled as far as its arrays reach
):
    """Returns how many edges there are."""
    order, number_of, texts, paired, sets, slots = borrowed((order, number_of, texts, paired, sets, slots))
    is_led, is_kept, compared_with, (low, high, alike) = borrowed((is_led, is_kept, compared_with, edges))
    n = 0
    for x in order:
        class_of, own, is_dropped = texts.class_of[x], number_of[x], False
        first = slots.offsets[own] if own >= 0 else 0
        last = slots.offsets[own + 1] if own >= 0 else 0
        if not texts.is_earlier[x]:
            for at in range(first, last):
                for other in range(slots.begin[at], slots.end[at]):
                    if not is_kept[other]:
                        continue
                    kept = slots.members[other]
                    if compared_with[kept] == own:
                        continue
                    compared_with[kept] = own
                    if not may_be_alike(paired.nodes[own], paired.nodes[kept], paired.seconds[own], paired.seconds[kept], limits):
                        continue
                    reached = similarity(sets, own, sets, kept, limits.threshold)
                    if reached > 0:
                        if n < len(low):
                            low[n], high[n], alike[n] = paired.position[kept], paired.position[own], reached
                        n, is_dropped = n + 1, True
            is_dropped |= class_of >= 0 and is_led[class_of]
        if not is_dropped and not texts.is_gone[x]:
            if class_of >= 0:
                is_led[class_of] = True
            for at in range(first, last):
                is_kept[slots.slot[at]] = True
    return n


def _slots(buckets: Buckets, number_of: np.ndarray, paired: int, max_bucket: int) -> Slots:
    """number_of: int32 [n], of each text among those that are paired, -1 for none."""
    members = number_of[buckets.members]
    slot = np.flatnonzero(members >= 0)
    bucket = np.searchsorted(buckets.starts, slot, side="right") - 1  # in order, they are found ten times as fast
    begin = np.maximum(buckets.starts[bucket], slot - max_bucket)
    end = np.minimum(buckets.starts[bucket + 1], slot + max_bucket + 1)
    offsets, by_text = np.append(0, np.cumsum(np.bincount(members[slot], minlength=paired))), np.argsort(members[slot])
    return Slots(members, offsets, slot[by_text], begin[by_text], end[by_text])


def paired_texts(texts: Texts, buckets: Buckets, max_bucket: int, threshold: float) -> np.ndarray:
    """The numbers (int64) of those that may resemble another one: their shingles are wanted."""
    paired, slots = np.zeros(len(texts.nodes), bool), len(buckets.members)
    _mark_paired(texts, buckets, max_bucket, limits_of(threshold), np.empty(slots, np.uint64), np.empty(slots, np.uint64), paired)
    return np.flatnonzero(paired)


def leads(texts: Texts, buckets: Buckets, paired: np.ndarray, sets: Ragged, *, max_bucket: int, threshold: float) -> Leads:
    """The edges; paired: as `paired_texts` has them; sets: the shingles of each of these."""
    limits, count, number_of = limits_of(threshold), 2 * len(paired), np.full(len(texts.nodes), -1, np.int32)
    number_of[paired] = np.arange(len(paired), dtype=np.int32)
    slots, of_paired = _slots(buckets, number_of, len(paired), max_bucket), Texts(*(column[paired] for column in texts))
    order = np.flatnonzero((number_of >= 0) | (texts.class_of >= 0))
    order = order[np.argsort(texts.position[order])]
    while True:  # more than there are, as a rule; the second round knows
        edges = Leads(np.empty(count, np.uint64), np.empty(count, np.uint64), np.empty(count))
        is_led, is_kept = np.zeros(int(texts.class_of.max(initial=-1)) + 1, bool), np.zeros(len(slots.members), bool)
        compared_with = np.full(len(paired), -1, np.int32)
        n = _lead(order, number_of, texts, of_paired, sets, slots, limits, is_led, is_kept, compared_with, edges)
        if n <= count:
            return Leads(*(column[:n] for column in edges))
        count = n
