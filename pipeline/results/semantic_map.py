"""Word vectors as a picture. In: unit vectors. Out: coordinates in the plane, clusters, neighbours; the same in every run.

t-SNE (van der Maaten & Hinton 2008; Barnes-Hut, 2014) and k-means are scikit-learn's. Both use Euclidean distances, which order
unit vectors as their cosines do. They run in one thread: sums of several threads differ in the last bit, and t-SNE would turn
that into another picture.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

MOST_CLUSTERS = 8  # as many colours as can be told apart
_POINTS_PER_CLUSTER = 12  # at least, on average
_PERPLEXITY = 30.0
_BLOCK = 256  # points whose neighbours are looked for at once


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, dim], rows of length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def coordinates(vectors: np.ndarray) -> np.ndarray:
    """float64 [n, 2] within -1..1, for float32 [n, dim] of unit length."""
    if len(vectors) < 3:
        return np.linspace(-0.5, 0.5, 2 * len(vectors)).reshape(-1, 2)
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    start = "pca" if min(vectors.shape) >= 2 else "random"
    with threadpool_limits(1):
        points = TSNE(perplexity=perplexity, init=start, random_state=0, max_iter=750).fit_transform(vectors)
    points = points.astype(float) - (points.max(axis=0) + points.min(axis=0)) / 2
    return points / max(float(np.abs(points).max()), 1e-12)


def clusters(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cluster int64 [n], the largest first; cosine float64 [n] to its centroid), for float32 [n, dim] of unit length."""
    count = max(1, min(MOST_CLUSTERS, len(vectors) // _POINTS_PER_CLUSTER))
    with threadpool_limits(1):
        fitted = KMeans(count, n_init=10, random_state=0).fit(vectors)
    sizes = np.bincount(fitted.labels_, minlength=count)
    rank = np.empty(count, np.int64)
    rank[np.argsort(-sizes, kind="stable")] = np.arange(count)
    centroids = unit(fitted.cluster_centers_)[fitted.labels_]
    return rank[fitted.labels_], np.einsum("nd,nd->n", vectors, centroids).astype(float)


def neighbours(vectors: np.ndarray, pool: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """The nearest `top` rows of the pool for each vector, the nearest first: (row int64 [n, top], cosine float32 [n, top]).

    vectors: float32 [n, dim]; pool: float32 [m, dim]; both with rows of length 1.
    """
    top = min(top, len(pool))
    nearest, cosines = np.empty((len(vectors), top), np.int64), np.empty((len(vectors), top), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        block = slice(begin, begin + _BLOCK)
        cosine = vectors[block] @ pool.T
        few = np.argpartition(-cosine, top - 1, axis=1)[:, :top]
        few = np.sort(few, axis=1)  # so that equal cosines keep the pool's order
        of_few = np.take_along_axis(cosine, few, axis=1)
        order = np.argsort(-of_few, axis=1, kind="stable")
        nearest[block] = np.take_along_axis(few, order, axis=1)
        cosines[block] = np.take_along_axis(of_few, order, axis=1)
    return nearest, cosines
