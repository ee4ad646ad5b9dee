"""What makes a candidate a term. In: counts of candidates, and word vectors. Out: nesting, scores. Arrays only.

The rank score, found by experiment (figures in docs/dev/experiments/terms.md), is a sum of standard scores:

    score = z(lr) + z(cos+ - cos-) + z(cos+)/2 + z(burst)/2 + z(npmi)/4
    lr    = ln of occurrences per million plus one, domain over general
    cos+  = cosine to the centroid of the seeds: the most typical words, chosen by lr, then once more by the score
    cos-  = cosine to the centroid of the domain's words that general text uses more

A term's vector is the sum of its words' unit vectors. Without vectors the score is z(lr) + z(burst)/2 + z(npmi)/4.
"""

import numpy as np

from wajue.mining.text.word_table import find_words, word_keys, word_table

_FEW = 20  # candidates; of so few no centroid is typical
_MOST_BURST = 0.9  # quantile; beyond it a burst counts for no more


def nesting(codes: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share float64 [n], container int64 [n], -1 for none): how much of each n-gram lies inside its most frequent container.

    codes: uint16 [n, longest]; count: int64 [n]. A container is longer by one word at either end.
    """
    table = word_table(word_keys(codes), np.ones(len(codes)))
    length = (codes != 0).sum(axis=1)
    most, container = np.zeros(len(codes), np.int64), np.full(len(codes), -1, np.int64)
    for n in range(2, codes.shape[1] + 1):
        longer = np.flatnonzero(length == n)
        longer = longer[np.argsort(count[longer], kind="stable")]  # the most frequent is written last, and stays
        for inside in (codes[longer, : n - 1], codes[longer, 1:n]):
            nested = find_words(table, word_keys(inside))
            better = (nested >= 0) & (count[longer] > most[np.maximum(nested, 0)])
            most[nested[better]] = count[longer[better]]
            container[nested[better]] = longer[better]
    return most / np.maximum(count, 1), container


def standard(x: np.ndarray, over: np.ndarray) -> np.ndarray:
    """x (float64 [n]) in standard deviations from its mean, both over the rows `over` (bool [n]); zeros where all are equal."""
    deviation = x[over].std() if over.any() else 0.0
    return (x - x[over].mean()) / deviation if deviation > 0 else np.zeros(len(x))


def toward(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Cosine (float [n]) of every unit vector (float [n, dim]) to the centroid of some rows (int)."""
    centroid = vectors[rows].sum(axis=0)
    return vectors @ (centroid / max(np.linalg.norm(centroid), 1e-12))


def score(
    log_ratio: np.ndarray,
    burst: np.ndarray,
    npmi: np.ndarray,
    word: np.ndarray,
    vectors: np.ndarray | None,
    *,
    seeds: np.ndarray,
    avoid: np.ndarray,
    seed_count: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(score, similarity) float64 [n] of every candidate; similarity is NaN without vectors.

    log_ratio, burst, npmi: float64 [n]; word: bool [n], a single word; vectors: float32 [n, dim], rows of length 1 or 0;
    seeds, avoid: row numbers given by the user, which are always among the seeds, or among what is unlike them.
    """
    every = np.ones(len(log_ratio), bool)
    capped = np.minimum(burst, np.quantile(burst, _MOST_BURST)) if len(burst) else burst
    plain = standard(log_ratio, every) + 0.5 * standard(capped, every) + 0.25 * standard(npmi, every)
    if vectors is None or len(log_ratio) < _FEW:
        return plain, np.full(len(log_ratio), np.nan)
    has_vector = np.linalg.norm(vectors, axis=1) > 0
    away = toward(vectors, _unlike(log_ratio, word & has_vector, avoid))
    total, similarity = plain, away
    size = max(1, min(seed_count, len(log_ratio) // 4))
    ranked = np.where(word & has_vector, log_ratio, -np.inf)
    for _ in range(2):
        chosen = np.union1d(np.argsort(-ranked, kind="stable")[:size], seeds)
        similarity = np.where(has_vector, toward(vectors, chosen), np.nan)
        contrast = np.where(has_vector, similarity - away, np.nan)
        meaning = [np.where(has_vector, standard(np.where(has_vector, x, 0.0), has_vector), 0.0) for x in (contrast, similarity)]
        total = plain + meaning[0] + 0.5 * meaning[1]
        ranked = np.where(has_vector, total, -np.inf)
    return total, similarity


def _unlike(log_ratio: np.ndarray, word: np.ndarray, avoid: np.ndarray) -> np.ndarray:
    """The rows that the domain is unlike: words that general text uses more, and what is to be avoided."""
    unlike = np.union1d(np.flatnonzero((log_ratio < 0) & word), avoid)
    return unlike if len(unlike) else np.argsort(log_ratio, kind="stable")[: max(1, len(log_ratio) // 10)]
