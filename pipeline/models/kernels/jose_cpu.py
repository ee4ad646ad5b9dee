"""JoSE on the CPU, hogwild, exactly as its authors' code updates (Meng et al., NeurIPS 2019).

All vectors are of length 1. For a pair (v; u true, n noise) whose margin is violated, f = u.v, h = n.v, f - h < margin:
    u  <- norm(u + r (1 - f)(v - f u))        n  <- norm(n + 2 r h (h n - v))
    v  <- norm(v + r (1 - f + h)(u - n - (f - h) v))       with the u and n from before
The steps are tangent to the sphere, so the lengths after them follow from three dot products, and each row is read once
and written once: |u| = sqrt(1 + s^2 (1 - f^2)), n likewise with h, |v| = sqrt(1 + s^2 (2 - 2 u.n - (f - h)^2)).
v is the context vector of each word in turn, u those around it; then v is the document and u the word itself.

Combined, as the paper has it: one hinge for (v, d; u, n), violated where (u - n).(v + d) < margin. Every vector x moves along
the gradient g (v + d for u, its opposite for n, u - n for v and d): x <- norm(x + r (1 - cos(x, g)) (g - (g.x) x)).
"""

import numpy as np
from numba import njit, prange

from pipeline.models.kernels.random import below, draw, keep_words, number
from pipeline.models.kernels.simd import LANES, add, buffer, load, multiply, multiply_add, prefetch, splat, store, store_sums, take

LONGEST_STRETCH = 1000  # words after subsampling; windows do not reach across stretches (as in the authors' code)

_f32 = np.float32
_one, _two = np.float32(1), np.float32(2)


@njit(inline="always")
def _scale(step, square):
    """1 / length of a unit vector moved by step along a tangent of so much squared length."""
    return _one / np.sqrt(_one + step * step * max(_f32(0), square))


@njit(inline="always")
def _update(words, true, noise, anchor, sums, margin, rate, frozen):
    """One pair: rows `true` and `noise` of words and the anchor move if the margin is violated; the anchor alone if frozen."""
    width = words.shape[1]
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    nv = un = uv
    for c in range(0, width, LANES):
        row_v, row_u, row_n = load(anchor, c), load(words, u + c), load(words, n + c)
        uv, nv, un = multiply_add(row_u, row_v, uv), multiply_add(row_n, row_v, nv), multiply_add(row_u, row_n, un)
    store_sums(sums, 0, uv, nv, un, un)
    f, h = sums[0], sums[1]
    g = f - h
    if g >= margin:
        return
    step_v = rate * (_one - g)
    scale_v = _scale(step_v, _two - _two * sums[2] - g * g)
    v_v, v_u = splat((_one - step_v * g) * scale_v), splat(step_v * scale_v)
    if frozen:
        for c in range(0, width, LANES):
            apart = multiply_add(splat(-_one), load(words, n + c), load(words, u + c))
            store(anchor, c, multiply_add(v_u, apart, multiply(v_v, load(anchor, c))))
        return
    step_u, step_n = rate * (_one - f), rate * _two * h
    scale_u, scale_n = _scale(step_u, _one - f * f), _scale(step_n, _one - h * h)
    u_u, u_v = splat((_one - step_u * f) * scale_u), splat(step_u * scale_u)
    n_n, n_v = splat((_one + step_n * h) * scale_n), splat(-step_n * scale_n)
    for c in range(0, width, LANES):
        row_v, row_u, row_n = load(anchor, c), load(words, u + c), load(words, n + c)
        store(words, u + c, multiply_add(u_v, row_v, multiply(u_u, row_u)))
        store(words, n + c, multiply_add(n_v, row_v, multiply(n_n, row_n)))
        store(anchor, c, multiply_add(v_u, multiply_add(splat(-_one), row_n, row_u), multiply(v_v, row_v)))


