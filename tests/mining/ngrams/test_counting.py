import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import reference
from wajue.mining.ngrams import counting
from wajue.mining.ngrams.keys import Counted, by_key, key_codes, last_symbol, lengths
from wajue.mining.ngrams.pmi import pmi
from wajue.mining.ngrams.windows import bucket, windows


def count(code: list[int], longest: int, floor: int, buckets: int = 1) -> dict[tuple[int, ...], tuple[int, float, float, float]]:
    """{n-gram: (count, pmi, left entropy, right entropy)}, counted in so many buckets."""
    array = np.array(code, np.uint16)
    counted = [
        counting.count(part, bucket(np.arange(65536), buckets) == b, longest=longest, floor=floor)
        for b, part in enumerate(windows(array, buckets, longest))
    ]
    found = by_key(Counted(*(np.concatenate(arrays) for arrays in zip(*counted, strict=True))))
    information = pmi(found, int(np.count_nonzero(array)))
    grams = [tuple(c for c in row if c) for row in key_codes(found.key).tolist()]
    assert [len(g) for g in grams] == lengths(found.key).tolist()
    assert [g[-1] for g in grams] == last_symbol(found.key).tolist()
    assert grams == sorted(grams)
    figures = zip(
        found.count.tolist(), information.tolist(), found.left_entropy.tolist(), found.right_entropy.tolist(), strict=True
    )
    return dict(zip(grams, figures, strict=True))


def test_a_worked_example() -> None:
    # clauses 2 3 | 2 3 | 2 4 | 3: T = 7, c(2) = 3, c(3) = 3, c(2 3) = 2
    found = count([2, 3, 0, 2, 3, 0, 2, 4, 0, 3, 0], longest=2, floor=2)
    assert set(found) == {(2,), (3,), (2, 3)}
    times, information, _, right = found[2, 3]
    assert times == 2
    assert math.isclose(information, math.log(2 * 7 / (3 * 3)))  # ln(14/9) = 0.442 nats
    assert math.isclose(right, math.log(2), abs_tol=1e-8)  # two clause edges, each a fresh neighbour
    # neighbours 3, 3, 4: 0.637 nats
    assert math.isclose(found[2,][3], -(2 / 3 * math.log(2 / 3) + 1 / 3 * math.log(1 / 3)), abs_tol=1e-8)


def same(found: dict, expected: dict) -> None:
    assert set(found) == set(expected)
    for gram, (c, information, left, right) in expected.items():
        times, ours, *entropies = found[gram]
        assert times == c
        assert math.isnan(ours) if information is None else math.isclose(ours, information, abs_tol=1e-9)
        # the sum of c ln c is of multiples of 2^-28
        assert math.isclose(entropies[0], left, abs_tol=1e-8)
        assert math.isclose(entropies[1], right, abs_tol=1e-8)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 4), max_size=80), st.integers(1, 8), st.integers(2, 4), st.integers(1, 5))
def test_equal_to_the_reference(code: list[int], longest: int, floor: int, buckets: int) -> None:
    same(count(code, longest, floor, buckets), reference.ngrams(code, longest, floor))


@pytest.mark.parametrize(("length", "symbols"), [(3_000, 1), (3_000, 2), (3_000, 30), (120_000, 2)])
def test_runs_of_any_length(length: int, symbols: int) -> None:
    # short runs are sorted by insertion, longer ones in two steps, above 65,536 rows by two symbols at first
    rng = np.random.default_rng(symbols)
    code = (rng.integers(2, symbols + 2, length) * (rng.random(length) > 0.1)).tolist()
    same(count(code, 6, 3, 2), reference.ngrams(code, 6, 3))


def test_the_order_of_the_clauses_changes_nothing() -> None:
    rng = np.random.default_rng(1)
    clauses = [rng.integers(1, 6, rng.integers(1, 12)).tolist() for _ in range(400)]
    forth = [c for clause in clauses for c in (*clause, 0)]
    back = [c for clause in reversed(clauses) for c in (*clause, 0)]
    assert repr(count(forth, 8, 2)) == repr(count(back, 8, 2, 4))  # bit by bit, NaN too


def test_codes_up_to_the_last_one_are_counted() -> None:
    assert set(count([65535, 40000, 0] * 3, longest=2, floor=3)) == {(65535,), (40000,), (65535, 40000)}
