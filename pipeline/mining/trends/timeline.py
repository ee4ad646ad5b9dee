"""Change and bursts over time. In: occurrences of words in successive periods. Out: when each word changed, and by how much.

Occurrences in one document are not independent, so counts are first divided by their design effect: how much more they vary
between documents than occurrences strewn at random would (Rao & Scott 1992). On these effective counts:

- the change is at the cut into before and after that explains the counts best, by the likelihood ratio (Worsley 1983; shares are
  small, hence Poisson); z is its root, after division by the dispersion that is left about the two levels (quasi-likelihood,
  Wedderburn 1974), so that a word that comes and goes has a small z;
- a burst is where the two-state automaton of Kleinberg (2003, section 4, batched arrivals) stands in its upper state; its
  weight, in nats, says how much better that state explains the burst.

Throughout, r is a word's count in each period, float64 [words, periods], and d the count of all words there, float64 [periods]
or [words, periods], never 0.
"""

from typing import NamedTuple

import numpy as np

EMERGED_BITS = 3.0  # a word emerged if before its change it stood at less than an eighth of its level since
LABELS = ("steady", "rose", "emerged", "faded", "burst")


class Change(NamedTuple):
    """since: first period of the new level, int64 [words], 0 for none; before, after: shares; bits: log2 of after over before,
    shrunk; z: how sure it is, negative for a fall. The last four are float64 [words].
    """

    since: np.ndarray
    before: np.ndarray
    after: np.ndarray
    bits: np.ndarray
    z: np.ndarray


class Burst(NamedTuple):
    """The strongest burst of each word: weight in nats, 0 for none; its first and last period, -1 for none."""

    weight: np.ndarray
    first: np.ndarray
    last: np.ndarray


def design_effect(
    r: np.ndarray, squares: np.ndarray, products: np.ndarray, d: np.ndarray, squared_lengths: np.ndarray
) -> np.ndarray:
    """float64 [words], at least 1: variance of the counts of documents about their period's share, over the Poisson one.

    squares: sum over a period's documents of count^2; products: of count * length; squared_lengths: of length^2 [periods].
    """
    share = r / d
    spread = squares - 2 * share * products + share**2 * squared_lengths
    return np.maximum(spread.sum(axis=1) / np.maximum(r.sum(axis=1), 1e-12), 1.0)


def change(r: np.ndarray, d: np.ndarray) -> Change:
    """Where each word's share of the text changes most clearly; no change where there is one period only."""
    d = np.broadcast_to(d, r.shape)
    word_count, periods = r.shape
    if periods < 2:
        share = (r / d)[:, 0]
        return Change(np.zeros(word_count, np.int64), share, share, np.zeros(word_count), np.zeros(word_count))
    until, until_of = r.cumsum(axis=1), d.cumsum(axis=1)  # occurrences up to each period, of so many words
    total, total_of = until[:, -1:], until_of[:, -1:]
    share = total / total_of
    ratio = 2 * (_gain(until, until_of * share) + _gain(total - until, (total_of - until_of) * share))[:, :-1]
    cut = ratio.argmax(axis=1)
    at_cut = (np.arange(word_count), cut)
    before, before_of = until[at_cut], until_of[at_cut]
    after, after_of = total[:, 0] - before, total_of[:, 0] - before_of
    prior = 1 / share[:, 0]  # one occurrence at the usual share
    bits = np.log2((after + 1) / (after_of + prior)) - np.log2((before + 1) / (before_of + prior))
    before_share, after_share = before / before_of, after / after_of
    level = np.where(np.arange(periods) <= cut[:, None], before_share[:, None], after_share[:, None]) * d
    z = np.sqrt(np.maximum(ratio[at_cut], 0) / _dispersion(r, level)) * np.sign(after_share - before_share)
    return Change(cut + 1, before_share, after_share, bits, z)


def _dispersion(r: np.ndarray, level: np.ndarray) -> np.ndarray:
    """float64 [words], at least 1: variance of the counts about the two levels (float64 [words, periods]), over the Poisson one."""
    spread = ((r - level) ** 2 / np.where(level > 0, level, 1)).sum(axis=1)
    return np.maximum(spread / max(r.shape[1] - 2, 1), 1.0)


def _gain(count: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """count ln(count / expected), 0 for none."""
    some = (count > 0) & (expected > 0)
    return np.where(some, count * np.log(np.where(some, count, 1) / np.where(some, expected, 1)), 0.0)


def burst(r: np.ndarray, d: np.ndarray, *, factor: float, cost: float = 1.0) -> Burst:
    """The strongest burst, of states of the usual share and of `factor` times it; entering it costs `cost` ln(periods)."""
    word_count, periods = r.shape
    share = r.sum(axis=1, keepdims=True) / np.broadcast_to(d, r.shape).sum(axis=1, keepdims=True)
    better = r * np.log(factor) - d * share * (factor - 1)  # nats by which the upper state explains each period better
    up = cost * np.log(periods)
    usual, high = np.zeros(word_count), np.full(word_count, -np.inf)  # likelihood of the best path that ends in either state
    entered, left = np.zeros((periods, word_count), bool), np.zeros((periods, word_count), bool)
    for t in range(periods):
        entered[t], left[t] = usual - up > high, high > usual
        usual, high = np.maximum(usual, high), np.maximum(usual - up, high) + better[:, t]
    return _strongest(high > usual, entered, left, better)


def _strongest(state: np.ndarray, entered: np.ndarray, left: np.ndarray, better: np.ndarray) -> Burst:
    """Walk the best paths back; state: bool [words], is the upper one the last; the others bool [periods, words]."""
    word_count, periods = better.shape
    strongest = Burst(np.zeros(word_count), np.full(word_count, -1), np.full(word_count, -1))
    weight, last = np.zeros(word_count), np.full(word_count, periods - 1)
    for t in range(periods - 1, -1, -1):
        weight = np.where(state, weight + better[:, t], 0.0)
        ends = state & entered[t] & (weight > strongest.weight)
        for column, value in zip(strongest, (weight, np.full(word_count, t), last), strict=True):
            column[ends] = value[ends]
        begins = ~state & left[t]
        last = np.where(begins, t - 1, last)
        state = np.where(state, ~entered[t], left[t])
    return strongest


def labels(bits: np.ndarray, z: np.ndarray, weight: np.ndarray, *, min_z: float, min_bits: float, min_burst: float) -> np.ndarray:
    """An index of LABELS for each word, int64 [words]; bits, z: as in Change, weight: as in Burst.

    rose: z and bits at their floors or above; emerged: bits at EMERGED_BITS too; faded: both at minus the floors or below; burst:
    none of these, and a burst of at least this weight; steady: the rest.
    """
    sure = (np.abs(z) >= min_z) & (np.abs(bits) >= min_bits) & (np.sign(z) == np.sign(bits))
    moved = np.where(bits < 0, LABELS.index("faded"), np.where(bits >= EMERGED_BITS, LABELS.index("emerged"), LABELS.index("rose")))
    return np.where(sure, moved, np.where(weight >= min_burst, LABELS.index("burst"), LABELS.index("steady")))
