import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.mining.lattice.lattices import SINGLES, WORDS, random_spelling, spelled_weights, weights
from wajue.mining.lattice.viterbi import Cut, best_cut
from wajue.mining.lattice.weights import log_spelling
from wajue.mining.text.symbols import MAX_CLAUSE


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, 5), min_size=1, max_size=6), st.integers(0, 1000))
def test_no_cut_is_more_probable(clause: list[int], seed: int) -> None:
    spelling = random_spelling(seed)
    every = SINGLES | WORDS | spelled_weights(spelling)
    code = np.array([*clause, 0], np.uint16)
    found = best_cut(code, weights(spelling=log_spelling(spelling), log=True), len(WORDS), longest=4, named=True)
    best = max(p for p, _ in reference.cuts(tuple(clause), every))
    assert math.isclose(found.log_probability.sum(), math.log(best), abs_tol=1e-5)
    cut = [tuple(w.tolist()) for w in np.split(np.array(clause), np.flatnonzero(found.ends[:-1])[:-1] + 1)]
    assert math.isclose(math.prod(every[w] for w in cut), best, rel_tol=1e-5)
    names = [list(WORDS)[i] for i in found.word_ids.tolist() if i >= 0]
    assert names == [w for w in cut if w in WORDS]
    assert found.uses.tolist() == [names.count(w) for w in WORDS]


def test_an_open_end_is_an_error() -> None:
    with pytest.raises(ValueError, match="break"):
        best_cut(np.array([2, 3], np.uint16), weights(log=True), len(WORDS), longest=4)


def test_a_cut_does_not_depend_on_what_stands_beside() -> None:
    """Words are looked up for groups of symbols; clauses of any length begin and end anywhere in them."""
    rng = np.random.default_rng(3)
    parts = [np.append(rng.integers(1, 6, n), 0).astype(np.uint16) for n in rng.integers(1, 1 + 3 * MAX_CLAUSE, 60)]
    weighing = weights(spelling=log_spelling(random_spelling(2)), log=True)

    def cut(code: np.ndarray) -> Cut:
        return best_cut(code, weighing, len(WORDS), longest=4, named=True)

    whole, alone = cut(np.concatenate(parts)), [cut(part) for part in parts]
    assert (whole.ends == np.concatenate([one.ends for one in alone])).all()
    assert (whole.word_ids == np.concatenate([one.word_ids for one in alone])).all()
    assert whole.log_probability.tolist() == [one.log_probability.sum() for one in alone]
