import numpy as np
import pytest
from scipy.stats import norm

from wajue.mining.terms.evidence import evidence


def test_evidence_is_one_less_the_false_discoveries() -> None:
    keyness = np.array([norm.isf(p) ** 2 for p in (0.01, 0.02, 0.04)] + [-(norm.isf(0.1) ** 2)])
    ones = np.ones(4, np.int64)
    # one-sided p .01 .02 .04 .9; q = p n / rank: .04, .04, .04 / 3 * 4 = .0533, .9
    assert evidence(keyness, ones, ones) == pytest.approx([0.96, 0.96, 1 - 0.16 / 3, 0.1])
    # four occurrences in a stretch that holds it: G2 counts a quarter, and z half: isf(.01) / 2 = 1.163, p .1224
    assert evidence(keyness[:1], 4 * ones[:1], ones[:1]) == pytest.approx([1 - norm.sf(norm.isf(0.01) / 2)])
    assert len(evidence(keyness[:0], ones[:0], ones[:0])) == 0


def test_of_what_differs_by_chance_alone_next_to_nothing_has_evidence() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.poisson(50, 20_000), rng.poisson(50, 20_000)
    expected = (a + b) / 2
    keyness = 2 * (a * np.log(a / expected) + b * np.log(b / expected)) * np.sign(a - b)
    assert (evidence(keyness, a, a) > 0.95).sum() <= 2
    a[:500] = rng.poisson(120, 500)  # these do differ
    expected = (a + b) / 2
    keyness = 2 * (a * np.log(a / expected) + b * np.log(b / expected)) * np.sign(a - b)
    sure = np.flatnonzero(evidence(keyness, a, a) > 0.95)
    assert (sure < 500).sum() > 450 and (sure >= 500).mean() < 0.07
