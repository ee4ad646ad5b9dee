"""Word vectors as a picture. In: unit vectors. Out: places in the plane, clusters, neighbours; the same in every run.

t-SNE (van der Maaten & Hinton 2008; Barnes-Hut, 2014) and k-means, both scikit-learn's. Distances of unit vectors order
points as their cosines do. One thread: sums of several threads differ in the last bit, and t-SNE makes pictures of that.
"""

import numpy as np
from sklearn.cluster import KMeans
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

MOST_CLUSTERS = 8  # as many colours as can be told apart
_CLUSTER = 12  # points a cluster should have, at least
_PERPLEXITY = 30.0
_BLOCK = 256


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, dim], rows of length 1; rows of zeros stay."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.maximum(length, 1e-12)).astype(np.float32)


def places(vectors: np.ndarray) -> np.ndarray:
    """float64 [n, 2] within -1..1, for float32 [n, dim] of unit length."""
    if len(vectors) < 3:
        return np.linspace(-0.5, 0.5, 2 * len(vectors)).reshape(-1, 2)
    perplexity = min(_PERPLEXITY, (len(vectors) - 1) / 3)
    start = "pca" if min(vectors.shape) >= 2 else "random"
    with threadpool_limits(1):
        found = TSNE(perplexity=perplexity, init=start, random_state=0, max_iter=750).fit_transform(vectors)
    found = found.astype(float) - (found.max(axis=0) + found.min(axis=0)) / 2
    return found / max(float(np.abs(found).max()), 1e-12)


def clusters(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(cluster int64 [n], the largest first; cosine float64 [n] to its centroid), for float32 [n, dim] of unit length."""
    count = max(1, min(MOST_CLUSTERS, len(vectors) // _CLUSTER))
    with threadpool_limits(1):
        fitted = KMeans(count, n_init=10, random_state=0).fit(vectors)
    sizes = np.bincount(fitted.labels_, minlength=count)
    place = np.empty(count, np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count)
    centroids = unit(fitted.cluster_centers_)[fitted.labels_]
    return place[fitted.labels_], np.einsum("nd,nd->n", vectors, centroids).astype(float)


def neighbours(vectors: np.ndarray, pool: np.ndarray, top: int) -> tuple[np.ndarray, np.ndarray]:
    """(row int64 [n, top] of the pool, cosine float32 [n, top]), the nearest first; both float32, rows of unit length."""
    top = min(top, len(pool))
    rows, cosines = np.empty((len(vectors), top), np.int64), np.empty((len(vectors), top), np.float32)
    for begin in range(0, len(vectors), _BLOCK):
        cosine = vectors[begin : begin + _BLOCK] @ pool.T
        few = np.argpartition(-cosine, top - 1, axis=1)[:, :top]
        few = np.sort(few, axis=1)  # so that equal cosines keep the pool's order
        found = np.take_along_axis(cosine, few, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        rows[begin : begin + _BLOCK] = np.take_along_axis(few, order, axis=1)
        cosines[begin : begin + _BLOCK] = np.take_along_axis(found, order, axis=1)
    return rows, cosines
