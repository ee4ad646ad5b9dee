"""Pointwise mutual information (PMI) of n-grams, nats. In: counted n-grams that end with the same symbols. Out: PMI.

It is the least over all ways to split the n-gram in two: ln(c T / (c_left c_right)), T symbols in all. The counts of the left
parts come with the n-gram, those of the right parts are looked up: they end with the same symbol.
"""

import numpy as np
from numba import njit

from wajue.mining.ngrams.keys import Counted, lengths
from wajue.mining.text.word_table import extended, mixed


@njit(cache=True, inline="always")
def _suffix(high, low, k):
    """The key without its first k symbols, 0 < k < 8."""
    if k >= 4:
        return low << np.uint64(16 * (k - 4)), np.uint64(0)
    return high << np.uint64(16 * k) | low >> np.uint64(64 - 16 * k), low << np.uint64(16 * k)


@njit(cache=True, inline="always")
def _slot_of(high, low, key, rows_at):
    """The slot of a key: that which holds its row, or the free one where it belongs."""
    mask = np.uint64(len(rows_at) - 1)
    slot = (mixed(extended(high, low)) >> np.uint64(24)) & mask
    while rows_at[slot] >= 0 and (key[rows_at[slot], 0] != high or key[rows_at[slot], 1] != low):
        slot = (slot + np.uint64(1)) & mask
    return slot


@njit(cache=True, nogil=True)
def _fill_pmi(
    counted,  # Counted
    length,  # int8 [n]
    total,
    rows_at,  # int32 [size], -1, a power of two; a hash table of the rows
    out,  # float64 [n], filled
):
    """Returns the first row a suffix of which is missing, -1 if there is none."""
    key, count, _, _, prefixes = counted
    for row in range(len(key)):
        rows_at[_slot_of(key[row, 0], key[row, 1], key, rows_at)] = row
    for row in range(len(key)):
        most = 0.0
        for k in range(1, length[row]):
            high, low = _suffix(key[row, 0], key[row, 1], k)
            suffix = rows_at[_slot_of(high, low, key, rows_at)]
            if suffix < 0:
                return row
            most = max(most, float(prefixes[row, k - 1]) * float(count[suffix]))
        out[row] = np.log(float(count[row]) * total / most) if length[row] > 1 else np.nan
    return -1


def pmi(counted: Counted, total: int) -> np.ndarray:
    """float64 [n], nats, NaN for single symbols.

    counted: all n-grams that end with the same symbols; total: symbols in the corpus.
    """
    size = 16
    while size < 2 * len(counted.count):
        size *= 2
    out = np.empty(len(counted.count))
    missing = _fill_pmi(counted, lengths(counted.key), float(total), np.full(size, -1, np.int32), out)
    assert missing < 0  # what ends a listed n-gram is at least as frequent
    return out
