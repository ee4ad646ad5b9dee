"""The loop that both trainers share: epochs, blocks, chunks, learning rates, reports and checkpoints.

In: blocks of text, and a step that trains some of their chunks. The order of everything follows from the seed and the text
alone: with one thread the result is the same to the bit, whether or not the run was interrupted.
"""

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numba
import numpy as np

from wajue.errors import WajueError
from wajue.models.memory import Matrices, Memory
from wajue.models.sampling import Draws
from wajue.models.text import RowBlock, RowBlocks, Text
from wajue.models.workers import ALONE, Sharing, Workers

log = logging.getLogger(__name__)

_CHUNK_TOKENS = 20_000  # small enough to share out evenly, large enough that starting one costs nothing
_REPORTS = 20  # at least; within a round a GPU takes text, and so learning rates, in another order
_LARGEST = 1e3  # a component this large is beyond any useful vector; those of a good run stay below 10
_EMPTY = RowBlock(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64), 0)

Report = Callable[[int, float], None]
"""Is told the tokens trained so far, over all epochs, and the loss."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come: the chunks before this one are trained. tokens: of the blocks before, over all epochs."""

    epoch: int = 0
    block: int = 0
    chunk: int = 0
    tokens: int = 0


class Saved(NamedTuple):
    """Where an earlier run stopped, and its matrices."""

    progress: Progress
    matrices: Matrices


@dataclass(frozen=True)
class Checkpoints:
    """Saves the run every so many seconds (0 = never)."""

    seconds: float = 0.0
    save: Callable[[Progress, Matrices], None] = lambda progress, matrices: None
    saved: Saved | None = None


NO_CHECKPOINTS = Checkpoints()

Step = Callable[[Text, Draws, np.ndarray, int], None]
"""Trains the chunks counter[0] to end - 1 of a text: (text, draws, counter int64 [1], end)."""


class OnDevice(NamedTuple):
    """A trainer on the CPU or on a GPU."""

    blocks: RowBlocks  # of this worker, on the device
    step: Step
    memory: Memory


@dataclass(frozen=True)
class Plan:
    """What the loop needs to know of a config and a vocabulary."""

    name: str
    total_tokens: int  # of an epoch
    epochs: int
    learning_rate: float
    least_learning_rate: float
    seed: int
    threads: int
    draws: Draws = field(repr=False)  # the key is each epoch's own
    sharing: Sharing = field(default=Sharing(), repr=False)


def restored(matrices: Matrices, checkpoints: Checkpoints) -> Matrices:
    """Matrices as an earlier run saved them, if one did; changed in place."""
    if checkpoints.saved is not None:
        for name, matrix in matrices.items():
            matrix[:] = checkpoints.saved.matrices[name]
    return matrices


def train(
    trainer: OnDevice,
    loss: Callable[[], float],
    *,
    plan: Plan,
    report: Report,
    checkpoints: Checkpoints = NO_CHECKPOINTS,
    workers: Workers = ALONE,
) -> None:
    """Train the matrices that are in the trainer's memory, from where `checkpoints` say that an earlier run stopped.

    Raises WajueError if training diverges.
    """
    start = Progress() if checkpoints.saved is None else checkpoints.saved.progress
    if checkpoints.saved is not None:
        log.info("%s: going on at epoch %d, after %s words", plan.name, start.epoch + 1, f"{start.tokens:,}")
    trainer.step(_text(_EMPTY, start, plan)[0], plan.draws, np.zeros(1, np.int64), 0)  # compiles
    workers.start(trainer.memory, plan.sharing)
    report(start.tokens, loss())
    loop = _Loop(trainer, loss, plan, report, checkpoints, workers)
    tokens = start.tokens
    for epoch in range(start.epoch, plan.epochs):
        first = start.block if epoch == start.epoch else 0
        for number, block in enumerate(trainer.blocks(epoch, first), first):
            chunk = start.chunk if (epoch, number) == (start.epoch, start.block) else 0
            loop.train_block(block, Progress(epoch, number, chunk, tokens))
            tokens += block.all_tokens


