"""The loop both trainers share: epochs, blocks, chunks, learning rates, reports and checkpoints.

In: blocks of text, and a kernel that trains some of their chunks. The order of everything follows from the seed and the text
alone: with one thread the result is the same to the bit, whether or not the run was interrupted.
"""

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numba
import numpy as np

from wajue.errors import WajueError
from wajue.models.sampling import Draws

log = logging.getLogger(__name__)

_CHUNK_WORDS = 20_000  # small enough to share out evenly, large enough that starting one costs nothing
_REPORTS = 20  # at least; within a round a card takes text in another order, and so learning rates
_LARGEST = 1e3  # a component this large is beyond any useful vector; those of a good run stay below 10

Block = tuple[Any, np.ndarray, np.ndarray] | tuple[Any, np.ndarray, np.ndarray, int]
"""ids int32 [tokens]; offsets int64 [documents + 1]; rows int64 [documents], the number of each document in the corpus;

words: those of the whole block, if this is the share of one worker of several. ids may be on a card already.
"""

_NOTHING: Block = (np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64))

Blocks = Callable[[int, int], Iterator[Block]]
"""The blocks of an epoch, from the epoch's number and how many blocks to leave out; the same in every run."""

Report = Callable[[int, float], None]
"""Told the words trained so far, over all epochs, and the loss."""


class Text(NamedTuple):
    """A block as a kernel sees it: ids, offsets, rows; order int64 [documents], shuffled;

    cuts int64 [chunks + 1], where in the order each chunk begins; rates float32 [chunks].
    """

    ids: Any
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
class Host:
    """Matrices that are trained where they are, in memory. Its twin is wajue.models.gpu.device.Card."""

    matrices: Matrices
    round_words = 4_000_000  # between two reports at most
    part = 50_000  # words between two meetings of workers

    def products(self, name: str, rows: np.ndarray, other: str, others: np.ndarray) -> np.ndarray:
        """Inner products of rows of a matrix with rows of another, float32 [n] or, of others [n, k], [n, k]."""
        return np.einsum("nd,n...d->n...", self.matrices[name][rows], self.matrices[other][others])

    def largest(self, names: Iterable[str]) -> float:
        """The largest component, whatever its sign; NaN if one is NaN."""
        found = [self.matrices[name] for name in names]
        return float(np.max([[m.max(initial=0.0), -m.min(initial=0.0)] for m in found], initial=0.0))  # np.abs would copy a matrix

    def fetch(self) -> Matrices:
        """All matrices, as they are now."""
        return self.matrices


@dataclass(frozen=True)
class Alone:
    """The only worker that trains. Its twin is wajue.models.gpu.workers.Group; every worker of it runs the same loop."""

    rank: int = 0
    size: int = 1

    def share(self, blocks: Blocks) -> Blocks:
        """This worker's documents of every block."""
        return blocks

    def start(self, held: Any, plan: "Plan") -> None:
        """Told the matrices that the workers train together, all equal now."""

    def meet(self, words: float) -> None:
        """Bring together what the workers have learnt of frequent words, after so many words that all have trained."""

    def exchange(self, save: bool) -> bool:
        """Bring together what the workers have learnt. Returns whether the first of them wants to save its state."""
        return save

    def gather(self, matrix: np.ndarray) -> None:
        """Put every document's vector in place as the worker left it that trains the document."""


ALONE = Alone()

Step = Callable[[Text, Draws, np.ndarray, int], None]
"""Trains chunks counter[0]..end-1 of a text."""

Placed = tuple[Blocks, Step, Any]
"""What a trainer needs to train on the processor or on a card: blocks that are there, the step, and what holds the matrices."""


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
    shared: tuple[str, ...] = ()  # the matrices whose rows all words train; of the others each document has its own
    touches: tuple[np.ndarray, ...] = ()  # of each of these, float [rows]: steps of a row for each word of the text
    unit: bool = False  # rows have length 1


def restored(matrices: Matrices, checkpoints: Checkpoints) -> Matrices:
    """Matrices as an earlier run saved them, if it did; changed in place."""
    if checkpoints.saved is not None:
        for name, matrix in matrices.items():
            matrix[:] = checkpoints.saved[1][name]
    return matrices


