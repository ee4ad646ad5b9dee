import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline import ngrams
from tests import reference


def count(code: list[int], longest: int, floor: int) -> ngrams.NGrams:
    found = ngrams.contexts(np.array(code, np.uint16))
    sides = [
        ngrams.scan(found.symbol, side, longest=longest, floor=floor, leftward=left)
        for side, left in ((found.after, False), (found.before, True))
    ]
    return ngrams.join(sides[0], sides[1], len(found.symbol))


def rows(found: ngrams.NGrams) -> dict[tuple[int, ...], int]:
    return {tuple(c for c in row if c): i for i, row in enumerate(ngrams.key_codes(found.key).tolist())}


def test_a_worked_example() -> None:
    # clauses 2 3 | 2 3 | 2 4 | 3: T = 7, c(2) = 3, c(3) = 3, c(2 3) = 2
    found = count([2, 3, 0, 2, 3, 0, 2, 4, 0, 3, 0], longest=2, floor=2)
    place = rows(found)
    assert set(place) == {(2,), (3,), (2, 3)}
    i = place[2, 3]
    assert found.count[i] == 2
    assert math.isclose(found.pmi[i], math.log(2 * 7 / (3 * 3)))  # ln(14/9) = 0.442 nats
    assert math.isclose(found.right_entropy[i], math.log(2))  # two clause edges, each a fresh neighbour
    right = found.right_entropy[place[2,]]
    assert math.isclose(right, -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)))  # neighbours 3, 3, 4: 0.637 nats


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 4), max_size=80),
    st.integers(1, 8),
    st.integers(2, 4),
)
def test_equal_to_the_reference(code: list[int], longest: int, floor: int) -> None:
    found = count(code, longest, floor)
    expected = reference.ngrams(code, longest, floor)
    place = rows(found)
    assert set(place) == set(expected)
    for gram, (c, pmi, left, right) in expected.items():
        i = place[gram]
        assert found.count[i] == c
        assert found.n[i] == len(gram)
        assert math.isclose(found.left_entropy[i], left, abs_tol=1e-9)
        assert math.isclose(found.right_entropy[i], right, abs_tol=1e-9)
        assert math.isnan(found.pmi[i]) if pmi is None else math.isclose(found.pmi[i], pmi, abs_tol=1e-9)


def test_codes_up_to_the_last_one_are_counted() -> None:
    found = count([65535, 40000, 0] * 3, longest=2, floor=3)
    assert set(rows(found)) == {(65535,), (40000,), (65535, 40000)}
