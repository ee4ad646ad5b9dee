"""The two trainers as plain Python over NumPy rows: the specification that the compiled kernels are compared with.

Draws are the same numbers of the same counters. Everything else is written the obvious way, an update at a time.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

_WORD = 2**64 - 1
f32 = np.float32


def mix(z: int) -> int:
    """SplitMix64's mixing, in Python integers."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
    return z ^ (z >> 31)


def number(key: int, counter: int) -> int:
    """The counter-th number of a key."""
    return mix((key + (counter + 1) * 0x9E3779B97F4A7C15) & _WORD)


@dataclass(frozen=True)
class Draws:
    """The draws of one document."""

    key: int
    keep: np.ndarray
    threshold: np.ndarray
    alias: np.ndarray

    def noise(self, counter: int) -> int:
        bits = number(self.key, counter)
        column = ((bits >> 32) * len(self.threshold)) >> 32
        return int(self.alias[column]) if bits & 0xFFFFFFFF > self.threshold[column] else column

    def kept(self, ids: np.ndarray, window: int, stride: int, longest: int) -> Iterator[list[tuple[int, int, int]]]:
        """(word, reach of its window, first of its counters), of the words that subsampling keeps, in stretches."""
        stretch: list[tuple[int, int, int]] = []
        for position, w in enumerate(ids):
            bits = number(self.key, position * stride)
            if self.keep[w] >= bits >> 32:
                stretch.append((int(w), window - ((bits & 0xFFFFFFFF) * window >> 32), position * stride))
                if len(stretch) == longest:
                    yield stretch
                    stretch = []
        yield stretch


Stretch = list[tuple[int, int, int]]


class Pool:
    """The noise words of a chunk's positions, in order of training; each puts those that it draws in place of the oldest."""

    def __init__(self, first: Draws, size: int, uses: int) -> None:
        """first: the draws of the chunk's first document. uses: how many positions take a word, on average."""
        self.words = [first.noise(-1 - k) for k in range(size)]
        self.oldest, self.uses = 0, uses

    def take(self, draws: Draws, counter: int, negatives: int) -> list[int]:
        """The noise words of the position that has this first counter: neighbours in the pool, from a random one on."""
        for k in range(math.ceil(negatives / self.uses)):
            self.words[self.oldest] = draws.noise(counter + 1 + k)
            self.oldest = (self.oldest + 1) % len(self.words)
        begin = number(draws.key, counter)
        return [self.words[(begin + k) % len(self.words)] for k in range(negatives)]


def first_noise(stretch: Stretch, first: int, size: int, draws: Draws, negatives: int) -> list[int]:
    """The noise words that some neighbouring positions share: the first 32 (or `negatives`) that they draw one by one."""
    tile = range(first, min(first + size, len(stretch)))
    return [draws.noise(stretch[i][2] + 1 + k) for i in tile for k in range(negatives)][: max(32, negatives)]


def sgns_tile(stretch: Stretch, first: int, size: int, centers: np.ndarray, contexts: np.ndarray, drawn: list[int], *, rate: float, negatives: int, tempers: tuple[np.ndarray, np.ndarray] | None = None) -> None:  # fmt: skip
    """Some neighbouring positions of a stretch, trained in place, all from the rows as they are; tempers scale each row's sum.

    drawn: the noise words that they share, which weigh as much as `negatives` for each position.
    """
    tile = range(first, min(first + size, len(stretch)))
    weight = negatives / len(drawn)
    by_center, by_context = tempers or (np.ones(len(centers)), np.ones(len(contexts)))
    old_in, old_out = centers.copy(), contexts.copy()
    for i in tile:
        center, reach, _ = stretch[i]
        around = dict.fromkeys(w for j, (w, _, _) in enumerate(stretch) if j != i and abs(j - i) <= reach)
        for w in around:
            for t in dict.fromkeys([center, *drawn]):
                share = 1 / (1 + np.exp(-float(old_in[w] @ old_out[t])))
                slope = (1 - share if t == center else -share * weight) * rate
                centers[w] += f32(slope * by_center[w]) * old_out[t]
                contexts[t] += f32(slope * by_context[t]) * old_in[w]


def sgns(document: np.ndarray, centers: np.ndarray, contexts: np.ndarray, draws: Draws, pool: Pool, *, rate: float, window: int, negatives: int, longest: int) -> None:  # fmt: skip
    """One document, trained in place, a position at a time."""
    for stretch in draws.kept(document, window, 1 + negatives, longest):
        for i in range(len(stretch)):
            drawn = pool.take(draws, stretch[i][2], negatives)
            sgns_tile(stretch, i, 1, centers, contexts, drawn, rate=rate, negatives=negatives)


def unit(v: np.ndarray) -> np.ndarray:
    """The vector at length 1."""
    return v / np.linalg.norm(v)


def step(x: np.ndarray, gradient: np.ndarray, by: float) -> np.ndarray:
    """A unit vector moved along the part of the gradient that is tangent to the sphere, and back to length 1."""
    return unit(x + by * (gradient - (gradient @ x) * x))


def jose(document: np.ndarray, words: np.ndarray, contexts: np.ndarray, vector: np.ndarray, draws: Draws, *, rate: float, window: int, negatives: int, margin: float, combined: bool, frozen: bool, longest: int, apart: bool = False) -> None:  # fmt: skip
    """One document and its vector, trained in place, as the paper's updates are written: step, then normalise.

    apart: of several stretches each moves the vector by its share, as they do on a GPU.
    """

    def update(true: int, other: int, anchor: np.ndarray) -> None:
        u, n, v = words[true].copy(), words[other].copy(), anchor.copy()
        f, h = u @ v, n @ v
        if f - h < margin:
            anchor[:] = step(v, u - n, rate * (1 - (f - h)))
            if not frozen:
                words[true], words[other] = step(u, v, rate * (1 - f)), step(n, -v, rate * 2 * h)

    def update_combined(true: int, other: int, context: np.ndarray) -> None:
        u, n, v, d = words[true].copy(), words[other].copy(), context.copy(), vector.copy()
        if (u - n) @ (v + d) < margin:
            for row, gradient in ((words[true], v + d), (words[other], -(v + d)), (context, u - n), (vector, u - n)):
                cosine = gradient @ row / max(np.linalg.norm(gradient), 1e-6)
                row[:] = step(row.copy(), gradient, rate * (1 - cosine))

    stretches = [s for s in draws.kept(document, window, 1 + (2 * window + 1) * negatives, longest) if s]
    sum_of_moves = vector.copy()
    for stretch in stretches:
        before = unit(sum_of_moves)
        vector[:] = before
        for i, (center, reach, counter) in enumerate(stretch):

            def noises(j: int, i: int = i, counter: int = counter) -> list[int]:
                return [draws.noise(counter + 1 + (j - i + window) * negatives + k) for k in range(negatives)]

            anchor = contexts[center].copy()
            for j in range(max(0, i - reach), min(len(stretch), i + reach + 1)):
                if j != i and not frozen:
                    true = stretch[j][0]
                    for other in noises(j):
                        if other not in (center, true):
                            update_combined(true, other, anchor) if combined else update(true, other, anchor)
            if not frozen:
                contexts[center] = unit(anchor)
            if not combined:
                for other in noises(i):
                    if other != center:
                        update(center, other, vector)
            if not frozen:
                words[center] = unit(words[center])
        sum_of_moves += (unit(vector) - before) / (len(stretches) if apart else 1)
    vector[:] = unit(sum_of_moves)
