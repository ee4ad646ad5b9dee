"""One class of behaviour, run on both trainers, on text whose right answer is known by construction."""

from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from wajue.config import Jose, Sgns
from wajue.errors import WajueError
from wajue.models import jose, sgns
from wajue.models.loop import Checkpoints, Matrices, Place, in_memory

Train = Callable[..., np.ndarray]


def train_sgns(ids: np.ndarray, offsets: np.ndarray, count: np.ndarray, **knobs: object) -> np.ndarray:
    return sgns.train(in_memory(ids, offsets), count, config=Sgns(**knobs))[0]  # type: ignore[arg-type]


def train_jose(ids: np.ndarray, offsets: np.ndarray, count: np.ndarray, **knobs: object) -> np.ndarray:
    return jose.train(in_memory(ids, offsets), len(offsets) - 1, count, config=Jose(**knobs))[0]  # type: ignore[arg-type]


def train_combined(ids: np.ndarray, offsets: np.ndarray, count: np.ndarray, **knobs: object) -> np.ndarray:
    return train_jose(ids, offsets, count, hinge="combined", **knobs)


def two_topics(documents: int = 300, words: int = 10, length: int = 30) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Documents of words 0..9 or of words 10..19: words of one topic belong together."""
    rng = np.random.default_rng(0)
    topic = np.arange(documents) % 2
    ids = (rng.integers(0, words, (documents, length)) + words * topic[:, None]).astype(np.int32).ravel()
    return ids, np.arange(documents + 1, dtype=np.int64) * length, np.bincount(ids, minlength=2 * words)


def cosines(vectors: np.ndarray) -> np.ndarray:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit @ unit.T


@pytest.mark.parametrize("train", [train_sgns, train_jose])
def test_words_of_one_topic_come_together(train: Train) -> None:
    near = cosines(train(*two_topics(), dim=16, epochs=10, subsample_threshold=0.0))
    inside = near[:10, :10][~np.eye(10, dtype=bool)].mean()
    across = near[:10, 10:].mean()
    assert inside > across + 0.4


@pytest.mark.parametrize("train", [train_sgns, train_jose, train_combined])
class TestTrainers:
    def test_deterministic_runs_are_equal_to_the_bit_whatever_the_threads(self, train: Train) -> None:
        runs = [train(*two_topics(60), dim=8, epochs=2, deterministic=True, threads=t) for t in (1, 4)]
        assert np.array_equal(runs[0], runs[1])

    def test_another_seed_gives_other_vectors(self, train: Train) -> None:
        runs = [train(*two_topics(60), dim=8, epochs=1, deterministic=True, seed=s) for s in (1, 2)]
        assert not np.array_equal(runs[0], runs[1])

    @pytest.mark.parametrize("dim", [1, 7, 127, 1023])
    def test_odd_shapes(self, train: Train, dim: int) -> None:
        found = train(*two_topics(20), dim=dim, epochs=1, window=3, negatives=1)
        assert found.shape == (20, dim) and np.isfinite(found).all() and found.dtype == np.float32

    def test_empty_and_one_word_documents(self, train: Train) -> None:
        ids = np.array([0, 1, 0, 1, 2], np.int32)
        offsets = np.array([0, 0, 1, 1, 5, 5], np.int64)
        assert np.isfinite(train(ids, offsets, np.array([2, 2, 1]), dim=4, epochs=3)).all()

    def test_a_vocabulary_of_one_word(self, train: Train) -> None:
        found = train(np.zeros(50, np.int32), np.array([0, 50], np.int64), np.array([50]), dim=4, epochs=2)
        assert found.shape == (1, 4) and np.isfinite(found).all()

    def test_no_text_at_all(self, train: Train) -> None:
        assert train(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64), dim=4).shape == (0, 4)

    def test_a_document_longer_than_a_stretch(self, train: Train) -> None:
        ids = np.tile(np.arange(20, dtype=np.int32), 1000)
        found = train(ids, np.array([0, len(ids)], np.int64), np.bincount(ids), dim=8, epochs=1)
        assert np.isfinite(found).all()

    def test_one_word_repeated_for_ever_does_not_explode(self, train: Train) -> None:
        rng = np.random.default_rng(2)
        ids = np.concatenate([np.full(30, w) for w in rng.integers(0, 20, 400)]).astype(np.int32)
        found = train(ids, np.arange(0, len(ids) + 1, 300, dtype=np.int64), np.bincount(ids, minlength=20), dim=8, epochs=5)
        assert np.abs(found).max() < 20


def test_divergence_stops_the_run_and_says_what_to_lower() -> None:
    with pytest.raises(WajueError, match="learning_rate"):
        train_sgns(*two_topics(), dim=16, epochs=5, learning_rate=10.0, subsample_threshold=0.0)


# of so few words the combined hinge tells the topics apart only now and then: its margin holds before they have parted
@pytest.mark.parametrize(("hinge", "apart"), [("two", 0.5), ("combined", 0.1)])
def test_jose_vectors_have_length_one_and_documents_of_one_topic_come_together(
    hinge: Literal["two", "combined"], apart: float
) -> None:
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


def test_losses_fall_and_the_words_trained_are_told() -> None:
    ids, offsets, count = two_topics()
    for train in (
        lambda report: sgns.train(in_memory(ids, offsets), count, config=Sgns(dim=16, epochs=5), report=report),
        lambda report: jose.train(in_memory(ids, offsets), 300, count, config=Jose(dim=16, epochs=5), report=report),
    ):
        told: list[tuple[int, float]] = []
        train(lambda words, loss, told=told: told.append((words, loss)))  # type: ignore[misc]
        assert told[0][0] == 0 and told[-1][0] == 5 * len(ids) and told[-1][1] < told[0][1]


@pytest.mark.parametrize("name", ["sgns", "jose"])
def test_a_deterministic_run_that_was_interrupted_ends_in_the_same_vectors(name: str) -> None:
    ids, offsets, count = two_topics(80)

    def train(checkpoints: Checkpoints) -> tuple[np.ndarray, ...]:
        blocks = in_memory(ids, offsets)
        if name == "sgns":
            return sgns.train(blocks, count, config=Sgns(dim=8, epochs=4, deterministic=True), checkpoints=checkpoints)
        return jose.train(blocks, 80, count, config=Jose(dim=8, epochs=4, deterministic=True), checkpoints=checkpoints)

    saved: list[tuple[Place, Matrices]] = []

    def save(place: Place, matrices: Matrices) -> None:
        saved.append((place, {k: m.copy() for k, m in matrices.items()}))
        if len(saved) == 7:
            raise KeyboardInterrupt

    whole = train(Checkpoints())
    with pytest.raises(KeyboardInterrupt):
        train(Checkpoints(1e-9, save))
    assert saved[-1][0] != Place()
    for a, b in zip(whole, train(Checkpoints(saved=saved[-1])), strict=True):
        assert np.array_equal(a, b)


def test_training_goes_on_with_a_grown_vocabulary() -> None:
    ids, offsets, count = two_topics()
    old = sgns.train(in_memory(ids, offsets), count, config=Sgns(dim=16, epochs=10, subsample_threshold=0.0))
    grown = np.where(np.arange(len(ids)) % 10 == 0, 20, ids).astype(np.int32)  # a word that was not there before
    rows = np.arange(20)
    config = Sgns(dim=16, epochs=1, subsample_threshold=0.0, learning_rate=0.001)
    found, _ = sgns.train(in_memory(grown, offsets), np.bincount(grown), config=config, initial=(rows, *old))
    assert found.shape == (21, 16)
    assert np.abs(found[:20] - old[0]).max() < 0.1 < np.abs(old[0]).max()
