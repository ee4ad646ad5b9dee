"""The most probable way to cut the text into words (Viterbi 1967).

In: symbol codes (uint16, 0 between clauses) and weights, which are log probabilities. Out: `Cut`.

For a clause, best[k] is the greatest log probability of a way to cut the first k symbols.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.lattice.weights import LONGEST_SPELLED, Weights
from wajue.mining.text.listed import end_of_group, look_up, nothing_listed
from wajue.mining.text.symbols import BREAK, MAX_CLAUSE

_NOT_A_WORD = np.float32(0)  # the weight of a prefix: no word has log probability 0
_IMPOSSIBLE = -1e30


class Cut(NamedTuple):
    """The most probable cut.

    ends: uint8 [n], 1 where a word ends after this symbol; uses: int64 [words], of each word; word_ids: int32 [n], at the
    last symbol of a word its id, else -1 (empty if not asked for); log_probability: float64 [breaks], nats, of the clause that
    ends there, 0 where there is none.
    """

    ends: np.ndarray
    uses: np.ndarray
    word_ids: np.ndarray
    log_probability: np.ndarray


class _Paths(NamedTuple):
    """The best path to each position, all [MAX_CLAUSE + longest + 2]: best float64, its log probability; back int32, the length of
    its last arc; word int32, the id of that, or -1.
    """

    best: np.ndarray
    back: np.ndarray
    word: np.ndarray


@njit(cache=True, inline="always")
def _fill_paths(
    code,  # uint16 [n]
    i,  # where the clause begins
    weights,  # WeightsView
    longest,
    listed,  # Listed, of its group
    at,  # where the clause begins in its group
    paths,  # _Paths, filled
):
    """Returns the length of the clause, MAX_CLAUSE if it is longer."""
    single, _, (position, share) = weights
    best, back, word = paths
    spelled = len(share) > 0
    best[0] = 0.0
    for n in range(1, longest + 1):
        best[n] = _IMPOSSIBLE
    k = 0
    while k < MAX_CLAUSE and code[i + k] != 0:
        symbol = code[i + k]
        best[k + longest] = _IMPOSSIBLE if k > 0 else best[k + longest]
        reached = best[k]
        if reached + single[symbol] > best[k + 1]:
            best[k + 1], back[k + 1], word[k + 1] = reached + single[symbol], 1, -1
        number = listed.number[at + k]
        begun = position[symbol, 0] if spelled else 0.0  # of a spelled string without its last symbol
        for n in range(1, min(longest, MAX_CLAUSE - k)):
            symbol = code[i + k + n]
            if symbol == 0:
                break
            weight, identity = _IMPOSSIBLE, -1
            if n < number and listed.weight[at + k, n] != _NOT_A_WORD:
                weight, identity = np.float64(listed.weight[at + k, n]), listed.word[at + k, n]
            if spelled and n < LONGEST_SPELLED:
                if identity < 0:
                    weight = begun + position[symbol, 2] + share[n + 1]
                begun += position[symbol, 1]
            elif n >= number:
                break
            if reached + weight > best[k + n + 1]:
                best[k + n + 1], back[k + n + 1], word[k + n + 1] = reached + weight, n + 1, identity
        k += 1
    return k


@njit(cache=True, inline="always")
def _trace_back(i, length, paths, ends, uses, word_ids):
    """Note the words of the best path through the clause at i."""
    _, back, word = paths
    for j in range(length):
        ends[i + j] = 0
    k = length
    while k > 0:
        ends[i + k - 1] = 1
        if word[k] >= 0:
            uses[word[k]] += 1
            if len(word_ids) > 0:
                word_ids[i + k - 1] = word[k]
        k -= back[k]


@njit(cache=True, nogil=True, error_model="numpy")
def _viterbi(
    code,  # uint16 [n]
    weights,  # WeightsView
    longest,
    ends,  # uint8 [n], filled
    uses,  # int64 [words], added to
    word_ids,  # int32 [n], filled; or [0]: not asked for
    log_probability,  # float64 [breaks], of zeros; filled
):
    size = MAX_CLAUSE + longest + 2
    paths = _Paths(np.empty(size), np.zeros(size, np.int32), np.zeros(size, np.int32))
    listed = nothing_listed(longest)
    passed = i = begin = stop = 0
    while i < len(code):
        if code[i] == 0:
            ends[i] = 1
            passed += 1
            i += 1
            continue
        if i >= stop or (code[stop - 1] != BREAK and stop - i < MAX_CLAUSE):
            begin, stop = i, end_of_group(code, i)
            look_up(code, begin, stop, weights.table, uses, 1, listed)
        length = _fill_paths(code, i, weights, longest, listed, i - begin, paths)
        log_probability[passed] += paths.best[length]
        _trace_back(i, length, paths, ends, uses, word_ids)
        i += length


def best_cut(code: np.ndarray, weights: Weights, word_count: int, *, longest: int, named: bool = False) -> Cut:
    """The most probable cut of every clause; the weights, of `word_count` words, are log probabilities.

    code: uint16 [n], clauses with 0 between and after them (one longer than MAX_CLAUSE is cut there); named: say which word
    stands where.
    """
    if len(code) and code[-1] != 0:
        raise ValueError("the last clause does not end with a break")
    ends, uses = np.empty(len(code), np.uint8), np.zeros(word_count, np.int64)
    word_ids = np.full(len(code) if named else 0, -1, np.int32)
    log_probability = np.zeros(np.count_nonzero(code == 0))
    _viterbi(code, weights.view, longest, ends, uses, word_ids, log_probability)
    return Cut(ends, uses, word_ids, log_probability)
