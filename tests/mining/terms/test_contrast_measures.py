import math

import numpy as np
import pytest

from wajue.mining.terms import contrast_measures

A, B, A_TOTAL, B_TOTAL = np.array([30.0, 5.0, 1.0]), np.array([0.0, 50.0, 1.0]), 1000.0, 10_000.0


def test_log_ratio() -> None:
    # 30 of 1000 = 30,000 per million; nothing in general: log2(30001/1) = 14.87 bits
    assert math.isclose(contrast_measures.log_ratio(A, B, A_TOTAL, B_TOTAL)[0], math.log2(30_001))


def test_the_interval_of_the_log_ratio() -> None:
    # per million 30,000 + 1 and 0 + 1: variances 30/30.001^2 and, a 0 varying as a 1 does about 1, 1/1^2; 1.96/ln 2 (.0333 + 1)^.5
    error = contrast_measures.log_ratio_error(A, B, A_TOTAL, B_TOTAL)
    assert math.isclose(error[0], 1.959964 / math.log(2) * math.sqrt(30 / 30.001**2 + 1))
    many = contrast_measures.log_ratio_error(A * 1e4, B * 1e4 + 1e4, A_TOTAL * 1e4, B_TOTAL * 1e4)
    assert (many < error / 30).all()


def test_shares_of_a_word() -> None:
    # an average word's weight: 11,000 words / 1e6 = .011; (30 + .011/11)/(30.011)
    assert math.isclose(contrast_measures.share(A, B, A_TOTAL, B_TOTAL)[0], (30 + 0.011 / 11) / 30.011)
    assert math.isclose(contrast_measures.simple_maths(A, B, A_TOTAL, B_TOTAL)[1], 5001 / 5001)
    # 3 % against half an occurrence of 10,000: 1 - 1/log2(2 + 600)
    assert math.isclose(contrast_measures.relevance(A, B, A_TOTAL, B_TOTAL)[0], 1 - 1 / math.log2(602))
    assert math.isclose(contrast_measures.pertinence(A, B, A_TOTAL, B_TOTAL)[0], 0.03 / 0.00001)


def test_keyness() -> None:
    g2 = contrast_measures.keyness(A, B, A_TOTAL, B_TOTAL)
    # expected in the domain: 1000 * 30/11000 = 2.727; 2 * 30 ln(30/2.727) = 143.87
    assert math.isclose(g2[0], 2 * 30 * math.log(30 / (1000 * 30 / 11_000)), rel_tol=1e-9)
    assert g2[1] == pytest.approx(0, abs=1e-9)  # 5 of 1000 and 50 of 10,000: the same share
    g2_reversed = contrast_measures.keyness(B, A, B_TOTAL, A_TOTAL)
    assert np.allclose(g2, -g2_reversed)


def test_log_odds_has_the_sign_of_the_difference() -> None:
    z = contrast_measures.log_odds(A, B, A_TOTAL, B_TOTAL)
    assert z[0] > 0 and abs(z[1]) < 1e-6 and z[2] > 0


def test_npmi_is_one_for_words_that_never_part() -> None:
    # 10 times together, 10 times each, of 1000: pmi = ln(10 * 1000 / 100) = ln 100; -ln(10/1000) = ln 100
    assert math.isclose(contrast_measures.npmi(math.log(100), 10.0, 1000.0), 1.0)


def test_burst_is_nothing_for_a_word_strewn_at_random() -> None:
    # 50 occurrences over 100 stretches reach 100 (1 - e^-.5) = 39.3 of them by chance
    assert math.isclose(contrast_measures.burst(50.0, 100 * (1 - math.exp(-0.5)), 100.0), 0, abs_tol=1e-12)
    assert contrast_measures.burst(50.0, 5.0, 100.0) > 2


@pytest.mark.spark
def test_the_same_formulas_in_spark(spark) -> None:  # type: ignore[no-untyped-def]
    from pyspark.sql import functions as F

    frame = spark.createDataFrame([(float(a), float(b)) for a, b in zip(A, B, strict=True)], "a double, b double")
    both = (
        contrast_measures.log_ratio,
        contrast_measures.log_ratio_error,
        contrast_measures.keyness,
        contrast_measures.log_odds,
        contrast_measures.relevance,
    )
    formulas = (*both, contrast_measures.share, contrast_measures.simple_maths, contrast_measures.pertinence)
    arguments = F.col("a"), F.col("b"), F.lit(A_TOTAL), F.lit(B_TOTAL)
    rows = frame.select(*(f(*arguments, **({"xp": F} if f in both else {})) for f in formulas)).collect()
    for formula, found in zip(formulas, zip(*rows, strict=True), strict=True):
        assert np.allclose(sorted(found), sorted(formula(A, B, A_TOTAL, B_TOTAL)), atol=1e-9), formula
