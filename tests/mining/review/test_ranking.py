"""The mode that is found is the mode; without an answer the score decides; what is like an accepted word rises."""

import numpy as np
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.review import ranking
from wajue.mining.review.ranking import Learned


def slow_log_posterior(w: np.ndarray, z: np.ndarray, x: np.ndarray, y: np.ndarray) -> float:
    """The objective, term by term."""
    total = -((w[0] + 2) ** 2) / (2 * 2**2) - (w[1] - 1) ** 2 / (2 * 0.2**2) - sum(v**2 for v in w[2:]) / 2
    for i in range(len(z)):
        p = 1 / (1 + np.exp(-(w[0] + w[1] * z[i] + x[i] @ w[2:])))
        total += np.log(p if y[i] else 1 - p)
    return float(total)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12))
def test_no_step_away_from_the_mode_is_better(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    z, x, y = rng.normal(size=n), rng.normal(size=(n, 3)), rng.random(n) < 0.5
    learned = ranking.learn(z, sp.csr_matrix(x), y)
    mode = np.array([learned.start, learned.slope, *learned.weights])
    best = slow_log_posterior(mode, z, x, y)
    for step in rng.normal(size=(20, 5)) * 0.01:
        assert slow_log_posterior(mode + step, z, x, y) <= best + 1e-6


def test_without_an_answer_the_score_decides() -> None:
    learned = ranking.learn(np.zeros(0), sp.csr_matrix((0, 2)), np.zeros(0, bool))
    z = np.array([0.5, 2.0, -1.0])
    assert np.argsort(-learned.log_odds(z, sp.csr_matrix(np.ones((3, 2))))).tolist() == [1, 0, 2]


def test_what_is_like_accepted_words_rises_and_the_order_of_answers_says_nothing() -> None:
    z, x = np.zeros(4), sp.csr_matrix(np.array([[1.0, 0], [0, 1], [1, 0], [0, 1]]))
    learned = ranking.learn(z[:2], x[:2], np.array([True, False]))
    odds = learned.log_odds(z, x)
    assert odds[2] == odds[0] > odds[3] == odds[1]
    again = ranking.learn(z[1::-1], x[1::-1], np.array([False, True]))
    assert np.allclose(again.weights, learned.weights, atol=1e-5)


def test_a_feature_that_no_answered_row_has_keeps_no_weight() -> None:
    learned = ranking.learn(np.zeros(1), sp.csr_matrix(np.array([[1.0, 0.0]])), np.array([True]))
    assert isinstance(learned, Learned) and learned.weights[0] > 0 and learned.weights[1] == 0
