"""Skip-gram with negative sampling on a GPU: tiles of sixteen positions (after FULL-W2V, Randall et al. 2021, and pWord2Vec,
Ji et al. 2016). What pipeline/models/cpu/sgns_kernel.py does is a tile of one position, with noise words from a pool.

A tile reads the rows of its centres, of all words that their windows reach, and of 32 noise words once; its updates are all made
from these rows and added to the matrices by atomic sums. Its noise words are the first of those that its positions would
draw one by one, and weigh together as much as these (32 of eighty: 5/32 each, for each position).

Many tiles are in flight at a time, and none sees what the others add. A frequent word must not take more steps from one old row
than it can bear; so its updates are scaled by min(1, 64 / touches), touches being those that a word of its share in the text has
to expect from all positions in flight. Tiles are taken in an order in which neighbours are far apart, so that the text in flight
is a sample of the whole.
"""

import math
from typing import NamedTuple

import numpy as np
import torch
import triton
import triton.language as tl

from wajue.models.gpu.random import GpuDraws, Kept, draw, keep_words, number
from wajue.models.sampling import touches
from wajue.models.text import Text, documents_of_chunks

LONGEST_STRETCH = 4096  # as on the CPU
TILE = 16  # positions; the least that a matrix unit takes
MOST_DRAWN = 32  # noise words of a tile, or as many as a position has
MOST_TOUCHES = 64  # steps that a row may take from one old value; see docs/dev/experiments/gpu.md for what more and fewer cost
_LEAST_UNTEMPERED = 0.9  # of all updates
_MOST_CELLS = 4096  # components of a tile's rows in registers at once: 32 registers a thread
_WARPS = {4: 2, 2: 4, 1: 8}  # of a program, by the programs on a multiprocessor: its registers suffice for so many
_BLOCK = 1024
_GOLDEN = (math.sqrt(5) - 1) / 2


class Settings(NamedTuple):
    """What the kernel needs of [sgns], and how it runs."""

    window: int
    negatives: int
    programs: int  # tiles in flight at most
    warps: int = 4  # of a program
    precision: str = "tf32"  # of products of rows, as Triton names them


class Shape(NamedTuple):
    """What is fixed when the kernels are compiled; by the names of their parameters."""

    NEGATIVES: int
    TILE: int  # positions of a tile
    MOST_DRAWN: int  # noise words of a tile
    SHARED: int  # MOST_DRAWN, or the next power of two


class Tiles(NamedTuple):
    """The tiles of some documents, in the order of training."""

    bounds: torch.Tensor  # int32 [tiles, 3], first position, beginning and end of its stretch
    owners: torch.Tensor  # int64 [tiles], the document


@triton.jit(do_not_specialize=["size"])
def _previous(
    matrix_rows,  # int32 [size]
    previous,  # int32 [size], written
    size,
    REACH: tl.constexpr,
    BLOCK: tl.constexpr,
):
    """For each word where it last stood, if that is at most REACH words ago; else -1."""
    at = tl.program_id(0).to(tl.int64) * BLOCK + tl.arange(0, BLOCK)
    word = tl.load(matrix_rows + at, mask=at < size, other=-1)
    last = tl.full((BLOCK,), -1, tl.int32)
    for back in range(1, REACH + 1):
        same = tl.load(matrix_rows + at - back, mask=(at >= back) & (at < size), other=-2) == word
        last = tl.where(same & (last < 0), (at - back).to(tl.int32), last)
    tl.store(previous + at, last, mask=at < size)


@triton.jit
def _load_columns(matrix, row, column, mask, WIDTH: tl.constexpr):
    """Some columns of rows, past L1, which would go on showing them as they were before the atomic sums of other programs."""
    cell = row.to(tl.int64)[:, None] * WIDTH + column[None, :]
    return tl.load(matrix + cell, mask=mask[:, None] & (column < WIDTH)[None, :], other=0.0, cache_modifier=".cg")


@triton.jit
def _add_columns(matrix, row, column, mask, gain, WIDTH: tl.constexpr):
    """Add to some columns of rows, atomically."""
    cell = row.to(tl.int64)[:, None] * WIDTH + column[None, :]
    tl.atomic_add(matrix + cell, gain, mask=mask[:, None] & (column < WIDTH)[None, :], sem="relaxed")


