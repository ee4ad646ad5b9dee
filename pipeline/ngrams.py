"""Exact n-gram counts and branching entropies, n = 1..8, by sorting the contexts of every position.

In: clauses as symbol codes (uint16, 0 between clauses). Out: every n-gram at or above a count floor with its count, the
entropies of its left and right neighbours, and its pointwise mutual information (PMI).

The work falls into three parts that share nothing but arrays, so that they can run on different machines:

1. `contexts`: each position gives the 8 symbols after it and the 8 before it, 16 bits each, in two 64-bit words a side.
2. `scan`: all positions with the same first symbol are sorted by what follows. One walk over the sorted rows sees every
   n-gram as a run of rows that share a prefix; its count is the run's length, its right neighbours are the runs one
   level below. The same walk over what precedes gives left neighbours. Nothing is dropped before it is counted.
3. `join`: the two walks meet, n-gram by n-gram.

Branching entropy in nats (Jin & Tanaka-Ishii 2006; Magistry & Sagot 2012), H = ln c - (sum over neighbours of c_i ln c_i)/c.
A break, and a pseudo-character too rare to have a code, is a fresh neighbour each time: its c_i is 1. PMI in nats,
the least over all ways to split the n-gram in two: ln(c T / (c_left c_right)), T symbols in all.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from pipeline.symbols import RARE

LONGEST = 8


class Contexts(NamedTuple):
    """Positions: symbol uint16 [n]; what follows and what precedes, uint64 [n, 2], the nearest symbol in the top 16 bits."""

    symbol: np.ndarray
    after: np.ndarray
    before: np.ndarray


class Runs(NamedTuple):
    """N-grams seen from one side.

    key: uint64 [n, 2], the symbols in reading order, the first in the top 16 bits; count: int64 [n];
    entropy: float64 [n], of the neighbours on this side, nats; parts: int64 [n, 7], counts of the shorter n-grams that
    begin (from the right walk) or end (from the left walk) this one, of length 1, 2, ...
    """

    key: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # hides tuple.count, which nobody misses
    entropy: np.ndarray
    parts: np.ndarray


class NGrams(NamedTuple):
    """key: uint64 [n, 2] as in Runs; n: int8; count: int64; pmi, left_entropy, right_entropy: float64, nats; pmi NaN at n = 1."""

    key: np.ndarray
    n: np.ndarray
    count: np.ndarray  # type: ignore[assignment]
    pmi: np.ndarray
    left_entropy: np.ndarray
    right_entropy: np.ndarray


@njit(cache=True, nogil=True)
def _contexts(code, symbol, after, before):
    near, far = np.uint64(0), np.uint64(0)
    k = 0
    for i in range(len(code)):
        c = np.uint64(code[i])
        if c == 0:
            near, far = np.uint64(0), np.uint64(0)
            continue
        symbol[k] = code[i]
        before[k, 0], before[k, 1] = near, far
        far = (far >> np.uint64(16)) | ((near & np.uint64(0xFFFF)) << np.uint64(48))
        near = (near >> np.uint64(16)) | (c << np.uint64(48))
        k += 1
    near, far = np.uint64(0), np.uint64(0)
    for i in range(len(code) - 1, -1, -1):
        c = np.uint64(code[i])
        if c == 0:
            near, far = np.uint64(0), np.uint64(0)
            continue
        k -= 1
        after[k, 0], after[k, 1] = near, far
        far = (far >> np.uint64(16)) | ((near & np.uint64(0xFFFF)) << np.uint64(48))
        near = (near >> np.uint64(16)) | (c << np.uint64(48))


def contexts(code: np.ndarray) -> Contexts:
    """The context of every position that holds a symbol; code: uint16, 0 between clauses."""
    n = int(np.count_nonzero(code))
    found = Contexts(np.empty(n, np.uint16), np.empty((n, 2), np.uint64), np.empty((n, 2), np.uint64))
    _contexts(code, *found)
    return found


def bucket(symbol: np.ndarray, buckets: int) -> np.ndarray:
    """Which of the buckets (uint16) counts the n-grams that begin, or end, with the symbol."""
    return ((symbol.astype(np.uint32) * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(np.uint16) % np.uint16(buckets)


@njit(cache=True, nogil=True)
def _order_within_ties(near, far, floor):
    """Sort the far words within each run of equal near words; runs below the floor are never looked at again."""
    i, n = 0, len(near)
    while i < n:
        j = i + 1
        while j < n and near[j] == near[i]:
            j += 1
        if j - i >= floor:
            far[i:j].sort()
        i = j


@njit(cache=True, inline="always")
def _digit(near, far, j):
    """The j-th symbol of a context, from 0."""
    if j < 4:
        return (near >> np.uint64(48 - 16 * j)) & np.uint64(0xFFFF)
    return (far >> np.uint64(48 - 16 * (j - 4))) & np.uint64(0xFFFF)


@njit(cache=True, inline="always")
def _shared(near, far, i, k):
    """How many leading symbols rows i and k share, 0..8."""
    x = near[i] ^ near[k]
    base = 0
    if x == 0:
        x = far[i] ^ far[k]
        base = 4
        if x == 0:
            return 8
    for j in range(3):
        if x >> np.uint64(48 - 16 * j):
            return base + j
    return base + 3


@njit(cache=True, nogil=True)
def _walk(first, near, far, longest, floor, leftward, key, count, entropy, parts, emitted):
    """Emit the n-grams of one first symbol; rows are sorted. Returns the number emitted so far."""
    begin = np.zeros(LONGEST + 2, np.int64)  # begin[j]: where the run of rows that share j symbols started
    total = np.zeros(LONGEST + 2)  # total[j]: sum of c ln c over the closed runs below it
    open_row = np.full(LONGEST + 1, -1, np.int64)  # rows to which a count of a shorter n-gram is still owed
    n = len(near)
    rows = emitted
    # parents close after their children: remember, per level, the first emitted row that lies below the open run
    for j in range(LONGEST + 1):
        open_row[j] = rows
    for k in range(1, n + 1):
        shared = _shared(near, far, k - 1, k) if k < n else -1
        if shared >= longest:
            continue
        for j in range(min(longest, LONGEST), shared, -1):
            size = k - begin[j]
            last = k - 1
            if j > 0 and _digit(near[last], far[last], j - 1) > RARE:
                total[j - 1] += size * np.log(float(size))
            if size >= floor and j < longest:
                whole = True
                for i in range(j):
                    if _digit(near[last], far[last], i) <= RARE:
                        whole = False
                        break
                if whole:
                    hi, lo = np.uint64(0), np.uint64(0)
                    for i in range(j + 1):
                        if leftward:
                            s = np.uint64(first) if i == j else _digit(near[last], far[last], j - 1 - i)
                        else:
                            s = np.uint64(first) if i == 0 else _digit(near[last], far[last], i - 1)
                        if i < 4:
                            hi |= s << np.uint64(48 - 16 * i)
                        else:
                            lo |= s << np.uint64(48 - 16 * (i - 4))
                    key[rows, 0], key[rows, 1] = hi, lo
                    count[rows] = size
                    entropy[rows] = np.log(float(size)) - total[j] / size
                    for row in range(open_row[j], rows):
                        parts[row, j] = size
                    rows += 1
            begin[j] = k
            total[j] = 0.0
            for i in range(j, LONGEST + 1):
                open_row[i] = rows
    return rows


def scan(symbol: np.ndarray, context: np.ndarray, *, longest: int, floor: int, leftward: bool) -> Runs:
    """Count the n-grams that begin (or, leftward, end) with each symbol, from the contexts on that side.

    symbol: uint16 [n], context: uint64 [n, 2], or [n, 1] where longest is at most 4; both hold *all* positions of every
    symbol they hold, in any order. longest: 1..8; floor: the least count to report, at least 2.
    """
    order = np.argsort(symbol, kind="stable")
    bounds = np.concatenate(([0], np.flatnonzero(np.diff(symbol[order])) + 1, [len(order)]))
    room = sum(max(0, len(symbol) // floor) for _ in range(longest)) if len(symbol) else 0
    room = min(room, len(symbol) * 2 + 16)
    key, count = np.empty((room, 2), np.uint64), np.empty(room, np.int64)
    entropy, parts = np.empty(room), np.zeros((room, LONGEST - 1), np.int64)
    n = 0
    for begin, end in pairwise(bounds.tolist()):
        if end - begin < floor or symbol[order[begin]] <= RARE:
            continue
        rows = order[begin:end]
        near, far = context[rows, 0], context[rows, -1]
        if context.shape[1] == 1:
            far = np.zeros_like(near)
        by_near = np.argsort(near)
        near, far = near[by_near], far[by_near]
        _order_within_ties(near, far, floor)
        worst = n + longest * (len(near) // floor + 1)
        if worst > len(count):
            more = max(worst, 2 * len(count)) - len(count)
            key = np.concatenate((key, np.empty((more, 2), np.uint64)))
            count, entropy = np.concatenate((count, np.empty(more, np.int64))), np.concatenate((entropy, np.empty(more)))
            parts = np.concatenate((parts, np.zeros((more, LONGEST - 1), np.int64)))
        first = symbol[rows[0]]
        n = _walk(first, near, far, longest, floor, leftward, key, count, entropy, parts, n)
    return Runs(key[:n], count[:n], entropy[:n], parts[:n])


@njit(cache=True, nogil=True)
def _settle_ties(near, far, order):
    """Order rows of equal near words by their far words; runs are short, so insertion sort will do."""
    for k in range(1, len(order)):
        row = order[k]
        i = k
        while i > 0 and near[order[i - 1]] == near[row] and far[order[i - 1]] > far[row]:
            order[i] = order[i - 1]
            i -= 1
        order[i] = row


def _by_key(runs: Runs) -> Runs:
    """The runs in the order of their keys; twice as fast as np.lexsort."""
    order = np.argsort(runs.key[:, 0])
    _settle_ties(runs.key[:, 0], runs.key[:, 1], order)
    return Runs(*(a[order] for a in runs))


def join(right: Runs, left: Runs, total: int) -> NGrams:
    """One row an n-gram, ordered by key, from both walks over the same positions; total: symbols in the corpus."""
    right, left = _by_key(right), _by_key(left)
    assert np.array_equal(right.key, left.key) and np.array_equal(right.count, left.count)
    lengths = np.zeros(len(right.count), np.int8)
    for word in (right.key[:, 0], right.key[:, 1]):
        for shift in (48, 32, 16, 0):
            lengths += ((word >> np.uint64(shift)) & np.uint64(0xFFFF)) != 0
    pmi = np.full(len(lengths), np.nan)
    for n in range(2, LONGEST + 1):
        rows = np.flatnonzero(lengths == n)
        least = np.full(len(rows), np.inf)
        for k in range(1, n):
            product = right.parts[rows, k - 1].astype(float) * left.parts[rows, n - k - 1]
            np.minimum(least, np.log(right.count[rows] * float(total) / product), out=least)
        pmi[rows] = least
    return NGrams(right.key, lengths, right.count, pmi, left.entropy, right.entropy)


def key_codes(key: np.ndarray) -> np.ndarray:
    """The symbols of each key: uint16 [n, 8], 0 after the last."""
    shifts = np.array([48, 32, 16, 0], np.uint64)
    return ((key[:, :, None] >> shifts) & np.uint64(0xFFFF)).astype(np.uint16).reshape(len(key), LONGEST)
