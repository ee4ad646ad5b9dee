"""The contexts of one symbol, sorted by what follows it. In: symbol codes and positions. Out: `Contexts`.

The sort takes two steps. First 64-bit words are sorted that hold the next two or three symbols and the number of the position,
which is many times faster than argsort. Then the runs that agree in these symbols are sorted by the others: by insertion where
they are short, which most are.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.text.word_table import prefetch

_AHEAD = 16  # contexts; so early the text around a position is fetched
_SHORT = 24  # contexts; so few are sorted fastest by insertion
_MOST_16_BIT = 1 << 16  # positions that 16 bits can number
_WORD, _SYMBOL, _HALF = 64, 16, np.uint64(32)  # bits


class Contexts(NamedTuple):
    """What stands around the positions of a symbol: near, far uint64 [n], the 4 symbols that follow and the 4 after these, the
    first in the top 16 bits, 0 from a break on; before uint16 [n], the symbol before.
    """

    near: np.ndarray
    far: np.ndarray
    before: np.ndarray


def empty_contexts(n: int) -> Contexts:
    """As much memory as n contexts need."""
    return Contexts(np.empty(n, np.uint64), np.empty(n, np.uint64), np.empty(n, np.uint16))


@njit(cache=True)
def number_bits(n):
    """The bits of a word that number n positions; the others hold symbols."""
    return 16 if n <= _MOST_16_BIT else 32


@njit(cache=True, inline="always")
def _four_symbols(code, i):
    """(four symbols from i on in one word, are they of one clause); nothing after a break."""
    word = np.uint64(0)
    for j in range(4):
        symbol = code[i + j] if i + j < len(code) else 0
        if symbol == 0:
            return word, False
        word |= np.uint64(symbol) << np.uint64(48 - 16 * j)
    return word, True


@njit(cache=True, nogil=True)
def _fill_sort_keys(code, position, bits, keys):
    """What follows each position, as many symbols as leave `bits` for its number in 64 bits."""
    cut = np.uint64(_WORD - (_WORD - bits) // _SYMBOL * _SYMBOL)
    for row in range(len(position)):
        if row + _AHEAD < len(position):
            prefetch(code, np.int64(position[row + _AHEAD]))
        near, _ = _four_symbols(code, np.int64(position[row]) + 1)
        keys[row] = (near >> cut << cut) | np.uint64(row)


@njit(cache=True, nogil=True)
def _fill_contexts(
    code,  # uint16 [text]
    position,  # uint32 [n]
    keys,  # uint64 [n], sorted
    bits,  # of a position's number
    deep,  # are more than four symbols asked for
    contexts,  # Contexts, filled in the order of the keys
):
    near, far, before = contexts
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    for row in range(len(keys)):
        if row + _AHEAD < len(keys):
            prefetch(code, np.int64(position[keys[row + _AHEAD] & mask]))
        i = np.int64(position[keys[row] & mask])
        near[row], whole = _four_symbols(code, i + 1)
        far[row] = _four_symbols(code, i + 5)[0] if whole and deep else np.uint64(0)
        before[row] = code[i - 1]


@njit(cache=True, inline="always")
def _insert(near, far, before, begin, end):
    """Sort contexts by (near, far), by insertion."""
    for k in range(begin + 1, end):
        a, b, c = near[k], far[k], before[k]
        i = k
        while i > begin and (near[i - 1] > a or (near[i - 1] == a and far[i - 1] > b)):
            near[i], far[i], before[i] = near[i - 1], far[i - 1], before[i - 1]
            i -= 1
        near[i], far[i], before[i] = a, b, c


@njit(cache=True, nogil=True)
def _sort_run(near, far, before, begin, end, floor):
    """Sort many contexts by (near, far) that agree in the first two symbols of near."""
    n = end - begin
    keys = np.empty(n, np.uint64)
    for k in range(n):
        keys[k] = (near[begin + k] << _HALF) | np.uint64(k)
    keys.sort()
    order = (keys & np.uint64(0xFFFFFFFF)).astype(np.int64)
    near[begin:end], far[begin:end], before[begin:end] = near[begin:end][order], far[begin:end][order], before[begin:end][order]
    i = begin
    while i < end:
        j = i + 1
        while j < end and near[j] == near[i]:
            j += 1
        if j - i > _SHORT:
            ties = np.argsort(far[i:j])
            far[i:j], before[i:j] = far[i:j][ties], before[i:j][ties]
        elif j - i >= floor:
            _insert(near, far, before, i, j)
        i = j


@njit(cache=True, nogil=True)
def _finish_sort(
    contexts,  # Contexts, sorted by the top bits of near
    sorted_bits,
    floor,
):
    """Sort the runs of contexts that agree in the top bits; what is less than `floor` long may stay as it is."""
    near, far, before = contexts
    shift = np.uint64(_WORD - sorted_bits)
    i, n = 0, len(near)
    while i < n:
        j = i + 1
        while j < n and (near[j] ^ near[i]) >> shift == 0:
            j += 1
        if j - i > _SHORT:
            _sort_run(near, far, before, i, j, floor)
        elif j - i >= floor:
            _insert(near, far, before, i, j)
        i = j


def sorted_keys(code: np.ndarray, position: np.ndarray) -> np.ndarray:
    """What follows each position (uint32 [n]) and its number, in one word (uint64 [n]), sorted; code: uint16."""
    keys = np.empty(len(position), np.uint64)
    _fill_sort_keys(code, position, number_bits(len(position)), keys)
    keys.sort()
    return keys


@njit(cache=True, nogil=True)
def fill_sorted(
    code,  # uint16, with a symbol or break before each position
    position,  # uint32 [n]
    keys,  # uint64 [n], as `sorted_keys` makes them
    longest,
    floor,
    contexts,  # Contexts of at least n, the first n of which are filled
):
    """The contexts of these positions, sorted by what follows; runs of fewer than `floor` may be out of order."""
    n = len(position)
    filled = Contexts(contexts.near[:n], contexts.far[:n], contexts.before[:n])
    bits = number_bits(n)
    _fill_contexts(code, position, keys, bits, longest > 4, filled)
    _finish_sort(filled, _WORD - bits, floor)
    return filled
