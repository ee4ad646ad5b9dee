"""Sixteen components at a time: the same numbers as one by one."""

import numpy as np
import pytest
from numba import njit

from wajue.models.cpu import simd


@njit
def sums_of_products(a, b):
    total = simd.splat(np.float32(0))
    for c in range(0, len(a), simd.LANES):
        total = simd.multiply_add(simd.load(a, c), simd.load(b, c), total)
    return simd.sums(total, total, simd.splat(np.float32(1)), simd.splat(np.float32(0)))


@njit
def clamped(a, limit):
    simd.store(a, 0, simd.clamp(simd.load(a, 0), simd.splat(limit)))


def test_sums_and_clamp() -> None:
    a, b = np.arange(32, dtype=np.float32), np.ones(32, np.float32)
    assert sums_of_products(a, b) == (496, 496, 16, 0)  # 0 + 1 + ... + 31; sixteen lanes of 1
    c = np.arange(-8, 8, dtype=np.float32)
    clamped(c, np.float32(3))
    assert c.tolist() == [-3] * 5 + [-3, -2, -1, 0, 1, 2, 3] + [3] * 4


@pytest.mark.parametrize(("dim", "width"), [(1, 16), (16, 16), (17, 32), (100, 112)])
def test_rows_are_whole_vectors_that_start_at_a_cache_line(dim: int, width: int) -> None:
    matrix = simd.aligned(3, dim)
    assert matrix.shape == (3, width) and simd.width(dim) == width and not matrix.any() and matrix.ctypes.data % 64 == 0


def test_a_large_matrix_starts_at_a_huge_page() -> None:
    assert simd.aligned(1 << 17, 16).ctypes.data % (1 << 21) == 0
