"""What is like some words, and like what is like them. In: unit vectors, seeds. Out: the rows found, and the way to each."""

from typing import NamedTuple

import numpy as np

from wajue.mining.terms.termhood import toward

_DECAY = 0.35  # how fast the threshold rises with the steps
_WIDTH = 20  # the nearest neighbours of a row that are looked at


class Reached(NamedTuple):
    """How expansion came to a row: from which one, how like it is to that one, and how many steps from a seed."""

    before: int
    similarity: float
    depth: int


def expand(vectors: np.ndarray, seeds: np.ndarray, avoid: np.ndarray, *, similarity: float, most: int) -> dict[int, Reached]:
    """Rows like the seeds, breadth first, the seeds left out; at most so many.

    vectors: float32 [n, dim], rows of length 1 or 0; seeds, avoid: int64, rows. A neighbour i steps from a seed must be at least
    s + (1 - s)(1 - exp(-a (i - 1))) like the row before it, s = `similarity`, a = .35, so that the search does not drift (after
    Su Jianlin's published method); what is nearer to `avoid` than to the seeds is not taken.
    """
    reached: dict[int, Reached] = {}
    barred = set(avoid.tolist()) | set(seeds.tolist())
    front, depth = list(seeds), 1
    near, far = toward(vectors, seeds), toward(vectors, avoid) if len(avoid) else np.full(len(vectors), -1.0)
    while front:
        least = similarity + (1 - similarity) * (1 - np.exp(-_DECAY * (depth - 1)))
        following: list[int] = []
        for row in front:
            cosine = vectors @ vectors[row]
            for other in np.argsort(-cosine, kind="stable")[: _WIDTH + 1].tolist():
                if len(reached) == most:
                    return reached
                if cosine[other] >= least and other not in barred and other not in reached and near[other] > far[other]:
                    reached[other] = Reached(int(row), float(cosine[other]), depth)
                    following.append(other)
        front, depth = following, depth + 1
    return reached


def path(reached: dict[int, Reached], row: int) -> list[int]:
    """The rows from a seed to this one, both included."""
    way = [row]
    while way[-1] in reached:
        way.append(reached[way[-1]].before)
    return way[::-1]
