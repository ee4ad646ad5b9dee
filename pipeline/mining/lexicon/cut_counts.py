"""What the best cut makes of words. In: symbol codes and their cut. Out: counts, which can be added up over parts of the text.

Fragments of words give themselves away by what they stand beside: a symbol that seldom is a word of its own, or a string outside
the lexicon, is what is left of a longer word (docs/dev/experiments/discovery.md).
"""

from enum import IntEnum

import numpy as np
from numba import njit

from wajue.mining.lattice.viterbi import Cut
from wajue.mining.text.clauses import ROLE_BITS

SYMBOLS = 1 << 16  # codes of symbols, counted behind the words


class Count(IntEnum):
    """The rows of the counts: uses, of them those in each role, and those with a remainder of another word on either side."""

    USES, DOMAIN, GENERAL, LEFT, RIGHT = range(5)


def no_counts(words: int) -> np.ndarray:
    """Counts of nothing: int64 [len(Count), words + SYMBOLS]."""
    return np.zeros((len(Count), words + SYMBOLS), np.int64)


def add(counts: np.ndarray, code: np.ndarray, cut: Cut, is_bound: np.ndarray, role: str) -> None:
    """Add those of a text to `counts`. code: uint16 [n], 0 between clauses; cut: with word_ids; is_bound: bool [SYMBOLS], symbols
    that seldom are words of their own; role: of the text, domain, general or both.
    """
    uses = np.zeros(counts.shape[1], np.int64)
    _count(code, cut.ends, cut.word_ids, is_bound, uses, counts[Count.LEFT], counts[Count.RIGHT])
    counts[Count.USES] += uses
    for row in (Count.DOMAIN, Count.GENERAL):
        if ROLE_BITS[role] & int(row):
            counts[row] += uses


@njit(cache=True, nogil=True)
def _count(
    code,  # uint16 [n], 0 between clauses
    ends,  # uint8 [n]
    word_ids,  # int32 [n]
    is_bound,  # bool [SYMBOLS]
    uses,  # int64 [words + SYMBOLS], added to, as are left and right
    left,
    right,
):
    first_symbol = len(uses) - SYMBOLS
    begin, before, is_remainder = 0, np.int64(-1), np.bool_(False)  # of the token before: its number, -1 if it has none
    for i in range(len(code)):
        if code[i] == 0:
            begin, before, is_remainder = i + 1, np.int64(-1), np.bool_(False)
            continue
        if not ends[i]:
            continue
        number, was_remainder = np.int64(word_ids[i]), is_remainder
        is_remainder = np.bool_((number < 0) & ((i > begin) | is_bound[code[i]]))
        if number < 0 and i == begin:
            number = first_symbol + np.int64(code[i])
        if number >= 0:
            uses[number] += 1
            left[number] += was_remainder
        if before >= 0:
            right[before] += is_remainder
        begin, before = i + 1, number
