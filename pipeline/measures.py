"""Scores that compare two corpora, each formula once. xp: numpy, or pyspark.sql.functions for the same thing in SQL.

a, b: occurrences in the domain and in general; a_total, b_total: all words there. Arrays or columns, doubles.
"""

from typing import Any

import numpy as np

_TINY = 1e-12


def log_ratio(a: Any, b: Any, a_total: Any, b_total: Any, xp: Any = np) -> Any:
    """Bits: log2 of occurrences per million plus one, domain over general (Hardie 2014; smoothing by Kilgarriff 2009)."""
    return xp.log2((a * 1e6 / a_total + 1) / (b * 1e6 / b_total + 1))


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
    """Normalised PMI, -1..1 (Bouma 2009); pmi in nats, of a string that occurs count times among total."""
    return pmi / -xp.log(count / total)


def burst(count: Any, chunks_with: Any, chunks: Any, xp: Any = np) -> Any:
    """Nats: how many more stretches of text would hold the word if its occurrences were strewn at random (Church & Gale 1995)."""
    return xp.log(chunks * (1 - xp.exp(-count / chunks)) / chunks_with)
