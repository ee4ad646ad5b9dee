"""A GPU's memory, by Triton's interpreter: what is lent, what stays, and what is said when it does not suffice."""

from typing import Any

import numpy as np
import pytest

from tests.models.gpu.interpreter import interpreted, sgns_kernel, torch  # noqa: F401
from tests.models.test_trainers import Trainer, shown, two_topics
from wajue.arrays.text_blocks import Block
from wajue.errors import WajueError

memory = pytest.importorskip("wajue.models.gpu.memory")
SGNS, JOSE = Trainer("sgns", "cuda"), Trainer("jose", "cuda")


def test_jose_on_a_gpu_ends_where_the_cpu_ends() -> None:
    """One program after the other, as the interpreter runs them, is what one thread does."""
    text, knobs = JOSE.text(), JOSE.knobs(epochs=2, threads=1)
    for ours, theirs in zip(JOSE.train(text, knobs), Trainer("jose").train(text, knobs), strict=True):
        assert np.abs(ours - theirs).max() < 1e-4  # float32, a few hundred updates, each carrying the last bits on


def test_document_vectors_too_many_for_the_gpu_are_lent_to_it(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    text, knobs = two_topics(4, length=5), JOSE.knobs(epochs=2)
    resident = JOSE.train(text, knobs)
    monkeypatch.setattr(
        memory.GpuMemory, "free", lambda self: 0 if "words" in self.tensors and "contexts" in self.tensors else 1 << 40
    )
    with caplog.at_level("INFO"):
        lent = JOSE.train(text, knobs)
    assert "document vectors stay in memory" in caplog.text and "streamed to the GPU" in caplog.text
    for a, b in zip(resident, lent, strict=True):
        assert np.array_equal(a, b)


@pytest.mark.parametrize("trainer", [SGNS, JOSE], ids=shown)
def test_too_little_memory_names_the_setting_to_lower(trainer: Trainer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.GpuMemory, "free", lambda self: 1000)
    with pytest.raises(WajueError, match=r"too little memory.*lower \[(sgns|jose)\] dim or raise \[vocabulary\] min_count"):
        trainer.train(trainer.text(), trainer.knobs())


def test_memory_that_runs_out_while_training_is_said_the_same_way(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(*args: object, **more: object) -> None:
        raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(sgns_kernel, "train", exhausted)
    with pytest.raises(WajueError, match=r"sgns: .*CUDA out of memory\).*lower \[sgns\] dim"):
        SGNS.train(two_topics(4, length=4), SGNS.knobs())


def test_the_text_stays_on_the_gpu_and_is_read_once() -> None:
    read: list[int] = []

    def blocks(epoch: int, first: int) -> Any:
        for number in range(first, 5):
            read.append(number)
            yield Block(np.arange(6, dtype=np.int32) + 10 * number, np.array([0, 2, 6]), np.arange(2), 6)

    gpu = memory.GpuMemory("sgns", {"centers": np.zeros((2, 4), np.float32)})
    feed = gpu.feed(blocks, np.arange(50, dtype=np.int32), 30)
    order = [[int(b.matrix_rows[0]) // 10 for b in feed(epoch, first)] for epoch, first in ((0, 0), (1, 0), (2, 0), (1, 2))]
    assert read == [0, 1, 2, 3, 4] and order[0] == [0, 1, 2, 3, 4]
    assert sorted(order[1]) == sorted(order[2]) == order[0] and order[1] != order[2] and order[3] == order[1][2:]
    again = gpu.feed(blocks, np.arange(50, dtype=np.int32), 30)  # a run that goes on in a later epoch
    assert [int(b.matrix_rows[0]) // 10 for b in again(1, 2)] == order[3]
