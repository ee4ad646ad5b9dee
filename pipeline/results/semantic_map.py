"""Word vectors as a picture. In: unit vectors. Out: coordinates in the plane, clusters, neighbours; the same in every run.

All of it runs in one thread: sums of several threads differ in the last bit, and t-SNE would turn that into another picture. It
does without scikit-learn, which takes two seconds to load.
"""

import numpy as np
from numba import njit
from threadpoolctl import threadpool_limits

from wajue.mining.topics.clustering import moved, nearest
from wajue.results import tsne

MOST_CLUSTERS = 8  # as many colours as can be told apart
_POINTS_PER_CLUSTER = 12  # at least, on average
_STARTS = 10  # of k-means; the best of them is kept
_PERPLEXITY = 30.0
_BLOCK = 256  # points whose neighbours are looked for at once


def coordinates(vectors: np.ndarray) -> np.ndarray:
    """float64 [n, 2] within -1..1, for float32 [n, dim] of unit length."""
    if len(vectors) < 3:
        return np.linspace(-0.5, 0.5, 2 * len(vectors)).reshape(-1, 2)
    with threadpool_limits(1):
        points = tsne.coordinates(vectors, min(_PERPLEXITY, (len(vectors) - 1) / 3)).astype(float)
    points -= (points.max(axis=0) + points.min(axis=0)) / 2
    return points / max(float(np.abs(points).max()), 1e-12)


def clusters(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cluster int64 [n], the largest first; cosine float64 [n] to its centroid), for float32 [n, dim] of unit length."""
    count = max(1, min(MOST_CLUSTERS, len(vectors) // _POINTS_PER_CLUSTER))
    generator = np.random.default_rng(0)
    with threadpool_limits(1):
        fitted = [nearest(vectors, moved(vectors, _far_apart(vectors, count, generator))) for _ in range(_STARTS)]
    best = max(fitted, key=lambda f: float(f.similarity.sum(dtype=float)))
    numbers, sizes = np.unique(best.topic, return_counts=True)
    rank = np.empty(int(numbers.max()) + 1, np.int64)
    rank[numbers[np.argsort(-sizes, kind="stable")]] = np.arange(len(numbers))
    return rank[best.topic], best.similarity.astype(float)


def _far_apart(vectors: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """float32 [count, dim]: some vectors, each drawn by its squared distance to those before (Arthur & Vassilvitskii 2007)."""
    drawn = [int(generator.integers(len(vectors)))]
    distance = np.full(len(vectors), np.inf)
    for _ in range(count - 1):
        distance = np.minimum(distance, np.maximum(1 - vectors @ vectors[drawn[-1]], 0).astype(float))
        total = np.cumsum(distance)
        drawn.append(min(int(np.searchsorted(total, generator.random() * total[-1], side="right")), len(vectors) - 1))
    return vectors[drawn]


def neighbours(vectors: np.ndarray, pool: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest `top` rows of the pool for each vector, the nearest first: (row int64 [n, top], cosine float32 [n, top]).

    vectors: float32 [n, dim]; pool: float32 [m, dim]; both with rows of length 1. Equal cosines keep the pool's order.
    """
    top = min(top, len(pool))
    rows, cosines = np.empty((len(vectors), top), np.int64), np.empty((len(vectors), top), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        _greatest(vectors[block] @ pool.T, rows[block], cosines[block])
    return rows, cosines


@njit(cache=True)
def _greatest(
    values: np.ndarray,  # float32 [n, m]
    columns: np.ndarray,  # int64 [n, top], written
    greatest: np.ndarray,  # float32 [n, top], written
) -> None:
    """The greatest values of each row, the greatest first, and where they stand; of equal ones the first."""
    top = greatest.shape[1]
    for i in range(len(values)):
        known, own_columns, own = 0, columns[i], greatest[i]
        for j in range(values.shape[1]):
            value = values[i, j]
            if known == top and value <= own[top - 1]:
                continue
            k = min(known, top - 1)
            while k > 0 and own[k - 1] < value:
                own[k], own_columns[k] = own[k - 1], own_columns[k - 1]
                k -= 1
            own[k], own_columns[k] = value, j
            known = min(known + 1, top)
