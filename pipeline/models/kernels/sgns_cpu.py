"""Skip-gram with negative sampling on the CPU, hogwild (Mikolov et al. 2013; Recht et al. 2011).

Differs from word2vec.c in what keeps rows in cache:
- the noise words of a centre are shared by its whole window (pWord2Vec; Ji et al. 2016), which makes a window two small
  matrix products, computed in tiles of two rows by two;
- a word's row stays in a buffer of the thread as long as the word stands in a window (FULL-W2V; Randall et al. 2021), so it
  is read and written once, not ten times; what it gained is added to the matrix then, so that no other thread's update is lost;
- the rows of the words ahead are asked for before they are needed.
A word that stands in a window more than once counts once, and so does a noise word drawn twice: their updates would all be
made from the same old row, and on text such as 好好好好好好 ten steps at once overshoot until the vectors explode (seen on
shop reviews).
"""

import numpy as np
from numba import njit, prange

from pipeline.models.kernels.random import below, draw, number
from pipeline.models.kernels.simd import (
    LANES,
    add,
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

LONGEST_STRETCH = 4096  # words; a longer document is trained in stretches, so that a thread's buffer is bounded
TILE = 6  # targets; the default, a centre and five noise words, fills one
_AHEAD = 2  # centres by which draws and prefetches run ahead: some 0.5 us

_f32 = np.float32


@njit(inline="always")
def _dots(rows, starts, m, contexts, targets, padded, dots):
    """dots[k // 6, a, k % 6] = row a . target k, in tiles of two rows by six targets; starts: where in memory row a begins."""
    width = rows.shape[1]
    place = 0
    for k in range(0, padded, TILE):
        t0, t1, t2 = targets[k] * width, targets[k + 1] * width, targets[k + 2] * width
        t3, t4, t5 = targets[k + 3] * width, targets[k + 4] * width, targets[k + 5] * width
        for a in range(0, m, 2):
            x, y = starts[a], starts[a + 1]
            x0 = splat(_f32(0))
            x1 = x2 = x3 = x4 = x5 = y0 = y1 = y2 = y3 = y4 = y5 = x0
            for c in range(0, width, LANES):
                row_x, row_y, target = load(rows, x + c), load(rows, y + c), load(contexts, t0 + c)
                x0, y0, target = multiply_add(row_x, target, x0), multiply_add(row_y, target, y0), load(contexts, t1 + c)
                x1, y1, target = multiply_add(row_x, target, x1), multiply_add(row_y, target, y1), load(contexts, t2 + c)
                x2, y2, target = multiply_add(row_x, target, x2), multiply_add(row_y, target, y2), load(contexts, t3 + c)
                x3, y3, target = multiply_add(row_x, target, x3), multiply_add(row_y, target, y3), load(contexts, t4 + c)
                x4, y4, target = multiply_add(row_x, target, x4), multiply_add(row_y, target, y4), load(contexts, t5 + c)
                x5, y5 = multiply_add(row_x, target, x5), multiply_add(row_y, target, y5)
            store_sums(dots, place, x0, x1, x2, x3)
            store_sums(dots, place + 4, x4, x5, y0, y1)
            store_sums(dots, place + 8, y2, y3, y4, y5)
            place += 2 * TILE


@njit(inline="always")
def _slopes(dots, size, rate):
    """dots[q] becomes -rate sigmoid(dots[q]), the slope of a noise word; sigmoid by Lambert's fraction for tanh, to 3e-5."""
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
def _forget_padding(slopes, m, negatives, padded, rate):
    """The centre itself has slope rate (1 - sigmoid); targets that only fill the tile have slope 0."""
    for a in range(m):
        slopes[a * TILE] += rate
        for k in range(negatives + 1, padded):
            slopes[((padded // TILE - 1) * m + a) * TILE + k % TILE] = _f32(0)


@njit(inline="always")
def _update(rows, before, starts, m, contexts, targets, padded, slopes):
    """row a += sum of slopes[a, k] target k; target k += sum of slopes[a, k] row a; all from the rows as they were.

    before: room for the rows as they were, used if there is more than one tile.
    """
    width = rows.shape[1]
    if padded > TILE:
        for a in range(m):
            for c in range(0, width, LANES):
                store(before, starts[a] + c, load(rows, starts[a] + c))
    for k in range(0, padded, TILE):
        was = before if k else rows
        t0, t1, t2 = targets[k] * width, targets[k + 1] * width, targets[k + 2] * width
        t3, t4, t5 = targets[k + 3] * width, targets[k + 4] * width, targets[k + 5] * width
        for c in range(0, width, LANES):
            u0, u1, u2 = load(contexts, t0 + c), load(contexts, t1 + c), load(contexts, t2 + c)
            u3, u4, u5 = load(contexts, t3 + c), load(contexts, t4 + c), load(contexts, t5 + c)
            g0 = splat(_f32(0))
            g1 = g2 = g3 = g4 = g5 = g0
            q = k // TILE * ((m + 1) // 2 * 2 * TILE)
            for a in range(m):
                old, new = load(was, starts[a] + c), load(rows, starts[a] + c)
                slope = spread(slopes, q)
                g0, new, slope = multiply_add(slope, old, g0), multiply_add(slope, u0, new), spread(slopes, q + 1)
                g1, new, slope = multiply_add(slope, old, g1), multiply_add(slope, u1, new), spread(slopes, q + 2)
                g2, new, slope = multiply_add(slope, old, g2), multiply_add(slope, u2, new), spread(slopes, q + 3)
                g3, new, slope = multiply_add(slope, old, g3), multiply_add(slope, u3, new), spread(slopes, q + 4)
                g4, new, slope = multiply_add(slope, old, g4), multiply_add(slope, u4, new), spread(slopes, q + 5)
                g5, new = multiply_add(slope, old, g5), multiply_add(slope, u5, new)
                store(rows, starts[a] + c, new)
                q += TILE
            store(contexts, t0 + c, add(u0, g0))  # read anew below: a target may stand twice, once with slope 0
            store(contexts, t1 + c, add(load(contexts, t1 + c), g1))
            store(contexts, t2 + c, add(load(contexts, t2 + c), g2))
            store(contexts, t3 + c, add(load(contexts, t3 + c), g3))
            store(contexts, t4 + c, add(load(contexts, t4 + c), g4))
            store(contexts, t5 + c, add(load(contexts, t5 + c), g5))


@njit(inline="always")
def _enter(word, held, uses, rows, old, centers):
    """The slot of a word that comes into reach, filled if it is new."""
    mine = free = -1
    for slot in range(held.shape[0]):
        mine = max(mine, slot if (held[slot] == word) & (uses[slot] > 0) else -1)
        free = max(free, slot if uses[slot] == 0 else -1)
    if mine >= 0:
        uses[mine] += 1
        return mine
    held[free], uses[free] = word, 1
    width = rows.shape[1]
    for c in range(0, width, LANES):
        row = load(centers, np.int64(word) * width + c)
        store(rows, free * width + c, row)
        store(old, free * width + c, row)
    return free


@njit(inline="always")
def _leave(slot, held, uses, rows, old, centers):
    """A word goes out of reach; with its last occurrence its gain goes into the matrix."""
    uses[slot] -= 1
    if uses[slot] == 0:
        width = rows.shape[1]
        for c in range(0, width, LANES):
            place = np.int64(held[slot]) * width + c
            gain = multiply_add(splat(_f32(-1)), load(old, slot * width + c), load(rows, slot * width + c))
            store(centers, place, add(load(centers, place), gain))


@njit(inline="always")
def _ask(matrix, row):
    """Prefetch a row."""
    width = matrix.shape[1]
    for c in range(0, width, LANES):
        prefetch(matrix, row * width + c)


@njit(inline="always")
def _within(slot_of, first, last, center, seen, starts, width, zeros):
    """Where the rows of the distinct words of a window begin, made even in number by the row of zeros. Returns their number."""
    m = 0
    for j in range(first, last):
        slot = slot_of[j]
        starts[m] = slot * width
        new = (j != center) & (seen[slot] != center)
        seen[slot] = center if j != center else seen[slot]
        m += new
    starts[m] = zeros
    return m


@njit(inline="always")
def _forget_repeats(targets, negatives, m, slopes):
    """A noise word that is the centre itself, or was drawn before, has slope 0."""
    for k in range(1, negatives + 1):
        repeated = False
        for earlier in range(k):
            repeated |= targets[k] == targets[earlier]
        if repeated:
            for a in range(m):
                slopes[(k // TILE * ((m + 1) // 2 * 2) + a) * TILE + k % TILE] = _f32(0)


@njit
def _work(text, draws, counter, end, centers, contexts, window, negatives):
    """One thread: chunk after chunk until none is left."""
    width, padded = centers.shape[1], -(-(negatives + 1) // TILE) * TILE
    reach = 2 * window + 1
    rows, before, old = buffer(reach + 1, width), buffer(reach + 1, width), buffer(reach, width)
    held, uses, seen = np.zeros(reach, np.int32), np.zeros(reach, np.int32), np.zeros(reach, np.int64)
    starts, slot_of = np.empty(reach + 1, np.int64), np.empty(LONGEST_STRETCH, np.int64)
    slopes = np.zeros(((reach + 1) * padded + LANES - 1) // LANES * LANES, _f32)
    words, bits, places = (
        np.empty(LONGEST_STRETCH, np.int32),
        np.empty(LONGEST_STRETCH, np.uint64),
        np.empty(LONGEST_STRETCH, np.int64),
    )
    targets = np.zeros((_AHEAD + 1, padded), np.int64)
    while True:
        chunk = take(counter)
        if chunk >= end:
            break
        rate = text.rates[chunk]
        for turn in range(text.cuts[chunk], text.cuts[chunk + 1]):
            document = text.order[turn]
            key = number(draws.key, text.rows[document])
            begin, stop = text.offsets[document], text.offsets[document + 1]
            at = begin
            while at < stop:
                n = 0
                while at < stop and n < LONGEST_STRETCH:
                    w, place = text.ids[at], (at - begin) * (negatives + 1)
                    found = number(key, place)
                    words[n], bits[n], places[n] = w, found, place
                    n += draws.keep[w] >= np.uint32(found >> np.uint64(32))
                    at += 1
                seen[:] = -1
                for j in range(min(window, n)):
                    slot_of[j] = _enter(words[j], held, uses, rows, old, centers)
                for i in range(-_AHEAD, n):
                    coming = i + _AHEAD
                    if coming < n:
                        drawn = targets[coming % (_AHEAD + 1)]
                        drawn[:] = words[coming]
                        for k in range(negatives):
                            drawn[k + 1] = draw(number(key, places[coming] + 1 + k), draws.threshold, draws.alias)
                        for k in range(negatives + 1):
                            _ask(contexts, drawn[k])
                        if coming + window < n:
                            _ask(centers, np.int64(words[coming + window]))
                    if i < 0:
                        continue
                    if i + window < n:
                        slot_of[i + window] = _enter(words[i + window], held, uses, rows, old, centers)
                    shrink = below(bits[i], window)
                    first, last = max(0, i - window + shrink), min(n, i + window + 1 - shrink)
                    m = _within(slot_of, first, last, i, seen, starts, width, reach * width)
                    if m:
                        chosen = targets[i % (_AHEAD + 1)]
                        _dots(rows, starts, m, contexts, chosen, padded, slopes)
                        _slopes(slopes, (m + 1) // 2 * 2 * padded, rate)
                        _forget_padding(slopes, (m + 1) // 2 * 2, negatives, padded, rate)
                        _forget_repeats(chosen, negatives, m, slopes)
                        _update(rows, before, starts, m, contexts, chosen, padded, slopes)
                    if i >= window:
                        _leave(slot_of[i - window], held, uses, rows, old, centers)
                for j in range(max(0, n - window), n):
                    _leave(slot_of[j], held, uses, rows, old, centers)


@njit(parallel=True, cache=True, nogil=True)
def train(text, draws, counter, end, threads, centers, contexts, window, negatives):
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate.

    text, draws: see pipeline.models.sampling.Text and Draws; counter int64 [1], the next chunk to train.
    centers, contexts float32 [words, width], whole vectors of lanes, updated in place.
    """
    for _ in prange(threads):
        _work(text, draws, counter, end, centers, contexts, window, negatives)
