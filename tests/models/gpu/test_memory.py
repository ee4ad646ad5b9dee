"""The trainers on a card, by Triton's interpreter: what they learn, go on from, and say when memory does not suffice."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.models.gpu.interpreter import interpreted, sgns_kernel, torch  # noqa: F401
from tests.models.test_trainers import cosines, two_topics
from wajue.config import Jose, Sgns
from wajue.errors import WajueError
from wajue.models import jose, sgns
from wajue.models.loop import Checkpoints, Matrices, Place, in_memory

cards = pytest.importorskip("wajue.models.gpu.device")
Train = Callable[..., tuple[np.ndarray, ...]]


def train_sgns(
    documents: int, length: int, knobs: dict[str, Any] | None = None, device: str = "cuda", **more: Any
) -> tuple[np.ndarray, ...]:
    ids, offsets, count = two_topics(documents, length=length)
    config = Sgns(**({"dim": 16, "subsample_threshold": 0.0, "window": 3, "negatives": 3} | (knobs or {})))
    return sgns.train(in_memory(ids, offsets), count, config=config, device=device, **more)


def train_jose(
    documents: int, length: int, knobs: dict[str, Any] | None = None, device: str = "cuda", **more: Any
) -> tuple[np.ndarray, ...]:
    ids, offsets, count = two_topics(documents, length=length)
    config = Jose(**({"dim": 16, "subsample_threshold": 0.0, "window": 1, "negatives": 1} | (knobs or {})))
    return jose.train(in_memory(ids, offsets), documents, count, config=config, device=device, **more)


def test_words_of_one_topic_come_together() -> None:
    vectors = train_sgns(100, 16, {"epochs": 4, "learning_rate": 0.2})[0]
    near = cosines(vectors)
    assert near[:10, :10][~np.eye(10, dtype=bool)].mean() > near[:10, 10:].mean() + 0.4


def test_jose_on_a_card_ends_where_the_cpu_ends() -> None:
    """One program after the other, as the interpreter runs them, is what one thread does."""
    knobs = {"epochs": 2, "threads": 1}
    for ours, theirs in zip(train_jose(8, 6, knobs), train_jose(8, 6, knobs, device="cpu"), strict=True):
        assert np.abs(ours - theirs).max() < 1e-4  # float32, a few hundred updates, each carrying the last bits on


def test_document_vectors_too_many_for_the_card_are_lent_to_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    there = train_jose(6, 6, {"epochs": 2})
    monkeypatch.setattr(cards.Card, "free", lambda self: 0 if "words" in self.tensors and "contexts" in self.tensors else 1 << 40)
    with caplog.at_level("INFO"):
        lent = train_jose(6, 6, {"epochs": 2})
    assert "document vectors stay in memory" in caplog.text and "streamed to the card" in caplog.text
    for a, b in zip(there, lent, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("train", [train_sgns, train_jose])
class TestCards:
    def test_a_run_that_was_interrupted_ends_in_the_same_vectors(self, train: Train) -> None:
        saved: list[tuple[Place, Matrices]] = []

        def save(place: Place, matrices: Matrices) -> None:
            saved.append((place, {k: m.copy() for k, m in matrices.items()}))
            if len(saved) == 3:
                raise KeyboardInterrupt

        whole = train(8, 6, {"epochs": 3})
        with pytest.raises(KeyboardInterrupt):
            train(8, 6, {"epochs": 3}, checkpoints=Checkpoints(1e-9, save))
        assert saved[-1][0] != Place()
        for a, b in zip(whole, train(8, 6, {"epochs": 3}, checkpoints=Checkpoints(saved=saved[-1])), strict=True):
            assert np.abs(a - b).max() < 1e-6

    def test_a_run_that_the_cpu_began_goes_on_on_a_card(self, train: Train) -> None:
        saved: list[tuple[Place, Matrices]] = []
        train(
            8,
            6,
            {"epochs": 3},
            device="cpu",
            checkpoints=Checkpoints(1e-9, lambda p, m: saved.append((p, {k: x.copy() for k, x in m.items()}))),
        )
        told: list[tuple[int, float]] = []
        train(
            8,
            6,
            {"epochs": 3},
            checkpoints=Checkpoints(saved=saved[len(saved) // 2]),
            report=lambda words, loss: told.append((words, loss)),
        )
        assert 0 < told[0][0] < told[-1][0] == 3 * 8 * 6 and all(np.isfinite(loss) for _, loss in told)

    def test_text_without_words_and_a_vocabulary_of_one(self, train: Train) -> None:
        for name, function in (("sgns", sgns.train), ("jose", jose.train)):
            sizes = () if name == "sgns" else (2,)
            config: Any = Sgns(dim=4, epochs=1) if name == "sgns" else Jose(dim=4, epochs=1, window=1)
            blocks = in_memory(np.zeros(3, np.int32), np.array([0, 0, 3]))
            found = function(blocks, *sizes, np.array([3]), config=config, device="cuda")  # type: ignore[operator]
            assert np.isfinite(found[0]).all() and found[0].shape == (1, 4)

    def test_divergence_stops_the_run_and_says_what_to_lower(self, train: Train) -> None:
        initial = (np.arange(20), np.full((20, 16), np.nan, np.float32), np.zeros((20, 16), np.float32))
        with pytest.raises(WajueError, match=r"training diverged.*lower \[(sgns|jose)\] learning_rate"):
            train(2, 4, {"epochs": 1}, initial=initial)

    def test_too_little_memory_names_the_setting_to_lower(self, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(cards.Card, "free", lambda self: 1000)
        with pytest.raises(WajueError, match=r"too little memory.*lower \[(sgns|jose)\] dim or raise \[vocabulary\] min_count"):
            train(8, 6)


def test_memory_that_runs_out_while_training_is_said_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*args: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(sgns_kernel, "train", exhausted)
    with pytest.raises(WajueError, match=r"sgns: .*CUDA out of memory\).*lower \[sgns\] dim"):
        train_sgns(4, 4)


def test_the_text_stays_on_the_card_and_is_read_once() -> None:
    read: list[int] = []
    block = (np.arange(6, dtype=np.int32), np.array([0, 2, 6]), np.arange(2))

    def blocks(epoch: int, first: int) -> Any:
        for number in range(first, 5):
            read.append(number)
            yield (block[0] + 10 * number, *block[1:])

    card = cards.Card("sgns", {"centers": np.zeros((2, 4), np.float32)})
    feed = card.feed(blocks, np.arange(50, dtype=np.int32), 30)
    order = [[int(b[0][0]) // 10 for b in feed(epoch, first)] for epoch, first in ((0, 0), (1, 0), (2, 0), (1, 2))]
    assert read == [0, 1, 2, 3, 4] and order[0] == [0, 1, 2, 3, 4]
    assert sorted(order[1]) == sorted(order[2]) == order[0] and order[1] != order[2] and order[3] == order[1][2:]
    again = card.feed(blocks, np.arange(50, dtype=np.int32), 30)  # a run that goes on in a later epoch
    assert [int(b[0][0]) // 10 for b in again(1, 2)] == order[3]
