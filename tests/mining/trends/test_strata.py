"""One ratio in several corpora, worked out by hand and against the most likely one."""

import numpy as np
import pytest

from wajue.mining.terms.contrast_measures import keyness
from wajue.mining.trends import strata


def one(a: list[float], total: list[float], p: list[float]) -> tuple[float, float]:
    """(ratio, likelihood ratio) of one boundary."""
    columns = [np.array(values, float)[:, None] for values in (a, total, p)]
    return float(strata.sides(*columns).ratio()[0]), float(strata.likelihood_ratio(*columns)[0])


def test_one_corpus_has_the_plain_ratio_and_g2() -> None:
    # 30 of 40 occurrences in a quarter of 1000 words: (30 / 250) / (10 / 750) = 9
    ratio, g2 = one([30], [40], [0.25])
    assert ratio == pytest.approx(9) and g2 == pytest.approx(float(keyness(30, 10, 250, 750)))
    assert one([10], [40], [0.25])[1] == 0 and one([2], [40], [0.25])[1] == pytest.approx(float(keyness(2, 38, 250, 750)))


def test_the_ratio_is_mantel_and_haenszels() -> None:
    # sum of a (1 - p) over sum of (R - a) p: (8 * .5 + 6 * .8) / (4 * .5 + 4 * .2) = 8.8 / 2.8
    assert one([8, 6], [12, 10], [0.5, 0.2])[0] == pytest.approx(8.8 / 2.8)


def test_a_corpus_with_text_on_one_side_alone_drops_out() -> None:
    alone = one([30], [40], [0.25])
    assert one([30, 500], [40, 500], [0.25, 1]) == pytest.approx(alone)
    assert one([30, 0], [40, 500], [0.25, 0]) == pytest.approx(alone)
    assert one([0, 500], [40, 500], [0, 1]) == (1, 0)  # two corpora that never meet


def test_a_mixture_that_changes_is_no_change() -> None:
    # 1 in 100 of corpus one, 9 in 100 of corpus two; the first has 900 words before and 100 since, the second the reverse
    assert one([1, 81], [10, 90], [0.1, 0.9])[1] == pytest.approx(0, abs=1e-9)
    assert float(keyness(82, 18, 1000, 1000)) > 40  # as one text


def test_the_likelihood_is_nearly_the_greatest() -> None:
    rng = np.random.default_rng(1)
    ratios = np.exp(np.linspace(-4, 4, 4001))
    for _ in range(50):
        total, p = rng.integers(1, 60, 3).astype(float), rng.uniform(0.05, 0.95, 3)
        a = rng.binomial(total.astype(int), 3 * p / (3 * p + 1 - p)).astype(float)
        _, told = one(list(a), list(total), list(p))
        greatest = max(2 * (a.sum() * np.log(x) - (total * np.log1p(p * (x - 1))).sum()) for x in ratios)
        assert 0.95 * greatest - 0.1 <= abs(told) <= greatest + 1e-3
