"""JoSE on the CPU, hogwild, exactly as its authors' code updates (Meng et al., NeurIPS 2019).

All vectors are of length 1. For a pair (v; u true, n noise) whose margin is violated, f = u.v, h = n.v, f - h < margin:
    u  <- norm(u + r (1 - f)(v - f u))        n  <- norm(n + 2 r h (h n - v))
    v  <- norm(v + r (1 - f + h)(u - n - (f - h) v))       with the u and n from before
The steps are tangent to the sphere, so the lengths after them follow from dot products, and each row is read once and written once:
|u| = sqrt(1 + s^2 (1 - f^2)), |v| = sqrt(1 + s^2 (2 - 2 u.n - (f - h)^2)). The length of n is measured, not taken for 1: its step
leads away from v, so that what rounding adds to the length grows with each (and a frequent noise word, thinned out as a
centre, takes thousands before it is normalised: with negative_power = 1 vectors overflowed).
v is the context vector of each word in turn, u those around it; then v is the document and u the word itself.

Combined, as the paper has it: one hinge for (v, d; u, n), violated where (u - n).(v + d) < margin. Every vector x moves along
the gradient g (v + d for u, its opposite for n, u - n for v and d): x <- norm(x + r (1 - cos(x, g)) (g - (g.x) x)).
"""

import numpy as np
from numba import njit, prange

from wajue.models.cpu.random import below, draw, keep_words, number
from wajue.models.cpu.simd import LANES, add, address, buffer, load, multiply, multiply_add, prefetch, splat, store, sums, take

LONGEST_STRETCH = 1000  # words after subsampling; windows do not reach across stretches (as in the authors' code)

_f32 = np.float32
_one, _two = np.float32(1), np.float32(2)


@njit(inline="always")
def _over_root(square):
    """1 / sqrt(square); near 1 by a series, in a third of the time and to the last bit of a float32 (next term 63/256 x^5)."""
    x = square - _one
    if abs(x) < _f32(0.03):
        return _one + x * (_f32(-1 / 2) + x * (_f32(3 / 8) + x * (_f32(-5 / 16) + x * _f32(35 / 128))))
    return _one / np.sqrt(max(square, _f32(1e-12)))


@njit(inline="always")
def _update(words, width, true, noise, anchor, margin, rate, frozen):
    """One pair: rows `true` and `noise` of words and the anchor move if the margin is violated; the anchor alone if frozen."""
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    nv = un = nn = uv
    for c in range(0, width, LANES):
        row_v, row_u, row_n = load(anchor, c), load(words, u + c), load(words, n + c)
        uv, nv = multiply_add(row_u, row_v, uv), multiply_add(row_n, row_v, nv)
        un, nn = multiply_add(row_u, row_n, un), multiply_add(row_n, row_n, nn)
    f, h, inner, square = sums(uv, nv, un, nn)
    g = f - h
    if g < margin:
        step_v = rate * (_one - g)
        scale_v = _over_root(_one + step_v * step_v * max(_f32(0), _two - _two * inner - g * g))
        v_v, v_u = splat((_one - step_v * g) * scale_v), splat(step_v * scale_v)
        if frozen:
            for c in range(0, width, LANES):
                apart = multiply_add(splat(-_one), load(words, n + c), load(words, u + c))
                store(anchor, c, multiply_add(v_u, apart, multiply(v_v, load(anchor, c))))
        else:
            step_u, step_n = rate * (_one - f), rate * _two * h
            own = _one + step_n * h
            scale_u = _over_root(_one + step_u * step_u * max(_f32(0), _one - f * f))
            scale_n = _over_root(own * own * square - _two * own * step_n * h + step_n * step_n)
            u_u, u_v = splat((_one - step_u * f) * scale_u), splat(step_u * scale_u)
            n_n, n_v = splat(own * scale_n), splat(-step_n * scale_n)
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
def _update_combined(words, width, true, noise, context, document, margin, rate):
    """One pair under the combined hinge: rows `true` and `noise`, the context and the document move."""
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    ud = nv = nd = un = vd = uu = nn = vv = dd = uv
    for c in range(0, width, LANES):
        row_v, row_d, row_u, row_n = load(context, c), load(document, c), load(words, u + c), load(words, n + c)
        uv, ud, uu = multiply_add(row_u, row_v, uv), multiply_add(row_u, row_d, ud), multiply_add(row_u, row_u, uu)
        nv, nd, nn = multiply_add(row_n, row_v, nv), multiply_add(row_n, row_d, nd), multiply_add(row_n, row_n, nn)
        un, vd, vv = multiply_add(row_u, row_n, un), multiply_add(row_v, row_d, vd), multiply_add(row_v, row_v, vv)
        dd = multiply_add(row_d, row_d, dd)
    f_v, f_d, h_v, h_d = sums(uv, ud, nv, nd)
    inner_un, inner_vd, square_u, square_n = sums(un, vd, uu, nn)
    square_v, square_d, _, _ = sums(vv, dd, dd, dd)
    by_u, by_n, by_v, by_d = f_v + f_d, -(h_v + h_d), f_v - h_v, f_d - h_d
    if by_u + by_n < margin:
        both = max(_f32(0), square_v + square_d + _two * inner_vd)
        apart = max(_f32(0), square_u + square_n - _two * inner_un)
        (u_u, u_g), (n_n, n_g) = _along(by_u, square_u, both, rate), _along(by_n, square_n, both, rate)
        (v_v, v_g), (d_d, d_g) = _along(by_v, square_v, apart, rate), _along(by_d, square_d, apart, rate)
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
def _normalize(matrix, place, width):
    """Rounding makes lengths drift over many analytic steps; once a word is enough to hold them."""
    square = splat(_f32(0))
    for c in range(0, width, LANES):
        row = load(matrix, place + c)
        square = multiply_add(row, row, square)
    scale = splat(_over_root(sums(square, square, square, square)[0]))
    for c in range(0, width, LANES):
        store(matrix, place + c, multiply(scale, load(matrix, place + c)))


