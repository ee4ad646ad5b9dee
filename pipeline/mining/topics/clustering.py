"""Documents around centroids on the sphere. In: unit vectors float32 [n, dim]. Out: unit centroids, and the nearest of each.

Spherical k-means (Dhillon & Modha 2001) from many small clusters that were joined. Joining is Ward's on the sphere: a cluster is as
good as the length of the sum of its vectors, which is the sum of their cosines to its centroid, and the pair is joined that loses
least of it. The sums are made in one thread and in the order of the documents, so that a seed gives the same centroids every time.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

_ROUNDS = 30  # of k-means; most documents have come to rest after ten
_BLOCK = 16_384  # documents compared with all centroids at once: 13 MB for 200 of them


class Nearest(NamedTuple):
    """The nearest two centroids of each document; where there is one only, `second` is -1 and its similarity 0."""

    topic: np.ndarray  # int32 [n]
    similarity: np.ndarray  # float32 [n], cosine
    second: np.ndarray  # int32 [n]
    second_similarity: np.ndarray  # float32 [n]


class Join(NamedTuple):
    """Two clusters become one, which keeps the lower number."""

    kept: int
    gone: int
    loss: float  # of the sum of cosines


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, dim], rows of length 1; rows of zeros stay."""
    return (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)


def nearest(vectors: np.ndarray, centroids: np.ndarray) -> Nearest:
    """The nearest two of centroids float32 [k, dim]; of equal ones the first."""
    n = len(vectors)
    out = Nearest(np.empty(n, np.int32), np.empty(n, np.float32), np.full(n, -1, np.int32), np.zeros(n, np.float32))
    for begin in range(0, n, _BLOCK):
        block = slice(begin, begin + _BLOCK)
        cosine = vectors[block] @ centroids.T
        every = np.arange(len(cosine))
        out.topic[block] = first = cosine.argmax(axis=1)
        out.similarity[block] = cosine[every, first]
        if len(centroids) > 1:
            cosine[every, first] = -np.inf
            out.second[block] = second = cosine.argmax(axis=1)
            out.second_similarity[block] = cosine[every, second]
    return out


def sums(vectors: np.ndarray, cluster: np.ndarray, count: int) -> np.ndarray:
    """float64 [count, dim]: the sum of the vectors of each cluster; cluster: int [n]."""
    members = sparse.csr_array((np.ones(len(vectors)), (cluster, np.arange(len(vectors)))), (count, len(vectors)))
    return np.asarray(members @ vectors)


def small_clusters(vectors: np.ndarray, count: int, seed: int) -> np.ndarray:
    """float32 [at most count, dim]: centroids by k-means++ (Arthur & Vassilvitskii 2007), moved; fewer for equal documents."""
    from sklearn.cluster import kmeans_plusplus  # takes two seconds to load, and what only reads topics does without
    from threadpoolctl import threadpool_limits

    few = min(count, len(vectors))
    if not few:
        return vectors[:0]
    with threadpool_limits(1):  # its products are so small that more threads mostly wait
        centres = kmeans_plusplus(vectors, few, random_state=seed)[0]
    return moved(vectors, unit(centres))


def moved(vectors: np.ndarray, centres: np.ndarray, anchored: int = 0) -> np.ndarray:
    """Centres moved to their documents until none changes its own; those that lose all their documents go.

    The first `anchored` ones stay: each ends halfway between where it began and its documents.
    """
    anchors, before = centres[:anchored], np.full(len(vectors), -1)
    for _ in range(_ROUNDS):
        cluster = nearest(vectors, centres).topic
        if (cluster == before).all():
            break
        new = unit(sums(vectors, cluster, len(centres)))
        new[:anchored] = unit(new[:anchored] + anchors)
        kept = np.bincount(cluster, minlength=len(centres)) > 0
        kept[:anchored] = True
        centres, before = new[kept], (np.cumsum(kept) - 1)[cluster]
    return centres


def joins(clusters: np.ndarray) -> list[Join]:
    """How clusters (their sums, float64 [k, dim]) are joined, until one is left: k - 1 joins, the cheapest first."""
    total = clusters.astype(float)
    length = np.linalg.norm(total, axis=1)
    loss = _losses(total, length)
    order: list[Join] = []
    for _ in range(len(total) - 1):
        kept, gone = sorted(divmod(int(loss.argmin()), len(total)))
        order.append(Join(kept, gone, float(loss[kept, gone])))
        total[kept] += total[gone]
        length[kept] = np.linalg.norm(total[kept])
        loss[gone], loss[:, gone] = np.inf, np.inf
        both = np.sqrt(np.maximum(length**2 + length[kept] ** 2 + 2 * total @ total[kept], 0))
        fresh = np.where(np.isinf(loss[kept]), np.inf, length + length[kept] - both)
        loss[kept], loss[:, kept] = fresh, fresh
    return order


def after(order: list[Join], count: int) -> np.ndarray:
    """int64 [k]: for each of the k = len(order) + 1 clusters the number, from 0, of its group where `count` groups are left."""
    group = np.arange(len(order) + 1)
    for join in order[: max(len(order) + 1 - count, 0)]:
        group[group == join.gone] = join.kept
    return np.unique(group, return_inverse=True)[1]


def _losses(total: np.ndarray, length: np.ndarray) -> np.ndarray:
    """float64 [k, k]: what joining each pair would lose; infinite on the diagonal."""
    both = np.sqrt(np.maximum(length[:, None] ** 2 + length[None] ** 2 + 2 * total @ total.T, 0))
    loss = length[:, None] + length[None] - both
    np.fill_diagonal(loss, np.inf)
    return loss
