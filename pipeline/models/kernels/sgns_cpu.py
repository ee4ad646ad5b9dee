"""Skip-gram with negative sampling on the CPU, hogwild (Mikolov et al. 2013; Recht et al. 2011).

Differs from word2vec.c in one point, which keeps rows in cache: the negatives of a centre are shared by its whole window
(Ji et al. 2016, pWord2Vec). A window then is two small matrix products, and each row is read and written once for it.
A word that stands in a window more than once counts once: its updates would all be made from the same old row, and on
text such as 好好好好好好 ten steps at once overshoot until the vectors explode (seen on shop reviews).
"""

import numpy as np
from numba import njit, prange

from pipeline.models.kernels.random import advance, draw, scramble

LONGEST_STRETCH = 4096  # words; a longer document is trained in stretches, so that a thread's buffer is bounded
_TABLE = 1024
_BOUND = 6.0

_f32 = np.float32
_midpoints = (np.arange(_TABLE) + 0.5) / _TABLE * 2 * _BOUND - _BOUND
SIGMOID = (1 / (1 + np.exp(-_midpoints))).astype(np.float32)


@njit(fastmath=True, inline="always")
def _window(around, m, centers, contexts, targets, n_targets, rate, sigmoid, rows_in, rows_out, slope, sums):
    """One centre: gather the rows of the words around it and of its targets, two products, scatter the updates."""
    dim = centers.shape[1]
    for a in range(m):
        w = around[a]
        for d in range(dim):
            rows_in[a, d] = centers[w, d]
    for k in range(n_targets):
        w = targets[k]
        for d in range(dim):
            rows_out[k, d] = contexts[w, d]
    for a in range(m):
        for k in range(n_targets):
            dot = _f32(0)
            for d in range(dim):
                dot += rows_in[a, d] * rows_out[k, d]
            label = _f32(1) if k == 0 else _f32(0)
            if dot >= _f32(_BOUND):
                gradient = label - _f32(1)
            elif dot <= _f32(-_BOUND):
                gradient = label
            else:
                gradient = label - sigmoid[int((dot + _f32(_BOUND)) * _f32(_TABLE / (2 * _BOUND)))]
            slope[a, k] = gradient * rate
    for a in range(m):
        for d in range(dim):
            sums[d] = _f32(0)
        for k in range(n_targets):
            g = slope[a, k]
            for d in range(dim):
                sums[d] += g * rows_out[k, d]
        w = around[a]
        for d in range(dim):
            centers[w, d] += sums[d]
    for k in range(n_targets):
        for d in range(dim):
            sums[d] = _f32(0)
        for a in range(m):
            g = slope[a, k]
            for d in range(dim):
                sums[d] += g * rows_in[a, d]
        w = targets[k]
        for d in range(dim):
            contexts[w, d] += sums[d]


@njit(fastmath=True, parallel=True, cache=True)
def train_chunks(
    ids, offsets, chunks, order, begin, end, rates, seed, threads,
    centers, contexts, keep, threshold, alias, sigmoid, window, negatives,
):  # fmt: skip
    """Train the documents of chunks order[begin:end], each chunk at its own learning rate.

    ids int32, offsets int64: the documents; chunks int64 [n + 1]: documents of each chunk; rates float32, by place in order.
    centers, contexts float32 [words, dim], updated in place; keep uint32 [words]: chance to keep a word, of 2**32.
    The draws of a chunk depend on seed and chunk alone, not on the thread that trains it.
    """
    dim = centers.shape[1]
    vocabulary = centers.shape[0]
    for thread in prange(threads):
        # buffers live in the loop: rows of one shared array would lie in each other's cache lines
        rows_in, rows_out = np.empty((2 * window, dim), _f32), np.empty((negatives + 1, dim), _f32)
        slope, sums = np.empty((2 * window, negatives + 1), _f32), np.empty(dim, _f32)
        words, targets = np.empty(LONGEST_STRETCH, np.int32), np.empty(negatives + 1, np.int32)
        around = np.empty(2 * window, np.int32)
        for place in range(begin + thread, end, threads):
            chunk, rate = order[place], rates[place]
            state = scramble(np.uint64(seed) * np.uint64(0x100000001B3) + np.uint64(place))
            for document in range(chunks[chunk], chunks[chunk + 1]):
                at, stop = offsets[document], offsets[document + 1]
                while at < stop:
                    n = 0
                    while at < stop and n < LONGEST_STRETCH:
                        w = ids[at]
                        at += 1
                        state = advance(state)
                        if keep[w] < np.uint32(state >> np.uint64(32)):
                            continue
                        words[n] = w
                        n += 1
                    for i in range(n):
                        state = advance(state)
                        shrink = np.int64((state >> np.uint64(33)) % np.uint64(window))
                        first, last = max(0, i - window + shrink), min(n, i + window + 1 - shrink)
                        m = 0
                        for j in range(first, last):
                            new = j != i
                            for a in range(m):
                                if around[a] == words[j]:
                                    new = False
                            if new:
                                around[m] = words[j]
                                m += 1
                        if m == 0:
                            continue
                        targets[0] = words[i]
                        n_targets = 1
                        for _ in range(negatives):
                            state = advance(state)
                            w = draw(state, vocabulary, threshold, alias)
                            if w != words[i]:
                                targets[n_targets] = w
                                n_targets += 1
                        _window(
                            around, m, centers, contexts, targets, n_targets, rate, sigmoid, rows_in, rows_out, slope, sums,
                        )  # fmt: skip
