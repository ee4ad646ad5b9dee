"""How central candidates are among their like. In: vectors, and how good each candidate is by itself. Out: a log rank of each.

Personalised PageRank (Page et al. 1999; Haveliwala 2002) on the graph in which each candidate points to its nearest neighbours by
meaning: a walk along it, which starts anew from the best candidates, is often where good candidates have good neighbours. One
centroid asks whether a candidate is like the field as a whole, which blurs a field of many subjects; this asks for good company.
"""

import numpy as np

NEIGHBOURS = 20
_DAMPING = 0.85  # Page et al.; .3 to .85 make little difference
_STEPS = 30  # .85 ** 30 = .008
_BLOCK = 1000  # rows whose cosines to all are in memory at once


def central(vectors: np.ndarray, start: np.ndarray) -> np.ndarray:
    """ln of the PageRank (float64 [n]).

    vectors: float32 [n, dim], rows of length 1; start: float64 [n], how often the walk starts at each, not all 0.
    """
    if len(vectors) < 2:
        return np.zeros(len(vectors))
    nearest, weight = _neighbours(vectors)
    start = start / start.sum()
    rank = start
    for _ in range(_STEPS):
        passed_on = np.bincount(nearest.ravel(), weights=(rank[:, None] * weight).ravel(), minlength=len(rank))
        rank = (1 - _DAMPING) * start + _DAMPING * passed_on
    return np.log(np.maximum(rank, np.finfo(float).tiny))


def _neighbours(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(rows int64 [n, k], weights float64 [n, k]) of the nearest of each row, without itself; the weights of a row add up to 1."""
    count = min(NEIGHBOURS, len(vectors) - 1)
    nearest = np.empty((len(vectors), count), np.int64)
    weight = np.empty((len(vectors), count))
    for first in range(0, len(vectors), _BLOCK):
        block = slice(first, first + _BLOCK)
        cosine = vectors[block] @ vectors.T
        itself = np.arange(len(cosine))
        cosine[itself, first + itself] = -np.inf
        nearest[block] = np.argpartition(-cosine, count - 1, axis=1)[:, :count]
        weight[block] = np.take_along_axis(cosine, nearest[block], axis=1)
    weight = np.maximum(weight, 1e-6)
    return nearest, weight / weight.sum(axis=1, keepdims=True)
