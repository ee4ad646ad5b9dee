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

from typing import NamedTuple

import numpy as np
from numba import njit, prange

from wajue.models.cpu.random import below, draw, keep_words, number
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

LONGEST_STRETCH = 4096  # words; a longer document is trained in stretches, so that a thread's buffer is bounded
TILE = 6  # targets; the default, a centre and five noise words, fills one
_AHEAD = 2  # centres by which draws and prefetches run ahead: some 0.5 us

_f32 = np.float32


@njit(inline="always")
def _dots(rows, starts, m, contexts, width, targets, padded, dots):
    """dots[k // 6, a, k % 6] = row a . target k, in tiles of two rows by six targets; starts: where in memory row a begins."""
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
def _update(rows, before, starts, m, contexts, width, targets, padded, slopes):
    """row a += sum of slopes[a, k] target k; target k += sum of slopes[a, k] row a; all from the rows as they were.

    before: room for the rows as they were, used if there is more than one tile.
    """
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


class Room(NamedTuple):
    """What a thread works in. Slots hold the rows of the words in reach of a window, each word's once.

    rows, old float32 [slots + 1, width]: as trained, as they entered (the last of rows stays zero); before: see _update.
    held, uses int64 [slots]: the word in a slot, and how often it stands in reach; seen int64 [slots]: the last centre that had
    it in its window; starts int64 [slots + 1]: where in rows the rows of a window begin; slot_of int64 [words of a stretch];
    targets int64 [_AHEAD + 1, padded]: centre and noise words of the centres ahead.
    """

    rows: np.ndarray
    before: np.ndarray
    old: np.ndarray
    held: np.ndarray
    uses: np.ndarray
    seen: np.ndarray
    starts: np.ndarray
    slot_of: np.ndarray
    targets: np.ndarray
    slopes: np.ndarray


@njit(inline="always")
def _enter(word, room, centers, width):
    """The slot of a word that comes into reach, filled if it is new."""
    mine = free = -1
    for slot in range(room.held.shape[0]):
        mine = max(mine, slot if (room.held[slot] == word) & (room.uses[slot] > 0) else -1)
        free = max(free, slot if room.uses[slot] == 0 else -1)
    if mine >= 0:
        room.uses[mine] += 1
        return mine
    room.held[free], room.uses[free] = word, 1
    for c in range(0, width, LANES):
        row = load(centers, word * width + c)
        store(room.rows, free * width + c, row)
        store(room.old, free * width + c, row)
    return free


@njit(inline="always")
def _leave(slot, room, centers, width):
    """A word goes out of reach; with its last occurrence its gain goes into the matrix."""
    room.uses[slot] -= 1
    if room.uses[slot] == 0:
        for c in range(0, width, LANES):
            place, at = room.held[slot] * width + c, slot * width + c
            gain = multiply_add(splat(_f32(-1)), load(room.old, at), load(room.rows, at))
            store(centers, place, add(load(centers, place), gain))


@njit(inline="always")
def _ask(matrix, row, width):
    """Prefetch a row."""
    for c in range(0, width, LANES):
        prefetch(matrix, row * width + c)


@njit(inline="always")
def _look_ahead(words, i, n, window, negatives, key, counters, draws, room, centers, contexts, width):
    """Draw the noise words of centre i, and ask for its rows and for the row that comes into reach with it."""
    targets = room.targets[i % (_AHEAD + 1)]
    targets[:] = words[i]
    for k in range(negatives):
        targets[k + 1] = draw(number(key, counters[i] + 1 + k), draws.threshold, draws.alias)
    for k in range(negatives + 1):
        _ask(contexts, targets[k], width)
    if i + window < n:
        _ask(centers, words[i + window], width)


@njit(inline="always")
def _within(first, last, center, room, width):
    """Where the rows of the distinct words of a window begin, made even in number by the row of zeros. Returns their number."""
    m = 0
    for j in range(first, last):
        slot = room.slot_of[j]
        room.starts[m] = slot * width
        new = (j != center) & (room.seen[slot] != center)
        room.seen[slot] = center if j != center else room.seen[slot]
        m += new
    room.starts[m] = room.held.shape[0] * width
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


