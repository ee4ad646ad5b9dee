"""A lexicon of four words, as weights; and its lattice the slow way."""

import math

import numpy as np

from wajue.mining.lattice.weights import Spelling, Weights, no_spelling
from wajue.mining.text.word_table import word_keys, word_table

Words = dict[tuple[int, ...], float]

SINGLES = {(c,): 0.05 * c for c in range(2, 6)}
WORDS = {(2, 3): 0.2, (3, 4): 0.1, (2, 3, 4): 0.05, (5, 5): 0.1}  # the table needs every prefix of a word; 2 3 is a word itself


def weights(
    words: Words = WORDS, spelling: Spelling | None = None, *, log: bool = False, single: np.ndarray | None = None
) -> Weights:
    codes = np.array([[*w, 0, 0, 0][:4] for w in words], np.uint16)
    word_weights = np.array(list(words.values()))
    single = singles() if single is None else single
    if log:
        single, word_weights = np.log(single), np.log(word_weights)
    return Weights(single, word_table(word_keys(codes), word_weights), spelling or no_spelling())


def singles() -> np.ndarray:
    found = np.full(65536, 1e-6)
    for (c,), p in SINGLES.items():
        found[c] = p
    return found


def random_spelling(seed: int) -> Spelling:
    return Spelling(np.random.default_rng(seed).uniform(0.05, 0.5, (65536, 3)), np.array([0, 0, 0.3, 0.2, 0.1]))


def spelled_weights(spelling: Spelling) -> Words:
    """Every string of 2..4 symbols that is no word, as a word with its spelled weight."""
    position, share = spelling
    found = {}
    for n in range(2, 5):
        for code in np.ndindex(*[4] * n):
            word = tuple(c + 2 for c in code)
            if word not in WORDS:
                inside = math.prod(position[c, 1] for c in word[1:-1])
                found[word] = share[n] * position[word[0], 0] * inside * position[word[-1], 2]
    return found
