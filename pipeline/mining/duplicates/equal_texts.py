"""Texts that are equal. In: hashes and document positions. Out: the distinct texts, their copies, and classes of texts that are
equal when folded.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.duplicates.hashes import TextHashes

_MANY_TIES = 1000  # insertion takes the square of their number


def differs_from_previous(*columns: np.ndarray) -> np.ndarray:
    """Where, in sorted rows, a row differs from the one before it (bool [n]); the first row does."""
    new = np.ones(len(columns[0]), bool)
    if len(new):
        new[1:] = np.logical_or.reduce([c[1:] != c[:-1] for c in columns])
    return new


def distinct(values: np.ndarray) -> np.ndarray:
    """The distinct values, sorted; twice as fast as np.unique."""
    ordered = np.sort(values)
    return ordered[differs_from_previous(ordered)]


@njit(cache=True, nogil=True)
def _sort_ties(
    order,  # int64 [n], sorted by folded_high; put in the order of all four columns
    hashes,  # TextHashes
    position,  # uint64 [n]
):
    high, low, text = hashes
    for k in range(1, len(order)):
        x, j = order[k], k
        while j > 0:
            y = order[j - 1]
            if high[y] != high[x]:
                break
            if low[y] != low[x]:
                if low[y] < low[x]:
                    break
            elif text[y] != text[x]:
                if text[y] < text[x]:
                    break
            elif position[y] <= position[x]:
                break
            order[j] = y
            j -= 1
        order[j] = x


def text_order(hashes: TextHashes, position: np.ndarray) -> np.ndarray:
    """The order (int64 [n]) by the three hashes, then by position (uint64 [n]).

    np.lexsort gives the same, but more slowly: few texts share their first hash.
    """
    order = np.argsort(hashes.folded_high)
    begins = np.flatnonzero(np.append(differs_from_previous(hashes.folded_high[order]), True))
    for run in np.flatnonzero(np.diff(begins) > _MANY_TIES):
        tied = order[begins[run] : begins[run + 1]]
        tied[:] = tied[np.lexsort((position[tied], *reversed(hashes.take(tied))))]
    _sort_ties(order, hashes, position)
    return order


class DistinctTexts(NamedTuple):
    """What a set of texts holds, by index (int64) of a text.

    first: of each distinct text the one with the least position; copies: the other texts; copied: for each of them, the first
    with the same text; class_members: of `first` those that are equal to others when folded.
    """

    first: np.ndarray
    copies: np.ndarray
    copied: np.ndarray
    class_members: np.ndarray


def distinct_texts(hashes: TextHashes, position: np.ndarray) -> DistinctTexts:
    """The distinct texts among these; position: uint64 [texts]."""
    order = text_order(hashes, position)
    ordered = hashes.take(order)
    new_class = differs_from_previous(ordered.folded_high, ordered.folded_low)
    new_text = differs_from_previous(*ordered)
    first, repeated = np.flatnonzero(new_text), np.flatnonzero(~new_text)
    copied = first[np.cumsum(new_text)[repeated] - 1]
    class_of_first = np.cumsum(new_class)[first] - 1
    shared = np.bincount(class_of_first)[class_of_first] > 1
    return DistinctTexts(order[first], order[repeated], order[copied], order[first[shared]])
