import numpy as np
import pytest

from wajue.mining.topics import clustering


def around(axes: np.ndarray, size: int, spread: float = 0.05) -> np.ndarray:
    """float32 [axes * size, dim]: so many documents around each axis in turn."""
    rng = np.random.default_rng(0)
    return clustering.unit(np.repeat(axes, size, axis=0) + spread * rng.normal(size=(len(axes) * size, axes.shape[1])))


def test_the_nearest_two_centroids_of_each_document() -> None:
    near = clustering.nearest(np.array([[1, 0], [0.6, 0.8]], np.float32), np.eye(2, dtype=np.float32))
    assert near.topic.tolist() == [0, 1] and near.second.tolist() == [1, 0]
    assert near.similarity == pytest.approx([1, 0.8]) and near.second_similarity == pytest.approx([0, 0.6])


def test_one_centroid_has_no_second() -> None:
    near = clustering.nearest(np.eye(2, dtype=np.float32), np.eye(2, dtype=np.float32)[:1])
    assert near.topic.tolist() == [0, 0] and near.second.tolist() == [-1, -1]


def test_small_clusters_are_joined_to_those_there_are() -> None:
    vectors = around(np.eye(4), 30)
    small = clustering.small_clusters(vectors, 12, seed=1)
    cluster = clustering.nearest(vectors, small).topic
    order = clustering.joins(clustering.sums(vectors, cluster, len(small)))
    of_document = clustering.after(order, 4)[cluster]
    assert [len(set(of_document[i : i + 30].tolist())) for i in range(0, 120, 30)] == [1, 1, 1, 1]
    assert len(set(of_document.tolist())) == 4


def test_the_pair_is_joined_that_loses_least() -> None:
    sums = np.array([[3.0, 0], [0, 2], [0, 1]])
    # the last two point the same way, and lose nothing; then |(3, 0)| + |(0, 3)| - |(3, 3)| = 6 - 3 sqrt 2
    first, second = clustering.joins(sums)
    assert (first.kept, first.gone, first.loss) == (1, 2, 0)
    assert (second.kept, second.gone) == (0, 1) and second.loss == pytest.approx(6 - 3 * 2**0.5)
    assert clustering.after([first, second], 2).tolist() == [0, 1, 1]


def test_equal_documents_are_one_cluster() -> None:
    assert len(clustering.small_clusters(np.repeat(np.eye(3, dtype=np.float32)[:1], 50, axis=0), 5, seed=1)) == 1


def test_an_anchored_centroid_stays_near_its_anchor() -> None:
    vectors = around(np.eye(3), 20)
    anchor = clustering.unit(np.array([[1.0, 0, 0.5]]))
    centres = clustering.moved(vectors, np.concatenate([anchor, np.eye(3, dtype=np.float32)[1:]]), anchored=1)
    of_documents = clustering.unit(vectors[:20].sum(axis=0, keepdims=True))
    assert centres[0] == pytest.approx(clustering.unit(of_documents + anchor)[0], abs=1e-5)
