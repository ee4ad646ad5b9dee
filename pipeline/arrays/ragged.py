"""Runs of different lengths in one flat array. In and out: values, and the offset at which each run begins."""

from typing import NamedTuple

import numpy as np
from numba import njit


class Ragged(NamedTuple):
    """Run i is values[offsets[i]:offsets[i + 1]].

    values: any type [all]; offsets: int64 [runs + 1]. Compiled code takes it as it is: `values, offsets = ragged`.
    """

    values: np.ndarray
    offsets: np.ndarray

    @classmethod
    def of_sizes(cls, values: np.ndarray, sizes: np.ndarray) -> "Ragged":
        """From the length of each run (int [runs])."""
        return cls(values, np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))))

    @property
    def sizes(self) -> np.ndarray:
        """The length of each run (int64 [runs])."""
        return np.diff(self.offsets)

    def take(self, chosen: np.ndarray) -> "Ragged":
        """These runs (int [n]), in this order."""
        return spans(self.values, self.offsets[chosen], self.offsets[chosen + 1])


@njit(cache=True, nogil=True)
def _copy_spans(values, starts, stops, out):
    k = 0
    for j in range(len(starts)):
        for i in range(starts[j], stops[j]):
            out[k] = values[i]
            k += 1


def spans(values: np.ndarray, starts: np.ndarray, stops: np.ndarray) -> Ragged:
    """values[start:stop] of every span, end to end; starts, stops: int64 [spans]."""
    copied = Ragged.of_sizes(values[:0], stops - starts)
    out = np.empty(int(copied.offsets[-1]), values.dtype)
    _copy_spans(values, starts, stops, out)
    return copied._replace(values=out)
