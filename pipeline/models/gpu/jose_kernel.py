"""JoSE on a GPU: what pipeline/models/cpu/jose_kernel.py does, one stretch of a document a program. The vectors of the document
and of the context are in its registers.

Stretches are trained beside each other. A program borrows a word's row as long as windows may reach the word: it works on a copy
in its own memory, so it sees its own changes to the word at once, as a thread of the CPU does, and those of other programs not at
all. When no window can reach the word any more, it gives the row back: what the copy has moved is added by an atomic sum, so
that nothing is lost. A row may then have any length: it is brought to length 1 as it is read, and at the end of a call. Where
many have moved a row one way at a time it is longer than 1 and moved by less from then on, so that no number of documents in
flight lets training diverge.

A document of several stretches goes by the mean of what they do to its vector.
"""

from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.gpu.borrowed_rows import (
    borrow,
    by_length,
    copy_in,
    give_all_back,
    load_copy,
    load_row,
    move_row,
    note_noise,
    store_copy,
    to_unit,
)
from wajue.models.gpu.random import GpuDraws, Kept, draw, keep_words, number
from wajue.models.text import Text, documents_of_chunks

LONGEST_STRETCH = 1000  # as on the CPU
_A_PROCESSOR = 16  # programs on a multiprocessor
_MOST_ADDING = 64  # programs that read a row's length at a time to add to it; more may have copies: a row is soon long enough
_BACK = 1 / (2 * _MOST_ADDING)  # of what a row is too short, put right with each sum: by all of them half of it
_OWN_MEMORY = 128 << 20  # bytes of all programs together, of what memory.py keeps free for a round


class Settings(NamedTuple):
    """What the kernel needs of [jose]."""

    window: int
    negatives: int
    margin: float
    combined: bool  # the one hinge of the paper instead of the authors' two
    frozen: bool  # the documents alone are trained, by the second hinge


class Matrices(NamedTuple):
    """What is trained, on the GPU."""

    word_vectors: torch.Tensor  # float32 [vocabulary, width]
    contexts: torch.Tensor  # float32 [vocabulary, width]
    documents: torch.Tensor  # float32 [documents, width]
    document_rows: np.ndarray | None  # int64 [n], the row of each document that is trained; None: its doc_index


class Stretches(NamedTuple):
    """The stretches of some documents."""

    bounds: torch.Tensor  # int32 [stretches, 2], where each begins and ends
    owners: torch.Tensor  # int64 [stretches], the document of each
    per_document: torch.Tensor  # int64 [documents], how many it has


class Shape(NamedTuple):
    """What the memory of a program depends on; by the names of the kernel's parameters."""

    BORROWED: int  # rows that windows reach
    SLOTS: int  # noise words of a position, as a power of two
    LANES: int  # BORROWED, as a power of two


@triton.jit
def _scale(step, square):
    """1 / length of a unit vector moved by step along a tangent of so much squared length."""
    return tl.rsqrt(1.0 + step * step * tl.maximum(square, 0.0))


@triton.jit
def _update(u, n, v, margin, rate, FROZEN: tl.constexpr):
    """(true, noise, anchor, whether they were moved) after one pair; as they were where the margin holds."""
    f, h, q = tl.sum(u * v), tl.sum(n * v), tl.sum(u * n)
    g = f - h
    wrong = g < margin
    if wrong:
        step = rate * (1.0 - g)
        moved = (v * (1.0 - step * g) + (u - n) * step) * _scale(step, 2.0 - 2.0 * q - g * g)
        if not FROZEN:
            step_u, step_n = rate * (1.0 - f), rate * 2.0 * h
            u = (u * (1.0 - step_u * f) + v * step_u) * _scale(step_u, 1.0 - f * f)
            n = (n * (1.0 + step_n * h) - v * step_n) * _scale(step_n, 1.0 - h * h)
        v = moved
    return u, n, v, wrong


@triton.jit
def _along(x, gradient, inner, gradient_square, rate):
    """A vector after its step along the gradient, whose product with it is `inner`; its own length is not assumed to be 1."""
    step = rate * (1.0 - inner / tl.maximum(tl.sqrt(gradient_square), 1e-6))
    moved = x * (1.0 - step * inner) + gradient * step
    return moved * tl.rsqrt(tl.maximum(tl.sum(moved * moved), 1e-12))


