"""JoSE on a card: what pipeline/models/cpu/jose_kernel.py does, a stretch of a document a program, its vector and the context's
in registers.

Stretches are trained beside each other. A program works on a copy of a word's row as long as windows may reach the word: it sees
its own changes to the word at once, as a thread of the CPU does, and those of other programs not at all. When no window can reach
the word any more, what the copy has moved is added to the row by an atomic sum, so that nothing is lost. A row may then have any
length: it is brought to length 1 as it is read, and at the end of a call. Where many have drawn a row one way at a time it is
longer than 1 and moved by less from then on, so that no number of documents in flight lets training diverge.

A document of several stretches goes by the mean of what they do to its vector.
"""

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.gpu.random import CardDraws, draw, keep_words, number
from wajue.models.loop import Text

LONGEST_STRETCH = 1000  # as on the CPU
_A_PROCESSOR = 16  # programs on a multiprocessor
_MOST_ADDING = 64  # programs that read a row's length at a time to add to it; more may hold copies: a row is soon long enough
_BACK = 1 / (2 * _MOST_ADDING)  # of what a row is too short, put right with each sum: by all of them half of it
_OWN_MEMORY = 128 << 20  # bytes of all programs together, of what cards.py keeps free for a round


@triton.jit
def _row(matrix, row, column, WIDTH: tl.constexpr):
    """A row, past L1, which would go on showing it as it was before other programs wrote it."""
    return tl.load(matrix + row.to(tl.int64) * WIDTH + column, mask=column < WIDTH, other=0.0, cache_modifier=".cg")


@triton.jit
def _by_length(vector):
    """(a vector at length 1, its length)."""
    square = tl.maximum(tl.sum(vector * vector), 1e-24)
    shrunk = tl.rsqrt(square)
    return vector * shrunk, square * shrunk


@triton.jit
def _unit(vector):
    unit, _ = _by_length(vector)
    return unit


@triton.jit
def _move(matrix, row, column, before, after, length, WIDTH: tl.constexpr, BACK: tl.constexpr):
    """Add to a row of this length what leads from one direction to another."""
    gain = (after - before) * tl.minimum(length, 1.0) + after * (tl.maximum(1.0 - length, 0.0) * BACK)
    tl.atomic_add(matrix + row.to(tl.int64) * WIDTH + column, gain, mask=column < WIDTH, sem="relaxed")


@triton.jit
def _at(copies, place, WIDTH: tl.constexpr):
    """Where in a program's own memory the copy of this place is; the row as it was borrowed stands behind it."""
    return copies + place * (2 * WIDTH)


@triton.jit
def _own(at, column, WIDTH: tl.constexpr):
    """A row in a program's own memory."""
    return tl.load(at + column, mask=column < WIDTH, other=0.0)


@triton.jit
def _put(at, column, row, WIDTH: tl.constexpr):
    """Write a row in a program's own memory; all its threads see it."""
    tl.store(at + column, row, mask=column < WIDTH)
    tl.debug_barrier()


@triton.jit
def _give_back(words, word, at, column, WIDTH: tl.constexpr, BACK: tl.constexpr):
    """Add to a row of words what became of it since it was borrowed."""
    after, before = _unit(_own(at, column, WIDTH)), _own(at + WIDTH, column, WIDTH)
    _, length = _by_length(_row(words, word, column, WIDTH))
    _move(words, word, column, before, after, length, WIDTH, BACK)


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
    """A vector after its step along the gradient, whose product with it is `inner`; its own length is not taken for 1."""
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
    words, copies, noise, column, u, v, d, margin, rate,
    WIDTH: tl.constexpr, BACK: tl.constexpr, COMBINED: tl.constexpr, FROZEN: tl.constexpr,
):  # fmt: skip
    """(true, anchor, document) after one pair. noise: a word, or -1 - place for one that is borrowed; moved where it is."""
    if noise < 0:
        before, length = _by_length(_own(_at(copies, -1 - noise, WIDTH), column, WIDTH))
    else:
        before, length = _by_length(_row(words, noise, column, WIDTH))
    if COMBINED:
        u, n, v, d, wrong = _update_combined(u, before, v, d, margin, rate)
    else:
        u, n, v, wrong = _update(u, before, v, margin, rate, FROZEN)
    if wrong and not FROZEN:
        if noise < 0:
            _put(_at(copies, -1 - noise, WIDTH), column, n, WIDTH)
        else:
            _move(words, noise, column, before, n, length, WIDTH, BACK)
    return u, v, d


@triton.jit
def _pick(values, lane, wanted):
    """The value of one lane."""
    return tl.sum(tl.where(lane == wanted, values, 0))


