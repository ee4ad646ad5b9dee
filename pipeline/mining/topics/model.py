"""Topics as centroids. In: vectors of documents. Out: a model, and by it the topic of any document.

Many small clusters are joined until so many are left as are asked for, or as the documents show (choosing.py), and then moved. A
document whose cosine to its centroid lies far below that of the topic's others is in none.
"""

from typing import NamedTuple

import numpy as np

from wajue.mining.topics import clustering
from wajue.mining.topics.choosing import MOST, count_of_groups, count_of_topics

_SMALL_PER_TOPIC = 3
_MOST_SMALL = _SMALL_PER_TOPIC * MOST  # where nobody says how many topics there are to be
_DOCUMENTS_PER_SMALL = 10  # on average, then
_FAR = 3.0  # standard deviations below a topic's mean: at most a tenth of it lies there (Cantelli), of most topics a hundredth
_ROUNDING = 1e-4  # what cosines of equal vectors may differ by, and more


class Anchors(NamedTuple):
    """Topics that the user names, and where they lie: float32 [names, dim], rows of length 1."""

    names: tuple[str, ...]
    directions: np.ndarray


class Placed(NamedTuple):
    """The topic of each document, from 1; 0 for none. Of a document in none, the second is the nearest; 0: there is no second."""

    topic: np.ndarray  # int32 [n]
    similarity: np.ndarray  # float32 [n], cosine to the nearest centroid
    second: np.ndarray  # int32 [n]
    second_similarity: np.ndarray  # float32 [n], cosine


class Model(NamedTuple):
    """Topic t, from 1, is row t - 1 of each."""

    centroids: np.ndarray  # float32 [topics, dim], of length 1
    least_similarity: np.ndarray  # float32 [topics], below which a document is in none
    group: np.ndarray  # int64 [topics], from 0; all 0 where there are no groups
    names: tuple[str, ...]  # that the user gave; else empty

    @property
    def group_count(self) -> int:
        """How many groups there are; 0 where topics are few."""
        return count if (count := int(self.group.max(initial=-1)) + 1) > 1 else 0

    def take(self, order: np.ndarray) -> "Model":
        """The topics in another order (int [topics])."""
        names = tuple(self.names[i] for i in order.tolist())
        return Model(self.centroids[order], self.least_similarity[order], self.group[order], names)

    def place(self, vectors: np.ndarray) -> Placed:
        """The topics of documents float32 [n, dim]."""
        near = clustering.nearest(vectors, self.centroids)
        outside = near.similarity < self.least_similarity[near.topic]
        topic, second = near.topic + 1, near.second + 1
        return Placed(
            np.where(outside, 0, topic),
            near.similarity,
            np.where(outside, topic, second),
            np.where(outside, near.similarity, near.second_similarity),
        )


def fit(vectors: np.ndarray, count: int, seed: int, anchors: Anchors) -> Model:
    """Topics of documents float32 [n, dim], of length 1: as many as they show, or at most `count` if it is not 0."""
    if not len(vectors):
        return Model(vectors, np.zeros(0, np.float32), np.zeros(0, np.int64), ())
    few = _SMALL_PER_TOPIC * count if count else min(_MOST_SMALL, -(-len(vectors) // _DOCUMENTS_PER_SMALL))
    small = clustering.small_clusters(vectors, few, seed)
    cluster = clustering.nearest(vectors, small).topic
    total = clustering.sums(vectors, cluster, len(small))
    order = clustering.joins(total)
    free = (count or count_of_topics(order, total, np.bincount(cluster, minlength=len(small)))) - len(anchors.names)
    of_small = clustering.after(order, max(free, 0)) if free > 0 else np.zeros(0, np.int64)
    start = clustering.unit(clustering.sums(total, of_small, int(of_small.max()) + 1)) if free > 0 else small[:0]
    centroids = clustering.moved(vectors, np.concatenate([anchors.directions, start]), len(anchors.names))
    near = clustering.nearest(vectors, centroids)
    groups = clustering.joins(clustering.sums(vectors, near.topic, len(centroids)))
    names = anchors.names + ("",) * (len(centroids) - len(anchors.names))
    group = clustering.after(groups, count_of_groups(len(centroids)))
    return Model(centroids, _fences(near, len(centroids)), group, names)


def _fences(near: clustering.Nearest, count: int) -> np.ndarray:
    """float32 [topics]: from which on down a cosine lies far below the others of the topic; -1 for a topic without a document."""
    fences = np.full(count, -1, np.float32)
    for topic in range(count):
        if len(cosine := near.similarity[near.topic == topic]):
            fences[topic] = cosine.mean() - _FAR * cosine.std() - _ROUNDING
    return fences
