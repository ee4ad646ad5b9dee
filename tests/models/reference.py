"""Slow, obvious versions of the trainers' kernels, with the same random draws: Python numbers and NumPy rows, one at a time."""

from collections.abc import Iterator

import numpy as np

_WORD = 2**64 - 1
f32 = np.float32


class Draws:
    """The generator of the kernels (xorshift 13, 7, 17 from a SplitMix64 seed), in Python integers."""

    def __init__(self, seed: int, place: int) -> None:
        z = (seed * 0x100000001B3 + place + 0x9E3779B97F4A7C15) & _WORD
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _WORD
        self.state = (z ^ (z >> 31)) | 1

    def __call__(self) -> int:
        s = self.state
        s = (s ^ (s << 13)) & _WORD
        s ^= s >> 7
        self.state = (s ^ (s << 17)) & _WORD
        return self.state

    def noise(self, threshold: np.ndarray, alias: np.ndarray) -> int:
        s = self()
        column = ((s >> 32) * len(threshold)) >> 32
        return int(alias[column]) if s & 0xFFFFFFFF > threshold[column] else column


def stretches(ids: np.ndarray, keep: np.ndarray, draws: Draws, longest: int) -> Iterator[list[int]]:
    """The words of a document that subsampling keeps, in stretches."""
    at = 0
    while at < len(ids):
        words: list[int] = []
        while at < len(ids) and len(words) < longest:
            w = int(ids[at])
            at += 1
            if keep[w] >= draws() >> 32:
                words.append(w)
        yield words


def sgns(document: np.ndarray, centers: np.ndarray, contexts: np.ndarray, keep: np.ndarray, noise: tuple[np.ndarray, np.ndarray], *, rate: float, window: int, negatives: int, seed: int, place: int, longest: int, sigmoid: np.ndarray) -> None:  # fmt: skip
    """One document, trained in place."""
    draws = Draws(seed, place)
    for words in stretches(document, keep, draws, longest):
        for i, center in enumerate(words):
            shrink = (draws() >> 33) % window
            near = [w for j, w in enumerate(words) if j != i and i - window + shrink <= j < i + window + 1 - shrink]
            around = list(dict.fromkeys(near))
            if not around:
                continue
            drawn = [draws.noise(*noise) for _ in range(negatives)]
            targets = [center] + [w for w in drawn if w != center]
            old_in, old_out = centers[around].copy(), contexts[targets].copy()
            for a, w in enumerate(around):
                for k, t in enumerate(targets):
                    dot = float(old_in[a] @ old_out[k])
                    label = 1.0 if k == 0 else 0.0
                    slope = label - (1.0 if dot >= 6 else 0.0 if dot <= -6 else float(sigmoid[int((dot + 6) * len(sigmoid) / 12)]))
                    centers[w] += f32(slope * rate) * old_out[k]
                    contexts[t] += f32(slope * rate) * old_in[a]


def jose(document: np.ndarray, words: np.ndarray, contexts: np.ndarray, vector: np.ndarray, keep: np.ndarray, noise: tuple[np.ndarray, np.ndarray], *, rate: float, window: int, negatives: int, margin: float, seed: int, place: int, longest: int) -> None:  # fmt: skip
    """One document and its vector, trained in place, as the paper's updates are written: step, then normalise."""
    draws = Draws(seed, place)

    def update(true: int, other: int, anchor: np.ndarray) -> None:
        u, n, v = words[true].copy(), words[other].copy(), anchor.copy()
        f, h = u @ v, n @ v
        if f - h < margin:
            words[true] = unit(u + rate * (1 - f) * (v - f * u))
            words[other] = unit(n + 2 * rate * h * (h * n - v))
            anchor[:] = unit(v + rate * (1 - f + h) * (u - n - (f - h) * v))

    for kept in stretches(document, keep, draws, longest):
        for i, center in enumerate(kept):
            shrink = (draws() >> 33) % window
            anchor = contexts[center].copy()
            for j in range(max(0, i - window + shrink), min(len(kept), i + window + 1 - shrink)):
                if j != i:
                    for _ in range(negatives):
                        other = draws.noise(*noise)
                        if other not in (center, kept[j]):
                            update(kept[j], other, anchor)
            contexts[center] = unit(anchor)
            for _ in range(negatives):
                other = draws.noise(*noise)
                if other != center:
                    update(center, other, vector)
            words[center] = unit(words[center])
        vector[:] = unit(vector)


def unit(v: np.ndarray) -> np.ndarray:
    """The vector at length 1."""
    return v / np.linalg.norm(v)
