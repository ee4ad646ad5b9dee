"""Skip-gram with negative sampling on the CPU, hogwild (Mikolov et al. 2013; Recht et al. 2011).

Differs from word2vec.c in what keeps rows in cache:
- the noise words of a centre are shared by its whole window (pWord2Vec; Ji et al. 2016), which makes a window two small
  matrix products, computed in tiles of two rows by two;
- a word's row stays in a buffer of the thread as long as the word stands in a window (FULL-W2V; Randall et al. 2021), so it
  is read and written once, not ten times; what it gained is added to the matrix then, so that no other thread's update is lost;
- noise words come from a pool in which each position replaces some, so that most of their rows are in cache when they are taken;
- the rows of the words ahead are asked for before they are needed.
A word that stands in a window more than once counts once, and so does a noise word drawn twice: their updates would all be
made from the same old row, and on text such as 好好好好好好 ten steps at once overshoot until the vectors explode (seen on
shop reviews).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.models.cpu.random import Stretch, below, draw, keep_words, number
from wajue.models.cpu.simd import (
    LANES,
    add,
    address,
    buffer,
    clamp,
    divide,
    load,
    multiply,
    multiply_add,
    prefetch,
    splat,
    spread,
    store,
    store_sums,
    take,
)
from wajue.models.cpu.threads import at_once

LONGEST_STRETCH = 4096  # words; a longer document is trained in stretches, so that a thread's buffer is bounded
TILE = 6  # targets; the default, a centre and five noise words, fills one
POOL = 256  # noise words, a power of two; 115 kB of rows at dim 100
USES = 3  # centres that take a noise word, on average and at most; with 5, MEN falls from 31.1 to 30.7, analogies from 14.1 to 13.9
_AHEAD = 2  # centres by which draws and prefetches run ahead: some 0.5 us

_f32 = np.float32


class Settings(NamedTuple):
    """What the kernel needs of [sgns]."""

    window: int
    negatives: int


class Buffers(NamedTuple):
    """What a thread works in. A slot has the row of a word in reach of a window, one slot a word however often it stands there."""

    trained: np.ndarray  # float32 [slots + 1, width], the rows in the slots as they are; the last one stays zero
    before: np.ndarray  # float32 [slots + 1, width], as they were before the update at hand, if that takes several tiles
    entered: np.ndarray  # float32 [slots + 1, width], as they were when their words came into reach
    matrix_row: np.ndarray  # int64 [slots], the matrix row that a slot holds
    uses: np.ndarray  # int64 [slots], how often the word of a slot stands in reach
    last_center: np.ndarray  # int64 [slots], the last centre that had the slot's word in its window
    starts: np.ndarray  # int64 [slots + 1], where in `trained` the rows of a window begin
    slot_of: np.ndarray  # int64 [longest stretch], the slot of the word at each position
    pool: np.ndarray  # int64 [POOL], matrix rows of noise words
    drawn: np.ndarray  # int64 [1], words put into the pool since the chunk began, each in place of the oldest
    targets: np.ndarray  # int64 [_AHEAD + 1, padded], matrix rows of the centres ahead and of their noise words
    slopes: np.ndarray  # float32 [tiles, rows of a window, TILE], flat: dot products, then slopes


@njit(inline="always")
def _dots(
    trained,  # float32 [slots + 1, width]
    starts,  # int64 [slots + 1], where in it row a of the window begins
    m,  # rows of the window
    contexts,  # address of float32 [vocabulary, width]
    width,
    targets,  # int64 [padded], matrix rows
    padded,
    dots,  # float32 [padded / TILE, m, TILE], flat; written
):
    """dots[k // 6, a, k % 6] = row a . target k, in tiles of two rows, x and y, by six targets, t0 to t5."""
    cell = 0
    for k in range(0, padded, TILE):
        t0, t1, t2 = targets[k] * width, targets[k + 1] * width, targets[k + 2] * width
        t3, t4, t5 = targets[k + 3] * width, targets[k + 4] * width, targets[k + 5] * width
        for a in range(0, m, 2):
            x, y = starts[a], starts[a + 1]
            x0 = splat(_f32(0))
            x1 = x2 = x3 = x4 = x5 = y0 = y1 = y2 = y3 = y4 = y5 = x0
            for c in range(0, width, LANES):
                row_x, row_y, target = load(trained, x + c), load(trained, y + c), load(contexts, t0 + c)
                x0, y0, target = multiply_add(row_x, target, x0), multiply_add(row_y, target, y0), load(contexts, t1 + c)
                x1, y1, target = multiply_add(row_x, target, x1), multiply_add(row_y, target, y1), load(contexts, t2 + c)
                x2, y2, target = multiply_add(row_x, target, x2), multiply_add(row_y, target, y2), load(contexts, t3 + c)
                x3, y3, target = multiply_add(row_x, target, x3), multiply_add(row_y, target, y3), load(contexts, t4 + c)
                x4, y4, target = multiply_add(row_x, target, x4), multiply_add(row_y, target, y4), load(contexts, t5 + c)
                x5, y5 = multiply_add(row_x, target, x5), multiply_add(row_y, target, y5)
            store_sums(dots, cell, x0, x1, x2, x3)
            store_sums(dots, cell + 4, x4, x5, y0, y1)
            store_sums(dots, cell + 8, y2, y3, y4, y5)
            cell += 2 * TILE


@njit(inline="always")
def _slopes(dots, size, rate):
    """dots[q] becomes -rate sigmoid(dots[q]), the slope of a noise word; the sigmoid by Lambert's fraction for tanh, to 3e-5."""
    by = splat(_f32(-0.5) * rate)
    for q in range(0, size, LANES):
        x = clamp(multiply(load(dots, q), splat(_f32(0.5))), splat(_f32(7.9)))
        s = multiply(x, x)
        above = multiply_add(s, splat(_f32(36)), splat(_f32(6930)))
        above = multiply_add(s, multiply_add(s, above, splat(_f32(270270))), splat(_f32(2027025)))
        beneath = multiply_add(s, add(s, splat(_f32(630))), splat(_f32(51975)))
        beneath = multiply_add(s, multiply_add(s, beneath, splat(_f32(945945))), splat(_f32(2027025)))
        tanh = divide(multiply(x, above), beneath)
        store(dots, q, multiply_add(by, tanh, by))


@njit(inline="always")
def _correct_slopes(
    slopes,  # float32, as _dots lays them out
    m,  # rows of the window, even
    negatives,
    padded,  # targets, as many as fill their tiles
    rate,
):
    """The centre itself has slope rate (1 - sigmoid); targets that only fill the tile have slope 0."""
    for a in range(m):
        slopes[a * TILE] += rate
        for k in range(negatives + 1, padded):
            slopes[((padded // TILE - 1) * m + a) * TILE + k % TILE] = _f32(0)


@njit(inline="always")
def _forget_repeats(
    targets,  # int64 [padded]
    negatives,
    m,  # rows of the window
    slopes,
):
    """A noise word that is the centre itself, or was drawn before, has slope 0."""
    for k in range(1, negatives + 1):
        repeated = False
        for earlier in range(k):
            repeated |= targets[k] == targets[earlier]
        if repeated:
            for a in range(m):
                slopes[(k // TILE * ((m + 1) // 2 * 2) + a) * TILE + k % TILE] = _f32(0)


@njit(inline="always")
def _update(
    trained,  # float32 [slots + 1, width], updated
    before,  # float32 [slots + 1, width], room for the rows as they were, used if there is more than one tile
    starts,  # int64 [slots + 1], where in both row a of the window begins
    m,  # rows of the window
    contexts,  # address of float32 [vocabulary, width], updated
    width,
    targets,  # int64 [padded], matrix rows
    padded,
    slopes,  # float32 [padded / TILE, m, TILE], flat
):
    """row a += sum of slopes[a, k] target k; target k += sum of slopes[a, k] row a; all from the rows as they were.

    u0 to u5 are the rows of six targets, g0 to g5 what they gain.
    """
    if padded > TILE:
        for a in range(m):
            for c in range(0, width, LANES):
                store(before, starts[a] + c, load(trained, starts[a] + c))
    for k in range(0, padded, TILE):
        was = before if k else trained
        t0, t1, t2 = targets[k] * width, targets[k + 1] * width, targets[k + 2] * width
        t3, t4, t5 = targets[k + 3] * width, targets[k + 4] * width, targets[k + 5] * width
        for c in range(0, width, LANES):
            u0, u1, u2 = load(contexts, t0 + c), load(contexts, t1 + c), load(contexts, t2 + c)
            u3, u4, u5 = load(contexts, t3 + c), load(contexts, t4 + c), load(contexts, t5 + c)
            g0 = splat(_f32(0))
            g1 = g2 = g3 = g4 = g5 = g0
            q = k // TILE * ((m + 1) // 2 * 2 * TILE)
            for a in range(m):
                old, new = load(was, starts[a] + c), load(trained, starts[a] + c)
                slope = spread(slopes, q)
                g0, new, slope = multiply_add(slope, old, g0), multiply_add(slope, u0, new), spread(slopes, q + 1)
                g1, new, slope = multiply_add(slope, old, g1), multiply_add(slope, u1, new), spread(slopes, q + 2)
                g2, new, slope = multiply_add(slope, old, g2), multiply_add(slope, u2, new), spread(slopes, q + 3)
                g3, new, slope = multiply_add(slope, old, g3), multiply_add(slope, u3, new), spread(slopes, q + 4)
                g4, new, slope = multiply_add(slope, old, g4), multiply_add(slope, u4, new), spread(slopes, q + 5)
                g5, new = multiply_add(slope, old, g5), multiply_add(slope, u5, new)
                store(trained, starts[a] + c, new)
                q += TILE
            store(contexts, t0 + c, add(u0, g0))  # those below are read anew: a target may stand twice, once with slope 0
            store(contexts, t1 + c, add(load(contexts, t1 + c), g1))
            store(contexts, t2 + c, add(load(contexts, t2 + c), g2))
            store(contexts, t3 + c, add(load(contexts, t3 + c), g3))
            store(contexts, t4 + c, add(load(contexts, t4 + c), g4))
            store(contexts, t5 + c, add(load(contexts, t5 + c), g5))


@njit(inline="always")
def _enter(matrix_row, buffers, centers, width):
    """The slot of a word that comes into reach, filled if it is new."""
    mine = free = -1
    for slot in range(buffers.matrix_row.shape[0]):
        mine = max(mine, slot if (buffers.matrix_row[slot] == matrix_row) & (buffers.uses[slot] > 0) else -1)
        free = max(free, slot if buffers.uses[slot] == 0 else -1)
    if mine >= 0:
        buffers.uses[mine] += 1
        return mine
    buffers.matrix_row[free], buffers.uses[free] = matrix_row, 1
    for c in range(0, width, LANES):
        row = load(centers, matrix_row * width + c)
        store(buffers.trained, free * width + c, row)
        store(buffers.entered, free * width + c, row)
    return free


@njit(inline="always")
def _leave(slot, buffers, centers, width):
    """A word goes out of reach; with its last occurrence its gain goes into the matrix."""
    buffers.uses[slot] -= 1
    if buffers.uses[slot] == 0:
        for c in range(0, width, LANES):
            target, source = buffers.matrix_row[slot] * width + c, slot * width + c
            gain = multiply_add(splat(_f32(-1)), load(buffers.entered, source), load(buffers.trained, source))
            store(centers, target, add(load(centers, target), gain))


@njit(inline="always")
def _prefetch_row(matrix, matrix_row, width):
    for c in range(0, width, LANES):
        prefetch(matrix, matrix_row * width + c)


@njit(inline="always")
def _fill_pool(key, draws, buffers):
    """The pool a chunk begins with: numbers -1, -2 ... of its first document's key, which no position has."""
    buffers.drawn[0] = 0
    for k in range(POOL):
        buffers.pool[k] = draw(number(key, -1 - k), draws.threshold, draws.alias)


@njit(inline="always")
def _renew_pool(
    negatives,
    key,  # uint64, of the document
    counter,  # the first of a position
    draws,  # Draws
    buffers,  # Buffers; pool and drawn are changed
    contexts,  # address of float32 [vocabulary, width]
    width,
):
    """Put the noise words that a position draws in place of the oldest, and prefetch their rows."""
    for k in range((negatives + USES - 1) // USES):
        noise = draw(number(key, counter + 1 + k), draws.threshold, draws.alias)
        buffers.pool[buffers.drawn[0] & (POOL - 1)] = noise
        buffers.drawn[0] += 1
        _prefetch_row(contexts, noise, width)


@njit(inline="always")
def _look_ahead(
    matrix_rows,  # int64 [n], the word at each position of the stretch
    i,  # a centre
    n,  # positions of the stretch
    window,
    negatives,
    bits,  # uint64 [n], random
    key,  # uint64, of the document
    counters,  # int64 [n], the first counter of each position
    draws,  # Draws
    buffers,  # Buffers; pool and targets are changed
    centers,  # address of float32 [vocabulary, width]
    contexts,  # address of float32 [vocabulary, width]
    width,
):
    """Take the noise words of centre i from the pool; prefetch the centre's row, and the row that comes into reach with it."""
    _renew_pool(negatives, key, counters[i], draws, buffers, contexts, width)
    targets = buffers.targets[i % (_AHEAD + 1)]
    targets[:] = matrix_rows[i]
    first = np.int64(bits[i] & np.uint64(POOL - 1))  # low bits; high ones of the same half shrink the window
    for k in range(negatives):
        targets[k + 1] = buffers.pool[(first + k) & (POOL - 1)]
    _prefetch_row(contexts, targets[0], width)
    if i + window < n:
        _prefetch_row(centers, matrix_rows[i + window], width)


@njit(inline="always")
def _gather_window(
    first,  # the first position of the window
    last,  # the one after its last
    center,  # a position
    buffers,  # Buffers; starts is filled in
    width,
):
    """Note where the rows of the distinct words of a window begin, made even in number by the row of zeros. Returns how many."""
    m = 0
    for j in range(first, last):
        slot = buffers.slot_of[j]
        buffers.starts[m] = slot * width
        new = (j != center) & (buffers.last_center[slot] != center)
        buffers.last_center[slot] = center if j != center else buffers.last_center[slot]
        m += new
    buffers.starts[m] = buffers.matrix_row.shape[0] * width
    return m


@njit(error_model="numpy")
def _train_stretch(
    matrix_rows,  # int64 [n], the word at each position
    n,  # positions of the stretch
    bits,  # uint64 [n], whose low half shrinks the window and says where in the pool its noise words begin
    counters,  # int64 [n], the first counter of each position
    key,  # uint64, of the document
    draws,  # Draws
    rate,  # float32
    centers,  # address of float32 [vocabulary, width], updated
    contexts,  # address of float32 [vocabulary, width], updated
    width,
    window,
    negatives,
    buffers,  # Buffers
):
    """Train one centre after the other."""
    draws, buffers = borrowed(draws), borrowed(buffers)  # references counted with each centre took a seventh of the time
    matrix_rows, bits, counters = borrowed(matrix_rows), borrowed(bits), borrowed(counters)
    padded = buffers.targets.shape[1]
    buffers.last_center[:] = -1
    for j in range(min(window, n)):
        buffers.slot_of[j] = _enter(matrix_rows[j], buffers, centers, width)
    for i in range(min(_AHEAD, n)):
        _look_ahead(matrix_rows, i, n, window, negatives, bits, key, counters, draws, buffers, centers, contexts, width)
    for i in range(n):
        if i + _AHEAD < n:
            _look_ahead(
                matrix_rows, i + _AHEAD, n, window, negatives, bits, key, counters, draws, buffers, centers, contexts, width
            )
        if i + window < n:
            buffers.slot_of[i + window] = _enter(matrix_rows[i + window], buffers, centers, width)
        reach = window - below(bits[i], window)
        m = _gather_window(max(0, i - reach), min(n, i + reach + 1), i, buffers, width)
        if m:
            targets = buffers.targets[i % (_AHEAD + 1)]
            _dots(buffers.trained, buffers.starts, m, contexts, width, targets, padded, buffers.slopes)
            _slopes(buffers.slopes, (m + 1) // 2 * 2 * padded, rate)
            _correct_slopes(buffers.slopes, (m + 1) // 2 * 2, negatives, padded, rate)
            _forget_repeats(targets, negatives, m, buffers.slopes)
            _update(buffers.trained, buffers.before, buffers.starts, m, contexts, width, targets, padded, buffers.slopes)
        if i >= window:
            _leave(buffers.slot_of[i - window], buffers, centers, width)
    for j in range(max(0, n - window), n):
        _leave(buffers.slot_of[j], buffers, centers, width)


@njit(cache=True, nogil=True, error_model="numpy")
def _train_chunks(
    text,  # Text
    draws,  # Draws
    counter,  # int64 [1], the next chunk to train
    end,  # the chunk to stop at
    centers,  # float32 [vocabulary, width]
    contexts,  # float32 [vocabulary, width]
    window,
    negatives,
):
    """One thread: chunk after chunk until none is left. Its buffers are its own: shared ones would share cache lines."""
    width, padded, slots = centers.shape[1], -(-(negatives + 1) // TILE) * TILE, 2 * window + 1
    buffers = Buffers(
        buffer(slots + 1, width), buffer(slots + 1, width), buffer(slots + 1, width),
        np.zeros(slots, np.int64), np.zeros(slots, np.int64), np.zeros(slots, np.int64),
        np.zeros(slots + 1, np.int64), np.zeros(LONGEST_STRETCH, np.int64), np.zeros(POOL, np.int64), np.zeros(1, np.int64),
        np.zeros((_AHEAD + 1, padded), np.int64), buffer(1, -(-(slots + 1) * padded // LANES) * LANES).reshape(-1),
    )  # fmt: skip
    matrix_rows, counters = np.zeros(LONGEST_STRETCH, np.int64), np.zeros(LONGEST_STRETCH, np.int64)
    bits = np.zeros(LONGEST_STRETCH, np.uint64)
    stretch = Stretch(matrix_rows, bits, counters)
    while True:
        chunk = take(counter)
        if chunk >= end:
            break
        for turn in range(text.cuts[chunk], text.cuts[chunk + 1]):
            document = text.order[turn]
            key = number(draws.key, text.doc_indices[document])
            if turn == text.cuts[chunk]:
                _fill_pool(key, draws, buffers)
            begin, stop = text.offsets[document], text.offsets[document + 1]
            at = begin
            while at < stop:
                n, at = keep_words(text.matrix_rows, at, stop, begin, negatives + 1, key, draws.keep, stretch)
                _train_stretch(
                    matrix_rows, n, bits, counters, key, draws, text.rates[chunk], address(centers), address(contexts), width,
                    window, negatives, buffers,
                )  # fmt: skip


def train(
    text,  # models.text.Text
    draws,  # models.sampling.Draws
    counter,  # int64 [1], the next chunk to train; raised
    end,  # the chunk to stop at
    threads,
    centers,  # float32 [vocabulary, width], whole vectors of lanes; updated
    contexts,  # float32 [vocabulary, width]; updated
    settings,  # Settings
):
    """Train the chunks counter[0] to end - 1 of a text, each at its own learning rate."""
    at_once(threads, _train_chunks, text, draws, counter, end, centers, contexts, settings.window, settings.negatives)
