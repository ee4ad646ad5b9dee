import sys
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.borrowing import borrowed


class Pair(NamedTuple):
    values: np.ndarray
    by: float


@njit
def scale(pair):
    pair = borrowed(pair)
    pair.values[:] *= pair.by
    return pair.values.sum()


def test_borrowed_arrays_are_the_same_ones_and_stay_their_owners() -> None:
    values = np.arange(4.0)
    pair = Pair(values, 2.0)
    references = sys.getrefcount(values)
    assert [scale(pair), scale(pair)] == [12, 24] and values.tolist() == [0, 4, 8, 12]
    assert sys.getrefcount(values) == references
