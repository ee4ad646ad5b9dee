"""Scores of word vectors. In: words, vectors float32 [words, dim], gold. Out: figures.

Similarity: rank correlation of cosines with judgements (Spearman 1904). Analogies: 3CosAdd (Mikolov, Yih and Zweig 2013).
"""

from collections.abc import Mapping

import numpy as np
from scipy.stats import spearmanr

_QUESTIONS, _WORDS = 256, 65_536  # at a time: 64 MB of scores


class Vocabulary:
    """Words and their unit vectors, float32 [words, dim]; the most frequent first."""

    def __init__(self, words: list[str], matrix: np.ndarray) -> None:
        self.unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
        self._row = {word: i for i, word in enumerate(words)}

    def row(self, word: str) -> int:
        """Its row, or that of its lower case if the word as written has none, or -1."""
        found = self._row.get(word, -1)
        return found if found >= 0 else self._row.get(word.lower(), -1)

    def first(self, size: int | None) -> "Vocabulary":
        """The most frequent words alone."""
        return self if size is None else Vocabulary(list(self._row)[:size], self.unit[:size])


def similarity(vocabulary: Vocabulary, pairs: list[tuple[str, str, float]]) -> tuple[float | None, float | None, int]:
    """(Spearman of the pairs that both have vectors, of all pairs with cosine 0 for the others, pairs that have).

    None where it is not defined: fewer than two pairs, or all alike.
    """
    rows = np.array([(vocabulary.row(a), vocabulary.row(b)) for a, b, _ in pairs], np.int64).reshape(-1, 2)
    judged = np.array([score for _, _, score in pairs])
    known = (rows >= 0).all(axis=1)
    cosine = np.where(known, np.einsum("ij,ij->i", vocabulary.unit[rows[:, 0]], vocabulary.unit[rows[:, 1]]), 0.0)
    return _spearman(cosine[known], judged[known]), _spearman(cosine, judged), int(known.sum())


def _spearman(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(spearmanr(a, b).statistic)


def analogies(vocabulary: Vocabulary, questions: Mapping[str, list[list[str]]]) -> dict[str, tuple[int, int, int]]:
    """{section: (right, questions whose four words have vectors, questions)}: a is to b as c is to d, d to be found."""
    counts: dict[str, tuple[int, int, int]] = {}
    for section, asked in questions.items():
        rows = np.array([[vocabulary.row(w) for w in words] for words in asked], np.int64).reshape(-1, 4)
        rows = rows[(rows >= 0).all(axis=1)]
        right = int((answers(vocabulary.unit, rows[:, :3]) == rows[:, 3]).sum())
        counts[section] = (right, len(rows), len(asked))
    return counts


def answers(unit: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """int64 [questions]: the row nearest to b - a + c that is none of them; of equals the first. asked int64 [questions, 3]."""
    best = np.full(len(asked), -1, np.int64)
    for begin in range(0, len(asked), _QUESTIONS):
        part = asked[begin : begin + _QUESTIONS]
        a, b, c = part.T
        target, most = unit[b] - unit[a] + unit[c], np.full(len(part), -np.inf, np.float32)
        for at in range(0, len(unit), _WORDS):
            scores = target @ unit[at : at + _WORDS].T
            for own in (a, b, c):
                inside = np.flatnonzero((own >= at) & (own < at + scores.shape[1]))
                scores[inside, own[inside] - at] = -np.inf
            top = scores.argmax(axis=1)
            value = scores[np.arange(len(part)), top]
            better = value > most
            best[begin : begin + _QUESTIONS][better], most[better] = top[better] + at, value[better]
    return best
