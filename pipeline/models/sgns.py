"""Word vectors by skip-gram with negative sampling (Mikolov et al. 2013). In: blocks of word ids. Out: one vector a word."""

import numpy as np

from pipeline.config import Sgns
from pipeline.models import loop
from pipeline.models.kernels import sgns_cpu, simd
from pipeline.models.sampling import alias_table, keep_chances

_SAMPLE = 2000  # pairs on which the reported loss is measured
_LEAST_RATE_SHARE = 1 / 250


def train(
    blocks: loop.Blocks,
    count: np.ndarray,
    *,
    config: Sgns,
    report: loop.Report = lambda words, loss: None,
    checkpoints: loop.Checkpoints = loop.NO_CHECKPOINTS,
    initial: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """(vectors, contexts), float32 [words, dim] both; count int64 [words], occurrences in all blocks of an epoch.

    initial: (rows int64 [n], vectors, contexts float32 [n, dim]) of words that an earlier training left. Raises WajueError if
    training diverges.
    """
    centers, contexts = _start(len(count), config, initial)
    matrices = {"centers": centers, "contexts": contexts}
    if len(count):
        threshold, alias = alias_table(count.astype(float) ** config.negative_power)
        plan = loop.Plan(
            "sgns", int(count.sum()), config.epochs, config.learning_rate, config.learning_rate * _LEAST_RATE_SHARE, config.seed,
            loop.thread_count(config.threads, config.deterministic), keep_chances(count, config.subsample_threshold),
            (threshold, alias),
        )  # fmt: skip
        pairs = _sample(loop.sample(blocks), threshold, alias, config)

        def step(text: loop.Text, draws: object, counter: np.ndarray, end: int) -> None:
            sgns_cpu.train(text, draws, counter, end, plan.threads, centers, contexts, config.window, config.negatives)

        def loss() -> float:
            return _loss(centers, contexts, *pairs)

        loop.train(blocks, step, matrices, loss, plan=plan, report=report, checkpoints=checkpoints)
    return centers[:, : config.dim], contexts[:, : config.dim]


def _start(words: int, config: Sgns, initial: tuple[np.ndarray, np.ndarray, np.ndarray] | None) -> tuple[np.ndarray, np.ndarray]:
    """(centers, contexts): word2vec.c's small random vectors and zeros, but for words that have theirs."""
    rng = np.random.default_rng(config.seed)
    centers, contexts = simd.aligned(words, config.dim), simd.aligned(words, config.dim)
    rng.random(out=(drawn := np.empty((words, config.dim), np.float32)), dtype=np.float32)
    np.divide(drawn - np.float32(0.5), np.float32(config.dim), out=centers[:, : config.dim])
    if initial is not None:
        rows, vectors, others = initial
        centers[rows, : config.dim], contexts[rows, : config.dim] = vectors, others
    return centers, contexts


def _sample(block: loop.Block, threshold: np.ndarray, alias: np.ndarray, config: Sgns) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fixed pairs of neighbours and noise words: (context [n], center [n], noise [n, negatives])."""
    ids, offsets, _ = block
    rng = np.random.default_rng(config.seed + 1)
    at = rng.integers(0, max(len(ids), 1), min(_SAMPLE, len(ids)))
    reach = rng.choice([-1, 1], len(at)) * rng.integers(1, config.window + 1, len(at))
    other = np.clip(at + reach, 0, max(len(ids) - 1, 0))
    document = [np.searchsorted(offsets, places, side="right") for places in (at, other)]
    same = (document[0] == document[1]) & (at != other)
    column = rng.integers(0, len(threshold), (int(same.sum()), config.negatives))
    noise = np.where(rng.integers(0, 2**32, column.shape) > threshold[column], alias[column], column)
    return ids[other[same]], ids[at[same]], noise


def _loss(centers: np.ndarray, contexts: np.ndarray, context: np.ndarray, center: np.ndarray, noise: np.ndarray) -> float:
    """Mean negative log likelihood of the sampled pairs, nats."""
    if not len(center):
        return float("nan")
    row = centers[context]
    true = np.einsum("nd,nd->n", row, contexts[center])
    false = np.einsum("nd,nkd->nk", row, contexts[noise])
    return float((np.logaddexp(0, -true) + np.logaddexp(0, false).sum(axis=1)).mean())
