"""Skip-gram with negative sampling on a card: tiles of sixteen positions (after FULL-W2V, Randall et al. 2021, and pWord2Vec,
Ji et al. 2016). What pipeline/models/cpu/sgns_kernel.py does is a tile of one position.

A tile reads the rows of its centres, of all words that their windows reach, and of 32 noise words once; its updates are all made
from these rows and added to the matrices by atomic sums. Its noise words are the first of those that its positions would
draw one by one, and weigh together as much as these (32 of eighty: 5/32 each, for each position).

Many tiles are in flight at a time, and none sees what the others add. That a frequent word takes no more steps from one old row
than it can bear, its updates are scaled by min(1, 64 / touches), touches being those that a word of its share in the text has
to expect from all positions in flight. Tiles are taken in an order in which neighbours are far apart, so that the text in flight
is a sample of the whole.
"""

import math

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.gpu.random import CardDraws, Kept, draw, keep_words, number
from wajue.models.loop import Text
from wajue.models.sampling import touches

LONGEST_STRETCH = 4096  # as on the CPU
TILE = 16  # positions; the least that a matrix unit takes
MOST_DRAWN = 32  # noise words of a tile, or as many as a position has
MOST_TOUCHES = 64  # steps that a row may take from one old value; see docs/dev/experiments/gpu.md for what more and fewer cost
_LEAST_UNTEMPERED = 0.9  # of all updates
_MOST_CELLS = 4096  # components of a tile's rows held at once: 32 registers a thread
_WARPS = {4: 2, 2: 4, 1: 8}  # of a program, by the programs on a multiprocessor: its registers hold so many
_BLOCK = 1024
_GOLDEN = (math.sqrt(5) - 1) / 2


