"""Change and bursts over time. In: occurrences of words in successive periods, corpus by corpus. Out: when each changed, and by
how much.

Occurrences in one document are not independent, so counts are first divided by their design effect: how much more they vary
between documents than occurrences strewn at random would (Rao & Scott 1992). On these effective counts:

- the change is at the cut into before and after that explains the counts best, by the likelihood ratio (Worsley 1983; shares are
  small, hence Poisson) of one ratio in all corpora (strata.py); z is its root, after division by the dispersion that is left about
  the two levels (quasi-likelihood, Wedderburn 1974), so that a word that comes and goes has a small z;
- a burst is where the two-state automaton of Kleinberg (2003, section 4, batched arrivals) stands in its upper state; its
  weight, in nats, says how much better that state explains the burst.

Throughout, r is a word's count in each period, float64 [words, corpora, periods], and d the count of all words there, float64
[corpora, periods]; where d is 0 a corpus has no text, and is missing. What a word would have if each corpus used it always alike is
its usual count.
"""

from typing import NamedTuple

import numpy as np

from wajue.mining.trends import strata

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


def usual(r: np.ndarray, d: np.ndarray) -> np.ndarray:
    """The usual counts, float64 [words, periods]: at the share that each corpus has over all periods."""
    counts: np.ndarray = (r.sum(axis=2) / np.maximum(d.sum(axis=1), 1)) @ d
    return counts


def design_effect(
    r: np.ndarray, squares: np.ndarray, products: np.ndarray, d: np.ndarray, squared_lengths: np.ndarray
) -> np.ndarray:
    """float64 [words], at least 1: variance of the counts of documents about the share of their corpus and period, over the
    Poisson one.

    squares: sum over the documents of a corpus and period of count^2; products: of count * length; squared_lengths: of length^2,
    [corpora, periods].
    """
    share = r / np.maximum(d, 1)
    spread = squares - 2 * share * products + share**2 * squared_lengths
    return np.maximum(spread.sum(axis=(1, 2)) / np.maximum(r.sum(axis=(1, 2)), 1e-12), 1.0)


class _Cuts(NamedTuple):
    """The clearest cut of each word. first: the period after it, int64 [words]; evidence: its likelihood ratio with the sign of the
    change, float64 [words], 0 for none; after: occurrences since, and p: the share of each corpus's words since, both float64
    [words, corpora, 1].
    """

    first: np.ndarray
    evidence: np.ndarray
    after: np.ndarray
    p: np.ndarray


def change(r: np.ndarray, d: np.ndarray) -> Change:
    """Where each word's share of the text changes most clearly; no change where no corpus that has it has two periods."""
    total, size = r.sum(axis=2, keepdims=True), np.maximum(d.sum(axis=1, keepdims=True), 1)
    cuts = _clearest(r, d, total, size)
    both = strata.sides(cuts.after, total, cuts.p)
    changed, ratio = cuts.evidence != 0, both.ratio()
    weight = np.maximum((size * cuts.p * (1 - cuts.p)).sum(axis=1), 1e-12)
    share = (total.sum(axis=1) / size.sum())[:, 0]
    usual_counts = usual(r, d)
    rate = total / size / (1 + cuts.p * (ratio[:, :, None] - 1))  # of each corpus before the cut, if its whole count is kept
    since = np.arange(d.shape[1]) >= cuts.first[:, None]
    dispersion = _dispersion(r.sum(axis=1), (rate[:, :, 0] @ d) * np.where(since, ratio, 1), usual_counts)
    return Change(
        since=np.where(changed, _next_told(usual_counts)[np.arange(len(r)), cuts.first % d.shape[1]], 0),
        before=np.where(changed, (both.outside / weight)[:, 0], share),
        after=np.where(changed, (both.inside / weight)[:, 0], share),
        bits=np.where(changed, _shrunk_bits(cuts.after, total, cuts.p), 0),
        z=np.sign(cuts.evidence) * np.sqrt(np.abs(cuts.evidence) / dispersion),
    )


