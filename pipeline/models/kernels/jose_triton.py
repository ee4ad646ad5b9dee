"""JoSE on a card: what pipeline/models/kernels/jose_cpu.py does, a document a program, its vector and the context's in registers.

The updates are those of the CPU, one after the other; only documents are trained beside each other. Rows are overwritten, not
added to: what is written has length 1 whoever wrote it, so that no number of documents in flight lets training diverge; of updates
of a frequent word's row made at one time the last stands, which tempers it.
"""

import numpy as np
import torch
import triton
import triton.language as tl

from pipeline.models.kernels.random_triton import CardDraws, draw, keep_words, number
from pipeline.models.loop import Text

LONGEST_STRETCH = 1000  # as on the CPU


@triton.jit
def _row(matrix, row, column, WIDTH: tl.constexpr):
    """A row, past L1, which would go on showing it as it was before other programs wrote it."""
    return tl.load(matrix + row.to(tl.int64) * WIDTH + column, mask=column < WIDTH, other=0.0, cache_modifier=".cg")


@triton.jit
def _write(matrix, row, column, vector, WIDTH: tl.constexpr):
    tl.store(matrix + row.to(tl.int64) * WIDTH + column, vector, mask=column < WIDTH)


@triton.jit
def _unit(vector):
    return vector * (1.0 / tl.sqrt(tl.sum(vector * vector)))


@triton.jit
def _scale(step, square):
    """1 / length of a unit vector moved by step along a tangent of so much squared length."""
    return 1.0 / tl.sqrt(1.0 + step * step * tl.maximum(square, 0.0))


@triton.jit
def _update(u, n, v, margin, rate, FROZEN: tl.constexpr):
    """(true, noise, anchor) after one pair; as they were where the margin holds."""
    f, h, q = tl.sum(u * v), tl.sum(n * v), tl.sum(u * n)
    g = f - h
    if g < margin:
        step = rate * (1.0 - g)
        moved = (v * (1.0 - step * g) + (u - n) * step) * _scale(step, 2.0 - 2.0 * q - g * g)
        if not FROZEN:
            step_u, step_n = rate * (1.0 - f), rate * 2.0 * h
            u = (u * (1.0 - step_u * f) + v * step_u) * _scale(step_u, 1.0 - f * f)
            n = _unit(n * (1.0 + step_n * h) - v * step_n)  # measured: see the kernel of the CPU
        v = moved
    return u, n, v


@triton.jit
def _along(x, gradient, inner, gradient_square, rate):
    """A vector after its step along the gradient, whose product with it is `inner`; its own length is not taken for 1."""
    step = rate * (1.0 - inner / tl.maximum(tl.sqrt(gradient_square), 1e-6))
    moved = x * (1.0 - step * inner) + gradient * step
    return moved * (1.0 / tl.sqrt(tl.maximum(tl.sum(moved * moved), 1e-12)))


@triton.jit
def _update_combined(u, n, v, d, margin, rate):
    """(true, noise, context, document) after one pair under the combined hinge."""
    both, apart = v + d, u - n
    by_u, by_n, by_v, by_d = tl.sum(u * both), -tl.sum(n * both), tl.sum(v * apart), tl.sum(d * apart)
    if by_u + by_n < margin:
        square, square_apart = tl.sum(both * both), tl.sum(apart * apart)
        u, n = _along(u, both, by_u, square, rate), _along(n, -both, by_n, square, rate)
        v, d = _along(v, apart, by_v, square_apart, rate), _along(d, apart, by_d, square_apart, rate)
    return u, n, v, d


@triton.jit
def _noise(own, place, slot, threshold, alias, vocabulary):
    """The noise word of a slot of a position."""
    return draw(number(own, place + 1 + slot), threshold, alias, vocabulary, place >= 0)


