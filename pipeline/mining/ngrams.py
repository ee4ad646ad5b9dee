"""Exact n-gram counts and branching entropies, n = 1..8, by sorting the contexts of every position.

In: clauses as symbol codes (uint16, 0 between clauses). Out: every n-gram at or above a count floor with its count, the
entropies of its left and right neighbours, and its pointwise mutual information (PMI).

The work falls into three parts that share nothing but arrays, so that they can run on different machines:

1. `windows`: each position goes, with one symbol before and 8 after it, to the bucket of its symbol. Windows that overlap
   are sent as one: with few buckets a symbol is hardly sent more often than once for each.
2. `count`: the positions of a symbol are sorted by what follows. One walk over the sorted rows sees every n-gram as a run
   of rows that share a prefix: its count is the run's length, its right neighbours are the runs one level below, its left
   neighbours are what stands before the rows. Nothing is dropped before it is counted.
3. `pmi`: n-grams meet in the bucket of their last symbol, where each finds all that end it.

Branching entropy in nats (Jin & Tanaka-Ishii 2006; Magistry & Sagot 2012), H = ln c - (sum over neighbours of c_i ln c_i)/c.
A break, and a pseudo-character too rare to have a code, is a fresh neighbour each time: its c_i is 1. PMI in nats,
the least over all ways to split the n-gram in two: ln(c T / (c_left c_right)), T symbols in all.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.symbols import RARE
from wajue.mining.word_table import extended, mixed, prefetch

LONGEST = 8
_ENTROPY_UNIT = 2.0**-28  # sums of c ln c are of integers, so that no entropy depends on the order of the neighbours
_TABLE = np.rint(np.arange(4096) * np.log(np.maximum(np.arange(4096), 1)) / _ENTROPY_UNIT).astype(np.int64)
_AHEAD = 16  # rows; so early the text around a position is fetched
_SHORT = 24  # rows; so few are sorted fastest by insertion


class Counted(NamedTuple):
    """N-grams and what the positions of their first symbol tell.

    key: uint64 [n, 2], the symbols in reading order, the first in the top 16 bits; count: uint32 [n]; left_entropy,
    right_entropy: float64 [n], nats; prefixes: uint32 [n, longest - 1], counts of the shorter n-grams that begin it, by length
    (what lies beyond them has no meaning).
    """

    key: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # hides tuple.count, which nobody misses
    left_entropy: np.ndarray
    right_entropy: np.ndarray
    prefixes: np.ndarray


def bucket(symbol: np.ndarray, buckets: int) -> np.ndarray:
    """Which of the buckets (uint16) counts the n-grams that begin with the symbol."""
    return ((symbol.astype(np.uint32) * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(np.uint16) % np.uint16(buckets)


@njit(cache=True, nogil=True)
def _windows(code, bucket_of, longest, sent, place, out):
    """Copy (where `out` has room; else only count) each position's window to its bucket, from place[b] on."""
    sent[:] = -1  # end of what each bucket has got already
    end = 0
    fill = len(out) > 0
    for i in range(len(code)):
        if code[i] == 0:
            continue
        if i >= end:
            end = i + 1
            while end < len(code) and code[end] != 0:
                end += 1
        b = bucket_of[code[i]]
        first = i - 1 if i > 0 and code[i - 1] != 0 else i
        last = min(i + longest + 1, end)
        if sent[b] < first:
            if fill:
                out[place[b]] = 0
            place[b] += 1
        else:
            first = sent[b]
        if fill:
            for k in range(first, last):
                out[place[b] + k - first] = code[k]
        place[b] += last - first
        sent[b] = last


def windows(code: np.ndarray, buckets: int, longest: int) -> list[np.ndarray]:
    """For each bucket what `count` needs of these clauses; code: uint16, 0 between clauses. Each part begins with a break."""
    bucket_of = bucket(np.arange(65536), buckets)
    place = np.zeros(buckets + 1, np.int64)
    sent = np.empty(buckets, np.int64)
    _windows(code, bucket_of, longest, sent, place[1:], np.empty(0, np.uint16))
    ends = np.cumsum(place)
    out = np.empty(ends[-1], np.uint16)
    _windows(code, bucket_of, longest, sent, ends[:-1].copy(), out)
    return [out[a:b] for a, b in pairwise(ends.tolist())]


