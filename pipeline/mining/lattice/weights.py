"""The word lattice: every way to cut a clause into words, and what each cut weighs.

In: the weights of words and symbols, a lexicon's words. Out: `Weights`, for `forward_backward` and `viterbi`.

A clause's cuts are paths through arcs. An arc is a single symbol, a word of the lexicon, or, where spelling is on, any
other string of 2 to 4 symbols, with the weight share(n) P(c1|first) P(c|middle) ... P(cn|last). The model is a unigram over
arcs (for segmentation Kit & Wilks 1999, Kudo 2018).
"""

from typing import NamedTuple

import numpy as np

from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import TableView, WordTable

LONGEST_SPELLED = 4
_LEAST_PROBABILITY, _LEAST_SHARE = 1e-12, 1e-9


class Spelling(NamedTuple):
    """Weights of strings outside the lexicon; probabilities for `forward_backward`, logarithms for `viterbi`.

    position: float64 [65536, 3], of a symbol as the first, a middle, the last; share: float64 [5], by length, or [0]: no spelling.
    """

    position: np.ndarray
    share: np.ndarray


def no_spelling() -> Spelling:
    """Spelling that allows nothing."""
    return Spelling(np.zeros((1, 3)), np.zeros(0))


def spelling_of(codes: np.ndarray, length: np.ndarray, symbol_count: np.ndarray, share: float) -> Spelling:
    """The spelling of a lexicon's words, probabilities: each word counts once, smoothed towards the corpus.

    codes: uint16 [words, longest]; length: int [words], all at least 2; symbol_count: float64 [65536]; share: how many
    tokens are expected to be outside the lexicon. Smoothing: (t + s q)/(T + s), s = T/10 + 1, q the corpus's symbols.
    """
    q = symbol_count.copy()
    q[RARE] += 0.5
    q /= q.sum()
    position = np.empty((65536, 3))
    inside = np.arange(codes.shape[1])[None, :]
    middle = (inside > 0) & (inside < length[:, None] - 1)
    for column, symbols in enumerate((codes[:, 0], codes[middle], codes[np.arange(len(codes)), length - 1])):
        t = np.bincount(symbols, minlength=65536).astype(float)
        s = t.sum() / 10 + 1
        position[:, column] = np.maximum((t + s * q) / (t.sum() + s), _LEAST_PROBABILITY)
    shares = np.zeros(LONGEST_SPELLED + 1)
    for n in range(2, LONGEST_SPELLED + 1):
        shares[n] = share * max((length == n).mean() if len(length) else 0.0, _LEAST_SHARE)
    return Spelling(position, shares)


def log_spelling(probabilities: Spelling) -> Spelling:
    """The same as logarithms."""
    return Spelling(np.log(probabilities.position), np.log(np.maximum(probabilities.share, 1e-300)))


class WeightsView(NamedTuple):
    """`Weights` as compiled code reads them."""

    single: np.ndarray
    table: TableView
    spelling: Spelling


class Weights(NamedTuple):
    """What the arcs weigh: single float64 [65536], of each symbol alone; table, of the words; spelling, of all other strings."""

    single: np.ndarray
    table: WordTable
    spelling: Spelling

    @property
    def view(self) -> WeightsView:
        """What compiled code needs."""
        return WeightsView(self.single, self.table.view, self.spelling)
