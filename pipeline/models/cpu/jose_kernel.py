"""JoSE on the CPU, hogwild, exactly as its authors' code updates (Meng et al., NeurIPS 2019).

All vectors are of length 1. For a pair (v; u true, n noise) whose margin is violated, f = u.v, h = n.v, f - h < margin:
    u  <- norm(u + r (1 - f)(v - f u))        n  <- norm(n + 2 r h (h n - v))
    v  <- norm(v + r (1 - f + h)(u - n - (f - h) v))       with the u and n from before
v is the context vector of each word in turn, u the words around it; then v is the document and u the word itself.

The steps are tangent to the sphere, so the lengths after them follow from dot products, and each row is read once and written once:
|u| = sqrt(1 + s^2 (1 - f^2)), |v| = sqrt(1 + s^2 (2 - 2 u.n - (f - h)^2)). The length of n is measured, not assumed to be 1: its
step leads away from v, so what rounding adds to its length grows with each. (A frequent noise word that is thinned out as a
centre takes thousands of steps before it is normalised: with negative_power = 1 vectors overflowed.)

Combined, as the paper has it: one hinge for (v, d; u, n), violated where (u - n).(v + d) < margin. Every vector x moves along
the gradient g (v + d for u, its opposite for n, u - n for v and d): x <- norm(x + r (1 - cos(x, g)) (g - (g.x) x)).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.models.cpu.random import Stretch, below, draw, keep_words, number
from wajue.models.cpu.simd import LANES, add, address, buffer, load, multiply, multiply_add, prefetch, splat, store, sums, take
from wajue.models.cpu.threads import at_once

LONGEST_STRETCH = 1000  # words after subsampling; windows do not reach across stretches (as in the authors' code)

_f32 = np.float32
_one, _two = np.float32(1), np.float32(2)


class Settings(NamedTuple):
    """What the kernel needs of [jose]."""

    window: int
    negatives: int
    margin: np.float32
    combined: bool  # the one hinge of the paper instead of the authors' two
    frozen: bool  # the documents alone are trained, by the second hinge


class Matrices(NamedTuple):
    """Where the matrices lie: addresses (see simd.address), so that no thread counts references to them."""

    word_vectors: int  # of float32 [vocabulary, width]
    contexts: int  # of float32 [vocabulary, width]
    documents: int  # of float32 [documents, width]
    width: int  # components of a row, whole vectors of lanes


class Anchors(NamedTuple):
    """Addresses of the two vectors that a thread holds while it trains with them, float32 [width] each."""

    context: int  # of the centre
    document: int


@njit(inline="always")
def _over_root(square):
    """1 / sqrt(square); near 1 by a series, in a third of the time and to the last bit of a float32 (next term 63/256 x^5)."""
    x = square - _one
    if abs(x) < _f32(0.03):
        return _one + x * (_f32(-1 / 2) + x * (_f32(3 / 8) + x * (_f32(-5 / 16) + x * _f32(35 / 128))))
    return _one / np.sqrt(max(square, _f32(1e-12)))


@njit(error_model="numpy")
def _update(
    true,  # the matrix row of u
    noise,  # the matrix row of n
    anchor,  # address of v
    margin,  # float32
    rate,  # float32, r
    frozen,  # only the anchor moves
    matrices,  # Matrices
):
    """One pair: u, n and v move if the margin is violated."""
    vectors, width = matrices.word_vectors, matrices.width
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    nv = un = nn = uv
    for c in range(0, width, LANES):
        row_v, row_u, row_n = load(anchor, c), load(vectors, u + c), load(vectors, n + c)
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
                apart = multiply_add(splat(-_one), load(vectors, n + c), load(vectors, u + c))
                store(anchor, c, multiply_add(v_u, apart, multiply(v_v, load(anchor, c))))
        else:
            step_u, step_n = rate * (_one - f), rate * _two * h
            own = _one + step_n * h
            scale_u = _over_root(_one + step_u * step_u * max(_f32(0), _one - f * f))
            scale_n = _over_root(own * own * square - _two * own * step_n * h + step_n * step_n)
            u_u, u_v = splat((_one - step_u * f) * scale_u), splat(step_u * scale_u)
            n_n, n_v = splat(own * scale_n), splat(-step_n * scale_n)
            for c in range(0, width, LANES):
                row_v, row_u, row_n = load(anchor, c), load(vectors, u + c), load(vectors, n + c)
                store(vectors, u + c, multiply_add(u_v, row_v, multiply(u_u, row_u)))
                store(vectors, n + c, multiply_add(n_v, row_v, multiply(n_n, row_n)))
                store(anchor, c, multiply_add(v_u, multiply_add(splat(-_one), row_n, row_u), multiply(v_v, row_v)))


@njit(error_model="numpy")
def _along(inner, square, gradient_square, rate):
    """The step of a vector x along the gradient g: (share of x, share of g) of which x consists afterwards.

    inner = g.x, square = x.x, gradient_square = g.g. The length of x is not assumed to be 1: a document takes some twenty of
    these steps a word, and what rounding adds to its length would grow with each.
    """
    step = rate * (_one - inner / max(np.sqrt(gradient_square), _f32(1e-6)))
    own = _one - step * inner
    scale = _one / np.sqrt(max(_f32(1e-12), own * own * square + _two * own * step * inner + step * step * gradient_square))
    return own * scale, step * scale


@njit(error_model="numpy")
def _update_combined(
    true,  # the matrix row of u
    noise,  # the matrix row of n
    anchors,  # Anchors: v is the context, d the document
    margin,  # float32
    rate,  # float32, r
    matrices,  # Matrices
):
    """One pair under the combined hinge: u, n, v and d move if the margin is violated."""
    vectors, width, context, document = matrices.word_vectors, matrices.width, anchors.context, anchors.document
    u, n = true * width, noise * width
    uv = splat(_f32(0))
    ud = nv = nd = un = vd = uu = nn = vv = dd = uv
    for c in range(0, width, LANES):
        row_v, row_d, row_u, row_n = load(context, c), load(document, c), load(vectors, u + c), load(vectors, n + c)
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
            row_v, row_d, row_u, row_n = load(context, c), load(document, c), load(vectors, u + c), load(vectors, n + c)
            total, difference = add(row_v, row_d), multiply_add(splat(-_one), row_n, row_u)
            store(vectors, u + c, multiply_add(splat(u_g), total, multiply(splat(u_u), row_u)))
            store(vectors, n + c, multiply_add(splat(-n_g), total, multiply(splat(n_n), row_n)))
            store(context, c, multiply_add(splat(v_g), difference, multiply(splat(v_v), row_v)))
            store(document, c, multiply_add(splat(d_g), difference, multiply(splat(d_d), row_d)))


@njit(inline="always")
def _copy(source, source_begin, target, target_begin, width):
    """width components from one address or array to another."""
    for c in range(0, width, LANES):
        store(target, target_begin + c, load(source, source_begin + c))


@njit(inline="always")
def _normalize(matrix, begin, width):
    """The row that begins at a component, to length 1: rounding makes lengths drift; once a word is enough to hold them."""
    square = splat(_f32(0))
    for c in range(0, width, LANES):
        row = load(matrix, begin + c)
        square = multiply_add(row, row, square)
    scale = splat(_over_root(sums(square, square, square, square)[0]))
    for c in range(0, width, LANES):
        store(matrix, begin + c, multiply(scale, load(matrix, begin + c)))


@njit(inline="always")
def _draw_noise(
    noise,  # int64 [(2 window + 1) negatives], filled in
    i,  # a position
    n,  # positions of the stretch
    reach,  # of the window of position i
    stretch,  # Stretch
    key,  # uint64, of the document
    draws,  # Draws
    settings,  # Settings
    matrices,  # Matrices
):
    """The noise words of position i, as matrix rows; -1 for one that is the centre or the true word. Prefetches their vectors.

    Those of the pair (i, j) begin at (j - i + window) negatives, those of the document at j = i.
    """
    matrix_rows = stretch.matrix_rows
    first, width, window, negatives = stretch.counters[i], matrices.width, settings.window, settings.negatives
    for j in range(max(0, i - reach), min(n, i + reach + 1)):
        for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
            other = draw(number(key, first + 1 + k), draws.threshold, draws.alias)
            noise[k] = -1 if (other == matrix_rows[i]) | (other == matrix_rows[j]) else other
            for c in range(0, width, LANES):
                prefetch(matrices.word_vectors, np.int64(other) * width + c)


@njit(inline="always")
def _train_position(
    i,  # a position
    n,  # positions of the stretch
    reach,  # of the window of position i
    stretch,  # Stretch
    noise,  # int64 [(2 window + 1) negatives], as drawn for position i
    rate,  # float32
    settings,  # Settings
    anchors,  # Anchors
    matrices,  # Matrices
):
    """The word at position i: its context vector with the words around it, then the document with the word itself."""
    matrix_rows = stretch.matrix_rows
    center, width = matrix_rows[i], matrices.width
    window, negatives, margin = settings.window, settings.negatives, settings.margin
    if not settings.frozen:
        _copy(matrices.contexts, center * width, anchors.context, 0, width)
        for j in range(max(0, i - reach), min(n, i + reach + 1)):
            if j != i:
                for k in range((j - i + window) * negatives, (j - i + window + 1) * negatives):
                    if noise[k] >= 0 and settings.combined:
                        _update_combined(matrix_rows[j], noise[k], anchors, margin, rate, matrices)
                    elif noise[k] >= 0:
                        _update(matrix_rows[j], noise[k], anchors.context, margin, rate, False, matrices)
        _normalize(anchors.context, 0, width)
        _copy(anchors.context, 0, matrices.contexts, center * width, width)
    if not settings.combined:
        for k in range(window * negatives, (window + 1) * negatives):
            if noise[k] >= 0:
                _update(center, noise[k], anchors.document, margin, rate, settings.frozen, matrices)
    if not settings.frozen:
        _normalize(matrices.word_vectors, center * width, width)


@njit(inline="always")
def _train_stretch(
    n,  # positions of the stretch
    stretch,  # Stretch
    key,  # uint64, of the document
    rate,  # float32
    draws,  # Draws
    noises,  # int64 [2, (2 window + 1) negatives], room for the noise words of a position and the next
    settings,  # Settings
    anchors,  # Anchors
    matrices,  # Matrices
):
    """One position after the other; the noise words of each are drawn, and asked for, while the one before is trained."""
    window = settings.window
    for i in range(-1, n):
        if i + 1 < n:
            reach = 0 if settings.frozen else window - below(stretch.bits[i + 1], window)
            _draw_noise(noises[(i + 1) % 2], i + 1, n, reach, stretch, key, draws, settings, matrices)
        if i >= 0:
            reach_of_i = window - below(stretch.bits[i], window)
            _train_position(i, n, reach_of_i, stretch, noises[i % 2], rate, settings, anchors, matrices)


# a division that could raise would keep Numba from leaving out what it counts of references
@njit(cache=True, nogil=True, error_model="numpy")
def _train_chunks(
    text,  # Text
    draws,  # Draws
    counter,  # int64 [1], the next chunk to train
    end,  # the chunk to stop at
    word_vectors,  # float32 [vocabulary, width]
    contexts,  # float32 [vocabulary, width]
    documents,  # float32 [documents, width]
    settings,  # Settings
):
    """One thread: chunk after chunk until none is left."""
    width, slots = word_vectors.shape[1], (2 * settings.window + 1) * settings.negatives
    matrices = Matrices(address(word_vectors), address(contexts), address(documents), width)
    context_room, document_room = buffer(1, width), buffer(1, width)
    anchors = Anchors(address(context_room), address(document_room))
    noises = np.full((2, slots), -1, np.int64)
    stretch = Stretch(
        np.empty(LONGEST_STRETCH, np.int64), np.empty(LONGEST_STRETCH, np.uint64), np.empty(LONGEST_STRETCH, np.int64)
    )
    while True:
        chunk = take(counter)
        if chunk >= end:
            break
        for turn in range(text.cuts[chunk], text.cuts[chunk + 1]):
            document = text.order[turn]
            doc_index = text.doc_indices[document]
            key = number(draws.key, doc_index)
            _copy(matrices.documents, doc_index * width, anchors.document, 0, width)
            begin, stop = text.offsets[document], text.offsets[document + 1]
            at = begin
            while at < stop:
                n, at = keep_words(text.matrix_rows, at, stop, begin, slots + 1, key, draws.keep, stretch)
                _train_stretch(n, stretch, key, text.rates[chunk], draws, noises, settings, anchors, matrices)
                _normalize(anchors.document, 0, width)
            _copy(anchors.document, 0, matrices.documents, doc_index * width, width)
    context_room[0, 0] = document_room[0, 0]  # used to the end, so that Numba does not free them where only addresses are left


def train(
    text,  # models.text.Text
    draws,  # models.sampling.Draws
    counter,  # int64 [1], the next chunk to train; raised
    end,  # the chunk to stop at
    threads,
    word_vectors,  # float32 [vocabulary, width], whole vectors of lanes, rows of length 1; updated
    contexts,  # float32 [vocabulary, width], likewise
    documents,  # float32 [documents, width], likewise
    settings,  # Settings
):
    """Train the chunks counter[0] to end - 1 of a text, each at its own learning rate."""
    at_once(threads, _train_chunks, text, draws, counter, end, word_vectors, contexts, documents, settings)
