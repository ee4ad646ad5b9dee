"""JoSE on the CPU, hogwild, exactly as its authors' code updates (Meng et al., NeurIPS 2019).

All vectors are of length 1. For a pair (v; u true, u' noise) whose margin is violated, f = u.v, h = u'.v, f - h < margin:
    u  <- norm(u  + r (1 - f)(v - f u))        u' <- norm(u' + 2 r h (h u' - v))
    v  <- norm(v  + r (1 - f + h)(u - u' - (f - h) v))       with the u and u' from before
The steps are tangent to the sphere, so the lengths after them follow from three dot products, and each row is read once
and written once: |u| = sqrt(1 + s^2 (1 - f^2)), u' likewise with h, |v| = sqrt(1 + s^2 (2 - 2 u.u' - (f - h)^2)).
"""

import numpy as np
from numba import njit, prange

from pipeline.models.kernels.random import advance, draw, scramble

LONGEST_STRETCH = 1000  # words after subsampling; windows do not reach across stretches (as in the authors' code)

_f32 = np.float32


@njit(fastmath=True, inline="always")
def _update(words, true, noise, anchor, margin, rate):
    """One violated pair moves three vectors: rows `true` and `noise` of words, and the anchor."""
    dim = anchor.shape[0]
    f, h, q = _f32(0), _f32(0), _f32(0)
    for d in range(dim):
        v, u, n = anchor[d], words[true, d], words[noise, d]
        f += u * v
        h += n * v
        q += u * n
    g = f - h
    if g < margin:
        step_u, step_n, step_v = rate * (_f32(1) - f), rate * _f32(2) * h, rate * (_f32(1) - g)
        norm_u = _f32(1) / np.sqrt(_f32(1) + step_u * step_u * max(_f32(0), _f32(1) - f * f))
        norm_n = _f32(1) / np.sqrt(_f32(1) + step_n * step_n * max(_f32(0), _f32(1) - h * h))
        norm_v = _f32(1) / np.sqrt(_f32(1) + step_v * step_v * max(_f32(0), _f32(2) - _f32(2) * q - g * g))
        u_u, u_v = (_f32(1) - step_u * f) * norm_u, step_u * norm_u
        n_n, n_v = (_f32(1) + step_n * h) * norm_n, step_n * norm_n
        v_v, v_u = (_f32(1) - step_v * g) * norm_v, step_v * norm_v
        for d in range(dim):
            v, u, n = anchor[d], words[true, d], words[noise, d]
            words[true, d] = u_u * u + u_v * v
            words[noise, d] = n_n * n - n_v * v
            anchor[d] = v_v * v + v_u * (u - n)


@njit(fastmath=True, inline="always")
def _normalize(row):
    """Rounding makes lengths drift over many analytic steps; once a word is enough to hold them."""
    square = _f32(0)
    for d in range(row.shape[0]):
        square += row[d] * row[d]
    scale = _f32(1) / np.sqrt(square)
    for d in range(row.shape[0]):
        row[d] *= scale


@njit(fastmath=True, parallel=True, cache=True)
def train_chunks(
    ids, offsets, chunks, order, begin, end, rates, seed, threads,
    words, contexts, documents, keep, threshold, alias, window, negatives, margin,
):  # fmt: skip
    """Train the documents of chunks order[begin:end], each chunk at its own learning rate.

    ids int32, offsets int64: the documents; chunks int64 [n + 1]: documents of each chunk; rates float32, by place in order.
    words, contexts float32 [words, dim], documents float32 [documents, dim], rows of length 1, updated in place.
    keep uint32 [words]: chance to keep a word, of 2**32. The draws of a chunk depend on seed and chunk alone.
    """
    dim = words.shape[1]
    vocabulary = words.shape[0]
    for thread in prange(threads):
        context, document = np.empty(dim, _f32), np.empty(dim, _f32)
        stretch = np.empty(LONGEST_STRETCH, np.int32)
        for place in range(begin + thread, end, threads):
            chunk, rate = order[place], rates[place]
            state = scramble(np.uint64(seed) * np.uint64(0x100000001B3) + np.uint64(place))
            for row in range(chunks[chunk], chunks[chunk + 1]):
                for d in range(dim):
                    document[d] = documents[row, d]
                at, stop = offsets[row], offsets[row + 1]
                while at < stop:
                    n = 0
                    while at < stop and n < LONGEST_STRETCH:
                        w = ids[at]
                        at += 1
                        state = advance(state)
                        if keep[w] < np.uint32(state >> np.uint64(32)):
                            continue
                        stretch[n] = w
                        n += 1
                    for i in range(n):
                        center = stretch[i]
                        state = advance(state)
                        shrink = np.int64((state >> np.uint64(33)) % np.uint64(window))
                        for d in range(dim):
                            context[d] = contexts[center, d]
                        for j in range(max(0, i - window + shrink), min(n, i + window + 1 - shrink)):
                            if j == i:
                                continue
                            for _ in range(negatives):
                                state = advance(state)
                                noise = draw(state, vocabulary, threshold, alias)
                                if noise != center and noise != stretch[j]:
                                    _update(words, stretch[j], noise, context, margin, rate)
                        _normalize(context)
                        for d in range(dim):
                            contexts[center, d] = context[d]
                        for _ in range(negatives):
                            state = advance(state)
                            noise = draw(state, vocabulary, threshold, alias)
                            if noise != center:
                                _update(words, center, noise, document, margin, rate)
                        _normalize(words[center])
                    _normalize(document)
                for d in range(dim):
                    documents[row, d] = document[d]
