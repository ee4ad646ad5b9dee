"""Exact n-gram counts and branching entropies, by sorting the contexts of every position.

In: windows of the text as symbol codes (uint16, 0 between clauses). Out: every n-gram at or above a count floor with its
count and the entropies of its left and right neighbours.

One walk over the sorted contexts of a symbol sees every n-gram that begins with it as a run of contexts that share a prefix:
its count is the run's length, its right neighbours are the runs one level below, its left neighbours are what stands before
the contexts. Nothing is dropped before it is counted.

Branching entropy in nats (Jin & Tanaka-Ishii 2006; Magistry & Sagot 2012), H = ln c - (sum over neighbours of c_i ln c_i)/c.
A break, and a pseudo-character too rare to have a code, is a fresh neighbour each time: its c_i is 1.
"""

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.arrays.ragged import Ragged
from wajue.mining.ngrams.contexts import empty_contexts, fill_sorted, sorted_keys
from wajue.mining.ngrams.keys import LONGEST, Counted, symbol_at
from wajue.mining.text.symbols import RARE

_ENTROPY_UNIT = 2.0**-28  # sums of c ln c are of integers, so that no entropy depends on the order of the neighbours
_C_LN_C = np.rint(np.arange(4096) * np.log(np.maximum(np.arange(4096), 1)) / _ENTROPY_UNIT).astype(np.int64)
_MOST_SYMBOLS = 1 << 32  # positions have 32 bits


@njit(cache=True, nogil=True)
def _count_symbols(code, own, sizes):
    for i in range(len(code)):
        if own[code[i]]:
            sizes[code[i]] += 1


@njit(cache=True, nogil=True)
def _fill_positions(code, own, begins, out):
    """The positions of each own symbol, symbol by symbol; begins: int64 [65536], where each one's begin; moved on."""
    for i in range(len(code)):
        if own[code[i]]:
            out[begins[code[i]]] = i
            begins[code[i]] += 1


def _positions(code: np.ndarray, own: np.ndarray) -> Ragged:
    """The positions (uint32) of each symbol (65,536 runs) of those that are counted here (bool [65536])."""
    sizes = np.zeros(65536, np.int64)
    _count_symbols(code, own, sizes)
    positions = Ragged.of_sizes(np.empty(sizes.sum(), np.uint32), sizes)
    _fill_positions(code, own, positions.offsets[:-1].copy(), positions.values)
    return positions


@njit(cache=True, inline="always")
def _shared_symbols(near, far, i, k, longest):
    """How many leading symbols contexts i and k share, up to the first that is rare or a break."""
    x, y = near[i] ^ near[k], far[i] ^ far[k]
    for j in range(longest):
        if symbol_at(x, y, j) != 0 or symbol_at(near[k], far[k], j) <= RARE:
            return j
    return longest


@njit(cache=True, inline="always")
def _c_ln_c(c):
    """In units of _ENTROPY_UNIT."""
    return _C_LN_C[c] if c < len(_C_LN_C) else np.int64(np.rint(c * np.log(float(c)) / _ENTROPY_UNIT))


@njit(cache=True, inline="always")
def _sum_before(before, begin, end, seen):
    """The sum of c ln c over the symbols before these contexts; seen: int64 [65536], zeros, and zeros again afterwards."""
    for k in range(begin, end):
        seen[before[k]] += 1
    seen[0] = seen[RARE] = 0
    total = np.int64(0)
    for k in range(begin, end):
        c = seen[before[k]]
        if c > 1:
            total += _c_ln_c(c)
        seen[before[k]] = 0
    return total


@njit(cache=True, inline="always")
def _key(first, near, far, j):
    """The key, in two words, of a symbol and the j symbols that follow it."""
    high = np.uint64(first) << np.uint64(48) | near >> np.uint64(16)
    low = near << np.uint64(48) | far >> np.uint64(16)
    if j < 4:
        return high >> np.uint64(48 - 16 * j) << np.uint64(48 - 16 * j), np.uint64(0)
    return high, low >> np.uint64(112 - 16 * j) << np.uint64(112 - 16 * j)


