"""What both trainers draw from: chances to keep a word, and the alias table of noise words."""

from typing import Any, NamedTuple

import numpy as np

_LARGEST_DRAW = 2**32 - 1


class Draws(NamedTuple):
    """What random draws need: the key of an epoch, and by word the chance to be kept and the alias table of noise.

    key uint64; keep uint32 [words], of 2**32; threshold uint32 [words], alias int32 [words].

    Draws are numbers of counters (pipeline/models/cpu/random.py). A document's key is number(key, its row in the corpus).
    Of its position p, before subsampling, number p * (1 + noise slots) decides by its high half whether the word is kept, by
    its low half how far the window shrinks; the noise slots follow it.
    """

    key: np.uint64
    keep: np.ndarray
    threshold: np.ndarray
    alias: np.ndarray


def keep_chances(count: np.ndarray, threshold: float) -> np.ndarray:
    """uint32 [words], the chance of keeping each occurrence, of 2**32 (word2vec.c's rule; threshold 0 keeps all).

    count: int64 [words]. p = (sqrt(f/t) + 1) t/f for the share f of a word and the threshold t.
    """
    if threshold <= 0 or count.sum() == 0:
        return np.full(len(count), _LARGEST_DRAW, np.uint32)
    share = np.maximum(count, 1) / (threshold * count.sum())  # a word that never occurs is never asked for
    return (np.minimum((np.sqrt(share) + 1) / share, 1.0) * _LARGEST_DRAW).astype(np.uint32)


def kept_shares(count: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """float64 [words]: how many of a text's words are this one and are kept, by all words. keep: as keep_chances gives it."""
    return count / max(count.sum(), 1) * ((keep.astype(float) + 1) / (_LARGEST_DRAW + 1))


def alias_table(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(threshold uint32 [words], alias int32 [words]) to draw words in proportion to weight (Vose 1991)."""
    n = len(weight)
    scaled = np.asarray(weight, float) * n / np.sum(weight)
    threshold, alias = np.ones(n), np.arange(n, dtype=np.int32)
    small, large = list(np.flatnonzero(scaled < 1)), list(np.flatnonzero(scaled >= 1))
    while small and large:
        low, high = small.pop(), large[-1]
        threshold[low], alias[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        if scaled[high] < 1:
            small.append(large.pop())
    return (np.minimum(threshold, 1.0) * _LARGEST_DRAW).astype(np.uint32), alias


def noise_shares(threshold: np.ndarray, alias: np.ndarray) -> np.ndarray:
    """float64 [words]: how often each word is drawn by an alias table."""
    own = (threshold.astype(float) + 1) / (_LARGEST_DRAW + 1)
    return (own + np.bincount(alias, 1 - own, len(alias))) / max(len(alias), 1)


def touches(share: Any, noise_share: Any, window: int, negatives: int) -> tuple[Any, Any]:
    """How many windows of one position touch a word's row of (centers, contexts), on average, from its share of text and noise."""
    return share * (window + 1), share + noise_share * negatives
