"""Spherical word and document vectors (JoSE; Meng et al., NeurIPS 2019). In: blocks of word ids. Out: unit vectors."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from wajue.arrays.text_blocks import Block, Blocks, first_block
from wajue.models import loop
from wajue.models.cpu import jose_kernel, simd
from wajue.models.memory import HostMemory, Matrices, Memory
from wajue.models.sampling import Draws, alias_table, keep_chances, kept_shares, noise_shares
from wajue.models.text import Initial, Text, scattered, with_matrix_rows
from wajue.models.workers import ALONE, Sharing, Workers

if TYPE_CHECKING:
    from wajue.config import Jose  # so that the trainers run where pydantic is not installed

log = logging.getLogger(__name__)

_SAMPLE = 2000  # tokens on which the reported loss is measured
_LEAST_RATE_SHARE = 1e-4
_PIECE = 100_000  # rows that are drawn or normalised at once


def train(
    blocks: Blocks,
    document_count: int,
    count: np.ndarray,  # int64 [words], occurrences in all blocks of an epoch
    *,
    config: "Jose",
    device: str = "cpu",  # or "cuda"
    report: loop.Report = lambda tokens, loss: None,
    checkpoints: loop.Checkpoints = loop.NO_CHECKPOINTS,
    initial: Initial | None = None,  # words that an earlier training left
    workers: Workers = ALONE,  # those that train the same vectors
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(word vectors, contexts, document vectors), float32 [words or documents, dim], rows of length 1.

    A document without a known word keeps the random vector that it starts with. Raises WajueError if training diverges, or if
    the GPU has too little memory.
    """
    rng = np.random.default_rng(config.seed)
    matrices = {
        "words": _random_directions(rng, len(count), config.dim),
        "contexts": _random_directions(rng, len(count), config.dim),
        "documents": _random_directions(rng, document_count, config.dim),
    }
    row_of_word, count_of_row = scattered(count, config.seed)
    if initial is not None:
        matrix_rows = row_of_word[initial.word_ids]
        matrices["words"][matrix_rows, : config.dim] = initial.vectors
        matrices["contexts"][matrix_rows, : config.dim] = initial.contexts
    if len(count):
        plan = _plan(count_of_row, int(count.sum()), config, frozen=False)
        _fit(blocks, row_of_word, count_of_row, matrices, config, plan, device, report, checkpoints, workers, frozen=False)
    for matrix in matrices.values():
        _normalize(matrix)
    words, contexts = (matrices[name][row_of_word, : config.dim] for name in ("words", "contexts"))
    return words, contexts, matrices["documents"][:, : config.dim]


def infer(
    blocks: Blocks,
    document_count: int,
    word_vectors: np.ndarray,  # float32 [words, dim], as trained
    count: np.ndarray,  # int64 [words], their occurrences there, which decide what is thinned out and drawn as noise
    *,
    config: "Jose",
    device: str = "cpu",
) -> np.ndarray:
    """float32 [documents, dim]: vectors of documents that were not trained on; the words stay as they are.

    The word ids in the blocks are rows of word_vectors. A document without a known word keeps a random vector.
    """
    documents = _random_directions(np.random.default_rng(config.seed), document_count, config.dim)
    frozen = simd.aligned(*word_vectors.shape)
    frozen[:, : config.dim] = word_vectors
    if len(count):
        matrices = {"words": frozen, "contexts": frozen, "documents": documents}
        plan = _plan(count, sum(len(block.word_ids) for block in blocks(0, 0)), config, frozen=True)
        row_of_word, silent = np.arange(len(count), dtype=np.int32), lambda tokens, loss: None
        _fit(blocks, row_of_word, count, matrices, config, plan, device, silent, loop.NO_CHECKPOINTS, ALONE, frozen=True)
    _normalize(documents)
    return documents[:, : config.dim]


def _plan(count: np.ndarray, total_tokens: int, config: "Jose", *, frozen: bool) -> loop.Plan:
    """count int64 [words], by matrix row; total_tokens: of an epoch; frozen: the documents alone are trained."""
    threshold, alias = alias_table(count.astype(float) ** config.negative_power)
    keep = keep_chances(count, config.subsample_threshold)
    # what a context is trained with; a word, and its noise words, once more by itself
    around = config.negatives * (config.window + 1) * kept_shares(count, keep)
    drawn = noise_shares(threshold, alias) * around.sum()
    sharing = Sharing(("words", "contexts"), (around + drawn, around), unit=True, learning_rate=config.learning_rate)
    return loop.Plan(
        name="jose",
        total_tokens=total_tokens,
        epochs=config.epochs,
        learning_rate=config.learning_rate,
        least_learning_rate=config.learning_rate * _LEAST_RATE_SHARE,
        seed=config.seed,
        threads=loop.thread_count(config.threads, config.deterministic),
        draws=Draws(np.uint64(0), keep, threshold, alias),
        sharing=Sharing() if frozen else sharing,
    )


