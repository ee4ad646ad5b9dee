"""What both trainers draw from: the chance to keep a word, and the alias table of noise words."""

from typing import Any, NamedTuple

import numpy as np

_LARGEST_DRAW = 2**32 - 1


class Draws(NamedTuple):
    """What random draws need: the key of an epoch, and by matrix row the chance to be kept and the alias table of noise.

    Draws are numbers of counters (pipeline/models/cpu/random.py). A document's key is number(key, its doc_index). For its position
    p, before subsampling, number p * (1 + noise words of a position) decides: its high half whether the word is kept, its low
    half how far the window shrinks. The numbers after it draw the noise words; those that it puts into the pool, for SGNS on the
    CPU, where the low half also says which words of the pool it takes.
    """

    key: np.uint64
    keep: np.ndarray  # uint32 [words], the chance of 2**32
    threshold: np.ndarray  # uint32 [words], of 2**32
    alias: np.ndarray  # int32 [words]


def keep_chances(count: np.ndarray, threshold: float) -> np.ndarray:
    """uint32 [words]: the chance of 2**32 that an occurrence is kept, p = (sqrt(f/t) + 1) t/f (word2vec.c's rule).

    count: int64 [words], of which a word's share is f. threshold: t; 0 keeps all.
    """
    if threshold <= 0 or count.sum() == 0:
        return np.full(len(count), _LARGEST_DRAW, np.uint32)
    share = np.maximum(count, 1) / (threshold * count.sum())  # a word that never occurs is never asked for
    return (np.minimum((np.sqrt(share) + 1) / share, 1.0) * _LARGEST_DRAW).astype(np.uint32)


def kept_shares(count: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """float64 [words]: the share of a text's tokens that are this word and are kept. keep: as keep_chances gives it."""
    return count / max(count.sum(), 1) * ((keep.astype(float) + 1) / (_LARGEST_DRAW + 1))


def alias_table(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(threshold uint32 [words], alias int32 [words]) to draw words in proportion to weight (Vose 1991)."""
    size = len(weight)
    scaled = np.asarray(weight, float) * size / np.sum(weight)
    threshold, alias = np.ones(size), np.arange(size, dtype=np.int32)
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
    """How many windows of one position touch a word's row of (centers, contexts) on average.

    share, noise_share float [words]: a word's share of the text and of the noise words.
    """
    return share * (window + 1), share + noise_share * negatives