@triton.jit(do_not_specialize=["end", "vocabulary"])
def _train(
    stretch, reaches, places, owners, bounds, shares, rates, rows, vectors, counter, key, threshold, alias, vocabulary,
    words, contexts, documents, held, notes, end, margin,
    WIDTH: tl.constexpr, COLUMNS: tl.constexpr, WINDOW: tl.constexpr, NEGATIVES: tl.constexpr, BACK: tl.constexpr,
    SLOTS: tl.constexpr, HELD: tl.constexpr, LANES: tl.constexpr, COMBINED: tl.constexpr, FROZEN: tl.constexpr,
):  # fmt: skip
    """Every program takes one stretch of a document after the other.

    owners int64 [stretches]: the document of each; vectors int64 [documents]: the row of `documents` of each. A program's own
    memory: held float32 [programs, HELD, 2, WIDTH], copies as they are and as they were; notes int32 [programs,
    SLOTS + 2 LANES], the noise words of a position, -1 - place for one that is borrowed; `kept_at` and `around`.
    """
    column, slot, lane = tl.arange(0, COLUMNS), tl.arange(0, SLOTS), tl.arange(0, LANES)
    copies = held + tl.program_id(0).to(tl.int64) * (HELD * 2 * WIDTH)
    noted = notes + tl.program_id(0).to(tl.int64) * (SLOTS + 2 * LANES)
    turn = tl.atomic_add(counter, 1)
    while turn < end:
        owner, low, high = tl.load(owners + turn), tl.load(bounds + 2 * turn), tl.load(bounds + 2 * turn + 1)
        row, rate, share = tl.load(vectors + owner), tl.load(rates + owner), tl.load(shares + owner)
        own = number(tl.load(key), tl.load(rows + owner))
        d_old = _unit(_row(documents, row, column, WIDTH))
        d = d_old
        # position p has the place p % HELD. around: the word of each place; kept_at: the place of the word's copy, which is that of
        # the last position where the word stands
        around, kept_at = tl.full([LANES], -1, tl.int32), lane
        for ahead in range(low, high if FROZEN else high + WINDOW):
            i = ahead if FROZEN else ahead - WINDOW
            if not FROZEN and ahead < high:
                place = (ahead - low) % HELD
                at = _at(copies, place, WIDTH)
                if ahead - HELD >= low and _pick(kept_at, lane, place) == place:
                    _give_back(words, _pick(around, lane, place), at, column, WIDTH, BACK)
                word = tl.load(stretch + ahead)
                same = (around == word) & (lane != place)
                source = tl.max(tl.where(same, kept_at, -1))
                if source >= 0:
                    earlier = _at(copies, source, WIDTH)
                    _put(at, column, _own(earlier, column, WIDTH), WIDTH)
                    _put(at + WIDTH, column, _own(earlier + WIDTH, column, WIDTH), WIDTH)
                else:
                    u = _unit(_row(words, word, column, WIDTH))
                    _put(at, column, u, WIDTH)
                    _put(at + WIDTH, column, u, WIDTH)
                around = tl.where(lane == place, word, around)
                kept_at = tl.where(same | (lane == place), place, kept_at)
            if i >= low:
                center, reach = tl.load(stretch + i), tl.load(reaches + i)
                counters = tl.load(places + i).to(tl.int64) * ((2 * WINDOW + 1) * NEGATIVES + 1)
                bits = number(own, counters + 1 + slot)
                drawn = draw(bits, threshold, alias, vocabulary, slot < (2 * WINDOW + 1) * NEGATIVES)
                noises, itself = drawn, center
                if not FROZEN:
                    tl.store(noted + SLOTS + lane, kept_at)
                    tl.store(noted + SLOTS + LANES + lane, around)
                    tl.debug_barrier()
                    for p in range(HELD):
                        place, word = tl.load(noted + SLOTS + p), tl.load(noted + SLOTS + LANES + p)
                        noises = tl.where(drawn == word, -1 - place, noises)
                tl.store(noted + slot, noises)
                tl.debug_barrier()
                if not FROZEN:
                    itself = -1 - tl.load(noted + SLOTS + (i - low) % HELD)
                    v_old, v_length = _by_length(_row(contexts, center, column, WIDTH))
                    v = v_old
                    for j in range(tl.maximum(low, i - reach), tl.minimum(high, i + reach + 1)):
                        if j != i:
                            place = tl.load(noted + SLOTS + (j - low) % HELD)
                            at = _at(copies, place, WIDTH)
                            u = _own(at, column, WIDTH)
                            for k in range(NEGATIVES):
                                noise = tl.load(noted + (j - i + WINDOW) * NEGATIVES + k)
                                if (noise != itself) & (noise != -1 - place):
                                    u, v, d = _pair(
                                        words, copies, noise, column, u, v, d, margin, rate, WIDTH, BACK, COMBINED, False
                                    )  # fmt: skip
                            _put(at, column, u, WIDTH)
                    _move(contexts, center, column, v_old, _unit(v), v_length, WIDTH, BACK)
                if not COMBINED:
                    at = _at(copies, -1 - itself, WIDTH)
                    u = _unit(_row(words, center, column, WIDTH) if FROZEN else _own(at, column, WIDTH))
                    for k in range(NEGATIVES):
                        noise = tl.load(noted + WINDOW * NEGATIVES + k)
                        if noise != itself:
                            u, d, _ = _pair(words, copies, noise, column, u, d, d, margin, rate, WIDTH, BACK, False, FROZEN)
                    if not FROZEN:
                        _put(at, column, u, WIDTH)
        if not FROZEN:
            for last in range(tl.maximum(low, high - HELD), high):
                place = (last - low) % HELD
                if _pick(kept_at, lane, place) == place:
                    _give_back(words, tl.load(stretch + last), _at(copies, place, WIDTH), column, WIDTH, BACK)
        d = _unit(d)
        at = documents + row.to(tl.int64) * WIDTH + column
        if share == 1.0:
            tl.store(at, d, mask=column < WIDTH)
        else:
            tl.atomic_add(at, (d - d_old) * share, mask=column < WIDTH, sem="relaxed")
        turn = tl.atomic_add(counter, 1)


