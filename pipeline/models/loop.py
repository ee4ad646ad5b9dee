"""The loop both trainers share: epochs, blocks, chunks, learning rates, reports and checkpoints.

In: blocks of text, and a kernel that trains some of their chunks. The order of everything follows from the seed and the text
alone: with one thread the result is the same to the bit, whether or not the run was interrupted.
"""

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numba
import numpy as np

from pipeline.errors import WajueError
from pipeline.models.sampling import Draws

log = logging.getLogger(__name__)

_CHUNK_WORDS = 20_000  # small enough to share out evenly, large enough that starting one costs nothing
_ROUND_WORDS = 4_000_000  # between two reports at most; between two at least a twentieth of the work
_LARGEST = 1e3  # a component this large is beyond any useful vector; those of a good run stay below 10

Block = tuple[np.ndarray, np.ndarray, np.ndarray]
"""ids int32 [tokens]; offsets int64 [documents + 1]; rows int64 [documents], the number of each document in the corpus."""

_NOTHING: Block = (np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64))

Blocks = Callable[[int, int], Iterator[Block]]
"""The blocks of an epoch, from the epoch's number and how many blocks to leave out; the same in every run."""

Report = Callable[[int, float], None]
"""Told the words trained so far, over all epochs, and the loss."""


class Text(NamedTuple):
    """A block as a kernel sees it: ids, offsets, rows; order int64 [documents], shuffled;

    cuts int64 [chunks + 1], where in the order each chunk begins; rates float32 [chunks].
    """

    ids: np.ndarray
    offsets: np.ndarray
    rows: np.ndarray
    order: np.ndarray
    cuts: np.ndarray
    rates: np.ndarray


@dataclass(frozen=True)
class Place:
    """Where a run stands: the chunks before this one are trained. words: of the blocks before, over all epochs."""

    epoch: int = 0
    block: int = 0
    chunk: int = 0
    words: int = 0


Matrices = dict[str, np.ndarray]


@dataclass(frozen=True)
class Checkpoints:
    """Saves the run every so many seconds (0 = never); `saved` is where an earlier one stopped, with its matrices."""

    seconds: float = 0.0
    save: Callable[[Place, Matrices], None] = lambda place, matrices: None
    saved: tuple[Place, Matrices] | None = None


NO_CHECKPOINTS = Checkpoints()


@dataclass(frozen=True)
class Plan:
    """What the loop needs to know of a config and a vocabulary."""

    name: str
    total: int  # words of an epoch
    epochs: int
    rate: float
    least_rate: float
    seed: int
    threads: int
    keep: np.ndarray
    noise: tuple[np.ndarray, np.ndarray] = field(repr=False)


def train(
    blocks: Blocks,
    step: Callable[[Text, Draws, np.ndarray, int], None],
    matrices: Matrices,
    loss: Callable[[], float],
    *,
    plan: Plan,
    report: Report,
    checkpoints: Checkpoints,
) -> None:
    """Train `matrices` in place. `step` trains chunks counter[0]..end-1 of a text. Raises WajueError if training diverges."""
    start = Place()
    if checkpoints.saved is not None:
        start, old = checkpoints.saved
        for name, matrix in matrices.items():
            matrix[:] = old[name]
        log.info("%s: going on at epoch %d, after %s words", plan.name, start.epoch + 1, f"{start.words:,}")
    numba.set_num_threads(plan.threads)
    step(_text(_NOTHING, 0, 0, 0, plan), Draws(np.uint64(0), plan.keep, *plan.noise), np.zeros(1, np.int64), 0)  # compiles
    words = start.words
    report(words, loss())
    saved_at = time.monotonic()
    for epoch in range(start.epoch, plan.epochs):
        key = np.random.SeedSequence([plan.seed, epoch]).generate_state(1, np.uint64)[0]
        draws = Draws(key, plan.keep, *plan.noise)
        first = start.block if epoch == start.epoch else 0
        for number, block in enumerate(blocks(epoch, first), first):
            text = _text(block, epoch, number, words, plan)
            chunks = len(text.rates)
            at = start.chunk if (epoch, number) == (start.epoch, start.block) else 0
            while at < chunks:
                end = min(chunks, at + _round_chunks(text, plan))
                step(text, draws, np.array([at]), end)
                at = end
                trained = words + int(np.diff(text.offsets)[text.order[: text.cuts[at]]].sum())
                check_finite(plan.name, *(m for name, m in matrices.items() if name != "documents"))
                report(min(trained, plan.total * plan.epochs), loss())
                if checkpoints.seconds and time.monotonic() - saved_at > checkpoints.seconds:
                    here = Place(epoch, number, at, words) if at < chunks else Place(epoch, number + 1, 0, words + len(block[0]))
                    checkpoints.save(here, matrices)
                    saved_at = time.monotonic()
            words += len(block[0])


def _text(block: Block, epoch: int, number: int, words: int, plan: Plan) -> Text:
    """Shuffle a block's documents, cut it in chunks, and give each its learning rate, which falls in a line to the least."""
    ids, offsets, rows = block
    order = np.random.default_rng([plan.seed, epoch, number]).permutation(len(rows))
    before = np.concatenate(([0], np.cumsum(np.diff(offsets)[order])))
    size = max(1, min(_CHUNK_WORDS, len(ids) // 64 + 1))
    cuts = np.unique(np.concatenate(([0], np.searchsorted(before, np.arange(size, len(ids), size)), [len(rows)])))
    done = (words + before[cuts[:-1]]) / max(plan.total * plan.epochs, 1)
    rates = np.maximum(plan.rate * (1 - done), plan.least_rate).astype(np.float32)
    return Text(ids, offsets, rows, order, cuts, rates)


def _round_chunks(text: Text, plan: Plan) -> int:
    """Chunks to hand to the kernel at once."""
    words = min(_ROUND_WORDS, plan.total * plan.epochs // 20)
    return max(plan.threads, words * len(text.rates) // max(len(text.ids), 1), 1)


def in_memory(ids: np.ndarray, offsets: np.ndarray) -> Blocks:
    """A corpus that is there already, as one block."""
    block = ids, offsets, np.arange(len(offsets) - 1)
    return lambda epoch, first: iter([block][first:])


def thread_count(threads: int, deterministic: bool) -> int:
    """The threads to train on: one if the result must not depend on their race, never more than this process may use."""
    if deterministic:
        return 1
    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    if threads > most:
        log.warning("threads = %d, but this process may use %d; training on %d", threads, most, most)
    return min(threads or most, most)


def check_finite(name: str, *matrices: np.ndarray) -> None:
    """Raises WajueError, with what to change, if training has diverged."""
    for matrix in matrices:
        largest = float(max(matrix.max(initial=0.0), -matrix.min(initial=0.0)))  # np.abs would copy the matrix
        if not largest < _LARGEST:
            raise WajueError(f"{name} training diverged (a component of {largest:.3g}); lower [{name}] learning_rate")


def sample(blocks: Blocks) -> Block:
    """The first block of the first epoch, on which losses are measured. Empty if there is no text."""
    stream = blocks(0, 0)
    try:
        return next(stream, _NOTHING)
    finally:
        close: Any = getattr(stream, "close", None)
        if close:
            close()
