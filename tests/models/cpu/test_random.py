"""Draws of the compiled code are those of the reference in plain Python."""

import numpy as np
from numba import njit

from tests.models import reference
from wajue.models.cpu import random


@njit
def numbers(key, counters):
    drawn = np.empty(len(counters), np.uint64)
    for i in range(len(counters)):
        drawn[i] = random.number(key, counters[i])
    return drawn


@njit
def all_below(bits, limit):
    drawn = np.empty(len(bits), np.int64)
    for i in range(len(bits)):
        drawn[i] = random.below(bits[i], limit)
    return drawn


def test_a_number_depends_on_its_key_and_counter_alone() -> None:
    counters = np.array([0, 1, 2, 10**12])
    for key in (0, 9, 2**64 - 1):
        assert numbers(np.uint64(key), counters).tolist() == [reference.number(key, int(c)) for c in counters]
    # the first outputs of SplitMix64 seeded with 0, as published with it
    assert numbers(np.uint64(0), counters[:2]).tolist() == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4]


def test_integers_lie_below_their_limit_evenly() -> None:
    drawn = all_below(numbers(np.uint64(1), np.arange(30_000)), 3)
    assert np.bincount(drawn, minlength=3).sum() == 30_000 and drawn.max() == 2
    assert np.abs(np.bincount(drawn) / 30_000 - 1 / 3).max() < 0.01