@njit(error_model="numpy")
def _stretch(words, n, bits, counters, key, draws, rate, centers, contexts, width, window, negatives, room):
    """The first n words, one centre after the other; centers, contexts: addresses of rows of so much width."""
    padded = room.targets.shape[1]
    room.seen[:] = -1
    for j in range(min(window, n)):
        room.slot_of[j] = _enter(words[j], room, centers, width)
    for i in range(min(_AHEAD, n)):
        _look_ahead(words, i, n, window, negatives, key, counters, draws, room, centers, contexts, width)
    for i in range(n):
        if i + _AHEAD < n:
            _look_ahead(words, i + _AHEAD, n, window, negatives, key, counters, draws, room, centers, contexts, width)
        if i + window < n:
            room.slot_of[i + window] = _enter(words[i + window], room, centers, width)
        reach = window - below(bits[i], window)
        m = _within(max(0, i - reach), min(n, i + reach + 1), i, room, width)
        if m:
            targets = room.targets[i % (_AHEAD + 1)]
            _dots(room.rows, room.starts, m, contexts, width, targets, padded, room.slopes)
            _slopes(room.slopes, (m + 1) // 2 * 2 * padded, rate)
            _forget_padding(room.slopes, (m + 1) // 2 * 2, negatives, padded, rate)
            _forget_repeats(targets, negatives, m, room.slopes)
            _update(room.rows, room.before, room.starts, m, contexts, width, targets, padded, room.slopes)
        if i >= window:
            _leave(room.slot_of[i - window], room, centers, width)
    for j in range(max(0, n - window), n):
        _leave(room.slot_of[j], room, centers, width)


@njit(error_model="numpy")
def _work(text, draws, counter, end, centers, contexts, window, negatives):
    """One thread: chunk after chunk until none is left. Its buffers are its own: shared ones would share cache lines."""
    width, padded, slots = centers.shape[1], -(-(negatives + 1) // TILE) * TILE, 2 * window + 1
    room = Room(
        buffer(slots + 1, width), buffer(slots + 1, width), buffer(slots + 1, width),
        np.zeros(slots, np.int64), np.zeros(slots, np.int64), np.zeros(slots, np.int64),
        np.zeros(slots + 1, np.int64), np.zeros(LONGEST_STRETCH, np.int64),
        np.zeros((_AHEAD + 1, padded), np.int64), buffer(1, -(-(slots + 1) * padded // LANES) * LANES).reshape(-1),
    )  # fmt: skip
    words, counters = np.zeros(LONGEST_STRETCH, np.int64), np.zeros(LONGEST_STRETCH, np.int64)
    bits = np.zeros(LONGEST_STRETCH, np.uint64)
    while True:
        chunk = take(counter)
        if chunk >= end:
            break
        for turn in range(text.cuts[chunk], text.cuts[chunk + 1]):
            document = text.order[turn]
            key = number(draws.key, text.rows[document])
            begin, stop = text.offsets[document], text.offsets[document + 1]
            at = begin
            while at < stop:
                n, at = keep_words(text.ids, at, stop, begin, negatives + 1, key, draws.keep, words, bits, counters)
                _stretch(
                    words, n, bits, counters, key, draws, text.rates[chunk], address(centers), address(contexts), width, window,
                    negatives, room,
                )  # fmt: skip


@njit(parallel=True, cache=True, nogil=True)
def train(text, draws, counter, end, threads, centers, contexts, window, negatives):
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate.

    text, draws: see wajue.models.loop.Text and wajue.models.sampling.Draws; counter int64 [1], the next chunk to train.
    centers, contexts float32 [words, width], whole vectors of lanes, updated in place.
    """
    for _ in prange(threads):
        _work(text, draws, counter, end, centers, contexts, window, negatives)