@triton.jit
def _update_combined(u, n, v, d, margin, rate):
    """(true, noise, context, document, whether they were moved) after one pair under the combined hinge."""
    both, apart = v + d, u - n
    by_u, by_n, by_v, by_d = tl.sum(u * both), -tl.sum(n * both), tl.sum(v * apart), tl.sum(d * apart)
    wrong = by_u + by_n < margin
    if wrong:
        square, square_apart = tl.sum(both * both), tl.sum(apart * apart)
        u, n = _along(u, both, by_u, square, rate), _along(n, -both, by_n, square, rate)
        v, d = _along(v, apart, by_v, square_apart, rate), _along(d, apart, by_d, square_apart, rate)
    return u, n, v, d, wrong


@triton.jit
def _pair(
    word_vectors,  # float32 [vocabulary, WIDTH], updated
    copies,  # float32 [BORROWED, 2, WIDTH], this program's; updated
    noise,  # a matrix row, or -1 - slot for one that is borrowed
    column,
    u,  # the true word, float32 [COLUMNS]
    v,  # the anchor
    d,  # the document
    margin,
    rate,
    WIDTH: tl.constexpr,
    BACK: tl.constexpr,
    COMBINED: tl.constexpr,
    FROZEN: tl.constexpr,
):
    """(true, anchor, document) after one pair; the noise word is moved where it is."""
    if noise < 0:
        before, length = by_length(load_copy(copy_in(copies, -1 - noise, WIDTH), column, WIDTH))
    else:
        before, length = by_length(load_row(word_vectors, noise, column, WIDTH))
    if COMBINED:
        u, n, v, d, wrong = _update_combined(u, before, v, d, margin, rate)
    else:
        u, n, v, wrong = _update(u, before, v, margin, rate, FROZEN)
    if wrong and not FROZEN:
        if noise < 0:
            store_copy(copy_in(copies, -1 - noise, WIDTH), column, n, WIDTH)
        else:
            move_row(word_vectors, noise, column, before, n, length, WIDTH, BACK)
    return u, v, d


