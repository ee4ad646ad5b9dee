"""One class of behaviour for both trainers on both devices, on text whose right answer is known by construction.

The GPU is Triton's interpreter, some hundred words a second: its texts are short.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

from wajue.arrays.text_blocks import in_memory
from wajue.config import Jose, Sgns
from wajue.errors import WajueError
from wajue.models import jose, sgns
from wajue.models.loop import Checkpoints, Progress, Saved
from wajue.models.memory import Matrices
from wajue.models.text import Initial

Corpus = tuple[np.ndarray, np.ndarray, np.ndarray]
"""(word ids, offsets, count)."""


def two_topics(documents: int = 300, words: int = 10, length: int = 30) -> Corpus:
    """Documents of words 0..9 or of words 10..19: words of one topic belong together."""
    rng = np.random.default_rng(0)
    topic = np.arange(documents) % 2
    ids = (rng.integers(0, words, (documents, length)) + words * topic[:, None]).astype(np.int32).ravel()
    return ids, np.arange(documents + 1, dtype=np.int64) * length, np.bincount(ids, minlength=2 * words)


def cosines(vectors: np.ndarray) -> np.ndarray:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit @ unit.T


class Trainer(NamedTuple):
    """A trainer on a device."""

    name: str
    device: str = "cpu"
    hinge: str = "two"

    def train(self, text: Corpus, knobs: dict[str, Any], **more: Any) -> tuple[np.ndarray, ...]:
        """(word vectors, contexts), and of JoSE document vectors."""
        ids, offsets, count = text
        blocks = in_memory(ids, offsets)
        if self.name == "sgns":
            return sgns.train(blocks, count, config=Sgns(**knobs), device=self.device, **more)
        config = Jose(**({"hinge": self.hinge} | knobs))
        return jose.train(blocks, len(offsets) - 1, count, config=config, device=self.device, **more)

    def text(self) -> Corpus:
        """So short that the interpreter trains it in a second."""
        return two_topics(60) if self.device == "cpu" else two_topics(2, length=6)

    def knobs(self, **more: Any) -> dict[str, Any]:
        """Settings for this text; on the CPU with one thread, as the interpreter runs one program after the other."""
        small = {"dim": 8, "deterministic": True} if self.device == "cpu" else {"dim": 16, "window": 1, "negatives": 1}
        return small | {"subsample_threshold": 0.0} | more


def shown(trainer: Trainer) -> str:
    return "-".join(trainer if trainer.hinge != "two" else trainer[:2])


ON_CPU = [Trainer("sgns"), Trainer("jose"), Trainer("jose", hinge="combined")]
ON_GPU = [Trainer("sgns", "cuda"), Trainer("jose", "cuda")]


@pytest.fixture(autouse=True)
def _interpreter(request: pytest.FixtureRequest) -> None:
    """Triton's interpreter, where a test trains on the GPU."""
    parameters = getattr(getattr(request.node, "callspec", None), "params", {})
    if any(isinstance(p, Trainer) and p.device == "cuda" for p in parameters.values()):
        request.getfixturevalue("interpreter")


@pytest.fixture
def interpreter(monkeypatch: pytest.MonkeyPatch) -> Any:
    from tests.models.gpu.interpreter import one_thread_and_the_interpreter

    with one_thread_and_the_interpreter(monkeypatch):
        yield


def saves(until: int = 10**9) -> tuple[list[Saved], Callable[[Progress, Matrices], None]]:
    """What saves states in a list, and then stops the run."""
    saved: list[Saved] = []

    def save(progress: Progress, matrices: Matrices) -> None:
        saved.append(Saved(progress, {k: m.copy() for k, m in matrices.items()}))
        if len(saved) == until:
            raise KeyboardInterrupt

    return saved, save


@pytest.mark.parametrize("trainer", [*ON_CPU, *ON_GPU], ids=shown)
class TestTrainers:
    def test_equal_runs_give_equal_vectors_and_another_seed_others(self, trainer: Trainer) -> None:
        one, same, other = (trainer.train(trainer.text(), trainer.knobs(epochs=1, seed=s))[0] for s in (1, 1, 2))
        assert np.array_equal(one, same) and not np.array_equal(one, other)

    def test_a_run_that_was_interrupted_ends_in_the_same_vectors(self, trainer: Trainer) -> None:
        text, knobs = trainer.text(), trainer.knobs(epochs=3)
        saved, save = saves(until=4 if trainer.device == "cpu" else 3)
        whole = trainer.train(text, knobs)
        with pytest.raises(KeyboardInterrupt):
            trainer.train(text, knobs, checkpoints=Checkpoints(1e-9, save))
        assert saved[-1].progress != Progress()
        for a, b in zip(whole, trainer.train(text, knobs, checkpoints=Checkpoints(saved=saved[-1])), strict=True):
            assert np.array_equal(a, b) if trainer.device == "cpu" else np.abs(a - b).max() < 1e-6

    def test_all_tokens_are_told_and_the_loss_is_a_number(self, trainer: Trainer) -> None:
        told: list[tuple[int, float]] = []
        text = trainer.text()
        trainer.train(text, trainer.knobs(epochs=2), report=lambda tokens, loss: told.append((tokens, loss)))
        tokens = [t for t, _ in told]
        assert tokens[0] == 0 and tokens == sorted(tokens) and tokens[-1] == 2 * len(text[0])
        assert all(np.isfinite(loss) for _, loss in told)

    def test_divergence_stops_the_run_and_says_what_to_lower(self, trainer: Trainer) -> None:
        knobs = trainer.knobs(epochs=1)
        nothing = np.full((20, knobs["dim"]), np.nan, np.float32)
        with pytest.raises(WajueError, match=rf"training diverged.*lower \[{trainer.name}\] learning_rate"):
            trainer.train(two_topics(2, length=4), knobs, initial=Initial(np.arange(20), nothing, 0 * nothing))

    def test_training_goes_on_from_given_vectors(self, trainer: Trainer) -> None:
        ids, offsets, _ = trainer.text()
        knobs = trainer.knobs(epochs=1, learning_rate=1e-9)
        given = np.random.default_rng(3).uniform(-1, 1, (20, knobs["dim"])).astype(np.float32)
        given /= np.linalg.norm(given, axis=1, keepdims=True)
        grown = np.where(np.arange(len(ids)) % 10 == 0, 20, ids).astype(np.int32)  # a word that was not in the text before
        found = trainer.train((grown, offsets, np.bincount(grown)), knobs, initial=Initial(np.arange(20), given, given))[0]
        assert found.shape == (21, knobs["dim"]) and np.abs(found[:20] - given).max() < 1e-4 and found[20].any()

    def test_a_vocabulary_of_one_word(self, trainer: Trainer) -> None:
        text = np.zeros(3, np.int32), np.array([0, 0, 3]), np.array([3])
        found = trainer.train(text, trainer.knobs(epochs=1, dim=4))[0]
        assert np.isfinite(found).all() and found.shape == (1, 4)

    def test_no_text_at_all(self, trainer: Trainer) -> None:
        text = np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64)
        assert trainer.train(text, trainer.knobs(dim=4))[0].shape == (0, 4)