@triton.jit(do_not_specialize=["end", "vocabulary"])
def _train(
    stretch, reaches, places, starts, rates, rows, vectors, counter, key, threshold, alias, vocabulary, words, contexts, documents,
    end, margin,
    WIDTH: tl.constexpr, COLUMNS: tl.constexpr, WINDOW: tl.constexpr, NEGATIVES: tl.constexpr, LONGEST: tl.constexpr,
    COMBINED: tl.constexpr, FROZEN: tl.constexpr,
):  # fmt: skip
    """Every program takes one document after the other. vectors int64 [documents]: the row of `documents` of each."""
    column = tl.arange(0, COLUMNS)
    turn = tl.atomic_add(counter, 1)
    while turn < end:
        row, rate = tl.load(vectors + turn), tl.load(rates + turn)
        own = number(tl.load(key), tl.load(rows + turn))
        d = _row(documents, row, column, WIDTH)
        begin, stop = tl.load(starts + turn), tl.load(starts + turn + 1)
        for low in range(begin, stop, LONGEST):
            high = tl.minimum(low + LONGEST, stop)
            for i in range(low, high):
                center, reach = tl.load(stretch + i), tl.load(reaches + i)
                place = tl.load(places + i).to(tl.int64) * ((2 * WINDOW + 1) * NEGATIVES + 1)
                if not FROZEN:
                    v = _row(contexts, center, column, WIDTH)
                    for j in range(tl.maximum(low, i - reach), tl.minimum(high, i + reach + 1)):
                        if j != i:
                            true = tl.load(stretch + j)
                            u = _row(words, true, column, WIDTH)
                            for k in range(NEGATIVES):
                                other = _noise(own, place, (j - i + WINDOW) * NEGATIVES + k, threshold, alias, vocabulary)
                                if (other != center) & (other != true):
                                    n = _row(words, other, column, WIDTH)
                                    if COMBINED:
                                        u, n, v, d = _update_combined(u, n, v, d, margin, rate)
                                    else:
                                        u, n, v = _update(u, n, v, margin, rate, False)
                                    _write(words, other, column, n, WIDTH)
                            _write(words, true, column, u, WIDTH)
                    _write(contexts, center, column, _unit(v), WIDTH)
                u = _row(words, center, column, WIDTH)
                if not COMBINED:
                    for k in range(NEGATIVES):
                        other = _noise(own, place, WINDOW * NEGATIVES + k, threshold, alias, vocabulary)
                        if other != center:
                            n = _row(words, other, column, WIDTH)
                            u, n, d = _update(u, n, d, margin, rate, FROZEN)
                            if not FROZEN:
                                _write(words, other, column, n, WIDTH)
                if not FROZEN:
                    _write(words, center, column, _unit(u), WIDTH)
            d = _unit(d)
        _write(documents, row, column, d, WIDTH)
        turn = tl.atomic_add(counter, 1)


def train(
    text: Text, draws: CardDraws, counter: np.ndarray, end: int, programs: int, words: torch.Tensor, contexts: torch.Tensor,
    documents: torch.Tensor, vectors: np.ndarray | None, window: int, negatives: int, margin: float, combined: bool, frozen: bool,
) -> None:  # fmt: skip
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate; counter[0] becomes end.

    As the kernel of the CPU does it, but that ids and matrices are on the card. vectors int64: the row of `documents` of each
    document that is trained, in order; None: the number of the document. programs: documents in flight at most.
    """
    cuts = text.cuts[counter[0] : end + 1]
    chosen = text.order[cuts[0] : cuts[-1]]
    device, rows = words.device, text.rows[chosen]
    rates = torch.from_numpy(np.repeat(text.rates[counter[0] : end], np.diff(cuts))).to(device)
    counter[0] = end
    if not len(chosen):
        return
    stride = (2 * window + 1) * negatives + 1
    kept = keep_words(text.ids, text.offsets, chosen, rows, draws, window=window, stride=stride)
    places = kept.rows if vectors is None else torch.from_numpy(vectors).to(device)
    width = words.shape[1]
    _train[(min(programs, len(chosen)),)](
        kept.words, kept.reaches, kept.places, kept.starts, rates, kept.rows, places,
        torch.zeros(1, dtype=torch.int32, device=device), draws.key, draws.threshold, draws.alias, len(draws.alias),
        words, contexts, documents, len(chosen), margin,
        WIDTH=width, COLUMNS=triton.next_power_of_2(width), WINDOW=window, NEGATIVES=negatives, LONGEST=LONGEST_STRETCH,
        COMBINED=combined, FROZEN=frozen, num_warps=1, num_stages=1,  # see sgns_triton
    )  # fmt: skip