@triton.jit(do_not_specialize=["end", "vocabulary"])
def _train(
    stretch,  # int32 [kept], the word at each position, as a matrix row
    reaches,  # int32 [kept], how far its window reaches
    positions,  # int32 [kept], where it stood in its document
    owners,  # int64 [stretches], the document of each
    bounds,  # int32 [stretches, 2], where each begins and ends
    shares,  # float32 [documents], of a document's vector that each of its stretches moves
    rates,  # float32 [documents], learning rates
    doc_indices,  # int64 [documents]
    document_rows,  # int64 [documents], the row of `documents` of each
    counter,  # int32 [1], the next stretch to train
    key,  # int64 [1], of the epoch
    threshold,  # int32 [vocabulary]
    alias,  # int32 [vocabulary]
    vocabulary,
    word_vectors,  # float32 [vocabulary, WIDTH], updated
    contexts,  # float32 [vocabulary, WIDTH], updated
    documents,  # float32 [documents, WIDTH], updated
    all_copies,  # float32 [programs, BORROWED, 2, WIDTH], of borrowed rows: as they are, and as they were
    notes,  # int32 [programs, SLOTS + 2 LANES], as note_noise writes them
    end,
    margin,
    WIDTH: tl.constexpr,
    COLUMNS: tl.constexpr,  # WIDTH, or the next power of two
    WINDOW: tl.constexpr,
    NEGATIVES: tl.constexpr,
    BACK: tl.constexpr,
    SLOTS: tl.constexpr,  # these three as Shape says
    BORROWED: tl.constexpr,
    LANES: tl.constexpr,
    COMBINED: tl.constexpr,
    FROZEN: tl.constexpr,
):
    """Every program takes one stretch of a document after the other. u, v, d: vectors of words, contexts, documents."""
    column, slot, lane = tl.arange(0, COLUMNS), tl.arange(0, SLOTS), tl.arange(0, LANES)
    copies = all_copies + tl.program_id(0).to(tl.int64) * (BORROWED * 2 * WIDTH)
    noted = notes + tl.program_id(0).to(tl.int64) * (SLOTS + 2 * LANES)
    turn = tl.atomic_add(counter, 1)
    while turn < end:
        owner, low, high = tl.load(owners + turn), tl.load(bounds + 2 * turn), tl.load(bounds + 2 * turn + 1)
        row, rate, share = tl.load(document_rows + owner), tl.load(rates + owner), tl.load(shares + owner)
        own = number(tl.load(key), tl.load(doc_indices + owner))
        d_old = to_unit(load_row(documents, row, column, WIDTH))
        d = d_old
        around, copy_slot = tl.full([LANES], -1, tl.int32), lane
        for ahead in range(low, high if FROZEN else high + WINDOW):
            i = ahead if FROZEN else ahead - WINDOW
            if not FROZEN and ahead < high:
                around, copy_slot = borrow(
                    stretch, ahead, low, word_vectors, copies, around, copy_slot, lane, column, WIDTH, BACK, BORROWED
                )
            if i >= low:
                center, reach = tl.load(stretch + i), tl.load(reaches + i)
                counters = tl.load(positions + i).to(tl.int64) * ((2 * WINDOW + 1) * NEGATIVES + 1)
                bits = number(own, counters + 1 + slot)
                drawn = draw(bits, threshold, alias, vocabulary, slot < (2 * WINDOW + 1) * NEGATIVES)
                note_noise(drawn, around, copy_slot, noted, slot, lane, BORROWED, SLOTS, LANES, FROZEN)
                itself = center
                if not FROZEN:
                    itself = -1 - tl.load(noted + SLOTS + (i - low) % BORROWED)
                    v_old, v_length = by_length(load_row(contexts, center, column, WIDTH))
                    v = v_old
                    for j in range(tl.maximum(low, i - reach), tl.minimum(high, i + reach + 1)):
                        if j != i:
                            copy = tl.load(noted + SLOTS + (j - low) % BORROWED)
                            at = copy_in(copies, copy, WIDTH)
                            u = load_copy(at, column, WIDTH)
                            for k in range(NEGATIVES):
                                noise = tl.load(noted + (j - i + WINDOW) * NEGATIVES + k)
                                if (noise != itself) & (noise != -1 - copy):
                                    u, v, d = _pair(
                                        word_vectors, copies, noise, column, u, v, d, margin, rate, WIDTH, BACK, COMBINED, False
                                    )  # fmt: skip
                            store_copy(at, column, u, WIDTH)
                    move_row(contexts, center, column, v_old, to_unit(v), v_length, WIDTH, BACK)
                if not COMBINED:
                    at = copy_in(copies, -1 - itself, WIDTH)
                    u = to_unit(load_row(word_vectors, center, column, WIDTH) if FROZEN else load_copy(at, column, WIDTH))
                    for k in range(NEGATIVES):
                        noise = tl.load(noted + WINDOW * NEGATIVES + k)
                        if noise != itself:
                            u, d, _ = _pair(
                                word_vectors, copies, noise, column, u, d, d, margin, rate, WIDTH, BACK, False, FROZEN
                            )  # fmt: skip
                    if not FROZEN:
                        store_copy(at, column, u, WIDTH)
        if not FROZEN:
            give_all_back(stretch, low, high, word_vectors, copies, copy_slot, lane, column, WIDTH, BACK, BORROWED)
        d = to_unit(d)
        at = documents + row.to(tl.int64) * WIDTH + column
        if share == 1.0:
            tl.store(at, d, mask=column < WIDTH)
        else:
            tl.atomic_add(at, (d - d_old) * share, mask=column < WIDTH, sem="relaxed")
        turn = tl.atomic_add(counter, 1)


