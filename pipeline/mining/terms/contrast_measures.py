"""Scores that compare two corpora, each formula once. In: counts. Out: a score for each word.

Throughout, a and b are a word's occurrences in the domain and in general text, a_total and b_total those of all words there:
arrays, or columns of doubles. xp is numpy, or pyspark.sql.functions for the same formula in SQL.
"""

from typing import Any

import numpy as np

_TINY = 1e-12
_Z = 1.959964  # of a two-sided bound of 95 %


def per_million(count: Any, total: Any) -> Any:
    """Occurrences per million words."""
    return count * 1e6 / total


def simple_maths(a: Any, b: Any, a_total: Any, b_total: Any, smoothing: float = 1.0) -> Any:
    """Per million plus a constant, domain over general (Kilgarriff 2009)."""
    return (per_million(a, a_total) + smoothing) / (per_million(b, b_total) + smoothing)


def log_ratio(a: Any, b: Any, a_total: Any, b_total: Any, xp: Any = np) -> Any:
    """Bits: log2 of `simple_maths` (Hardie 2014)."""
    return xp.log2(simple_maths(a, b, a_total, b_total))


def log_ratio_error(a: Any, b: Any, a_total: Any, b_total: Any, xp: Any = np) -> Any:
    """Bits: half the width of the 95 % interval of `log_ratio`, by the delta method on Poisson counts.

    A count of 0 is taken to vary as much as one of 1, about a value of 1 at least: in a corpus below a million words it would seem
    to vary by many times itself. Like every test on counts it assumes that words occur independently, which those of one document
    do not, so the true interval is wider.
    """
    values = [(n, _at_least(1.0, n + total / 1e6, xp)) for n, total in ((a, a_total), (b, b_total))]
    spread = [_at_least(1.0, n, xp) / (value * value) for n, value in values]
    return xp.sqrt(spread[0] + spread[1]) * (_Z / float(np.log(2)))


def share(a: Any, b: Any, a_total: Any, b_total: Any) -> Any:
    """The share of a word's occurrences that is in the domain, 0..1, shrunk towards the share of all words.

    (a + m p)/(a + b + m), where p = a_total/(a_total + b_total), and m is the count of a word that occurs once per million (after
    Su Jianlin's published method, with the count of a word that a corpus lacks taken as 0).
    """
    mean = (a_total + b_total) / 1e6
    return (a + mean * a_total / (a_total + b_total)) / (a + b + mean)


def relevance(a: Any, b: Any, a_total: Any, b_total: Any, xp: Any = np) -> Any:
    """1 - 1/log2(2 + ratio), 0..1, of the shares of the words; an absent one has half a count (Penas et al. 2001)."""
    return 1 - 1 / xp.log2(2 + (a / a_total) / (_at_least(0.5, b, xp) / b_total))


def pertinence(a: Any, b: Any, a_total: Any, b_total: Any) -> Any:
    """Domain pertinence: the ratio of the shares, a tenth of an occurrence added in general (Navigli & Velardi 2004)."""
    return (a / a_total) / ((b + 0.1) / b_total)


def _at_least(least: float, count: Any, xp: Any) -> Any:
    return np.maximum(count, least) if xp is np else xp.greatest(count, xp.lit(least))


def keyness(a: Any, b: Any, a_total: Any, b_total: Any, xp: Any = np) -> Any:
    """Log-likelihood ratio G2, negative where general text uses the word more (Dunning 1993; Rayson & Garside 2000)."""
    expected_a, expected_b = a_total * (a + b) / (a_total + b_total), b_total * (a + b) / (a_total + b_total)
    g2 = 2 * (a * xp.log((a + _TINY) / expected_a) + b * xp.log((b + _TINY) / expected_b))
    return g2 * xp.sign(a / a_total - b / b_total)


def log_odds(a: Any, b: Any, a_total: Any, b_total: Any, prior: float = 500.0, xp: Any = np) -> Any:
    """z score of the log-odds ratio under an informative Dirichlet prior of this many words (Monroe et al. 2008, eq. 22)."""
    share = prior * (a + b) / (a_total + b_total)
    odds_a = xp.log((a + share) / (a_total + prior - a - share))
    odds_b = xp.log((b + share) / (b_total + prior - b - share))
    return (odds_a - odds_b) / xp.sqrt(1 / (a + share) + 1 / (b + share))


def npmi(pmi: Any, count: Any, total: Any, xp: Any = np) -> Any:
    """Normalised PMI, -1..1 (Bouma 2009); pmi: nats, of a string that occurs `count` times among `total`."""
    return pmi / -xp.log(count / total)


def burst(count: Any, chunks_with: Any, chunks: Any, xp: Any = np) -> Any:
    """Nats: ln of the stretches of text that would hold a word strewn at random, over those that do (Church & Gale 1995)."""
    return xp.log(chunks * (1 - xp.exp(-count / chunks)) / chunks_with)


def contrasts(a: Any, b: Any, a_total: float, b_total: float) -> dict[str, Any]:
    """Every score of the two counts alone (float64 [n] each), under its name."""
    both = (a, b, a_total, b_total)
    ratio, error = log_ratio(*both), log_ratio_error(*both)
    return {
        "domain_per_million": per_million(a, a_total),
        "general_per_million": per_million(b, b_total),
        "share": share(*both),
        "simple_maths": simple_maths(*both),
        "log_ratio": ratio,
        "log_ratio_low": ratio - error,
        "log_ratio_high": ratio + error,
        "relevance": relevance(*both),
        "pertinence": pertinence(*both),
        "keyness": keyness(*both),
        "log_odds": log_odds(*both),
    }