def train(
    text: Text, draws: CardDraws, counter: np.ndarray, end: int, programs: int, words: torch.Tensor, contexts: torch.Tensor,
    documents: torch.Tensor, vectors: np.ndarray | None, window: int, negatives: int, margin: float, combined: bool, frozen: bool,
) -> None:  # fmt: skip
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate; counter[0] becomes end.

    As the kernel of the CPU does it, but that ids and matrices are on the card. vectors int64: the row of `documents` of each
    document that is trained, in order; None: the number of the document. programs: stretches in flight at most.
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
    pieces = (kept.starts.diff() + LONGEST_STRETCH - 1) // LONGEST_STRETCH
    owners = torch.repeat_interleave(torch.arange(len(chosen), device=device), pieces)
    if not len(owners):
        return
    number_in_document = torch.arange(len(owners), device=device) - (pieces.cumsum(0) - pieces)[owners]
    begins = kept.starts[owners] + LONGEST_STRETCH * number_in_document
    bounds = torch.stack([begins, torch.minimum(begins + LONGEST_STRETCH, kept.starts[owners + 1])], dim=1).to(torch.int32)
    programs = min(programs, len(owners))
    held, slots, lanes = _sizes(window, negatives)
    _train[(programs,)](
        kept.words, kept.reaches, kept.places, owners, bounds, 1.0 / pieces, rates, kept.rows, places,
        torch.zeros(1, dtype=torch.int32, device=device), draws.key, draws.threshold, draws.alias, len(draws.alias),
        words, contexts, documents, torch.empty((0 if frozen else programs, held, 2, width), device=device),
        torch.empty((programs, slots + 2 * lanes), dtype=torch.int32, device=device), len(owners), margin,
        WIDTH=width, COLUMNS=triton.next_power_of_2(width), WINDOW=window, NEGATIVES=negatives, BACK=_BACK,
        SLOTS=slots, HELD=held, LANES=lanes, COMBINED=combined, FROZEN=frozen,
        num_warps=1, num_stages=1,  # see sgns_triton
    )  # fmt: skip
    several = places[pieces > 1]
    documents[several] = torch.nn.functional.normalize(documents[several])
    if not frozen:
        for matrix in (words, contexts):
            torch.nn.functional.normalize(matrix, out=matrix)


def _sizes(window: int, negatives: int) -> tuple[int, int, int]:
    """(HELD, SLOTS, LANES): copies of a program; noise words of a position and places of copies, as powers of two."""
    held = 2 * window + 1
    return held, triton.next_power_of_2(held * negatives), triton.next_power_of_2(held)


def flight(share: np.ndarray, noise: np.ndarray, processors: int, *, width: int, window: int, negatives: int) -> int:
    """How many programs may run at a time: so few that at most _MOST_ADDING lead a row's length back at a time, and that their own
    memory suffices.

    share, noise float [words]: of the positions, and of what is drawn as noise. A program adds to a row of each kind.
    """
    held, slots, lanes = _sizes(window, negatives)
    own = 4 * (held * 2 * width + slots + 2 * lanes)
    return max(1, min(processors * _A_PROCESSOR, int(_MOST_ADDING / (share + noise).max()), _OWN_MEMORY // own))
