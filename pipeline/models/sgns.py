"""Word vectors by skip-gram with negative sampling (Mikolov et al. 2013). In: blocks of word ids. Out: one vector a word."""

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from wajue.models import loop
from wajue.models.cpu import sgns_kernel, simd
from wajue.models.sampling import Draws, alias_table, keep_chances, kept_shares, noise_shares, touches

if TYPE_CHECKING:
    from wajue.config import Sgns  # so that the trainers run where pydantic is not installed

log = logging.getLogger(__name__)

_SAMPLE = 2000  # pairs on which the reported loss is measured
_LEAST_RATE_SHARE = 1 / 250


def train(
    blocks: loop.Blocks,
    count: np.ndarray,
    *,
    config: "Sgns",
    device: str = "cpu",
    report: loop.Report = lambda words, loss: None,
    checkpoints: loop.Checkpoints = loop.NO_CHECKPOINTS,
    initial: loop.Initial | None = None,
    workers: Any = loop.ALONE,
) -> tuple[np.ndarray, np.ndarray]:
    """(vectors, contexts), float32 [words, dim] both; count int64 [words], occurrences in all blocks of an epoch.

    device: "cpu" or "cuda". initial: words that an earlier training left.
    workers: those that train the same vectors (pipeline/models/gpu/workers.py). Raises WajueError if training diverges, or if the
    card has too little memory.
    """
    row_of, count, initial = loop.scattered(count, initial, config.seed)
    matrices = dict(zip(("centers", "contexts"), _start(len(count), config, initial), strict=True))
    if len(count):
        threshold, alias = alias_table(count.astype(float) ** config.negative_power)
        keep, drawn = keep_chances(count, config.subsample_threshold), noise_shares(threshold, alias)
        kept = kept_shares(count, keep)
        plan = loop.Plan(
            "sgns", int(count.sum()), config.epochs, config.learning_rate, config.learning_rate * _LEAST_RATE_SHARE, config.seed,
            loop.thread_count(config.threads, config.deterministic), keep,
            (threshold, alias), tuple(matrices), touches(kept, kept.sum() * drawn, config.window, config.negatives),
        )  # fmt: skip
        context, center, noise = _sample(loop.sample(blocks), row_of, threshold, alias, config)
        place = _on_card if device == "cuda" else _on_cpu
        blocks, step, held = place(workers.share(blocks), row_of, count, loop.restored(matrices, checkpoints), config, plan)

        def loss() -> float:
            """Mean negative log likelihood of the sampled pairs, nats."""
            true, false = (held.products("centers", context, "contexts", other) for other in (center, noise))
            return float((np.logaddexp(0, -true) + np.logaddexp(0, false).sum(axis=1)).mean()) if len(true) else float("nan")

        loop.train(blocks, step, held, loss, plan=plan, report=report, checkpoints=checkpoints, workers=workers)
        matrices = held.fetch()
    return matrices["centers"][row_of, : config.dim], matrices["contexts"][row_of, : config.dim]


def _on_cpu(
    blocks: loop.Blocks, row_of: np.ndarray, count: np.ndarray, matrices: loop.Matrices, config: "Sgns", plan: loop.Plan
) -> loop.Placed:
    centers, contexts = matrices.values()

    def step(text: loop.Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        sgns_kernel.train(text, draws, counter, end, plan.threads, centers, contexts, config.window, config.negatives)

    return loop.by_rows(blocks, row_of), step, loop.Host(matrices)


def _on_card(
    blocks: loop.Blocks, row_of: np.ndarray, count: np.ndarray, matrices: loop.Matrices, config: "Sgns", plan: loop.Plan
) -> loop.Placed:
    from wajue.models.gpu import device as gpu_device  # torch: only where a card is asked for
    from wajue.models.gpu import sgns_kernel

    card = gpu_device.Card("sgns", matrices)
    share = kept_shares(count, plan.keep)
    programs, warps = sgns_kernel.flight(
        share / share.sum(), noise_shares(*plan.noise), config.window, config.negatives, card.processors
    )
    log.info("sgns: %d tiles of %d positions in flight", programs, sgns_kernel.TILE)

    def step(text: loop.Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        with card.memory():
            sgns_kernel.train(
                text, card.draws(draws), counter, end, programs, card.tensors["centers"], card.tensors["contexts"], config.window,
                config.negatives, warps,
            )  # fmt: skip

    return card.feed(blocks, row_of, plan.total), step, card


def _start(words: int, config: "Sgns", initial: loop.Initial | None) -> tuple[np.ndarray, np.ndarray]:
    """(centers, contexts): word2vec.c's small random vectors and zeros, but for words that have theirs."""
    rng = np.random.default_rng(config.seed)
    centers, contexts = simd.aligned(words, config.dim), simd.aligned(words, config.dim)
    rng.random(out=(drawn := np.empty((words, config.dim), np.float32)), dtype=np.float32)
    np.divide(drawn - np.float32(0.5), np.float32(config.dim), out=centers[:, : config.dim])
    if initial is not None:
        rows, vectors, others = initial
        centers[rows, : config.dim], contexts[rows, : config.dim] = vectors, others
    return centers, contexts


def _sample(
    block: loop.Block, row_of: np.ndarray, threshold: np.ndarray, alias: np.ndarray, config: "Sgns"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of fixed pairs of neighbours and noise words: (context [n], center [n], noise [n, negatives])."""
    ids, offsets = block[:2]
    rng = np.random.default_rng(config.seed + 1)
    at = rng.integers(0, max(len(ids), 1), min(_SAMPLE, len(ids)))
    reach = rng.choice([-1, 1], len(at)) * rng.integers(1, config.window + 1, len(at))
    other = np.clip(at + reach, 0, max(len(ids) - 1, 0))
    document = [np.searchsorted(offsets, places, side="right") for places in (at, other)]
    same = (document[0] == document[1]) & (at != other)
    column = rng.integers(0, len(threshold), (int(same.sum()), config.negatives))
    noise = np.where(rng.integers(0, 2**32, column.shape) > threshold[column], alias[column], column)
    return row_of[ids[other[same]]], row_of[ids[at[same]]], noise
