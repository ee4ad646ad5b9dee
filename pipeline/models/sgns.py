"""Word vectors by skip-gram with negative sampling (Mikolov et al. 2013). In: id sequences. Out: one vector a word."""

import numpy as np
from numba import set_num_threads

from pipeline.config import Sgns
from pipeline.models.kernels import sgns_cpu
from pipeline.models.sampling import Report, Schedule, alias_table, check_finite, keep_chances, thread_count

_SAMPLE = 2000  # pairs on which the reported loss is measured
_LEAST_RATE_SHARE = 1 / 250


def train(ids: np.ndarray, offsets: np.ndarray, count: np.ndarray, *, config: Sgns, report: Report) -> np.ndarray:
    """float32 [words, dim]; ids int32 [tokens], offsets int64 [documents + 1], count int64 [words].

    Raises WajueError if training diverges.
    """
    rng = np.random.default_rng(config.seed)
    centers = ((rng.random((len(count), config.dim), dtype=np.float32) - np.float32(0.5)) / np.float32(config.dim)).astype(
        np.float32
    )
    contexts = np.zeros_like(centers)
    if not len(ids):
        return centers
    threads = thread_count(config.threads, config.deterministic)
    set_num_threads(threads)
    keep = keep_chances(count, config.subsample_threshold)
    threshold, alias = alias_table(count.astype(float) ** config.negative_power)
    least = config.learning_rate * _LEAST_RATE_SHARE
    plan = Schedule.plan(offsets, epochs=config.epochs, rate=config.learning_rate, least=least, seed=config.seed, threads=threads)
    sample = _sample(ids, offsets, threshold, alias, config)

    def run(begin: int, end: int) -> None:
        sgns_cpu.train_chunks(
            ids, offsets, plan.chunks, plan.order, begin, end, plan.rates, config.seed, threads,
            centers, contexts, keep, threshold, alias, sgns_cpu.SIGMOID, config.window, config.negatives,
        )  # fmt: skip

    run(0, 0)  # compile before the clock starts
    report(0.0, _loss(centers, contexts, *sample))
    for begin, end in plan.rounds(threads):
        run(begin, end)
        check_finite("sgns", centers, contexts)
        report(end / len(plan.order), _loss(centers, contexts, *sample))
    return centers


def _sample(
    ids: np.ndarray, offsets: np.ndarray, threshold: np.ndarray, alias: np.ndarray, config: Sgns
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fixed pairs of neighbours and noise words: (context [n], center [n], noise [n, negatives])."""
    rng = np.random.default_rng(config.seed + 1)
    document = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    at = rng.integers(0, len(ids), min(_SAMPLE, len(ids)))
    other = np.clip(at + rng.choice([-1, 1], len(at)) * rng.integers(1, config.window + 1, len(at)), 0, len(ids) - 1)
    same = (document[at] == document[other]) & (at != other)
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