@njit(inline="always")
def _along(inner, square, gradient_square, rate):
    """(share of itself, share of the gradient g) of which a vector x consists after its step.

    inner = g.x, square = x.x, gradient_square = g.g. The length of x is not taken for 1 here: a document takes some twenty of
    these steps a word, and what rounding adds to its length would grow with each.
    """
    step = rate * (_one - inner / max(np.sqrt(gradient_square), _f32(1e-6)))
    own = _one - step * inner
    scale = _one / np.sqrt(max(_f32(1e-12), own * own * square + _two * own * step * inner + step * step * gradient_square))
    return own * scale, step * scale


@njit(inline="always")
def _update_combined(words, true, noise, context, document, sums, margin, rate):
    """One pair under the combined hinge: rows `true` and `noise`, the context and the document move."""
    width = words.shape[1]
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    ud = nv = nd = un = vd = uu = nn = vv = dd = uv
    for c in range(0, width, LANES):
        row_v, row_d, row_u, row_n = load(context, c), load(document, c), load(words, u + c), load(words, n + c)
        uv, ud, uu = multiply_add(row_u, row_v, uv), multiply_add(row_u, row_d, ud), multiply_add(row_u, row_u, uu)
        nv, nd, nn = multiply_add(row_n, row_v, nv), multiply_add(row_n, row_d, nd), multiply_add(row_n, row_n, nn)
        un, vd, vv = multiply_add(row_u, row_n, un), multiply_add(row_v, row_d, vd), multiply_add(row_v, row_v, vv)
        dd = multiply_add(row_d, row_d, dd)
    store_sums(sums, 0, uv, ud, nv, nd)
    store_sums(sums, 4, un, vd, uu, nn)
    store_sums(sums, 8, vv, dd, dd, dd)
    by_u, by_n, by_v, by_d = sums[0] + sums[1], -(sums[2] + sums[3]), sums[0] - sums[2], sums[1] - sums[3]
    if by_u + by_n >= margin:
        return
    both = max(_f32(0), sums[8] + sums[9] + _two * sums[5])
    apart = max(_f32(0), sums[6] + sums[7] - _two * sums[4])
    (u_u, u_g), (n_n, n_g) = _along(by_u, sums[6], both, rate), _along(by_n, sums[7], both, rate)
    (v_v, v_g), (d_d, d_g) = _along(by_v, sums[8], apart, rate), _along(by_d, sums[9], apart, rate)
    for c in range(0, width, LANES):
        row_v, row_d, row_u, row_n = load(context, c), load(document, c), load(words, u + c), load(words, n + c)
        total, difference = add(row_v, row_d), multiply_add(splat(-_one), row_n, row_u)
        store(words, u + c, multiply_add(splat(u_g), total, multiply(splat(u_u), row_u)))
        store(words, n + c, multiply_add(splat(-n_g), total, multiply(splat(n_n), row_n)))
        store(context, c, multiply_add(splat(v_g), difference, multiply(splat(v_v), row_v)))
        store(document, c, multiply_add(splat(d_g), difference, multiply(splat(d_d), row_d)))


@njit(inline="always")
def _copy(source, begin, target, place, width):
    for c in range(0, width, LANES):
        store(target, place + c, load(source, begin + c))


@njit(inline="always")
def _normalize(matrix, place, width, sums):
    """Rounding makes lengths drift over many analytic steps; once a word is enough to hold them."""
    square = splat(_f32(0))
    for c in range(0, width, LANES):
        row = load(matrix, place + c)
        square = multiply_add(row, row, square)
    store_sums(sums, 0, square, square, square, square)
    scale = splat(_one / np.sqrt(sums[0]))
    for c in range(0, width, LANES):
        store(matrix, place + c, multiply(scale, load(matrix, place + c)))