def train(
    text: Text,  # its matrix rows on the GPU
    draws: GpuDraws,
    counter: np.ndarray,  # int64 [1], the next chunk to train; becomes end
    end: int,
    programs: int,  # stretches in flight at most
    matrices: Matrices,  # updated
    settings: Settings,
) -> None:
    """Train the chunks counter[0] to end - 1 of a text, each at its own learning rate, as the kernel of the CPU does."""
    chosen, rates = documents_of_chunks(text, counter[0], end)
    counter[0] = end
    if not len(chosen):
        return
    device = matrices.word_vectors.device
    rates_on_gpu = torch.from_numpy(rates).to(device)
    stride = (2 * settings.window + 1) * settings.negatives + 1
    doc_indices = text.doc_indices[chosen]
    kept = keep_words(text.matrix_rows, text.offsets, chosen, doc_indices, draws, window=settings.window, stride=stride)
    given = matrices.document_rows
    document_rows = kept.doc_indices if given is None else torch.from_numpy(given).to(device)
    stretches = _stretches(kept)
    if not len(stretches.owners):
        return
    _launch(kept, stretches, rates_on_gpu, document_rows, draws, min(programs, len(stretches.owners)), matrices, settings)
    several = document_rows[stretches.per_document > 1]
    matrices.documents[several] = torch.nn.functional.normalize(matrices.documents[several])
    if not settings.frozen:
        for matrix in (matrices.word_vectors, matrices.contexts):
            torch.nn.functional.normalize(matrix, out=matrix)


def _stretches(kept: Kept) -> Stretches:
    device = kept.offsets.device
    pieces = (kept.offsets.diff() + LONGEST_STRETCH - 1) // LONGEST_STRETCH
    owners = torch.repeat_interleave(torch.arange(len(pieces), device=device), pieces)
    in_document = torch.arange(len(owners), device=device) - (pieces.cumsum(0) - pieces)[owners]
    begins = kept.offsets[owners] + LONGEST_STRETCH * in_document
    ends = torch.minimum(begins + LONGEST_STRETCH, kept.offsets[owners + 1])
    return Stretches(torch.stack([begins, ends], dim=1).to(torch.int32), owners, pieces)


def _launch(
    kept: Kept,
    stretches: Stretches,
    rates: torch.Tensor,  # float32 [documents]
    document_rows: torch.Tensor,  # int64 [documents]
    draws: GpuDraws,
    programs: int,
    matrices: Matrices,
    settings: Settings,
) -> None:
    """Run the kernel, every program with memory of its own."""
    shape, width, device = _shape(settings.window, settings.negatives), matrices.word_vectors.shape[1], rates.device
    copies = torch.empty((0 if settings.frozen else programs, shape.BORROWED, 2, width), device=device)
    notes = torch.empty((programs, shape.SLOTS + 2 * shape.LANES), dtype=torch.int32, device=device)
    _train[(programs,)](
        kept.matrix_rows, kept.reaches, kept.positions, stretches.owners, stretches.bounds, 1.0 / stretches.per_document, rates,
        kept.doc_indices, document_rows, torch.zeros(1, dtype=torch.int32, device=device),
        draws.key, draws.threshold, draws.alias, len(draws.alias),
        matrices.word_vectors, matrices.contexts, matrices.documents, copies, notes, len(stretches.owners), settings.margin,
        WIDTH=width, COLUMNS=triton.next_power_of_2(width), WINDOW=settings.window, NEGATIVES=settings.negatives, BACK=_BACK,
        **shape._asdict(), COMBINED=settings.combined, FROZEN=settings.frozen,
        num_warps=1, num_stages=1,  # stages would fetch rows before what was added to them is in
    )  # fmt: skip


def _shape(window: int, negatives: int) -> Shape:
    borrowed = 2 * window + 1
    return Shape(borrowed, triton.next_power_of_2(borrowed * negatives), triton.next_power_of_2(borrowed))


def flight(
    share: np.ndarray,  # float [words], how often each stands in the text
    noise_share: np.ndarray,  # float [words], how often each is drawn as noise
    processors: int,
    *,
    width: int,
    window: int,
    negatives: int,
) -> int:
    """How many programs may run at a time: so few that at most _MOST_ADDING lead a row's length back at a time, and that their own
    memory suffices. A program adds to a row of each kind.
    """
    shape = _shape(window, negatives)
    own = 4 * (shape.BORROWED * 2 * width + shape.SLOTS + 2 * shape.LANES)
    return max(1, min(processors * _A_PROCESSOR, int(_MOST_ADDING / (share + noise_share).max()), _OWN_MEMORY // own))
