"""Spherical word and document vectors (JoSE; Meng et al., NeurIPS 2019). In: blocks of word ids. Out: unit vectors."""

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from wajue.models import loop
from wajue.models.cpu import jose_kernel, simd
from wajue.models.sampling import Draws, alias_table, keep_chances, kept_shares, noise_shares

if TYPE_CHECKING:
    from wajue.config import Jose  # so that the trainers run where pydantic is not installed

log = logging.getLogger(__name__)

_SAMPLE = 2000  # words on which the reported loss is measured
_LEAST_RATE_SHARE = 1e-4
_PIECE = 100_000  # rows that are drawn or normalised at once


def train(
    blocks: loop.Blocks,
    documents: int,
    count: np.ndarray,
    *,
    config: "Jose",
    device: str = "cpu",
    report: loop.Report = lambda words, loss: None,
    checkpoints: loop.Checkpoints = loop.NO_CHECKPOINTS,
    initial: loop.Initial | None = None,
    workers: Any = loop.ALONE,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(words, contexts, documents), float32 [rows, dim], rows of length 1; documents: how many there are.

    count int64 [words], occurrences in all blocks of an epoch. initial: what an earlier training left.
    A document without a known word keeps the random vector it starts with. device, workers and what
    is raised: as for wajue.models.sgns.train.
    """
    rng = np.random.default_rng(config.seed)
    words, contexts, vectors = (_unit(rng, n, config.dim) for n in (len(count), len(count), documents))
    row_of, count, initial = loop.scattered(count, initial, config.seed)
    if initial is not None:
        words[initial[0], : config.dim], contexts[initial[0], : config.dim] = initial[1:]
    matrices = {"words": words, "contexts": contexts, "documents": vectors}
    _fit(blocks, row_of, count, matrices, config, device, report, checkpoints, workers, frozen=False)
    for matrix in (words, contexts, vectors):
        _normalize(matrix)
    return words[row_of, : config.dim], contexts[row_of, : config.dim], vectors[:, : config.dim]


def infer(
    blocks: loop.Blocks, documents: int, words: np.ndarray, count: np.ndarray, *, config: "Jose", device: str = "cpu"
) -> np.ndarray:
    """float32 [documents, dim]: vectors of documents that were not trained on; the words stay as they are.

    words float32 [words, dim], as trained; count int64 [words], their occurrences there, which decide what is thinned out and
    drawn as noise. Ids in the blocks are those of the words. A document without a known word keeps a random vector.
    """
    vectors = _unit(np.random.default_rng(config.seed), documents, config.dim)
    frozen = simd.aligned(*words.shape)
    frozen[:, : config.dim] = words
    matrices = {"words": frozen, "contexts": frozen, "documents": vectors}
    row_of, silent = np.arange(len(count), dtype=np.int32), lambda words, loss: None
    _fit(blocks, row_of, count, matrices, config, device, silent, loop.NO_CHECKPOINTS, loop.ALONE, frozen=True)
    _normalize(vectors)
    return vectors[:, : config.dim]


def _fit(
    blocks: loop.Blocks,
    row_of: np.ndarray,
    count: np.ndarray,
    matrices: loop.Matrices,
    config: "Jose",
    device: str,
    report: loop.Report,
    checkpoints: loop.Checkpoints,
    workers: Any,
    *,
    frozen: bool,
) -> None:
    """Train the matrices in place."""
    if not len(count):
        return
    total = sum(len(block[0]) for block in blocks(0, 0)) if frozen else int(count.sum())
    blocks = workers.share(blocks)
    ids, offsets, rows = loop.sample(blocks)[:3]  # of documents that are trained here
    noise, keep = alias_table(count.astype(float) ** config.negative_power), keep_chances(count, config.subsample_threshold)
    kept = kept_shares(count, keep)
    around = config.negatives * (config.window + 1) * kept  # what a context is trained with; words and their noise once more, alone
    drawn = noise_shares(*noise) * around.sum()
    plan = loop.Plan(
        "jose", total, config.epochs, config.learning_rate, config.learning_rate * _LEAST_RATE_SHARE, config.seed,
        loop.thread_count(config.threads, config.deterministic), keep, noise,
        () if frozen else ("words", "contexts"), (around + drawn, around), unit=True,
    )  # fmt: skip
    rng = np.random.default_rng(config.seed + 1)
    at = rng.integers(0, max(len(ids), 1), min(_SAMPLE, len(ids)))
    document, word = rows[np.searchsorted(offsets, at, side="right") - 1], row_of[ids[at]]
    other = rng.integers(0, len(count), len(at))
    place = _on_card if device == "cuda" else _on_cpu
    blocks, step, held = place(blocks, row_of, count, loop.restored(matrices, checkpoints), config, plan, frozen)

    def loss() -> float:
        """Mean hinge of the sampled (document; word, noise word), 0 where the margin holds."""
        true, false = (held.products("documents", document, "words", w) for w in (word, other))
        return float(np.maximum(0, config.margin - true + false).mean()) if len(at) else float("nan")

    loop.train(blocks, step, held, loss, plan=plan, report=report, checkpoints=checkpoints, workers=workers)
    workers.gather(held.fetch()["documents"])


def _on_cpu(
    blocks: loop.Blocks,
    row_of: np.ndarray,
    count: np.ndarray,
    matrices: loop.Matrices,
    config: "Jose",
    plan: loop.Plan,
    frozen: bool,
) -> loop.Placed:
    words, contexts, documents = matrices.values()

    def step(text: loop.Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        jose_kernel.train(
            text, draws, counter, end, plan.threads, words, contexts, documents, config.window, config.negatives,
            np.float32(config.margin), config.hinge == "combined" and not frozen, frozen,
        )  # fmt: skip

    return loop.by_rows(blocks, row_of), step, loop.Host(matrices)


def _on_card(
    blocks: loop.Blocks,
    row_of: np.ndarray,
    count: np.ndarray,
    matrices: loop.Matrices,
    config: "Jose",
    plan: loop.Plan,
    frozen: bool,
) -> loop.Placed:
    from wajue.models.gpu import device as gpu_device  # torch: only where a card is asked for
    from wajue.models.gpu import jose_kernel

    card = gpu_device.Card("jose", matrices)
    share = kept_shares(count, plan.keep)
    programs = jose_kernel.flight(
        share / share.sum(), noise_shares(*plan.noise), card.processors,
        width=matrices["words"].shape[1], window=config.window, negatives=config.negatives,
    )  # fmt: skip
    log.info("jose: %d stretches of documents in flight", programs)

    def step(text: loop.Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        chosen = text.rows[text.order[text.cuts[counter[0]] : text.cuts[end]]]
        with card.memory(), card.rows("documents", chosen) as (documents, places):
            jose_kernel.train(
                text, card.draws(draws), counter, end, programs, card.tensors["words"], card.tensors["contexts"], documents, places,
                config.window, config.negatives, config.margin, config.hinge == "combined" and not frozen, frozen,
            )  # fmt: skip

    return card.feed(blocks, row_of, plan.total), step, card


def _unit(rng: np.random.Generator, rows: int, dim: int) -> np.ndarray:
    """float32 [rows, width]: random directions."""
    matrix = simd.aligned(rows, dim)
    for begin in range(0, rows, _PIECE):
        piece = matrix[begin : begin + _PIECE, :dim]
        piece[:] = rng.random(piece.shape, dtype=np.float32) - np.float32(0.5)
    _normalize(matrix)
    return matrix


def _normalize(matrix: np.ndarray) -> None:
    for begin in range(0, len(matrix), _PIECE):
        piece = matrix[begin : begin + _PIECE]
        piece /= np.maximum(np.linalg.norm(piece, axis=1, keepdims=True), np.float32(1e-12))
