"""Clauses that show new words. In: the text as symbol codes, cut into words. Out: a clause for each wanted word."""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import extended, mixed

_SHORTEST, _LONGEST = 8, 30  # symbols of a clause that shows a word well
_TOO_SHORT_OR_LONG = np.int64(1) << np.int64(62)  # a bit of the rank: such a clause comes after all others


class _Best(NamedTuple):
    """The best clause of each word so far: rank int64 [words]; begin and end int64 [words], end 0 if there is none."""

    rank: np.ndarray
    begin: np.ndarray
    end: np.ndarray


@njit(cache=True, inline="always")
def _rank(code, begin, end):
    """The rank of a clause, the least is best: a hash, which does not depend on the other clauses."""
    key = np.uint64(0)
    for j in range(begin, end):
        key = extended(key, code[j])
    rank = np.int64(mixed(key) >> np.uint64(2))
    return rank if _SHORTEST <= end - begin <= _LONGEST else rank | _TOO_SHORT_OR_LONG


@njit(cache=True, nogil=True)
def _choose(
    code,  # uint16 [n]
    word_ids,  # int32 [n]
    wanted,  # bool [words]
    best,  # _Best, filled
):
    i = 0
    while i < len(code):
        if code[i] == 0:
            i += 1
            continue
        end, shows, spelled_out = i, False, True
        while code[end] != 0:
            shows = shows or (word_ids[end] >= 0 and wanted[word_ids[end]])
            spelled_out = spelled_out and code[end] != RARE
            end += 1
        if shows and spelled_out:
            rank = _rank(code, i, end)
            for j in range(i, end):
                w = word_ids[j]
                if w >= 0 and wanted[w] and rank < best.rank[w]:
                    best.rank[w], best.begin[w], best.end[w] = rank, i, end
        i = end


def example_clauses(code: np.ndarray, word_ids: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A clause for each wanted word: (id int64 [k], rank int64 [k], the clauses uint16, a 0 after each).

    code: uint16, 0 between clauses; word_ids: int32, as `viterbi.Cut` has them; wanted: bool [words]. Of many clauses that
    of the least rank is taken, so any part of the text may be searched by itself.
    """
    size = len(wanted)
    best = _Best(np.full(size, np.iinfo(np.int64).max), np.zeros(size, np.int64), np.zeros(size, np.int64))
    _choose(code, word_ids, wanted, best)
    shown = np.flatnonzero(best.end)
    clauses = [code[i : k + 1] for i, k in zip(best.begin[shown].tolist(), best.end[shown].tolist(), strict=True)]
    return shown, best.rank[shown], np.concatenate([code[:0], *clauses])
