"""Word vectors by skip-gram with negative sampling (Mikolov et al. 2013). In: blocks of word ids. Out: one vector a word."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from wajue.arrays.text_blocks import Block, Blocks, first_block
from wajue.models import loop
from wajue.models.cpu import sgns_kernel, simd
from wajue.models.memory import HostMemory, Matrices, Memory
from wajue.models.sampling import Draws, alias_table, keep_chances, kept_shares, noise_shares, touches
from wajue.models.text import Initial, Text, scattered, with_matrix_rows
from wajue.models.workers import ALONE, Sharing, Workers

if TYPE_CHECKING:
    from wajue.config import Sgns  # so that the trainers run where pydantic is not installed

log = logging.getLogger(__name__)

_SAMPLE = 2000  # pairs on which the reported loss is measured
_LEAST_RATE_SHARE = 1 / 250


def train(
    blocks: Blocks,
    count: np.ndarray,  # int64 [words], occurrences in all blocks of an epoch
    *,
    config: "Sgns",
    device: str = "cpu",  # or "cuda"
    report: loop.Report = lambda tokens, loss: None,
    checkpoints: loop.Checkpoints = loop.NO_CHECKPOINTS,
    initial: Initial | None = None,  # words that an earlier training left
    workers: Workers = ALONE,  # those that train the same vectors
) -> tuple[np.ndarray, np.ndarray]:
    """(vectors, contexts), both float32 [words, dim], by word_id.

    Raises WajueError if training diverges, or if the GPU has too little memory.
    """
    row_of_word, count_of_row = scattered(count, config.seed)
    matrices = _start(row_of_word, config, initial)
    if len(count):
        plan = _plan(count_of_row, config)
        pairs = _sample(first_block(blocks), row_of_word, plan.draws, config)
        put = _on_gpu if device == "cuda" else _on_cpu
        trainer = put(workers.share(blocks), row_of_word, count_of_row, loop.restored(matrices, checkpoints), config, plan)
        loss = _loss(trainer.memory, *pairs)
        loop.train(trainer, loss, plan=plan, report=report, checkpoints=checkpoints, workers=workers)
        matrices = trainer.memory.fetch()
    return matrices["centers"][row_of_word, : config.dim], matrices["contexts"][row_of_word, : config.dim]


def _start(row_of_word: np.ndarray, config: "Sgns", initial: Initial | None) -> Matrices:
    """word2vec.c's small random centers, and contexts of zero, except for words that have theirs."""
    words_and_dim = len(row_of_word), config.dim
    rng = np.random.default_rng(config.seed)
    centers, contexts = simd.aligned(*words_and_dim), simd.aligned(*words_and_dim)
    rng.random(out=(drawn := np.empty(words_and_dim, np.float32)), dtype=np.float32)
    np.divide(drawn - np.float32(0.5), np.float32(config.dim), out=centers[:, : config.dim])
    if initial is not None:
        matrix_rows = row_of_word[initial.word_ids]
        centers[matrix_rows, : config.dim], contexts[matrix_rows, : config.dim] = initial.vectors, initial.contexts
    return {"centers": centers, "contexts": contexts}


def _plan(count: np.ndarray, config: "Sgns") -> loop.Plan:
    """count int64 [words], by matrix row."""
    threshold, alias = alias_table(count.astype(float) ** config.negative_power)
    keep = keep_chances(count, config.subsample_threshold)
    kept = kept_shares(count, keep)
    expected = touches(kept, kept.sum() * noise_shares(threshold, alias), config.window, config.negatives)
    return loop.Plan(
        name="sgns",
        total_tokens=int(count.sum()),
        epochs=config.epochs,
        learning_rate=config.learning_rate,
        least_learning_rate=config.learning_rate * _LEAST_RATE_SHARE,
        seed=config.seed,
        threads=loop.thread_count(config.threads, config.deterministic),
        draws=Draws(np.uint64(0), keep, threshold, alias),
        sharing=Sharing(("centers", "contexts"), expected, unit=False, learning_rate=config.learning_rate),
    )


def _sample(block: Block, row_of_word: np.ndarray, draws: Draws, config: "Sgns") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Matrix rows of fixed pairs of neighbours and noise words: (context [n], center [n], noise [n, negatives])."""
    word_ids, offsets = block.word_ids, block.offsets
    rng = np.random.default_rng(config.seed + 1)
    at = rng.integers(0, max(len(word_ids), 1), min(_SAMPLE, len(word_ids)))
    reach = rng.choice([-1, 1], len(at)) * rng.integers(1, config.window + 1, len(at))
    other = np.clip(at + reach, 0, max(len(word_ids) - 1, 0))
    document, other_document = (np.searchsorted(offsets, tokens, side="right") for tokens in (at, other))
    same = (document == other_document) & (at != other)
    column = rng.integers(0, len(draws.threshold), (int(same.sum()), config.negatives))
    noise = np.where(rng.integers(0, 2**32, column.shape) > draws.threshold[column], draws.alias[column], column)
    return row_of_word[word_ids[other[same]]], row_of_word[word_ids[at[same]]], noise


def _loss(memory: Memory, context: np.ndarray, center: np.ndarray, noise: np.ndarray) -> Callable[[], float]:
    """What measures the mean negative log likelihood of sampled pairs, in nats; NaN if there is no pair."""

    def mean() -> float:
        true, false = (memory.products("centers", context, "contexts", other) for other in (center, noise))
        with np.errstate(invalid="ignore"):  # vectors that are no numbers any more: training stops at the next look
            loss = np.logaddexp(0, -true) + np.logaddexp(0, false).sum(axis=1)
        return float(loss.mean()) if len(true) else float("nan")

    return mean


def _on_cpu(
    blocks: Blocks,
    row_of_word: np.ndarray,
    count_of_row: np.ndarray,
    matrices: Matrices,
    config: "Sgns",
    plan: loop.Plan,
) -> loop.OnDevice:
    settings = sgns_kernel.Settings(config.window, config.negatives)

    def step(text: Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        sgns_kernel.train(text, draws, counter, end, plan.threads, matrices["centers"], matrices["contexts"], settings)

    return loop.OnDevice(with_matrix_rows(blocks, row_of_word), step, HostMemory(matrices))


def _on_gpu(
    blocks: Blocks,
    row_of_word: np.ndarray,
    count_of_row: np.ndarray,
    matrices: Matrices,
    config: "Sgns",
    plan: loop.Plan,
) -> loop.OnDevice:
    from wajue.models.gpu import sgns_kernel  # torch: only where a GPU is asked for
    from wajue.models.gpu.memory import GpuMemory

    memory = GpuMemory("sgns", matrices)
    share = kept_shares(count_of_row, plan.draws.keep)
    noise_share = noise_shares(plan.draws.threshold, plan.draws.alias)
    programs, warps = sgns_kernel.flight(share / share.sum(), noise_share, config.window, config.negatives, memory.processors)
    log.info("sgns: %d tiles of %d positions in flight", programs, sgns_kernel.TILE)
    settings = sgns_kernel.Settings(config.window, config.negatives, programs, warps)

    def step(text: Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        with memory.guarded():
            sgns_kernel.train(text, memory.draws(draws), counter, end, **memory.tensors, settings=settings)

    return loop.OnDevice(memory.feed(blocks, row_of_word, plan.total_tokens), step, memory)
