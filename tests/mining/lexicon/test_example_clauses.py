import numpy as np
import pytest

from wajue.mining.lexicon.example_clauses import example_clauses
from wajue.mining.text.clauses import clause_rows
from wajue.mining.text.symbols import RARE


@pytest.mark.parametrize("lengths", [(9, 20), (3, 9), (40, 9, 3)])
def test_an_example_is_neither_too_short_nor_too_long(lengths: tuple[int, ...]) -> None:
    clauses = [[7] + [i + 10] * (n - 1) for i, n in enumerate(lengths)]
    code = np.array([c for clause in clauses for c in (*clause, 0)], np.uint16)
    words = np.where(code == 7, 0, -1).astype(np.int32)
    ids, _, found = example_clauses(code, words, np.ones(1, bool))
    assert ids.tolist() == [0] and len(clause_rows(found)) == 1
    shown = [c for c in clause_rows(found)[0].tolist() if c]
    assert shown in clauses and (len(shown) in range(8, 31))


def test_a_clause_with_a_rare_symbol_shows_nothing() -> None:
    code = np.array([7, RARE, 0, 8, 9, 0], np.uint16)
    ids, _, shown = example_clauses(code, np.array([0, -1, -1, 1, -1, -1], np.int32), np.ones(2, bool))
    assert ids.tolist() == [1] and shown.tolist() == [8, 9, 0]