def train(
    blocks: Blocks,
    step: Step,
    held: Any,
    loss: Callable[[], float],
    *,
    plan: Plan,
    report: Report,
    checkpoints: Checkpoints,
    workers: Any = ALONE,
) -> None:
    """Train the matrices that are `held` in memory or on a card.

    Begins where `checkpoints` say that an earlier run stopped. Raises WajueError if training diverges.
    """
    start = checkpoints.saved[0] if checkpoints.saved is not None else Place()
    if checkpoints.saved is not None:
        log.info("%s: going on at epoch %d, after %s words", plan.name, start.epoch + 1, f"{start.words:,}")
    numba.set_num_threads(plan.threads)
    step(_text(_NOTHING, 0, 0, 0, plan)[0], Draws(np.uint64(0), plan.keep, *plan.noise), np.zeros(1, np.int64), 0)  # compiles
    workers.start(held, plan)
    words = start.words
    report(words, loss())
    saved_at = time.monotonic()
    for epoch in range(start.epoch, plan.epochs):
        key = np.random.SeedSequence([plan.seed, epoch]).generate_state(1, np.uint64)[0]
        draws = Draws(key, plan.keep, *plan.noise)
        first = start.block if epoch == start.epoch else 0
        for number, block in enumerate(blocks(epoch, first), first):
            text, after = _text(block, epoch, number, words, plan)
            chunks = len(text.rates)
            at = start.chunk if (epoch, number) == (start.epoch, start.block) else 0
            ends = [e for e in _ends(chunks, _words(block), plan, held, workers) if e > at or workers.size > 1]
            for turn, end in enumerate(ends, 1):
                parts = 1 if workers.size == 1 else max(1, _words(block) // len(ends) // held.part)
                for stop in np.linspace(at, end, parts + 1).astype(int)[1:]:
                    step(text, draws, np.array([at]), int(stop))
                    at = int(stop)
                    workers.meet(_words(block) / len(ends) / parts)
                due = 0 < checkpoints.seconds < time.monotonic() - saved_at
                save = workers.exchange(due and (workers.size == 1 or turn == len(ends)))
                check_finite(plan.name, held.largest(plan.shared))
                report(min(int(after[at]), plan.total * plan.epochs), loss())
                if save:
                    here = Place(epoch, number, at, words) if at < chunks else Place(epoch, number + 1, 0, words + _words(block))
                    _save(here, held, checkpoints, workers)
                    saved_at = time.monotonic()
            words += _words(block)


def _save(here: Place, held: Any, checkpoints: Checkpoints, workers: Any) -> None:
    matrices = held.fetch()
    if "documents" in matrices:
        workers.gather(matrices["documents"])
    if workers.rank == 0:
        checkpoints.save(here, matrices)


def _words(block: Block) -> int:
    """The words of a block, all workers' shares together."""
    return block[3] if len(block) == 4 else len(block[0])


def _text(block: Block, epoch: int, number: int, words: int, plan: Plan) -> tuple[Text, np.ndarray]:
    """(a block with its documents shuffled and cut in chunks, the words trained before each cut, all workers' together).

    Each chunk has its learning rate, which falls in a line to the least.
    """
    ids, offsets, rows = block[:3]
    order = np.random.default_rng([plan.seed, epoch, number]).permutation(len(rows))
    before = np.concatenate(([0], np.cumsum(np.diff(offsets)[order])))
    size = max(1, min(_CHUNK_WORDS, len(ids) // 64 + 1))
    cuts = np.unique(np.concatenate(([0], np.searchsorted(before, np.arange(size, len(ids), size)), [len(rows)])))
    after = words + before[cuts] * _words(block) // max(len(ids), 1)
    done = after[:-1] / max(plan.total * plan.epochs, 1)
    rates = np.maximum(plan.rate * (1 - done), plan.least_rate).astype(np.float32)
    return Text(ids, offsets, rows, order, cuts, rates), after


def _ends(chunks: int, words: int, plan: Plan, held: Any, workers: Any) -> list[int]:
    """The chunks that end a round, between which workers train by themselves: for each of them as many, however many chunks."""
    rounds = max(1, words // max(min(held.round_words, plan.total * plan.epochs // _REPORTS), 1))
    if workers.size == 1:
        rounds = min(rounds, max(1, chunks // plan.threads))
    return [-(-chunks * (r + 1) // rounds) for r in range(rounds)]


def in_memory(ids: np.ndarray, offsets: np.ndarray) -> Blocks:
    """A corpus that is there already, as one block."""
    block = ids, offsets, np.arange(len(offsets) - 1)
    return lambda epoch, first: iter([block][first:])


Initial = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Words that an earlier training left: rows int64 [n], their vectors and contexts float32 [n, dim]."""


def scattered(count: np.ndarray, initial: Initial | None, seed: int) -> tuple[np.ndarray, np.ndarray, Initial | None]:
    """(the row of each word int32 [words]; counts and initial vectors by rows): words in an order of chance.

    In the order of their ids, which is that of their frequency, the rows that all threads write would lie side by side, and a core
    that fetches ahead would take from another what that one is about to write.
    """
    row_of = np.random.default_rng([seed, len(count)]).permutation(len(count)).astype(np.int32)
    by_row = np.empty_like(count)
    by_row[row_of] = count
    return row_of, by_row, None if initial is None else (row_of[initial[0]], *initial[1:])


def by_rows(blocks: Blocks, row_of: np.ndarray) -> Blocks:
    """Blocks of rows instead of word ids."""

    def mapped(epoch: int, first: int) -> Iterator[Block]:
        for ids, *others in blocks(epoch, first):
            yield row_of[ids], *others

    return mapped


def thread_count(threads: int, deterministic: bool) -> int:
    """The threads to train on: one if the result must not depend on their race, never more than this process may use."""
    if deterministic:
        return 1
    here = int(os.environ.get("LOCAL_WORLD_SIZE", "1"))  # workers on this machine, among whom its cores are divided
    most = max(1, numba.config.NUMBA_NUM_THREADS // here)  # type: ignore[attr-defined]
    if threads > most:
        log.warning("threads = %d, but this process may use %d; training on %d", threads, most, most)
    return min(threads or most, most)


def check_finite(name: str, largest: float) -> None:
    """Raises WajueError, with what to change, if training has diverged."""
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