def _clearest(r: np.ndarray, d: np.ndarray, total: np.ndarray, size: np.ndarray) -> _Cuts:
    """Of the cuts after each period, the last of them being none.

    total: float64 [words, corpora, 1]; size: float64 [corpora, 1].
    """
    after, p = total - r.cumsum(axis=2), 1 - d.cumsum(axis=1) / size
    evidence = strata.likelihood_ratio(after, total, p)
    cut = np.abs(evidence).argmax(axis=1)
    return _Cuts(
        cut + 1,
        np.take_along_axis(evidence, cut[:, None], axis=1)[:, 0],
        np.take_along_axis(after, cut[:, None, None], axis=2),
        p.T[cut][:, :, None],
    )


def _next_told(usual_counts: np.ndarray) -> np.ndarray:
    """For each period the first from it on in which a corpus that has the word has text, int64 [words, periods]."""
    periods = usual_counts.shape[1]
    told = np.where(usual_counts > 0, np.arange(periods), periods - 1)
    following: np.ndarray = np.minimum.accumulate(told[:, ::-1], axis=1)[:, ::-1]
    return following


def _shrunk_bits(after: np.ndarray, total: np.ndarray, p: np.ndarray) -> np.ndarray:
    """float64 [words]: log2 of the ratio, when each side has one more occurrence at the usual share; as in _Cuts."""
    spanning = np.where((p > 0) & (p < 1), total, 0)
    every = np.maximum(spanning.sum(axis=1, keepdims=True), 1e-12)
    one = spanning / every  # of the occurrence that is added, what falls to each corpus
    more = strata.sides(np.where(spanning > 0, after, 0) + one, spanning + 2 * one, (p * every + 1) / (every + 2))
    bits: np.ndarray = np.log2(more.ratio())[:, 0]
    return bits


def _dispersion(r: np.ndarray, level: np.ndarray, usual_counts: np.ndarray) -> np.ndarray:
    """float64 [words], at least 1: variance of the counts about the two levels, over the Poisson one.

    All float64 [words, periods].
    """
    spread = ((r - level) ** 2 / np.where(level > 0, level, 1)).sum(axis=1)
    return np.maximum(spread / np.maximum((usual_counts > 0).sum(axis=1) - 2, 1), 1.0)


def burst(r: np.ndarray, usual_counts: np.ndarray, *, factor: float, cost: float = 1.0) -> Burst:
    """The strongest burst, of states of the usual count and of `factor` times it; entering it costs `cost` ln(periods).

    Both float64 [words, periods]: of all corpora.
    """
    word_count, periods = r.shape
    better = r * np.log(factor) - usual_counts * (factor - 1)  # nats by which the upper state explains each period better
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


def lasting_bits(r: np.ndarray, d: np.ndarray, change: Change, burst: Burst) -> np.ndarray:
    """float64 [words]: the bits of each change without the periods of the burst; as they are where that leaves a side empty."""
    period = np.arange(d.shape[1])
    outside = (period < burst.first[:, None]) | (period > burst.last[:, None])
    since = outside & (period >= change.since[:, None])
    size, size_since = outside @ d.T, since @ d.T  # [words, corpora]
    total, after = (np.einsum("wcp,wp->wc", r, periods)[:, :, None] for periods in (outside, since))
    p = (size_since / np.maximum(size, 1))[:, :, None]
    is_told = (total * (p > 0) * (p < 1)).sum(axis=(1, 2)) > 0
    return np.where(is_told, _shrunk_bits(after, total, p), change.bits)


def labels(
    change: Change, lasting: np.ndarray, weight: np.ndarray, *, min_z: float, min_bits: float, min_burst: float
) -> np.ndarray:
    """An index of LABELS for each word, int64 [words]; lasting: lasting_bits; weight: as in Burst.

    rose: z and bits at their floors or above; emerged: bits at EMERGED_BITS too; faded: both at minus the floors or below; burst:
    none of these, or only by the burst, and a burst of at least this weight; steady: the rest.
    """
    bits, z = change.bits, change.z
    sure = (np.abs(z) >= min_z) & (np.abs(bits) >= min_bits) & (np.sign(z) == np.sign(bits))
    is_burst = (weight >= min_burst) & ~(sure & (lasting * np.sign(bits) >= min_bits))
    moved = np.where(bits < 0, LABELS.index("faded"), np.where(bits >= EMERGED_BITS, LABELS.index("emerged"), LABELS.index("rose")))
    return np.where(is_burst, LABELS.index("burst"), np.where(sure, moved, LABELS.index("steady")))
