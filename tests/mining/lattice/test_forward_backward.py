import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.mining.lattice.lattices import SINGLES, WORDS, random_spelling, singles, spelled_weights, weights
from wajue.mining.lattice.forward_backward import POSTERIOR_UNIT, Expected, expected_counts
from wajue.mining.lattice.weights import Spelling, Weights


def expected(code: list[int], given_weights: Weights, words: int = len(WORDS), *, longest: int = 4, scale: float = 0.0) -> Expected:
    return expected_counts([np.array(code, np.uint16)], given_weights, words, longest=longest, scale=scale)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5).filter(lambda c: c != 1), min_size=1, max_size=12))
def test_expected_counts_equal_the_sum_over_all_cuts(code: list[int]) -> None:
    code = [*code, 0]
    found = expected(code, weights())
    slow, log_likelihood = reference.expected_counts(code, SINGLES | WORDS)
    for i, word in enumerate(WORDS):
        assert math.isclose(found.word[i] * POSTERIOR_UNIT, slow[word], abs_tol=1e-5)
    for (c,) in SINGLES:
        assert math.isclose(found.single[c] * POSTERIOR_UNIT, slow[c,], abs_tol=1e-5)
    assert math.isclose(found.log_likelihood / 1024, log_likelihood, abs_tol=0.01 + 0.001 * len(code))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(0, 1000))
def test_spelled_arcs_are_words_with_their_spelled_weight(clause: list[int], seed: int) -> None:
    spelling = random_spelling(seed)
    found = expected([*clause, 0], weights(spelling=spelling))
    extra = spelled_weights(spelling)
    slow, _ = reference.expected_counts([*clause, 0], SINGLES | WORDS | extra)
    for i, word in enumerate(WORDS):
        assert math.isclose(found.word[i] * POSTERIOR_UNIT, slow[word], abs_tol=1e-5)
    for length in range(2, 5):
        total = sum(p for w, p in slow.items() if w in extra and len(w) == length)
        assert math.isclose(found.spelled[length] * POSTERIOR_UNIT, total, abs_tol=1e-5)


def test_a_word_with_weight_zero_earns_what_its_spelling_earns() -> None:
    spelling = Spelling(np.full((65536, 3), 0.5), np.array([0, 0, 0.5, 0, 0]))
    found = expected([2, 3, 0], weights({(2, 3): 0.0}, spelling), 1, longest=2)
    # spelled 2 3: .5 * .5 * .5 = .125; apart: .1 * .15 = .015; posterior .125/.14 = .8929
    assert math.isclose(found.word[0] * POSTERIOR_UNIT, 0.125 / 0.14, abs_tol=1e-6)
    assert found.spelled[2] == found.word[0]


def test_scale_changes_no_count_and_no_likelihood() -> None:
    code = [2, 3, 4, 5, 5, 0] * 3
    plain = expected(code, weights())
    scaled = weights({w: p * math.exp(2 * len(w)) for w, p in WORDS.items()}, single=singles() * math.exp(2))
    other = expected(code, scaled, scale=2.0)
    assert np.abs(plain.word - other.word).max() * POSTERIOR_UNIT < 1e-5
    assert abs(plain.log_likelihood - other.log_likelihood) <= 3


def test_an_improbable_clause_is_done_again_with_another_factor() -> None:
    single = np.full(65536, 1e-12)  # 64 symbols: 1e-768, below any double
    found = expected([2] * 64 + [0], weights({(2, 2): 1e-20}, single=single), 1, longest=2)
    total = found.single[2] + 2 * found.word[0]
    assert math.isclose(total * POSTERIOR_UNIT, 64, abs_tol=1e-4)


def test_sums_do_not_depend_on_how_the_text_is_split() -> None:
    rng = np.random.default_rng(5)
    parts = [[*rng.integers(2, 6, rng.integers(1, 30)).tolist(), 0] for _ in range(40)]
    whole = expected([c for part in parts for c in part], weights())
    pieces = [expected(part, weights()) for part in reversed(parts)]
    assert (whole.word == sum(p.word for p in pieces)).all()
    assert (whole.single == sum(p.single for p in pieces)).all()
    assert whole.log_likelihood == sum(p.log_likelihood for p in pieces)


def test_a_symbol_without_weight_is_an_error() -> None:
    with pytest.raises(ValueError, match="no weight"):
        expected([2, 0], weights(single=np.zeros(65536)))


def test_an_open_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="break"):
        expected([2, 3], weights())