@njit(cache=True, nogil=True)
def _sizes(code, mine, size):
    for i in range(len(code)):
        if mine[code[i]]:
            size[code[i]] += 1


@njit(cache=True, nogil=True)
def _positions(code, mine, place, out):
    """The positions of each symbol that is counted here, symbol by symbol; place: where each one's begin."""
    for i in range(len(code)):
        if mine[code[i]]:
            out[place[code[i]]] = i
            place[code[i]] += 1


@njit(cache=True, inline="always")
def _word(code, i, end):
    """Four symbols from place i, the first in the top 16 bits; nothing after a break."""
    word = np.uint64(0)
    for j in range(4):
        c = code[i + j] if i + j < end else 0
        if c == 0:
            return word, False
        word |= np.uint64(c) << np.uint64(48 - 16 * j)
    return word, True


@njit(cache=True, nogil=True)
def _keys(code, position, bits, key):
    """What follows each position, as many symbols as leave `bits` for the row's number in 64 bits."""
    kept = np.uint64(64 - (64 - bits) // 16 * 16)
    for row in range(len(position)):
        if row + _AHEAD < len(position):
            prefetch(code, np.int64(position[row + _AHEAD]))
        near, _ = _word(code, np.int64(position[row]) + 1, len(code))
        key[row] = (near >> kept << kept) | np.uint64(row)


@njit(cache=True, nogil=True)
def _rows(code, position, key, bits, deep, near, far, before):
    """The contexts in the order of the keys: what follows, eight symbols in two words, and the symbol before."""
    mask = (np.uint64(1) << np.uint64(bits)) - np.uint64(1)
    for row in range(len(key)):
        if row + _AHEAD < len(key):
            prefetch(code, np.int64(position[key[row + _AHEAD] & mask]))
        i = np.int64(position[key[row] & mask])
        near[row], whole = _word(code, i + 1, len(code))
        far[row] = _word(code, i + 5, len(code))[0] if whole and deep else np.uint64(0)
        before[row] = code[i - 1]


@njit(cache=True, inline="always")
def _insert(near, far, before, begin, end):
    """Sort rows by (near, far), by insertion."""
    for k in range(begin + 1, end):
        a, b, c = near[k], far[k], before[k]
        i = k
        while i > begin and (near[i - 1] > a or (near[i - 1] == a and far[i - 1] > b)):
            near[i], far[i], before[i] = near[i - 1], far[i - 1], before[i - 1]
            i -= 1
        near[i], far[i], before[i] = a, b, c


@njit(cache=True, nogil=True)
def _settle(near, far, before, begin, end, floor):
    """Sort many rows by (near, far) that agree in the first two symbols of near; less than a run of `floor` may stay as it is."""
    n = end - begin
    key = np.empty(n, np.uint64)
    for k in range(n):
        key[k] = (near[begin + k] << np.uint64(32)) | np.uint64(k)
    key.sort()
    order = (key & np.uint64(0xFFFFFFFF)).astype(np.int64)
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
def _settle_ties(near, far, before, sorted_bits, floor):
    """Finish the sort, within the runs of rows that agree in the top bits by which they are sorted already."""
    shift = np.uint64(64 - sorted_bits)
    i, n = 0, len(near)
    while i < n:
        j = i + 1
        while j < n and (near[j] ^ near[i]) >> shift == 0:
            j += 1
        if j - i > _SHORT:
            _settle(near, far, before, i, j, floor)
        elif j - i >= floor:
            _insert(near, far, before, i, j)
        i = j


@njit(cache=True, inline="always")
def _symbol(near, far, j):
    """The j-th symbol of a context, from 0."""
    if j < 4:
        return (near >> np.uint64(48 - 16 * j)) & np.uint64(0xFFFF)
    return (far >> np.uint64(48 - 16 * (j - 4))) & np.uint64(0xFFFF)


@njit(cache=True, inline="always")
def _shared(near, far, i, k, longest):
    """How many leading symbols rows i and k share, up to the first that is rare or a break."""
    x, y = near[i] ^ near[k], far[i] ^ far[k]
    for j in range(longest):
        if _symbol(x, y, j) != 0 or _symbol(near[k], far[k], j) <= RARE:
            return j
    return longest


@njit(cache=True, inline="always")
def _c_ln_c(c):
    """In units of _ENTROPY_UNIT."""
    return _TABLE[c] if c < len(_TABLE) else np.int64(np.rint(c * np.log(float(c)) / _ENTROPY_UNIT))


@njit(cache=True, inline="always")
def _sum_before(before, begin, end, seen):
    """The sum of c ln c over the symbols before these rows; seen: zeros, and zeros again afterwards."""
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


@njit(cache=True, nogil=True)
def _walk(first, near, far, before, longest, floor, seen, key, count, left, right, prefixes):
    """Emit the n-grams of one first symbol, the longer before the shorter; rows are sorted. Returns how many."""
    begin = np.zeros(LONGEST + 2, np.int64)  # begin[j]: where the open run of rows that share j symbols started
    total = np.zeros(LONGEST + 2, np.int64)  # total[j]: sum of c ln c over the closed runs one level below it
    below = np.zeros(LONGEST + 1, np.int64)  # the first n-gram emitted since: to all of them its count is owed
    n, rows, depth = len(near), 0, 0
    head = np.uint64(first) << np.uint64(48)
    for k in range(1, n + 1):
        shared = _shared(near, far, k - 1, k, longest) if k < n else -1
        measured, sum_before = -1, np.int64(0)  # the run whose left neighbours were counted last
        for j in range(depth, shared, -1):
            size = k - begin[j]
            if j > 0:
                total[j - 1] += _c_ln_c(size)
            if size < floor or j == longest:
                continue
            if measured != begin[j]:
                measured, sum_before = begin[j], _sum_before(before, begin[j], k, seen)
            last = k - 1
            hi = head | near[last] >> np.uint64(16)
            lo = near[last] << np.uint64(48) | far[last] >> np.uint64(16)
            if j < 4:
                hi, lo = hi >> np.uint64(48 - 16 * j) << np.uint64(48 - 16 * j), np.uint64(0)
            else:
                lo = lo >> np.uint64(112 - 16 * j) << np.uint64(112 - 16 * j)
            key[rows, 0], key[rows, 1] = hi, lo
            count[rows] = size
            left[rows] = np.log(float(size)) - sum_before * _ENTROPY_UNIT / size
            right[rows] = np.log(float(size)) - total[j] * _ENTROPY_UNIT / size
            for row in range(below[j], rows):
                prefixes[row, j] = size
            rows += 1
        for j in range(depth + 1, shared + 1):
            begin[j], total[j], below[j] = k - 1, 0, rows
        depth = shared
    return rows


def count(code: np.ndarray, mine: np.ndarray, *, longest: int, floor: int) -> Counted:
    """The n-grams that begin with these symbols.

    code: uint16, clauses with 0 before, between and after them, fewer than 2**32 symbols; mine: bool [65536], the symbols
    all of whose positions are there (with one symbol before and `longest` after each); longest: 1..8; floor: the least
    count to report, at least 2.
    """
    if len(code) >= 1 << 32:
        raise ValueError("more than 2**32 symbols in one bucket: more buckets are needed")
    mine = mine.copy()
    mine[: RARE + 1] = False
    size = np.zeros(65536, np.int64)
    _sizes(code, mine, size)
    ends = np.cumsum(size)
    position = np.empty(ends[-1], np.uint32)
    _positions(code, mine, ends - size, position)
    largest = int(size.max())
    seen = np.zeros(65536, np.int64)
    rows = np.empty(largest, np.uint64), np.empty(largest, np.uint64), np.empty(largest, np.uint16)
    room = longest * (largest // floor + 1)
    scratch = Counted(
        np.empty((room, 2), np.uint64),
        np.empty(room, np.uint32),
        np.empty(room),
        np.empty(room),
        np.empty((room, max(1, longest - 1)), np.uint32),
    )
    found: list[Counted] = []
    for symbol in np.flatnonzero(size >= floor):
        n = int(size[symbol])
        place = position[ends[symbol] - n : ends[symbol]]
        bits = 16 if n <= 1 << 16 else 32
        key = np.empty(n, np.uint64)
        _keys(code, place, bits, key)
        key.sort()
        near, far, before = (a[:n] for a in rows)
        _rows(code, place, key, bits, longest > 4, near, far, before)
        _settle_ties(near, far, before, 64 - bits, floor)
        emitted = _walk(symbol, near, far, before, longest, floor, seen, *scratch)
        found.append(Counted(*(a[:emitted].copy() for a in scratch)))
    return Counted(*(np.concatenate(parts) for parts in zip(*found, strict=True))) if found else Counted(*(a[:0] for a in scratch))


@njit(cache=True, inline="always")
def _suffix(hi, lo, k):
    """The key without its first k symbols, 0 < k < 8."""
    if k >= 4:
        return lo << np.uint64(16 * (k - 4)), np.uint64(0)
    return hi << np.uint64(16 * k) | lo >> np.uint64(64 - 16 * k), lo << np.uint64(16 * k)


@njit(cache=True, inline="always")
def _row_of(hi, lo, key, slots):
    """The slot of a key: its row's, or the free one where it belongs."""
    mask = np.uint64(len(slots) - 1)
    h = (mixed(extended(hi, lo)) >> np.uint64(24)) & mask
    while slots[h] >= 0 and (key[slots[h], 0] != hi or key[slots[h], 1] != lo):
        h = (h + np.uint64(1)) & mask
    return h


@njit(cache=True, nogil=True)
def _pmi(key, length, count, prefixes, total, slots, pmi):
    for row in range(len(key)):
        slots[_row_of(key[row, 0], key[row, 1], key, slots)] = row
    for row in range(len(key)):
        most = 0.0
        for k in range(1, length[row]):
            hi, lo = _suffix(key[row, 0], key[row, 1], k)
            suffix = slots[_row_of(hi, lo, key, slots)]
            if suffix < 0:
                return row
            most = max(most, float(prefixes[row, k - 1]) * float(count[suffix]))
        pmi[row] = np.log(float(count[row]) * total / most) if length[row] > 1 else np.nan
    return -1


def pmi(found: Counted, total: int) -> np.ndarray:
    """float64 [n], nats, NaN for single symbols; `found` holds all that end with the same symbols, total: symbols in the corpus."""
    size = 16
    while size < 2 * len(found.count):
        size *= 2
    out = np.empty(len(found.count))
    missing = _pmi(found.key, lengths(found.key), found.count, found.prefixes, float(total), np.full(size, -1, np.int32), out)
    assert missing < 0  # what ends a listed n-gram is at least as frequent
    return out


@njit(cache=True)
def _lengths(key, out):
    for row in range(len(key)):
        for j in range(LONGEST):
            out[row] += _symbol(key[row, 0], key[row, 1], j) != 0


def lengths(key: np.ndarray) -> np.ndarray:
    """How many symbols (int8 [n]) each key holds."""
    out = np.zeros(len(key), np.int8)
    _lengths(key, out)
    return out


def last_symbol(key: np.ndarray) -> np.ndarray:
    """The last symbol (uint16 [n]) of each key."""
    at = lengths(key).astype(np.uint64) - np.uint64(1)
    word = np.where(at < 4, key[:, 0], key[:, 1])
    return ((word >> (np.uint64(48) - np.uint64(16) * (at % np.uint64(4)))) & np.uint64(0xFFFF)).astype(np.uint16)


def by_key(found: Counted) -> Counted:
    """In the order of the keys, which does not depend on where they were counted; twice as fast as np.lexsort."""
    order = np.argsort(found.key[:, 0], kind="stable")
    _settle_order(found.key[:, 0], found.key[:, 1], order)
    return Counted(*(a[order] for a in found))


@njit(cache=True, nogil=True)
def _settle_order(hi, lo, order):
    """Order rows of equal first words by their second; runs are short, so insertion will do."""
    for k in range(1, len(order)):
        row = order[k]
        i = k
        while i > 0 and hi[order[i - 1]] == hi[row] and lo[order[i - 1]] > lo[row]:
            order[i] = order[i - 1]
            i -= 1
        order[i] = row


def key_codes(key: np.ndarray) -> np.ndarray:
    """The symbols of each key: uint16 [n, 8], 0 after the last."""
    shifts = np.array([48, 32, 16, 0], np.uint64)
    return ((key[:, :, None] >> shifts) & np.uint64(0xFFFF)).astype(np.uint16).reshape(len(key), LONGEST)
