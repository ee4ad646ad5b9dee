"""Whose word it is, the domain's or general text's. In: a word's uses in either. Out: the ratio of its shares, and a role.

Discovery reads both sides together, so that it sees more text; without this the new words of a manual would be the news's.
"""

import numpy as np

from wajue.mining.text.clauses import BOTH, ROLES

OWN = 2.0  # bits: a word is one side's own if it is four times as frequent there (docs/dev/experiments/discovery.md)


def log_ratio(domain: np.ndarray, general: np.ndarray) -> np.ndarray:
    """Bits (float64 [words]): log2 of a word's share of the domain's uses over that of the general ones; NaN if a side has none.

    domain, general: int64 [words], uses of every word. One use more than there are is shared out between the sides as all words
    are, so that a word that one side lacks is the other's, however much smaller that side is.
    """
    totals = [max(int(uses.sum()), 1) for uses in (domain, general)]
    if not domain.any() or not general.any():
        return np.full(len(domain), np.nan)
    share, other = ((uses / total) * sum(totals) + 1 for uses, total in zip((domain, general), totals, strict=True))
    ratio: np.ndarray = np.log2(share / other)
    return ratio


def roles(domain: np.ndarray, general: np.ndarray) -> list[str]:
    """domain or general for each word that is that side's own, else both; where all text is of one side, so are all words."""
    if not domain.any() or not general.any():
        return [ROLES[int(general.any())]] * len(domain)
    ratio = log_ratio(domain, general)
    return np.select([ratio >= OWN, ratio <= -OWN], ROLES, BOTH).tolist()
