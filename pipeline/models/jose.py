"""Spherical word and document vectors (JoSE; Meng et al., NeurIPS 2019). In: id sequences. Out: unit vectors."""

import numpy as np
from numba import set_num_threads

from pipeline.config import Jose
from pipeline.models.kernels import jose_cpu
from pipeline.models.sampling import Report, Schedule, alias_table, check_finite, keep_chances, thread_count

_SAMPLE = 2000  # words on which the reported loss is measured
_LEAST_RATE_SHARE = 1e-4


def train(
    ids: np.ndarray, offsets: np.ndarray, count: np.ndarray, *, config: Jose, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """(words float32 [words, dim], documents float32 [documents, dim]), rows of length 1.

    ids int32 [tokens], offsets int64 [documents + 1], count int64 [words]. A document without a known word keeps the
    random vector it starts with. Raises WajueError if training diverges.
    """
    rng = np.random.default_rng(config.seed)
    words, contexts, documents = (_unit(rng, n, config.dim) for n in (len(count), len(count), len(offsets) - 1))
    if not len(ids):
        return words, documents
    threads = thread_count(config.threads, config.deterministic)
    set_num_threads(threads)
    keep = keep_chances(count, config.subsample_threshold)
    threshold, alias = alias_table(count.astype(float) ** config.negative_power)
    least = config.learning_rate * _LEAST_RATE_SHARE
    plan = Schedule.plan(offsets, epochs=config.epochs, rate=config.learning_rate, least=least, seed=config.seed, threads=threads)
    document = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    sampled = rng.integers(0, len(ids), min(_SAMPLE, len(ids)))
    noise = rng.integers(0, len(count), len(sampled))

    def loss() -> float:
        """Mean hinge of the sampled (document; word, noise word), 0 where the margin holds."""
        anchor = documents[document[sampled]]
        true, false = (np.einsum("nd,nd->n", anchor, words[w]) for w in (ids[sampled], noise))
        return float(np.maximum(0, config.margin - true + false).mean())

    def run(begin: int, end: int) -> None:
        jose_cpu.train_chunks(
            ids, offsets, plan.chunks, plan.order, begin, end, plan.rates, config.seed, threads,
            words, contexts, documents, keep, threshold, alias, config.window, config.negatives, np.float32(config.margin),
        )  # fmt: skip

    run(0, 0)  # compile before the clock starts
    report(0.0, loss())
    for begin, end in plan.rounds(threads):
        run(begin, end)
        check_finite("jose", words, contexts, documents)
        report(end / len(plan.order), loss())
    for matrix in (words, documents):
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
    return words, documents


def _unit(rng: np.random.Generator, rows: int, dim: int) -> np.ndarray:
    matrix = rng.random((rows, dim), dtype=np.float32) - np.float32(0.5)
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), np.float32(1e-12))
