import numpy as np

from tests.mining.topics.test_clustering import around
from wajue.mining.topics.model import Anchors, fit

NONE = Anchors((), np.zeros((0, 12), np.float32))


def test_the_same_seed_gives_the_same_topics() -> None:
    vectors = around(np.eye(12), 20, spread=0.3)
    first, again = (fit(vectors, 12, 1, NONE) for _ in range(2))
    assert np.array_equal(first.centroids, again.centroids) and len(first.centroids) == 12


def test_a_document_far_from_its_topic_is_in_none() -> None:
    vectors = around(np.eye(12)[:2], 50)
    model = fit(vectors, 2, 1, NONE)
    placed = model.place(np.concatenate([vectors[:1], np.eye(12, dtype=np.float32)[5:6]]))
    assert placed.topic[0] > 0 and placed.topic[1] == 0
    assert placed.second[1] > 0 and placed.second_similarity[1] == placed.similarity[1]  # where it would lie


def test_topics_are_no_more_than_documents() -> None:
    vectors = np.eye(12, dtype=np.float32)[:3]
    assert len(fit(vectors, 50, 1, NONE).centroids) == 3
    assert len(fit(vectors[:1], 0, 1, NONE).centroids) == 1
    assert fit(vectors[:0], 5, 1, NONE).group_count == 0


def test_many_topics_form_groups() -> None:
    model = fit(around(np.eye(16), 10), 16, 1, Anchors((), np.zeros((0, 16), np.float32)))
    assert len(model.centroids) == 16 and model.group_count == 4


def test_topics_that_are_named_come_first_and_others_around_them() -> None:
    vectors = around(np.eye(12)[:4], 20)
    model = fit(vectors, 4, 1, Anchors(("billing",), vectors[25:26]))
    assert model.names == ("billing", "", "", "")
    assert set(model.place(vectors[20:40]).topic.tolist()) <= {0, 1}
    assert len(fit(vectors, 0, 1, Anchors(("a", "b"), vectors[[0, 70]])).centroids) >= 2