@pytest.mark.parametrize("trainer", ON_CPU, ids=shown)
class TestOddTexts:
    """What the interpreter would take too long for; its kernels have odd shapes in their own tests."""

    def test_deterministic_runs_are_equal_to_the_bit_whatever_the_threads(self, trainer: Trainer) -> None:
        runs = [trainer.train(two_topics(60), {"dim": 8, "epochs": 2, "deterministic": True, "threads": t})[0] for t in (1, 4)]
        assert np.array_equal(runs[0], runs[1])

    @pytest.mark.parametrize("dim", [1, 7, 127, 1023])
    def test_odd_shapes(self, trainer: Trainer, dim: int) -> None:
        found = trainer.train(two_topics(20), {"dim": dim, "epochs": 1, "window": 3, "negatives": 1})[0]
        assert found.shape == (20, dim) and np.isfinite(found).all() and found.dtype == np.float32

    def test_empty_and_one_word_documents(self, trainer: Trainer) -> None:
        text = np.array([0, 1, 0, 1, 2], np.int32), np.array([0, 0, 1, 1, 5, 5], np.int64), np.array([2, 2, 1])
        assert np.isfinite(trainer.train(text, {"dim": 4, "epochs": 3})[0]).all()

    def test_a_document_longer_than_a_stretch(self, trainer: Trainer) -> None:
        ids = np.tile(np.arange(20, dtype=np.int32), 1000)
        text = ids, np.array([0, len(ids)], np.int64), np.bincount(ids)
        assert np.isfinite(trainer.train(text, {"dim": 8, "epochs": 1})[0]).all()

    def test_one_word_repeated_for_ever_does_not_explode(self, trainer: Trainer) -> None:
        rng = np.random.default_rng(2)
        ids = np.concatenate([np.full(30, w) for w in rng.integers(0, 20, 400)]).astype(np.int32)
        text = ids, np.arange(0, len(ids) + 1, 300, dtype=np.int64), np.bincount(ids, minlength=20)
        assert np.abs(trainer.train(text, {"dim": 8, "epochs": 5})[0]).max() < 20


@pytest.mark.parametrize(
    ("trainer", "text", "knobs"),
    [
        (Trainer("sgns"), two_topics(), {"epochs": 10}),
        (Trainer("jose"), two_topics(), {"epochs": 10}),
        (Trainer("sgns", "cuda"), two_topics(40, length=14), {"epochs": 4, "learning_rate": 0.4, "window": 3, "negatives": 3}),
    ],
    ids=["sgns-cpu", "jose-cpu", "sgns-cuda"],
)
def test_words_of_one_topic_come_together(trainer: Trainer, text: Corpus, knobs: dict[str, Any]) -> None:
    told: list[float] = []
    vectors = trainer.train(text, {"dim": 16, "subsample_threshold": 0.0} | knobs, report=lambda tokens, loss: told.append(loss))[0]
    near = cosines(vectors)
    assert near[:10, :10][~np.eye(10, dtype=bool)].mean() > near[:10, 10:].mean() + 0.4
    assert told[-1] < told[0]


@pytest.mark.parametrize("trainer", ON_GPU, ids=shown)
def test_a_run_that_the_cpu_began_goes_on_on_a_gpu(trainer: Trainer) -> None:
    text, knobs = trainer.text(), trainer.knobs(epochs=3)
    saved, save = saves()
    trainer._replace(device="cpu").train(text, knobs, checkpoints=Checkpoints(1e-9, save))
    told: list[tuple[int, float]] = []
    middle = Checkpoints(saved=saved[len(saved) // 2])
    trainer.train(text, knobs, checkpoints=middle, report=lambda tokens, loss: told.append((tokens, loss)))
    assert 0 < told[0][0] < told[-1][0] == 3 * len(text[0]) and all(np.isfinite(loss) for _, loss in told)


def test_too_high_a_learning_rate_is_noticed() -> None:
    with pytest.raises(WajueError, match="learning_rate"):
        Trainer("sgns").train(two_topics(), {"dim": 16, "epochs": 5, "learning_rate": 10.0, "subsample_threshold": 0.0})
