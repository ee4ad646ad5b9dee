"""Shingles, and how alike two texts are. In: elements of texts. Out: sets of shingles, Jaccard similarities.

A shingle is `size` adjacent elements in 64 bits: packed as they stand up to three code points, else hashed. A text of fewer
elements is one shingle. The similarity of two texts is |A and B| / |A or B| of their sets (Broder, On the resemblance and
containment of documents, 1997).
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.hashes import FIRST_SEED, mixed

MOST_PACKED = 3  # code points of 21 bits in a word of 64
_FEW = 40  # shingles; so few are sorted by rank


class Shingling(NamedTuple):
    """How shingles are made: of `size` elements; packed: these are code points, at most MOST_PACKED of them."""

    size: int
    packed: bool


@njit(cache=True, inline="always")
def shingle(elements, i, size, packed):
    """The shingle (uint64) of `size` elements from element i on."""
    key = np.uint64(0)
    for k in range(size):
        key = (
            (key << np.uint64(21)) | np.uint64(elements[i + k]) if packed else mixed(key ^ np.uint64(elements[i + k])) + FIRST_SEED
        )
    return key


@njit(cache=True, inline="always")
def most_unshared(sizes, least):
    """How many shingles may stand in one of two sets only, which have `sizes` together, if their similarity is to reach `least`."""
    return sizes * ((1 - least) / (1 + least)) + 1e-6


@njit(cache=True, inline="always")
def _fill_sorted_by_rank(elements, start, size, packed, few, n, out, begin):
    """Write n <= _FEW shingles to out[begin:], sorted; few: uint64 [_FEW], scratch.

    Each goes where its rank is: more comparisons than in other ways of sorting, but no branch that is hard to foresee.
    """
    for k in range(n):
        few[k] = shingle(elements, start + k, size, packed)
    for k in range(n):
        rank = begin
        for i in range(k):
            rank += few[i] <= few[k]
        for i in range(k + 1, n):
            rank += few[i] < few[k]
        out[rank] = few[k]


@njit(cache=True, nogil=True)
def _fill_shingle_sets(
    texts,  # Ragged of uint32
    shingling,  # Shingling
    out,  # uint64 [at least elements + texts], filled
    out_offsets,  # int64 [texts + 1], filled
    few,  # uint64 [_FEW], worked in
):
    (elements, offsets), out, out_offsets, few = borrowed((texts, out, out_offsets, few))
    size, packed = shingling
    end = 0
    for text in range(len(offsets) - 1):
        start, stop = offsets[text], offsets[text + 1]
        width = min(size, stop - start)
        n = max(1, stop - start - width + 1)
        begin, end = end, end + n
        if n > len(few):
            for k in range(n):
                out[begin + k] = shingle(elements, start + k, width, packed)
            out[begin:end] = np.sort(out[begin:end])
        else:
            _fill_sorted_by_rank(elements, start, width, packed, few, n, out, begin)
        distinct = begin + 1
        for i in range(begin + 1, end):
            if out[i] != out[distinct - 1]:
                out[distinct] = out[i]
                distinct += 1
        end = distinct
        out_offsets[text + 1] = end


def shingle_sets(texts: Ragged, shingling: Shingling) -> Ragged:
    """The distinct shingles (uint64) of each text, sorted; texts: of elements (uint32)."""
    out = np.empty(len(texts.values) + len(texts.offsets), np.uint64)
    out_offsets = np.zeros(len(texts.offsets), np.int64)
    _fill_shingle_sets(texts, shingling, out, out_offsets, np.empty(_FEW, np.uint64))
    return Ragged(out[: out_offsets[-1]], out_offsets)


@njit(cache=True, inline="always")
def similarity(
    left_sets,  # Ragged of uint64, as `shingle_sets` makes them
    i,  # a text of left_sets
    right_sets,  # Ragged of uint64
    j,  # a text of right_sets
    least,
):
    """The Jaccard similarity of two texts; 0 if it does not reach `least`: the comparison stops as soon as that is certain."""
    left, left_offsets = left_sets
    right, right_offsets = right_sets
    p, p_end = left_offsets[i], left_offsets[i + 1]
    q, q_end = right_offsets[j], right_offsets[j + 1]
    total, shared = (p_end - p) + (q_end - q), 0
    spare = most_unshared(total, least)
    if abs((p_end - p) - (q_end - q)) > spare:  # most pairs: their shingles need not be brought from memory
        spare = -1.0
    while p < p_end and q < q_end and spare >= 0:
        if left[p] == right[q]:
            shared, p, q = shared + 1, p + 1, q + 1
        elif left[p] < right[q]:
            p, spare = p + 1, spare - 1
        else:
            q, spare = q + 1, spare - 1
    reached = shared / (total - shared)
    return reached if spare >= 0 and reached >= least else 0.0


@njit(cache=True, nogil=True)
def jaccard(
    left_sets,  # Ragged of uint64, as `shingle_sets` makes them
    i,  # int64 [pairs], texts of left_sets
    right_sets,  # Ragged of uint64
    j,  # int64 [pairs], texts of right_sets
    least,
):
    """The similarity (float64 [pairs]) of text i[k] on the left to text j[k] on the right, for each k."""
    similarities = np.empty(len(i), np.float64)
    for k in range(len(i)):
        similarities[k] = similarity(left_sets, i[k], right_sets, j[k], least)
    return similarities