@njit(inline="always")
def _draw_noise(noise, stretch, i, n, reach, place, key, draws, window, negatives, words, width):
    """The noise words of position i, -1 for one that is the centre or the true word; their rows are asked for.

    noise int64 [(2 window + 1) negatives]: those of the pair (i, j) begin at (j - i + window) negatives, the document's at j = i.
    """
    for j in range(max(0, i - reach), min(n, i + reach + 1)):
        for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
            other = draw(number(key, place + 1 + k), draws.threshold, draws.alias)
            noise[k] = -1 if (other == stretch[i]) | (other == stretch[j]) else other
            for c in range(0, width, LANES):
                prefetch(words, np.int64(other) * width + c)


@njit(inline="always")
def _position(
    stretch, i, n, reach, noise, window, negatives, words, contexts, width, context, document, margin, rate, combined, frozen,
):  # fmt: skip
    """The word at position i: its context vector with the words around it, then the document with the word itself."""
    center = stretch[i]
    if not frozen:
        _copy(contexts, center * width, context, 0, width)
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if j != i:
                for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
                    if noise[k] >= 0 and combined:
                        _update_combined(words, width, stretch[j], noise[k], context, document, margin, rate)
                    elif noise[k] >= 0:
                        _update(words, width, stretch[j], noise[k], context, margin, rate, False)
        _normalize(context, 0, width)
        _copy(context, 0, contexts, center * width, width)
    if not combined:
        for k in range(window * negatives, (window + 1) * negatives):
            if noise[k] >= 0:
                _update(words, width, center, noise[k], document, margin, rate, frozen)
    if not frozen:
        _normalize(words, center * width, width)


@njit(error_model="numpy")  # a division that could raise keeps Numba from leaving out what it counts of references
def _work(text, draws, counter, end, words_there, contexts_there, documents_there, window, negatives, margin, combined, frozen):
    """One thread: chunk after chunk until none is left."""
    width, slots = words_there.shape[1], (2 * window + 1) * negatives
    context_room, document_room = buffer(1, width), buffer(1, width)
    words, contexts, documents = address(words_there), address(contexts_there), address(documents_there)
    context, document = address(context_room), address(document_room)
    noises = np.full((2, slots), -1, np.int64)
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
                            noises[(i + 1) % 2], stretch, i + 1, n, reach, places[i + 1], key, draws, window, negatives, words,
                            width,
                        )  # fmt: skip
                    if i >= 0:
                        _position(
                            stretch, i, n, window - below(bits[i], window), noises[i % 2], window, negatives,
                            words, contexts, width, context, document, margin, rate, combined, frozen,
                        )  # fmt: skip
                _normalize(document, 0, width)
            _copy(document, 0, documents, row * width, width)
    context_room[0, 0] = document_room[0, 0]  # used to the end, so that Numba does not free them where only addresses are left


@njit(parallel=True, cache=True, nogil=True)
def train(text, draws, counter, end, threads, words, contexts, documents, window, negatives, margin, combined, frozen):
    """Train the chunks counter[0]..end-1 of a block of text, each at its own learning rate.

    text, draws: see wajue.models.loop.Text and wajue.models.sampling.Draws; counter int64 [1], the next chunk to train.
    words, contexts float32 [words, width], documents float32 [documents, width]: whole vectors of lanes, rows of length 1,
    updated in place. combined: the one hinge. frozen: the documents alone are trained, by the second hinge.
    """
    for _ in prange(threads):
        _work(text, draws, counter, end, words, contexts, documents, window, negatives, margin, combined, frozen)
