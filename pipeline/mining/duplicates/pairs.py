"""Pairs of texts that share a band. In: band keys and nodes. Out: the distinct pairs, and the buckets too full to compare all.

A node is a 64-bit number of a distinct text whose upper half is the first word of its sketch. A bucket holds the texts with one
band key.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.mining.duplicates.hashes import SECOND_SEED, mixed
from wajue.mining.duplicates.shingles import most_unshared
from wajue.mining.duplicates.signatures import MAP_BITS, most_differences

_MOST_BITS = 6  # all keys are looked at for each part, so there are 64 of these at most
_KEYS = 4_000_000  # of a part
_FEW = 40  # members of a bucket; so few are sorted fastest by insertion
LOW_HALF = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
_MAP = np.uint64(MAP_BITS)
_BITMAP = (np.uint64(1) << _MAP) - np.uint64(1)


class Sketched(NamedTuple):
    """Nodes, and the second words of their sketches, both uint64 [n]."""

    nodes: np.ndarray
    seconds: np.ndarray


class BucketPairs(NamedTuple):
    """low, high: uint64 [pairs], the nodes of each candidate pair; crowded: as `crowded_of` has them."""

    low: np.ndarray
    high: np.ndarray
    crowded: np.ndarray


class Limits(NamedTuple):
    """What sketches are held against. one_bit, two_bits: int, hashes in which two may differ by their first words, by both;
    threshold: float, of the similarity.
    """

    one_bit: int
    two_bits: int
    threshold: float


def limits_of(threshold: float) -> Limits:
    """Those by which texts are told that miss the threshold."""
    return Limits(most_differences(threshold, 1), most_differences(threshold, 2), threshold)


@njit(cache=True, inline="always")
def _sort_members(nodes, seconds, n):
    """Sort the first n nodes in place, and `seconds` with them: by insertion where they are few, which most are."""
    if n > _FEW:
        order = np.argsort(nodes[:n], kind="mergesort")
        nodes[:n], seconds[:n] = nodes[:n][order], seconds[:n][order]
        return
    for k in range(1, n):
        node, second, j = nodes[k], seconds[k], k
        while j > 0 and nodes[j - 1] > node:
            nodes[j], seconds[j] = nodes[j - 1], seconds[j - 1]
            j -= 1
        nodes[j], seconds[j] = node, second


@njit(cache=True, inline="always")
def _ones(word):
    """The bits of a word that are set (Warren, Hacker's Delight, section 5-1): one instruction of the processor."""
    word = word - ((word >> np.uint64(1)) & np.uint64(0x5555555555555555))
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    return (((word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(0x0101010101010101)) >> np.uint64(56)


@njit(cache=True, inline="always")
def may_be_alike(one, other, one_second, other_second, limits):
    """May two nodes reach the threshold, by their sketches and Limits?"""
    number, other_number = one_second >> _MAP, other_second >> _MAP
    if number and other_number:
        return _ones((one_second ^ other_second) & _BITMAP) <= most_unshared(number + other_number, limits.threshold)
    differ = (one ^ other) >> HALF
    if number or other_number:
        return _ones(differ) <= limits.one_bit
    return _ones(differ | (one_second ^ other_second)) <= limits.two_bits


@njit(cache=True, nogil=True)
def _count_parts(keys, shift, size):
    for i in range(len(keys)):
        size[np.uint64(keys[i]) >> np.uint64(shift)] += 1


@njit(cache=True, nogil=True)
def _pack_keys(keys, part, shift, packed):
    """Fill `packed` with the keys of this part, those whose bits from `shift` on are its number, and their indices."""
    n = 0
    for i in range(len(keys)):
        if np.uint64(keys[i]) >> np.uint64(shift) == np.uint64(part):
            packed[n] = (np.uint64(keys[i]) << HALF) | np.uint64(i)
            n += 1


@njit(cache=True, nogil=True)
def _keep_shared(packed):
    """Move the sorted words whose upper half stands more than once to the front; returns how many there are."""
    n, equals_previous = 0, False
    for i in range(len(packed)):
        equals_next = i + 1 < len(packed) and packed[i + 1] >> HALF == packed[i] >> HALF
        if equals_previous or equals_next:
            packed[n] = packed[i]
            n += 1
        equals_previous = equals_next
    return n


def shared_keys(keys: np.ndarray) -> np.ndarray:
    """The keys that stand more than once, sorted: key and index in one word (uint64 [n]). keys: uint32 [n].

    Most keys stand once, and are out before anything else. One word sorts three times faster than argsort does. Keys are sorted
    part by part, by their first bits: for ninety million that takes a second more, and the search 1.5 GB less.
    """
    bits = min(_MOST_BITS, (len(keys) // _KEYS).bit_length())
    size = np.zeros(1 << bits, np.int64)
    _count_parts(keys, 32 - bits, size)
    shared = []
    for part, n in enumerate(size.tolist()):
        packed = np.empty(n, np.uint64)
        _pack_keys(keys, part, 32 - bits, packed)
        packed.sort()
        shared.append(packed[: _keep_shared(packed)].copy())
    return np.concatenate(shared)


@njit(cache=True, inline="always")
def _fill_members(shared, start, stop, sketched, keys_per_node, members):
    """Write the distinct nodes of the bucket shared[start:stop] to `members`, sorted; returns how many there are."""
    nodes, seconds = members
    for k in range(start, stop):
        node = (shared[k] & LOW_HALF) // keys_per_node
        nodes[k - start], seconds[k - start] = sketched.nodes[node], sketched.seconds[node]
    _sort_members(nodes, seconds, stop - start)
    distinct = 1
    for k in range(1, stop - start):  # copies of a text share its node, and all its buckets
        if nodes[k] != nodes[distinct - 1]:
            nodes[distinct], seconds[distinct] = nodes[k], seconds[k]
            distinct += 1
    return distinct


@njit(cache=True, nogil=True)
def _fill_pairs(
    shared,  # uint64 [n], as shared_keys makes them
    sketched,  # Sketched
    keys_per_node,  # uint64
    max_bucket,
    limits,  # Limits
    members,  # Sketched of n, worked in
    pairs,  # BucketPairs, filled as far as its arrays reach; crowded: int64 [buckets], the members alone
):
    """Returns how many (pairs, crowded buckets) there are."""
    shared, sketched, members, (low, high, crowded) = borrowed((shared, sketched, members, pairs))
    nodes, seconds = members
    n, crowded_count, start = 0, 0, 0
    while start < len(shared):
        stop = start + 1
        while stop < len(shared) and shared[stop] >> HALF == shared[start] >> HALF:
            stop += 1
        m = _fill_members(shared, start, stop, sketched, keys_per_node, members)
        for x in range(m - 1):
            for y in range(x + 1, min(m, x + 1 + max_bucket)):
                if may_be_alike(nodes[x], nodes[y], seconds[x], seconds[y], limits):
                    if n < len(low):
                        low[n], high[n] = nodes[x], nodes[y]
                    n += 1
        if m > max_bucket + 1:
            if crowded_count < len(crowded):
                crowded[crowded_count] = m
            crowded_count += 1
        start = stop
    return n, crowded_count


def crowded_of(sizes: np.ndarray, max_bucket: int) -> np.ndarray:
    """Members and pairs compared (int64 [crowded, 2]) of the buckets in which not all pairs are; sizes: int64 [buckets]."""
    members = sizes[sizes > max_bucket + 1]
    return np.stack((members, max_bucket * members - max_bucket * (max_bucket + 1) // 2), axis=1)


def bucket_pairs(keys: np.ndarray, sketched: Sketched, max_bucket: int, threshold: float) -> BucketPairs:
    """The candidate pairs of all buckets: two nodes with one key whose sketches do not tell that they miss the threshold.

    keys: uint32 [n], as many for each node, node by node. In a bucket of more than `max_bucket` others each node is compared with
    the next `max_bucket` in the order of the sketches: the work grows with the members, not with their square.
    """
    shared, keys_per_node = shared_keys(keys), np.uint64(len(keys) // max(1, len(sketched.nodes)))
    pair_count, crowded_count = 2 * len(keys), 1000  # more than there are, as a rule; the second round knows
    members = Sketched(np.empty(len(shared), np.uint64), np.empty(len(shared), np.uint64))
    limits = limits_of(threshold)
    while True:
        pairs = BucketPairs(np.empty(pair_count, np.uint64), np.empty(pair_count, np.uint64), np.empty(crowded_count, np.int64))
        n, c = _fill_pairs(shared, sketched, keys_per_node, max_bucket, limits, members, pairs)
        if n <= pair_count and c <= crowded_count:
            return BucketPairs(pairs.low[:n], pairs.high[:n], crowded_of(pairs.crowded[:c], max_bucket))
        pair_count, crowded_count = max(pair_count, n), max(crowded_count, c)


@njit(cache=True, nogil=True)
def _keep_unique(
    low,  # uint64 [pairs], the distinct ones are moved to the front, like those of high
    high,
    table,  # uint64 [size, 2], zeros; size a power of two
):
    mask = np.uint64(len(table) - 1)
    n = 0
    for k in range(len(low)):
        slot = mixed(low[k] + high[k] * SECOND_SEED) & mask
        while table[slot, 1] and (table[slot, 0] != low[k] or table[slot, 1] != high[k]):
            slot = (slot + np.uint64(1)) & mask
        if not table[slot, 1]:  # high is above low, so never 0
            table[slot, 0], table[slot, 1] = low[k], high[k]
            low[n], high[n] = low[k], high[k]
            n += 1
    return n


def unique_pairs(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct pairs low < high (uint64 [n]), in the order in which they first stand."""
    low, high = low.copy(), high.copy()
    table = np.zeros((1 << max(4, (3 * len(low) // 2).bit_length()), 2), np.uint64)
    n = _keep_unique(low, high, table)
    return low[:n], high[:n]