@triton.jit(do_not_specialize=["vocabulary"])
def _draw(
    positions,  # int32 [kept], where each word stood in its document
    bounds,  # int32 [tiles, 3], as Tiles says
    owners,  # int64 [tiles]
    doc_indices,  # int64 [documents]
    key,  # int64 [1], of the epoch
    threshold,  # int32 [vocabulary]
    alias,  # int32 [vocabulary]
    vocabulary,
    noise,  # int32 [tiles, SHARED], written: matrix rows
    NEGATIVES: tl.constexpr,
    TILE: tl.constexpr,
    MOST_DRAWN: tl.constexpr,
    SHARED: tl.constexpr,
):
    """The noise words of a tile, -1 for those drawn before: ahead of training, which would wait for each of four tables."""
    tile, k = tl.program_id(0), tl.arange(0, SHARED)
    first, high = tl.load(bounds + 3 * tile), tl.load(bounds + 3 * tile + 2)
    own = number(tl.load(key), tl.load(doc_indices + tl.load(owners + tile)))
    drawn = tl.minimum(MOST_DRAWN, tl.minimum(TILE, high - first) * NEGATIVES)
    position = tl.load(positions + first + k // NEGATIVES, mask=k < drawn, other=0).to(tl.int64)
    word = draw(number(own, position * (NEGATIVES + 1) + 1 + k % NEGATIVES), threshold, alias, vocabulary, k < drawn)
    repeated = tl.sum(((word[:, None] == word[None, :]) & (k[None, :] < k[:, None])).to(tl.int32), axis=1) > 0
    tl.store(noise + tile * SHARED + k, tl.where((k < drawn) & (repeated == 0), word, -1))


@triton.jit
def _bounds_of(bounds, tile, tiles):
    """First position of a tile, beginning and end of its stretch; three zeros beyond the last tile."""
    first, exists = bounds + 3 * tile, tile < tiles
    return tl.load(first, exists, 0), tl.load(first + 1, exists, 0), tl.load(first + 2, exists, 0)


@triton.jit
def _load_tile(
    matrix_rows,  # these five as in _train
    reaches,
    previous,
    rates,
    noises,
    tile,
    tiles,
    first,  # these three as _bounds_of gives them
    low,
    high,
    WINDOW: tl.constexpr,
    TILE: tl.constexpr,
    SHARED: tl.constexpr,
    AROUND: tl.constexpr,
):
    """Of a tile: (centers, how far each reaches, where it last stood; words around, where each last stood; noise words; rate)."""
    i, j, k = first + tl.arange(0, TILE), first - WINDOW + tl.arange(0, AROUND), tl.arange(0, SHARED)
    is_center, inside = i < high, (j >= low) & (j < tl.minimum(high, first + TILE + WINDOW))
    center, reach = tl.load(matrix_rows + i, is_center, 0), tl.load(reaches + i, is_center, 0)
    around, last = tl.load(matrix_rows + j, inside, 0), tl.load(previous + j, inside, -1)
    noise = tl.load(noises + tile * SHARED + k, mask=(tile < tiles) & (k >= 0), other=-1)
    return center, reach, tl.load(previous + i, is_center, -1), around, last, noise, tl.load(rates + tile, tile < tiles, 0.0)


@triton.jit
def _pairs(
    at_center,  # int32 [TILE], positions
    reach,  # int32 [TILE]
    last_center,  # int32 [TILE], where each centre last stood
    at,  # int32 [AROUND], positions
    last,  # int32 [AROUND], where each word around last stood
    low,
    high,
):
    """float32 [AROUND, TILE]: 1 where a word around is trained with a centre, which of a word that repeats is its first time."""
    left, right = tl.maximum(low, at_center - reach), tl.minimum(high, at_center + reach + 1)
    inside = (at >= low) & (at < high)
    first_time = last[:, None] < left[None, :]  # in this window; or the time before it was the centre itself
    first_time |= (last[:, None] == at_center[None, :]) & (last_center < left)[None, :]
    paired = (at[:, None] >= left[None, :]) & (at[:, None] < right[None, :]) & (at[:, None] != at_center[None, :])
    return (paired & first_time & inside[:, None] & (at_center < high)[None, :]).to(tl.float32)


@triton.jit(do_not_specialize=["tiles"])
def _train(
    matrix_rows,  # int32 [kept], the word at each position
    reaches,  # int32 [kept], how far its window reaches
    previous,  # int32 [kept], where the word last stood, or -1
    bounds,  # int32 [tiles, 3], as Tiles says
    rates,  # float32 [tiles], learning rates
    noises,  # int32 [tiles, SHARED], -1 for none
    temper_center,  # float32 [vocabulary], scales the updates of a row of centers
    temper_context,  # float32 [vocabulary], likewise of contexts
    centers,  # float32 [vocabulary, WIDTH], updated
    contexts,  # float32 [vocabulary, WIDTH], updated
    tiles,
    WIDTH: tl.constexpr,
    WINDOW: tl.constexpr,
    NEGATIVES: tl.constexpr,
    TILE: tl.constexpr,
    MOST_DRAWN: tl.constexpr,
    SHARED: tl.constexpr,
    AROUND: tl.constexpr,  # TILE + 2 WINDOW, or the next power of two
    COLUMNS: tl.constexpr,  # components in registers at once
    PRECISION: tl.constexpr,
):
    """Every program trains each num_programs-th tile. u: rows of the words around, v: of the centres, w: of the noise words."""
    c, step = tl.arange(0, COLUMNS), tl.num_programs(0)
    first, low, high = _bounds_of(bounds, tl.program_id(0), tiles)
    for tile in range(tl.program_id(0), tiles, step):
        center, reach, last_center, around, last, noise, rate = _load_tile(
            matrix_rows, reaches, previous, rates, noises, tile, tiles, first, low, high, WINDOW, TILE, SHARED, AROUND
        )
        next_first, next_low, next_high = _bounds_of(bounds, tile + step, tiles)

        at_center, at = first + tl.arange(0, TILE), first - WINDOW + tl.arange(0, AROUND)
        is_center, is_noise = at_center < high, noise >= 0
        weight = tl.where(is_noise, rate * NEGATIVES / tl.minimum(MOST_DRAWN, (high - first) * NEGATIVES), 0.0)
        pairs = _pairs(at_center, reach, last_center, at, last, low, high)
        is_around = tl.sum(pairs, axis=1) > 0
        apart = (center[:, None] != noise[None, :]).to(tl.float32)
        windows = tl.dot(pairs, apart, input_precision=PRECISION)  # [AROUND, SHARED]: in how many windows a word meets a noise word

        to_center, to_noise = tl.zeros((AROUND, TILE), tl.float32), tl.zeros((AROUND, SHARED), tl.float32)
        for begin in tl.static_range(0, WIDTH, COLUMNS):
            u = _load_columns(centers, around, begin + c, is_around, WIDTH)
            v = _load_columns(contexts, center, begin + c, is_center, WIDTH)
            w = _load_columns(contexts, noise, begin + c, is_noise, WIDTH)
            to_center = tl.dot(u, tl.trans(v), to_center, input_precision=PRECISION)
            to_noise = tl.dot(u, tl.trans(w), to_noise, input_precision=PRECISION)
        to_center = (1.0 - tl.sigmoid(to_center)) * pairs * rate
        to_noise = -tl.sigmoid(to_noise) * windows * weight[None, :]

        temper_u = tl.load(temper_center + around, mask=is_around, other=0.0)[:, None]
        temper_v = tl.load(temper_context + center, mask=is_center, other=0.0)[:, None]
        temper_w = tl.load(temper_context + noise, mask=is_noise, other=0.0)[:, None]
        for begin in tl.static_range(0, WIDTH, COLUMNS):  # if once, the compiler keeps the rows that were loaded above
            u = _load_columns(centers, around, begin + c, is_around, WIDTH)
            v = _load_columns(contexts, center, begin + c, is_center, WIDTH)
            w = _load_columns(contexts, noise, begin + c, is_noise, WIDTH)
            gain_u = tl.dot(to_noise, w, tl.dot(to_center, v, input_precision=PRECISION), input_precision=PRECISION)
            _add_columns(centers, around, begin + c, is_around, gain_u * temper_u, WIDTH)
            gain_v = tl.dot(tl.trans(to_center), u, input_precision=PRECISION)
            _add_columns(contexts, center, begin + c, is_center, gain_v * temper_v, WIDTH)
            gain_w = tl.dot(tl.trans(to_noise), u, input_precision=PRECISION)
            _add_columns(contexts, noise, begin + c, is_noise, gain_w * temper_w, WIDTH)
        first, low, high = next_first, next_low, next_high


def train(
    text: Text,  # its matrix rows on the GPU
    draws: GpuDraws,
    counter: np.ndarray,  # int64 [1], the next chunk to train; becomes end
    end: int,
    centers: torch.Tensor,  # float32 [vocabulary, width], updated
    contexts: torch.Tensor,  # float32 [vocabulary, width], updated
    settings: Settings,
) -> None:
    """Train the chunks counter[0] to end - 1 of a text, each at its own learning rate."""
    documents, rates = documents_of_chunks(text, counter[0], end)
    counter[0] = end
    if not len(documents):
        return
    window, negatives = settings.window, settings.negatives
    rates_on_gpu = torch.from_numpy(rates).to(centers.device)
    doc_indices = text.doc_indices[documents]
    kept = keep_words(text.matrix_rows, text.offsets, documents, doc_indices, draws, window=window, stride=negatives + 1)
    tiles = _tiles(kept)
    if not len(tiles.owners):
        return
    shape = _shape(negatives)
    programs = min(settings.programs, len(tiles.owners))
    tempers = _tempers(kept.matrix_rows, draws.share, window, negatives, programs * TILE)
    noise = _noise(kept, tiles, draws, shape)
    around = triton.next_power_of_2(TILE + 2 * window)
    _train[(programs,)](
        kept.matrix_rows, kept.reaches, _previous_positions(kept.matrix_rows, 2 * window), tiles.bounds,
        rates_on_gpu[tiles.owners], noise, *tempers, centers, contexts, len(tiles.owners),
        WIDTH=centers.shape[1], WINDOW=window, AROUND=around, COLUMNS=_columns(centers.shape[1], around, settings.warps),
        PRECISION=settings.precision, **shape._asdict(),
        num_warps=settings.warps, num_stages=1,  # stages would fetch the rows of the next tile before this one's sums are in
    )  # fmt: skip


def stride(tiles: int) -> int:
    """A step through so many tiles that comes to each of them once, neighbours far apart in time."""
    step = max(1, round(tiles * _GOLDEN))
    while math.gcd(step, tiles) > 1:
        step += 1
    return step


def flight(share: np.ndarray, noise_share: np.ndarray, window: int, negatives: int, processors: int) -> tuple[int, int]:
    """(programs, warps of each): as many as the multiprocessors take, but so few that nine tenths of all updates get through whole.

    share, noise_share float [words]: how often each word stands in the text, and is drawn as noise.
    """
    touched = np.concatenate(touches(share, noise_share, window, negatives))
    most = processors * max(_WARPS)
    while most > 1 and np.minimum(touched, MOST_TOUCHES / (most * TILE)).sum() < _LEAST_UNTEMPERED * touched.sum():
        most -= -(-most // 32)
    fitting = next((tiles for tiles in _WARPS if tiles * processors <= most), 1)
    return min(most, fitting * processors), _WARPS[fitting]


def _shape(negatives: int) -> Shape:
    most_drawn = max(MOST_DRAWN, negatives)
    return Shape(negatives, TILE, most_drawn, triton.next_power_of_2(most_drawn))


def _columns(width: int, around: int, warps: int) -> int:
    """Components in registers at once: more would spill, fewer make poor products."""
    most = 128 if warps == max(_WARPS.values()) else 64
    return max(16, min(most, triton.next_power_of_2(width), _MOST_CELLS // around))


def _noise(kept: Kept, tiles: Tiles, draws: GpuDraws, shape: Shape) -> torch.Tensor:
    """int32 [tiles, SHARED]: the noise words of each tile, as matrix rows; -1 for none."""
    noise = torch.empty((len(tiles.owners), shape.SHARED), dtype=torch.int32, device=kept.matrix_rows.device)
    _draw[(len(tiles.owners),)](
        kept.positions, tiles.bounds, tiles.owners, kept.doc_indices, draws.key, draws.threshold, draws.alias, len(draws.alias),
        noise, **shape._asdict(), num_warps=1,
    )  # fmt: skip
    return noise


def _tempers(
    matrix_rows: torch.Tensor,  # int32 [kept], the words trained
    noise_share: torch.Tensor,  # float32 [vocabulary]
    window: int,
    negatives: int,
    positions: int,  # in flight
) -> list[torch.Tensor]:
    """float32 [vocabulary], twice: the scale of the updates of rows of centers, and of contexts."""
    share = torch.bincount(matrix_rows, minlength=len(noise_share)) / len(matrix_rows)
    touched = touches(share, noise_share, window, negatives)
    return [(MOST_TOUCHES / positions / t.clamp(min=1e-12)).clamp(max=1).float() for t in touched]


def _previous_positions(matrix_rows: torch.Tensor, reach: int) -> torch.Tensor:
    """int32 [kept]: where each word last stood, if that is at most `reach` words ago; else -1."""
    previous = torch.empty_like(matrix_rows)
    _previous[(triton.cdiv(len(matrix_rows), _BLOCK),)](matrix_rows, previous, len(matrix_rows), REACH=reach, BLOCK=_BLOCK)
    return previous


def _tiles(kept: Kept) -> Tiles:
    """All tiles of the documents, in an order in which neighbours are far apart."""
    begins, sizes = kept.offsets[:-1], kept.offsets[1:] - kept.offsets[:-1]
    per_document = (sizes + TILE - 1) // TILE
    owners = torch.repeat_interleave(torch.arange(len(sizes), device=sizes.device), per_document)
    in_document = torch.arange(len(owners), device=sizes.device) - (per_document.cumsum(0) - per_document)[owners]
    low = in_document * TILE // LONGEST_STRETCH * LONGEST_STRETCH
    bounds = (in_document * TILE, low, torch.minimum(low + LONGEST_STRETCH, sizes[owners]))
    order = torch.arange(len(owners), device=sizes.device) * stride(len(owners)) % max(len(owners), 1)
    return Tiles(torch.stack([b + begins[owners] for b in bounds], dim=1).to(torch.int32)[order], owners[order])
