"""One change in several corpora. In: occurrences before and after, corpus by corpus. Out: the ratio that they have in common, and
how much better it explains them than no change.

Where a corpus begins, ends or grows, a word's share of all text jumps though nobody uses it otherwise. So shares are compared
within each corpus, and the ratios combined as Mantel and Haenszel do (1959; of rates: Greenland & Robins 1985). A corpus that has
text on one side alone says nothing of a change, and drops out.

Throughout, a is what lies on one side of a boundary, float64 [..., corpora, boundaries], total what each corpus has in all,
float64 [..., corpora, 1], and p the share of each corpus's text on that side, float64 [corpora, boundaries].
"""

from typing import NamedTuple

import numpy as np

_FARTHEST = 1e9  # a ratio beyond which one is infinite: the other side has none
_NOISE = 1e-6  # nats; what sums of floating point numbers leave where there is no change


class Sides(NamedTuple):
    """What each corpus has inside, weighted by its share of text outside, and the reverse: their ratio is Mantel and Haenszel's.

    float64 [..., boundaries] each.
    """

    inside: np.ndarray  # sum over the corpora of a (1 - p)
    outside: np.ndarray  # of (total - a) p

    def ratio(self) -> np.ndarray:
        """Of the rate inside over that outside; 1 where no corpus that has text on both sides has the word."""
        known = self.inside + self.outside > 0
        quotient = np.where(known, self.inside, 1) / np.maximum(np.where(known, self.outside, 1), 1 / _FARTHEST)
        return np.clip(quotient, 1 / _FARTHEST, _FARTHEST)


def sides(a: np.ndarray, total: np.ndarray, p: np.ndarray) -> Sides:
    """Both sides of each boundary."""
    return Sides((a * (1 - p)).sum(axis=-2), ((total - a) * p).sum(axis=-2))


def likelihood_ratio(a: np.ndarray, total: np.ndarray, p: np.ndarray) -> np.ndarray:
    """Of the common ratio against none, float64 [..., boundaries], with the sign of the change; for one corpus it is G2.

    It is that of a binomial draw in each corpus, at the ratio of Mantel and Haenszel, which needs no iteration; the most likely
    ratio would give a little more.
    """
    both = sides(a, total, p)
    ratio = both.ratio()
    apart = (total * np.log1p(p * (ratio[..., None, :] - 1))).sum(axis=-2)
    gain: np.ndarray = 2 * (a.sum(axis=-2) * np.log(ratio) - apart)
    return np.where(gain > _NOISE, gain, 0) * np.sign(both.inside - both.outside)
