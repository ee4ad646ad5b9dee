"""Windows: what the bucket of a symbol needs of the text. In: clauses as symbol codes. Out: windows, for each bucket.

Each position goes, with one symbol before and `longest` after it, to the bucket of its symbol. Windows that overlap are sent
as one: with few buckets a symbol is hardly sent more often than once for each.
"""

from itertools import pairwise

import numpy as np
from numba import njit


def bucket(symbols: np.ndarray, buckets: int) -> np.ndarray:
    """Which of the buckets (uint16) counts the n-grams that begin with the symbol."""
    return ((symbols.astype(np.uint32) * np.uint32(0x9E3779B1)) >> np.uint32(16)).astype(np.uint16) % np.uint16(buckets)


@njit(cache=True, nogil=True)
def _copy_windows(
    code,  # uint16 [n], 0 between clauses
    bucket_of,  # uint16 [65536]
    longest,
    sent,  # int64 [buckets], scratch: up to where each bucket has got the text
    ends,  # int64 [buckets]: where each bucket's next window goes; moved on
    out,  # uint16, filled; or [0]: only `ends` is moved on
):
    sent[:] = -1
    clause_end = 0
    fill = len(out) > 0
    for i in range(len(code)):
        if code[i] == 0:
            continue
        if i >= clause_end:
            clause_end = i + 1
            while clause_end < len(code) and code[clause_end] != 0:
                clause_end += 1
        b = bucket_of[code[i]]
        first = i - 1 if i > 0 and code[i - 1] != 0 else i
        last = min(i + longest + 1, clause_end)
        if sent[b] < first:  # no overlap: a break, then the window
            if fill:
                out[ends[b]] = 0
            ends[b] += 1
        else:
            first = sent[b]
        if fill:
            for k in range(first, last):
                out[ends[b] + k - first] = code[k]
        ends[b] += last - first
        sent[b] = last


def windows(code: np.ndarray, buckets: int, longest: int) -> list[np.ndarray]:
    """For each bucket what `counting.count` needs of these clauses; code: uint16, 0 between clauses.

    Each part (uint16) begins with a break, and has one between windows that do not touch.
    """
    bucket_of = bucket(np.arange(65536), buckets)
    sizes, sent = np.zeros(buckets, np.int64), np.empty(buckets, np.int64)
    _copy_windows(code, bucket_of, longest, sent, sizes, np.empty(0, np.uint16))
    offsets = np.concatenate(([0], np.cumsum(sizes)))
    out = np.empty(offsets[-1], np.uint16)
    _copy_windows(code, bucket_of, longest, sent, offsets[:-1].copy(), out)
    return [out[begin:end] for begin, end in pairwise(offsets.tolist())]
