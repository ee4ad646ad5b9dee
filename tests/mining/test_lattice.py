import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from wajue.mining import lattice
from wajue.mining.lattice import POSTERIOR_UNIT
from wajue.mining.word_table import WordTable, word_keys, word_table

SINGLES = {(c,): 0.05 * c for c in range(2, 6)}
WORDS = {(2, 3): 0.2, (3, 4): 0.1, (2, 3, 4): 0.05, (5, 5): 0.1}


def table(words: dict[tuple[int, ...], float], log: bool = False) -> tuple[WordTable, int]:
    codes = np.array([[*w, 0, 0, 0][:4] for w in words], np.uint16)
    weights = np.array(list(words.values()))
    return word_table(word_keys(codes), np.log(weights) if log else weights), len(words)


def singles(log: bool = False) -> np.ndarray:
    found = np.full(65536, 1e-6)
    for (c,), p in SINGLES.items():
        found[c] = p
    return np.log(found) if log else found


# the table needs every prefix of a word; 2 3 4 has the prefix 2 3, which is a word itself
@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 5).filter(lambda c: c != 1), min_size=1, max_size=12))
def test_expected_counts_equal_the_sum_over_all_cuts(code: list[int]) -> None:
    code = [*code, 0]
    words, n = table(WORDS)
    found = lattice.forward_backward(np.array(code, np.uint16), singles(), words, n, lattice.no_spelling(), longest=4, scale=0.0)
    expected, log_likelihood = reference.expected_counts(code, SINGLES | WORDS)
    for i, word in enumerate(WORDS):
        assert math.isclose(found.word[i] * POSTERIOR_UNIT, expected[word], abs_tol=1e-5)
    for (c,) in SINGLES:
        assert math.isclose(found.single[c] * POSTERIOR_UNIT, expected[c,], abs_tol=1e-5)
    assert math.isclose(found.log_likelihood / 1024, log_likelihood, abs_tol=0.01 + 0.001 * len(code))


def spelled_weights(position: np.ndarray, share: np.ndarray) -> dict[tuple[int, ...], float]:
    """Every string of 2..4 symbols that is no word, as a word with its spelled weight."""
    found = {}
    for n in range(2, 5):
        for code in np.ndindex(*[4] * n):
            word = tuple(c + 2 for c in code)
            if word not in WORDS:
                inside = math.prod(position[c, 1] for c in word[1:-1])
                found[word] = share[n] * position[word[0], 0] * inside * position[word[-1], 2]
    return found


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(0, 1000))
def test_spelled_arcs_are_words_with_their_spelled_weight(clause: list[int], seed: int) -> None:
    rng = np.random.default_rng(seed)
    position = rng.uniform(0.05, 0.5, (65536, 3))
    share = np.array([0, 0, 0.3, 0.2, 0.1])
    words, n = table(WORDS)
    spelling = lattice.Spelling(position, share)
    code = np.array([*clause, 0], np.uint16)
    found = lattice.forward_backward(code, singles(), words, n, spelling, longest=4, scale=0.0)
    extra = spelled_weights(position, share)
    expected, _ = reference.expected_counts([*clause, 0], SINGLES | WORDS | extra)
    for i, word in enumerate(WORDS):
        assert math.isclose(found.word[i] * POSTERIOR_UNIT, expected[word], abs_tol=1e-5)
    for length in range(2, 5):
        total = sum(p for w, p in expected.items() if w in extra and len(w) == length)
        assert math.isclose(found.spelled[length] * POSTERIOR_UNIT, total, abs_tol=1e-5)
    ways = reference.cuts(tuple(clause), SINGLES | WORDS | extra)
    found_cut = lattice.viterbi(
        code, singles(log=True), table(WORDS, log=True)[0], n, lattice.Spelling(np.log(position), np.log(np.maximum(share, 1e-30))), longest=4, named=True
    )  # fmt: skip
    best = max(p for p, _ in ways)
    assert math.isclose(found_cut.log_probability, math.log(best), abs_tol=1e-5)
    cut = np.split(np.array(clause), np.flatnonzero(found_cut.stop[:-1])[:-1] + 1)
    assert math.isclose(math.prod((SINGLES | WORDS | extra)[tuple(w.tolist())] for w in cut), best, rel_tol=1e-5)


def test_a_word_with_weight_zero_earns_what_its_spelling_earns() -> None:
    position, share = np.full((65536, 3), 0.5), np.array([0, 0, 0.5, 0, 0])
    words, n = table({(2, 3): 0.0})
    code = np.array([2, 3, 0], np.uint16)
    found = lattice.forward_backward(code, singles(), words, n, lattice.Spelling(position, share), longest=2, scale=0.0)
    # spelled 2 3: .5 * .5 * .5 = .125; apart: .1 * .15 = .015; posterior .125/.14 = .8929
    assert math.isclose(found.word[0] * POSTERIOR_UNIT, 0.125 / 0.14, abs_tol=1e-6)
    assert found.spelled[2] == found.word[0]


def test_scale_changes_no_count_and_no_likelihood() -> None:
    code = np.array([2, 3, 4, 5, 5, 0] * 3, np.uint16)
    words, n = table(WORDS)
    plain = lattice.forward_backward(code, singles(), words, n, lattice.no_spelling(), longest=4, scale=0.0)
    scaled, _ = table({w: p * math.exp(2 * len(w)) for w, p in WORDS.items()})
    other = lattice.forward_backward(code, singles() * math.exp(2), scaled, n, lattice.no_spelling(), longest=4, scale=2.0)
    assert np.abs(plain.word - other.word).max() * POSTERIOR_UNIT < 1e-5
    assert abs(plain.log_likelihood - other.log_likelihood) <= 3


def test_an_improbable_clause_is_done_again_with_another_factor() -> None:
    single = np.full(65536, 1e-12)  # 64 symbols: 1e-768, below any double
    words, n = table({(2, 2): 1e-20})
    code = np.array([2] * 64 + [0], np.uint16)
    found = lattice.forward_backward(code, single, words, n, lattice.no_spelling(), longest=2, scale=0.0)
    total = found.single[2] + 2 * found.word[0]
    assert math.isclose(total * POSTERIOR_UNIT, 64, abs_tol=1e-4)


def test_sums_do_not_depend_on_how_the_text_is_split() -> None:
    rng = np.random.default_rng(5)
    parts = [np.append(rng.integers(2, 6, rng.integers(1, 30)), 0).astype(np.uint16) for _ in range(40)]
    words, n = table(WORDS)

    def run(code: np.ndarray) -> lattice.Expected:
        return lattice.forward_backward(code, singles(), words, n, lattice.no_spelling(), longest=4, scale=0.0)

    whole = run(np.concatenate(parts))
    pieces = [run(p) for p in reversed(parts)]
    assert (whole.word == sum(p.word for p in pieces)).all()
    assert (whole.single == sum(p.single for p in pieces)).all()
    assert whole.log_likelihood == sum(p.log_likelihood for p in pieces)


def test_a_symbol_without_weight_is_an_error() -> None:
    words, n = table(WORDS)
    with pytest.raises(ValueError, match="no weight"):
        lattice.forward_backward(
            np.array([2, 0], np.uint16), np.zeros(65536), words, n, lattice.no_spelling(), longest=4, scale=0.0
        )


def test_an_open_end_is_an_error() -> None:
    words, n = table(WORDS)
    with pytest.raises(ValueError, match="break"):
        lattice.viterbi(np.array([2, 3], np.uint16), singles(log=True), words, n, lattice.no_spelling(), longest=4)