@dataclass
class _Loop:
    """A training under way, block by block."""

    trainer: OnDevice
    loss: Callable[[], float]
    plan: Plan
    report: Report
    checkpoints: Checkpoints
    workers: Workers
    saved_at: float = field(default_factory=time.monotonic)

    def train_block(self, block: RowBlock, start: Progress) -> None:
        """Train a block from a chunk on, round after round; after each, workers meet, and the loss is told."""
        text, tokens_after = _text(block, start, self.plan)
        key = np.random.SeedSequence([self.plan.seed, start.epoch]).generate_state(1, np.uint64)[0]
        draws, chunks = self.plan.draws._replace(key=key), len(text.rates)
        ends = [e for e in self._round_ends(chunks, block.all_tokens) if e > start.chunk or self.workers.size > 1]
        chunk = start.chunk
        for number, end in enumerate(ends, 1):
            self._train_round(text, draws, chunk, end, block.all_tokens / len(ends))
            chunk = end
            save = self.workers.exchange(self._save_is_due() and (self.workers.size == 1 or number == len(ends)))
            check_finite(self.plan.name, self.trainer.memory.largest(self.plan.sharing.names))
            self.report(min(int(tokens_after[chunk]), self.plan.total_tokens * self.plan.epochs), self.loss())
            if save and chunk < chunks:
                self._save(Progress(start.epoch, start.block, chunk, start.tokens))
            elif save:
                self._save(Progress(start.epoch, start.block + 1, 0, start.tokens + block.all_tokens))

    def _round_ends(self, chunks: int, tokens: int) -> list[int]:
        """The chunks that end a round, for each worker as many, however many chunks it has."""
        round_tokens = min(self.trainer.memory.round_tokens, self.plan.total_tokens * self.plan.epochs // _REPORTS)
        rounds = max(1, tokens // max(round_tokens, 1))
        if self.workers.size == 1:
            rounds = min(rounds, max(1, chunks // self.plan.threads))
        return [-(-chunks * (r + 1) // rounds) for r in range(rounds)]

    def _train_round(self, text: Text, draws: Draws, start: int, end: int, tokens: float) -> None:
        """Train the chunks from start to end. tokens: of the round, all workers' together; they meet after each part of it."""
        parts = 1 if self.workers.size == 1 else max(1, int(tokens) // self.trainer.memory.part_tokens)
        chunk = start
        for stop in np.linspace(start, end, parts + 1).astype(int)[1:]:
            self.trainer.step(text, draws, np.array([chunk]), int(stop))
            chunk = int(stop)
            self.workers.meet(tokens / parts)

    def _save_is_due(self) -> bool:
        return 0 < self.checkpoints.seconds < time.monotonic() - self.saved_at

    def _save(self, progress: Progress) -> None:
        matrices = self.trainer.memory.fetch()
        if "documents" in matrices:
            self.workers.gather(matrices["documents"])
        if self.workers.rank == 0:
            self.checkpoints.save(progress, matrices)
        self.saved_at = time.monotonic()


def _text(block: RowBlock, start: Progress, plan: Plan) -> tuple[Text, np.ndarray]:
    """(a block with its documents shuffled and cut into chunks, the tokens trained before each cut, all workers' together).

    start: the block's epoch and number, and the tokens before it. Learning rates fall in a line to the least.
    """
    documents, tokens = len(block.doc_indices), len(block.matrix_rows)
    order = np.random.default_rng([plan.seed, start.epoch, start.block]).permutation(documents)
    before = np.concatenate(([0], np.cumsum(np.diff(block.offsets)[order])))
    size = max(1, min(_CHUNK_TOKENS, tokens // 64 + 1))
    cuts = np.unique(np.concatenate(([0], np.searchsorted(before, np.arange(size, tokens, size)), [documents])))
    after = start.tokens + before[cuts] * block.all_tokens // max(tokens, 1)
    done = after[:-1] / max(plan.total_tokens * plan.epochs, 1)
    rates = np.maximum(plan.learning_rate * (1 - done), plan.least_learning_rate).astype(np.float32)
    return Text(block.matrix_rows, block.offsets, block.doc_indices, order, cuts, rates), after


def thread_count(threads: int, deterministic: bool) -> int:
    """The threads to train on: one if the result must not depend on their race, never more than this process may use."""
    if deterministic:
        return 1
    local_workers = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # among which the cores of this machine are divided
    most = max(1, numba.config.NUMBA_NUM_THREADS // local_workers)  # type: ignore[attr-defined]
    if threads > most:
        log.warning("threads = %d, but this process may use %d; training on %d", threads, most, most)
    return min(threads or most, most)


def check_finite(name: str, largest: float) -> None:
    """Raises WajueError, with what to change, if training has diverged."""
    if not largest < _LARGEST:
        raise WajueError(f"{name} training diverged (a component of {largest:.3g}); lower [{name}] learning_rate")
