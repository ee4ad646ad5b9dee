"""N-grams as keys of 128 bits, up to 8 symbols of 16 bits. In: keys. Out: their lengths, symbols and order."""

from typing import NamedTuple

import numpy as np
from numba import njit

LONGEST = 8


class Counted(NamedTuple):
    """N-grams and what the positions of their first symbol tell.

    key: uint64 [n, 2], the symbols in reading order, the first in the top 16 bits; count: uint32 [n]; left_entropy,
    right_entropy: float64 [n], nats; prefixes: uint32 [n, longest - 1], counts of the shorter n-grams that begin it, by length
    (what lies beyond them has no meaning).
    """

    key: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # hides tuple.count, which is not missed
    left_entropy: np.ndarray
    right_entropy: np.ndarray
    prefixes: np.ndarray


@njit(cache=True, inline="always")
def symbol_at(high, low, j):
    """The j-th symbol, from 0, of a key in two words; `contexts.Contexts` has the same form."""
    if j < 4:
        return (high >> np.uint64(48 - 16 * j)) & np.uint64(0xFFFF)
    return (low >> np.uint64(48 - 16 * (j - 4))) & np.uint64(0xFFFF)


@njit(cache=True)
def _fill_lengths(key, out):
    for row in range(len(key)):
        for j in range(LONGEST):
            out[row] += symbol_at(key[row, 0], key[row, 1], j) != 0


def lengths(key: np.ndarray) -> np.ndarray:
    """How many symbols (int8 [n]) each key holds."""
    out = np.zeros(len(key), np.int8)
    _fill_lengths(key, out)
    return out


def last_symbol(key: np.ndarray) -> np.ndarray:
    """The last symbol (uint16 [n]) of each key."""
    last = lengths(key).astype(np.uint64) - np.uint64(1)
    word = np.where(last < 4, key[:, 0], key[:, 1])
    return ((word >> (np.uint64(48) - np.uint64(16) * (last % np.uint64(4)))) & np.uint64(0xFFFF)).astype(np.uint16)


def key_codes(key: np.ndarray) -> np.ndarray:
    """The symbols of each key: uint16 [n, 8], 0 after the last."""
    shifts = np.array([48, 32, 16, 0], np.uint64)
    return ((key[:, :, None] >> shifts) & np.uint64(0xFFFF)).astype(np.uint16).reshape(len(key), LONGEST)


def by_key(counted: Counted) -> Counted:
    """In the order of the keys, which does not depend on where they were counted; twice as fast as np.lexsort."""
    order = np.argsort(counted.key[:, 0], kind="stable")
    _settle_order(counted.key[:, 0], counted.key[:, 1], order)
    return Counted(*(column[order] for column in counted))


@njit(cache=True, nogil=True)
def _settle_order(high, low, order):
    """Order rows of equal first words by their second; runs are short, so insertion will do."""
    for k in range(1, len(order)):
        row = order[k]
        i = k
        while i > 0 and high[order[i - 1]] == high[row] and low[order[i - 1]] > low[row]:
            order[i] = order[i - 1]
            i -= 1
        order[i] = row