@njit(cache=True)
def _walk(
    first,  # the symbol
    contexts,  # Contexts, sorted
    longest,
    floor,
    seen,  # int64 [65536], zeros
    out,  # Counted, filled
):
    """Emit the n-grams of one first symbol, the longer before the shorter; returns how many."""
    near, far, before = contexts
    key, count, left, right, prefixes = out
    begin = np.zeros(LONGEST + 2, np.int64)  # begin[j]: where the open run of contexts that share j symbols started
    total = np.zeros(LONGEST + 2, np.int64)  # total[j]: sum of c ln c over the closed runs one level below it
    below = np.zeros(LONGEST + 1, np.int64)  # below[j]: the first n-gram emitted since: to all of them its count is owed
    n, emitted, depth = len(near), 0, 0
    for k in range(1, n + 1):
        shared = _shared_symbols(near, far, k - 1, k, longest) if k < n else -1
        measured, sum_before = -1, np.int64(0)  # the run whose left neighbours were counted last
        for j in range(depth, shared, -1):
            size = k - begin[j]
            if j > 0:
                total[j - 1] += _c_ln_c(size)
            if size < floor or j == longest:
                continue
            if measured != begin[j]:
                measured, sum_before = begin[j], _sum_before(before, begin[j], k, seen)
            key[emitted, 0], key[emitted, 1] = _key(first, near[k - 1], far[k - 1], j)
            count[emitted] = size
            left[emitted] = np.log(float(size)) - sum_before * _ENTROPY_UNIT / size
            right[emitted] = np.log(float(size)) - total[j] * _ENTROPY_UNIT / size
            for row in range(below[j], emitted):
                prefixes[row, j] = size
            emitted += 1
        for j in range(depth + 1, shared + 1):
            begin[j], total[j], below[j] = k - 1, 0, emitted
        depth = shared
    return emitted


@njit(cache=True, nogil=True)
def _count_symbol(
    first,  # the symbol
    code,  # uint16 [text]
    position,  # uint32 [n], of the symbol
    keys,  # uint64 [n], as contexts.sorted_keys makes them
    longest,
    floor,
    contexts,  # Contexts, scratch
    seen,  # int64 [65536], zeros
    out,  # Counted, filled
):
    """Emit the n-grams of one first symbol; returns how many. All in one call, of which a text needs thousands."""
    code, position, keys, contexts, seen, out = borrowed((code, position, keys, contexts, seen, out))
    return _walk(first, fill_sorted(code, position, keys, longest, floor, contexts), longest, floor, seen, out)


def _empty_counted(n: int, longest: int) -> Counted:
    """As much memory as n n-grams need."""
    prefixes = np.empty((n, max(1, longest - 1)), np.uint32)
    return Counted(np.empty((n, 2), np.uint64), np.empty(n, np.uint32), np.empty(n), np.empty(n), prefixes)


def count(code: np.ndarray, own: np.ndarray, *, longest: int, floor: int) -> Counted:
    """The n-grams that begin with these symbols.

    code: uint16, clauses with 0 before, between and after them, fewer than 2**32 symbols; own: bool [65536], the symbols
    all of whose positions are in `code` (with one symbol before and `longest` after each); longest: 1..8; floor: the least
    count to report, at least 2. Raises ValueError if there are too many symbols.
    """
    if len(code) >= _MOST_SYMBOLS:
        raise ValueError("more than 2**32 symbols in one bucket: more buckets are needed")
    own = own.copy()
    own[: RARE + 1] = False
    positions = _positions(code, own)
    largest = int(positions.sizes.max())
    contexts, seen = empty_contexts(largest), np.zeros(65536, np.int64)
    scratch = _empty_counted(longest * (largest // floor + 1), longest)
    parts = [Counted(*(column[:0] for column in scratch))]
    for symbol in np.flatnonzero(positions.sizes >= floor):
        position = positions.values[positions.offsets[symbol] : positions.offsets[symbol + 1]]
        keys = sorted_keys(code, position)
        emitted = _count_symbol(symbol, code, position, keys, longest, floor, contexts, seen, scratch)
        parts.append(Counted(*(column[:emitted].copy() for column in scratch)))
    return Counted(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
