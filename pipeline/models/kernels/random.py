"""Random draws inside compiled kernels: a xorshift generator, and Vose's alias method (1991) for words by frequency."""

import numpy as np
from numba import njit


@njit(inline="always")
def advance(state):
    """The next state of a 64-bit xorshift generator (Marsaglia 2003), never 0; its high bits are the good ones."""
    state ^= state << np.uint64(13)
    state ^= state >> np.uint64(7)
    state ^= state << np.uint64(17)
    return state


@njit(inline="always")
def scramble(seed):
    """A well-mixed first state from any number (SplitMix64)."""
    z = seed + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (z ^ (z >> np.uint64(31))) | np.uint64(1)


@njit(inline="always")
def draw(state, words, threshold, alias):
    """A word id by the alias table, from one state: its high half picks the column, its low half the side."""
    column = ((state >> np.uint64(32)) * np.uint64(words)) >> np.uint64(32)
    if np.uint32(state & np.uint64(0xFFFFFFFF)) > threshold[column]:
        return alias[column]
    return np.int32(column)
