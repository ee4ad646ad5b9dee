"""Random draws by place, not by sequence: a hash of (seed, epoch, document, position, slot), as SplitMix64 mixes its counter.

No state is handed on, so a draw is the same on any number of threads, after a resumed run, and on a GPU.
"""

import numpy as np
from numba import njit

_STEP = 0x9E3779B97F4A7C15


@njit(inline="always")
def mix(z):
    """64 well-mixed bits (Steele et al. 2014)."""
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(inline="always")
def number(key, counter):
    """The counter-th 64-bit number of a key."""
    return mix(key + (np.uint64(counter) + np.uint64(1)) * np.uint64(_STEP))


@njit(inline="always")
def below(bits, limit):
    """An integer 0..limit-1 from 32 random bits (Lemire 2019, without his correction: the bias is limit / 2^32)."""
    return np.int64(((bits & np.uint64(0xFFFFFFFF)) * np.uint64(limit)) >> np.uint64(32))


@njit(inline="always")
def draw(bits, threshold, alias):
    """A word id by the alias table (Vose 1991): the high half of the bits picks the column, the low half the side."""
    column = below(bits >> np.uint64(32), threshold.shape[0])
    other = alias[column]  # fetched always: a branch on a random bit is foretold wrongly half the time
    return other if np.uint32(bits & np.uint64(0xFFFFFFFF)) > threshold[column] else np.int32(column)


@njit(inline="always")
def keep_words(ids, at, stop, begin, stride, key, keep, words, bits, counters):
    """The words of ids[at:stop] that subsampling keeps, as many as there is room for. Returns (their number, where it stopped).

    Filled in: words; bits uint64, whose low half shrinks the window; counters, the first of each position. begin: where the
    document begins; stride: counters of a position; key: the document's.
    """
    n = 0
    while at < stop and n < words.shape[0]:
        words[n], counters[n] = ids[at], (at - begin) * stride
        bits[n] = number(key, counters[n])
        n += keep[words[n]] >= np.uint32(bits[n] >> np.uint64(32))  # no branch on a random bit
        at += 1
    return n, at