@triton.jit(do_not_specialize=["size"])
def _previous(words, previous, size, REACH: tl.constexpr, BLOCK: tl.constexpr):
    """For each word where it last stood, if that is at most REACH words ago; else -1."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    word = tl.load(words + at, mask=at < size, other=-1)
    found = tl.full((BLOCK,), -1, tl.int32)
    for back in range(1, REACH + 1):
        same = tl.load(words + at - back, mask=(at >= back) & (at < size), other=-2) == word
        found = tl.where(same & (found < 0), (at - back).to(tl.int32), found)
    tl.store(previous + at, found, mask=at < size)


@triton.jit
def _rows(matrix, row, column, mask, WIDTH: tl.constexpr):
    """Some columns of rows, past L1, which would go on showing them as they were before the atomic sums of other programs."""
    place = row.to(tl.int64)[:, None] * WIDTH + column[None, :]
    return tl.load(matrix + place, mask=mask[:, None] & (column < WIDTH)[None, :], other=0.0, cache_modifier=".cg")


@triton.jit
def _add(matrix, row, column, mask, gain, WIDTH: tl.constexpr):
    place = row.to(tl.int64)[:, None] * WIDTH + column[None, :]
    tl.atomic_add(matrix + place, gain, mask=mask[:, None] & (column < WIDTH)[None, :], sem="relaxed")


@triton.jit(do_not_specialize=["vocabulary"])
def _draw(
    places, bounds, owners, rows, key, threshold, alias, vocabulary, noise,
    NEGATIVES: tl.constexpr, TILE: tl.constexpr, MOST_DRAWN: tl.constexpr, SHARED: tl.constexpr,
):  # fmt: skip
    """The noise words of a tile, -1 for those drawn before: ahead of training, which would wait for each of four tables."""
    tile, k = tl.program_id(0), tl.arange(0, SHARED)
    first, high = tl.load(bounds + 3 * tile), tl.load(bounds + 3 * tile + 2)
    own = number(tl.load(key), tl.load(rows + tl.load(owners + tile)))
    drawn = tl.minimum(MOST_DRAWN, tl.minimum(TILE, high - first) * NEGATIVES)
    place = tl.load(places + first + k // NEGATIVES, mask=k < drawn, other=0).to(tl.int64)
    word = draw(number(own, place * (NEGATIVES + 1) + 1 + k % NEGATIVES), threshold, alias, vocabulary, k < drawn)
    repeated = tl.sum(((word[:, None] == word[None, :]) & (k[None, :] < k[:, None])).to(tl.int32), axis=1) > 0
    tl.store(noise + tile * SHARED + k, tl.where((k < drawn) & (repeated == 0), word, -1))


@triton.jit
def _bounds(bounds, tile, tiles):
    """First position of a tile, beginning and end of its stretch; three zeros beyond the last tile."""
    place, there = bounds + 3 * tile, tile < tiles
    return tl.load(place, there, 0), tl.load(place + 1, there, 0), tl.load(place + 2, there, 0)


@triton.jit
def _look(
    words, reaches, previous, rates, noises, tile, tiles, first, low, high,
    WINDOW: tl.constexpr, TILE: tl.constexpr, SHARED: tl.constexpr, AROUND: tl.constexpr,
):  # fmt: skip
    """Of a tile: (centers, how far each reaches, where it last stood; words around, where each last stood; noise words; rate)."""
    i, j, k = first + tl.arange(0, TILE), first - WINDOW + tl.arange(0, AROUND), tl.arange(0, SHARED)
    is_center, inside = i < high, (j >= low) & (j < tl.minimum(high, first + TILE + WINDOW))
    center, reach = tl.load(words + i, is_center, 0), tl.load(reaches + i, is_center, 0)
    around, last = tl.load(words + j, inside, 0), tl.load(previous + j, inside, -1)
    noise = tl.load(noises + tile * SHARED + k, mask=(tile < tiles) & (k >= 0), other=-1)
    return center, reach, tl.load(previous + i, is_center, -1), around, last, noise, tl.load(rates + tile, tile < tiles, 0.0)


@triton.jit(do_not_specialize=["tiles"])
def _train(
    words, reaches, previous, bounds, rates, noises, temper_center, temper_context, centers, contexts, tiles,
    WIDTH: tl.constexpr, WINDOW: tl.constexpr, NEGATIVES: tl.constexpr, TILE: tl.constexpr, MOST_DRAWN: tl.constexpr,
    SHARED: tl.constexpr, AROUND: tl.constexpr, COLUMNS: tl.constexpr, PRECISION: tl.constexpr,
):  # fmt: skip
    """Every program trains each num_programs-th tile. COLUMNS: components held at once.

    SHARED, AROUND: MOST_DRAWN and TILE + 2 WINDOW, or the next powers of two.

    bounds int32 [tiles, 3]: first position, beginning and end of its stretch; noises int32 [tiles, SHARED], -1 for none.
    """
    c, step = tl.arange(0, COLUMNS), tl.num_programs(0)
    first, low, high = _bounds(bounds, tl.program_id(0), tiles)
    for tile in range(tl.program_id(0), tiles, step):
        center, reach, last_center, around, last, noise, rate = _look(
            words, reaches, previous, rates, noises, tile, tiles, first, low, high, WINDOW, TILE, SHARED, AROUND
        )
        next_first, next_low, next_high = _bounds(bounds, tile + step, tiles)

        at_center, at = first + tl.arange(0, TILE), first - WINDOW + tl.arange(0, AROUND)
        is_center, is_noise = at_center < high, noise >= 0
        left, right = tl.maximum(low, at_center - reach), tl.minimum(high, at_center + reach + 1)
        weight = tl.where(is_noise, rate * NEGATIVES / tl.minimum(MOST_DRAWN, (high - first) * NEGATIVES), 0.0)
        inside = (at >= low) & (at < high)
        first_time = last[:, None] < left[None, :]  # in this window; or the time before it was the centre itself
        first_time |= (last[:, None] == at_center[None, :]) & (last_center < left)[None, :]
        paired = (at[:, None] >= left[None, :]) & (at[:, None] < right[None, :]) & (at[:, None] != at_center[None, :])
        pairs = (paired & first_time & inside[:, None] & is_center[None, :]).to(tl.float32)
        is_around = tl.sum(pairs, axis=1) > 0
        apart = (center[:, None] != noise[None, :]).to(tl.float32)
        windows = tl.dot(pairs, apart, input_precision=PRECISION)  # [AROUND, SHARED]: in how many windows a word meets a noise word

        to_center, to_noise = tl.zeros((AROUND, TILE), tl.float32), tl.zeros((AROUND, SHARED), tl.float32)
        for begin in tl.static_range(0, WIDTH, COLUMNS):
            u = _rows(centers, around, begin + c, is_around, WIDTH)
            v = _rows(contexts, center, begin + c, is_center, WIDTH)
            w = _rows(contexts, noise, begin + c, is_noise, WIDTH)
            to_center = tl.dot(u, tl.trans(v), to_center, input_precision=PRECISION)
            to_noise = tl.dot(u, tl.trans(w), to_noise, input_precision=PRECISION)
        to_center = (1.0 - tl.sigmoid(to_center)) * pairs * rate
        to_noise = -tl.sigmoid(to_noise) * windows * weight[None, :]

        temper_u = tl.load(temper_center + around, mask=is_around, other=0.0)[:, None]
        temper_v = tl.load(temper_context + center, mask=is_center, other=0.0)[:, None]
        temper_w = tl.load(temper_context + noise, mask=is_noise, other=0.0)[:, None]
        for begin in tl.static_range(0, WIDTH, COLUMNS):  # if once, the compiler keeps the rows that were loaded above
            u = _rows(centers, around, begin + c, is_around, WIDTH)
            v = _rows(contexts, center, begin + c, is_center, WIDTH)
            w = _rows(contexts, noise, begin + c, is_noise, WIDTH)
            gain = tl.dot(to_noise, w, tl.dot(to_center, v, input_precision=PRECISION), input_precision=PRECISION)
            _add(centers, around, begin + c, is_around, gain * temper_u, WIDTH)
            _add(
                contexts, center, begin + c, is_center, tl.dot(tl.trans(to_center), u, input_precision=PRECISION) * temper_v, WIDTH
            )
            _add(contexts, noise, begin + c, is_noise, tl.dot(tl.trans(to_noise), u, input_precision=PRECISION) * temper_w, WIDTH)
        first, low, high = next_first, next_low, next_high


def train(
    text: Text, draws: CardDraws, counter: np.ndarray, end: int, programs: int, centers: torch.Tensor, contexts: torch.Tensor,
    window: int, negatives: int, warps: int = 4, precision: str = "tf32",
) -> None:  # fmt: skip
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate; counter[0] becomes end.

    text: as for the kernel of the CPU, but that its ids are on the card. centers, contexts float32 [words, width], updated in
    place. programs, warps: tiles in flight at most, and what trains each. precision: of products of rows, as Triton names them.
    """
    cuts = text.cuts[counter[0] : end + 1]
    documents = text.order[cuts[0] : cuts[-1]]
    rates = torch.from_numpy(np.repeat(text.rates[counter[0] : end], np.diff(cuts))).to(centers.device)
    counter[0] = end
    if not len(documents):
        return
    kept = keep_words(text.ids, text.offsets, documents, text.rows[documents], draws, window=window, stride=negatives + 1)
    bounds, owners = _tiles(kept)
    if not len(owners):
        return
    programs = min(programs, len(owners))
    tempers = _tempers(kept.words, draws.share, window, negatives, programs * TILE)
    around, width, most_drawn = triton.next_power_of_2(TILE + 2 * window), centers.shape[1], max(MOST_DRAWN, negatives)
    columns = 128 if warps == max(_WARPS.values()) else 64  # more at a time would spill, fewer make poor products
    columns = max(16, min(columns, triton.next_power_of_2(width), _MOST_CELLS // around))
    drawing = {"NEGATIVES": negatives, "TILE": TILE, "MOST_DRAWN": most_drawn, "SHARED": triton.next_power_of_2(most_drawn)}
    noise = torch.empty((len(owners), drawing["SHARED"]), dtype=torch.int32, device=centers.device)
    _draw[(len(owners),)](
        kept.places, bounds, owners, kept.rows, draws.key, draws.threshold, draws.alias, len(draws.alias), noise, **drawing,
        num_warps=1,
    )  # fmt: skip
    _train[(programs,)](
        kept.words, kept.reaches, _previous_places(kept.words, 2 * window), bounds, rates[owners], noise, *tempers, centers,
        contexts, len(owners),
        WIDTH=width, WINDOW=window, AROUND=around, COLUMNS=columns, PRECISION=precision, **drawing,
        num_warps=warps, num_stages=1,  # stages would fetch the rows of the next tile before this one's sums are in
    )  # fmt: skip


def stride(tiles: int) -> int:
    """A step through so many tiles that comes to each of them once, neighbours far apart in time."""
    step = max(1, round(tiles * _GOLDEN))
    while math.gcd(step, tiles) > 1:
        step += 1
    return step


def flight(share: np.ndarray, noise_share: np.ndarray, window: int, negatives: int, processors: int) -> tuple[int, int]:
    """(programs, warps of each): as many as a card's multiprocessors take, but that all but a tenth of all updates get through."""
    touched = np.concatenate(touches(share, noise_share, window, negatives))
    most = processors * max(_WARPS)
    while most > 1 and np.minimum(touched, MOST_TOUCHES / (most * TILE)).sum() < _LEAST_UNTEMPERED * touched.sum():
        most -= -(-most // 32)
    fitting = next((tiles for tiles in _WARPS if tiles * processors <= most), 1)
    return min(most, fitting * processors), _WARPS[fitting]


def _tempers(words: torch.Tensor, noise_share: torch.Tensor, window: int, negatives: int, positions: int) -> list[torch.Tensor]:
    """float32 [words], twice: by what updates of rows of centers and of contexts are scaled, so many positions being in flight."""
    share = torch.bincount(words, minlength=len(noise_share)) / len(words)
    touched = touches(share, noise_share, window, negatives)
    return [(MOST_TOUCHES / positions / t.clamp(min=1e-12)).clamp(max=1).float() for t in touched]


def _previous_places(words: torch.Tensor, reach: int) -> torch.Tensor:
    previous = torch.empty_like(words)
    _previous[(triton.cdiv(len(words), _BLOCK),)](words, previous, len(words), REACH=reach, BLOCK=_BLOCK)
    return previous


def _tiles(kept: Kept) -> tuple[torch.Tensor, torch.Tensor]:
    """(bounds int32 [tiles, 3], owners int64 [tiles]) as _train takes them, in the order of training."""
    begins, sizes = kept.starts[:-1], kept.starts[1:] - kept.starts[:-1]
    per_document = (sizes + TILE - 1) // TILE
    owners = torch.repeat_interleave(torch.arange(len(sizes), device=sizes.device), per_document)
    place = torch.arange(len(owners), device=sizes.device) - (per_document.cumsum(0) - per_document)[owners]
    low = place * TILE // LONGEST_STRETCH * LONGEST_STRETCH
    bounds = (place * TILE, low, torch.minimum(low + LONGEST_STRETCH, sizes[owners]))
    order = torch.arange(len(owners), device=sizes.device) * stride(len(owners)) % max(len(owners), 1)
    return torch.stack([b + begins[owners] for b in bounds], dim=1).to(torch.int32)[order], owners[order]