@njit(inline="always")
def _draw_noise(noise, stretch, i, n, reach, place, key, draws, window, negatives, words):
    """The noise words of position i, -1 for one that is the centre or the true word; their rows are asked for.

    noise int64 [(2 window + 1) negatives]: those of the pair (i, j) begin at (j - i + window) negatives, the document's at j = i.
    """
    width = words.shape[1]
    for j in range(max(0, i - reach), min(n, i + reach + 1)):
        for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
            other = draw(number(key, place + 1 + k), draws.threshold, draws.alias)
            noise[k] = -1 if (other == stretch[i]) | (other == stretch[j]) else other
            for c in range(0, width, LANES):
                prefetch(words, np.int64(other) * width + c)


@njit(inline="always")
def _position(
    stretch, i, n, reach, noise, window, negatives, words, contexts, context, document, sums, margin, rate, combined, frozen,
):  # fmt: skip
    """The word at position i: its context vector with the words around it, then the document with the word itself."""
    center, width = stretch[i], words.shape[1]
    if not frozen:
        _copy(contexts, center * width, context, 0, width)
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if j != i:
                for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
                    if noise[k] >= 0 and combined:
                        _update_combined(words, stretch[j], noise[k], context, document, sums, margin, rate)
                    elif noise[k] >= 0:
                        _update(words, stretch[j], noise[k], context, sums, margin, rate, False)
        _normalize(context, 0, width, sums)
        _copy(context, 0, contexts, center * width, width)
    if not combined:
        for k in range(window * negatives, (window + 1) * negatives):
            if noise[k] >= 0:
                _update(words, center, noise[k], document, sums, margin, rate, frozen)
    if not frozen:
        _normalize(words, center * width, width, sums)


@njit
def _work(text, draws, counter, end, words, contexts, documents, window, negatives, margin, combined, frozen):
    """One thread: chunk after chunk until none is left."""
    width, slots = words.shape[1], (2 * window + 1) * negatives
    context, document = buffer(1, width), buffer(1, width)
    sums, noises = np.zeros(LANES, _f32), np.full((2, slots), -1, np.int64)
    stretch, bits, places = (
        np.empty(LONGEST_STRETCH, np.int64),
        np.empty(LONGEST_STRETCH, np.uint64),
        np.empty(LONGEST_STRETCH, np.int64),
    )
    while True:
        chunk = take(counter)
        if chunk >= end:
            break
        rate = text.rates[chunk]
        for turn in range(text.cuts[chunk], text.cuts[chunk + 1]):
            place = text.order[turn]
            row = text.rows[place]
            key = number(draws.key, row)
            _copy(documents, row * width, document, 0, width)
            begin, stop = text.offsets[place], text.offsets[place + 1]
            at = begin
            while at < stop:
                n, at = keep_words(text.ids, at, stop, begin, slots + 1, key, draws.keep, stretch, bits, places)
                for i in range(-1, n):
                    if i + 1 < n:
                        reach = 0 if frozen else window - below(bits[i + 1], window)
                        _draw_noise(
                            noises[(i + 1) % 2], stretch, i + 1, n, reach, places[i + 1], key, draws, window, negatives, words
                        )
                    if i >= 0:
                        _position(
                            stretch, i, n, window - below(bits[i], window), noises[i % 2], window, negatives,
                            words, contexts, context, document, sums, margin, rate, combined, frozen,
                        )  # fmt: skip
                _normalize(document, 0, width, sums)
            _copy(document, 0, documents, row * width, width)


@njit(parallel=True, cache=True, nogil=True)
def train(text, draws, counter, end, threads, words, contexts, documents, window, negatives, margin, combined, frozen):
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate.

    text, draws: see pipeline.models.loop.Text and pipeline.models.sampling.Draws; counter int64 [1], the next chunk to train.
    words, contexts float32 [words, width], documents float32 [documents, width]: whole vectors of lanes, rows of length 1,
    updated in place. combined: the one hinge. frozen: the documents alone are trained, by the second hinge.
    """
    for _ in prange(threads):
        _work(text, draws, counter, end, words, contexts, documents, window, negatives, margin, combined, frozen)