def _fit(
    blocks: Blocks,
    row_of_word: np.ndarray,
    count_of_row: np.ndarray,
    matrices: Matrices,
    config: "Jose",
    plan: loop.Plan,
    device: str,
    report: loop.Report,
    checkpoints: loop.Checkpoints,
    workers: Workers,
    *,
    frozen: bool,
) -> None:
    """Train the matrices in place. frozen: the documents alone."""
    blocks = workers.share(blocks)
    pairs = _sample(first_block(blocks), row_of_word, config)  # of documents that this worker trains
    put = _on_gpu if device == "cuda" else _on_cpu
    trainer = put(blocks, row_of_word, count_of_row, loop.restored(matrices, checkpoints), config, plan, frozen)
    loss = _loss(trainer.memory, *pairs, margin=config.margin)
    loop.train(trainer, loss, plan=plan, report=report, checkpoints=checkpoints, workers=workers)
    workers.gather(trainer.memory.fetch()["documents"])


def _sample(block: Block, row_of_word: np.ndarray, config: "Jose") -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fixed tokens: (the doc_index of each [n], its matrix row [n], the matrix row of a noise word [n])."""
    rng = np.random.default_rng(config.seed + 1)
    at = rng.integers(0, max(len(block.word_ids), 1), min(_SAMPLE, len(block.word_ids)))
    document = block.doc_indices[np.searchsorted(block.offsets, at, side="right") - 1]
    return document, row_of_word[block.word_ids[at]], rng.integers(0, len(row_of_word), len(at))


def _loss(memory: Memory, document: np.ndarray, word: np.ndarray, noise: np.ndarray, *, margin: float) -> Callable[[], float]:
    """What measures the mean hinge of sampled (document; word, noise word), 0 where the margin holds; NaN if there is none."""

    def loss() -> float:
        true, false = (memory.products("documents", document, "words", other) for other in (word, noise))
        return float(np.maximum(0, margin - true + false).mean()) if len(true) else float("nan")

    return loss


def _on_cpu(
    blocks: Blocks,
    row_of_word: np.ndarray,
    count_of_row: np.ndarray,
    matrices: Matrices,
    config: "Jose",
    plan: loop.Plan,
    frozen: bool,
) -> loop.OnDevice:
    combined = config.hinge == "combined" and not frozen
    settings = jose_kernel.Settings(config.window, config.negatives, np.float32(config.margin), combined, frozen)

    def step(text: Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        jose_kernel.train(
            text, draws, counter, end, plan.threads, matrices["words"], matrices["contexts"], matrices["documents"], settings
        )

    return loop.OnDevice(with_matrix_rows(blocks, row_of_word), step, HostMemory(matrices))


def _on_gpu(
    blocks: Blocks,
    row_of_word: np.ndarray,
    count_of_row: np.ndarray,
    matrices: Matrices,
    config: "Jose",
    plan: loop.Plan,
    frozen: bool,
) -> loop.OnDevice:
    from wajue.models.gpu import jose_kernel  # torch: only where a GPU is asked for
    from wajue.models.gpu.memory import GpuMemory

    memory = GpuMemory("jose", matrices)
    share = kept_shares(count_of_row, plan.draws.keep)
    programs = jose_kernel.flight(
        share / share.sum(), noise_shares(plan.draws.threshold, plan.draws.alias), memory.processors,
        width=matrices["words"].shape[1], window=config.window, negatives=config.negatives,
    )  # fmt: skip
    log.info("jose: %d stretches of documents in flight", programs)
    combined = config.hinge == "combined" and not frozen
    settings = jose_kernel.Settings(config.window, config.negatives, config.margin, combined, frozen)

    def step(text: Text, draws: Draws, counter: np.ndarray, end: int) -> None:
        trained = text.doc_indices[text.order[text.cuts[counter[0]] : text.cuts[end]]]
        with memory.guarded(), memory.lent("documents", trained) as (documents, document_rows):
            matrices = jose_kernel.Matrices(memory.tensors["words"], memory.tensors["contexts"], documents, document_rows)
            jose_kernel.train(text, memory.draws(draws), counter, end, programs, matrices, settings)

    return loop.OnDevice(memory.feed(blocks, row_of_word, plan.total_tokens), step, memory)


def _random_directions(rng: np.random.Generator, height: int, dim: int) -> np.ndarray:
    """float32 [height, width]."""
    matrix = simd.aligned(height, dim)
    for begin in range(0, height, _PIECE):
        piece = matrix[begin : begin + _PIECE, :dim]
        piece[:] = rng.random(piece.shape, dtype=np.float32) - np.float32(0.5)
    _normalize(matrix)
    return matrix


def _normalize(matrix: np.ndarray) -> None:
    for begin in range(0, len(matrix), _PIECE):
        piece = matrix[begin : begin + _PIECE]
        piece /= np.maximum(np.linalg.norm(piece, axis=1, keepdims=True), np.float32(1e-12))
