import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from tests.mining.lexicon.test_discovery import FLOOR, GATED, LONGEST, candidates
from wajue.mining.lexicon.substitution import EVIDENCE_UNIT, evidence_sums


def evidence(code: list[int], parts: int = 1) -> dict[tuple[int, ...], float]:
    """Of each pair of symbols that is counted, the text being looked at in so many parts."""
    found, clauses = candidates(code, GATED), reference.clauses(code)
    pieces = [np.array([c for clause in clauses[i::parts] for c in (*clause, 0)], np.uint16) for i in range(parts)]
    sums = [evidence_sums([piece], found.earners, found.symbol_count, len(found.codes)) for piece in pieces]
    found.take_substitution(np.sum(sums, axis=0))
    assert not found.substitution[found.length != 2].any()
    return {tuple(found.codes[i, :2].tolist()): float(found.substitution[i]) for i in np.flatnonzero(found.length == 2)}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([1, 2, 2, 3, 3, 4, 5, 6]), min_size=1, max_size=7), min_size=4, max_size=25),
    st.integers(1, 4),
)
def test_equal_to_the_reference_however_the_text_is_split(clauses: list[list[int]], parts: int) -> None:
    code = [c for clause in clauses for c in (*clause, 0)]
    expected = reference.substitution(code, reference.ngrams(code, LONGEST, FLOOR))
    found = evidence(code, parts)
    assert expected.keys() <= found.keys() and found == evidence(code)
    assert all(found[pair] == pytest.approx(expected.get(pair, 0.0), abs=1e-5) for pair in found)


def test_a_neighbour_of_the_symbol_elsewhere_speaks_for_two_words() -> None:
    # 9 stands before 2 3 five times and before 2 4 three times; of 24 symbols 8 are 9. P(9 | 2, not 3) = (3 + 20/3)/(3 + 20)
    code = [9, 2, 3, 0] * 5 + [9, 2, 4, 0] * 3
    assert evidence(code)[2, 3] == pytest.approx(np.log((3 + 20 / 3) / 23 * 3), abs=1e-5)
    # where all that 2 has before it elsewhere is 8, as often, a tenth of an occurrence is left: 5 of 24 are 9
    code = [9, 2, 3, 0] * 5 + [8, 2, 4, 0] * 3
    assert evidence(code)[2, 3] == pytest.approx(np.log((0.1 + 20 * 5 / 24) / 23 * 24 / 5), abs=1e-5)


def test_a_pair_that_no_symbol_stands_beside_has_none() -> None:
    assert evidence([2, 3, 0, 2, 3, 0]) == {(2, 3): 0.0}
    assert evidence_sums([np.zeros(0, np.uint16)], candidates([2, 3, 0] * 2, GATED).earners, np.zeros(65536), 1).tolist() == [0]


def test_sums_are_whole_numbers_of_a_unit() -> None:
    found = candidates([9, 2, 3, 0] * 5, GATED)
    sums = evidence_sums([np.array([9, 2, 3, 0] * 5, np.uint16)], found.earners, found.symbol_count, len(found.codes))
    found.take_substitution(sums, share=0.5)  # of a sample of half of the text
    assert sums.dtype == np.int64 and np.allclose(found.substitution, sums * EVIDENCE_UNIT / found.count * 2)
