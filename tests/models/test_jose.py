"""What JoSE alone promises: vectors of length one, documents among their like."""

from typing import Literal

import numpy as np
import pytest

from tests.models.test_trainers import cosines, two_topics
from wajue.arrays.text_blocks import in_memory
from wajue.config import Jose
from wajue.models import jose


# of so few words the combined hinge tells the topics apart only now and then: its margin holds before they have parted
@pytest.mark.parametrize(("hinge", "apart"), [("two", 0.5), ("combined", 0.1)])
def test_vectors_have_length_one_and_documents_of_one_topic_come_together(hinge: Literal["two", "combined"], apart: float) -> None:
    ids, offsets, count = two_topics(60, length=300)  # a document moves a little with each of its words
    config = Jose(dim=16, epochs=10, subsample_threshold=0.0, hinge=hinge, deterministic=True)
    words, _, documents = jose.train(in_memory(ids, offsets), 60, count, config=config)
    for vectors in (words, documents):
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    near = cosines(documents)
    assert near[0, 2::2].mean() > near[0, 1::2].mean() + apart


def test_unseen_documents_are_placed_among_their_like_and_words_stay() -> None:
    ids, offsets, count = two_topics(60, length=300)
    config = Jose(dim=16, epochs=10, subsample_threshold=0.0)
    words = jose.train(in_memory(ids, offsets), 60, count, config=config)[0]
    before = words.copy()
    unseen = np.concatenate([np.arange(10), np.arange(10, 20)]).repeat(30).astype(np.int32)
    cuts = np.array([0, 300, 600, 600], np.int64)
    found = jose.infer(in_memory(unseen, cuts), 3, words, count, config=config)
    assert np.array_equal(words, before) and np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    near = found[:2] @ words.T  # of twenty words in 16 dimensions; that documents of a topic also agree is left to chance by them
    own, other = near[[0, 1], :].reshape(2, 2, 10).mean(axis=2), [[0, 1], [1, 0]]
    assert (np.take_along_axis(own, np.array(other), 1) @ [1, -1] > 0.3).all()  # .44 to 1.1 with six seeds
