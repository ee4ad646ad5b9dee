"""Counter-based random draws: a hash of (seed, epoch, document, position, draw), mixed as SplitMix64 mixes its counter.

No state is handed on, so a draw is the same on any number of threads, after a resumed run, and on a GPU.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

_STEP = 0x9E3779B97F4A7C15


class Stretch(NamedTuple):
    """Room for adjacent words of a document that subsampling keeps, up to the longest stretch that is trained at once."""

    matrix_rows: np.ndarray  # int64 [longest], the word at each position, as the row of its vectors
    bits: np.ndarray  # uint64 [longest], random; the low half shrinks the window
    counters: np.ndarray  # int64 [longest], the first counter of each position


@njit(inline="always")
def mix(z):
    """64 well-mixed bits of z, uint64 (Steele et al. 2014)."""
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
    """A matrix row by the alias table (Vose 1991): the high half of the bits picks the column, the low half the side."""
    column = below(bits >> np.uint64(32), threshold.shape[0])
    other = alias[column]  # always fetched: a branch on a random bit is mispredicted half the time
    return other if np.uint32(bits & np.uint64(0xFFFFFFFF)) > threshold[column] else np.int32(column)


@njit(inline="always")
def keep_words(
    matrix_rows,  # int32 [tokens]
    at,  # from this token on
    stop,  # the end of the document
    begin,  # the beginning of the document
    stride,  # counters of a position
    key,  # uint64, of the document
    keep,  # uint32 [vocabulary], by matrix row the chance to be kept, of 2**32
    stretch,  # Stretch, filled in
):
    """Fill a stretch with the words that subsampling keeps. Returns (how many, the token where it stopped)."""
    kept_rows, bits, counters = stretch.matrix_rows, stretch.bits, stretch.counters
    n = 0
    while at < stop and n < kept_rows.shape[0]:
        kept_rows[n], counters[n] = matrix_rows[at], (at - begin) * stride
        bits[n] = number(key, counters[n])
        n += keep[kept_rows[n]] >= np.uint32(bits[n] >> np.uint64(32))  # no branch on a random bit
        at += 1
    return n, at
