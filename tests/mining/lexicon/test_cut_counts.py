import numpy as np

from wajue.mining.lattice.viterbi import Cut
from wajue.mining.lexicon import cut_counts
from wajue.mining.lexicon.cut_counts import Count


def counted(role: str) -> np.ndarray:
    """Words 0 (codes 5 6) and 1 (7 8); symbol 3 is bound, 4 is not; 9 9 is a string outside the lexicon."""
    #        word 0  3  word 1 | 4  word 0  9 9  word 1 | word 0
    code = [5, 6, 3, 7, 8, 0, 4, 5, 6, 9, 9, 7, 8, 0, 5, 6, 0]
    ends = [0, 1, 1, 0, 1, 1, 1, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1]
    ids = [-1, 0, -1, -1, 1, -1, -1, -1, 0, -1, -1, -1, 1, -1, -1, 0, -1]
    is_bound = np.zeros(cut_counts.SYMBOLS, bool)
    is_bound[3] = True
    counts = cut_counts.no_counts(2)
    cut = Cut(np.array(ends, np.uint8), np.zeros(2, np.int64), np.array(ids, np.int32), 0.0)
    cut_counts.add(counts, np.array(code, np.uint16), cut, is_bound, role)
    return counts


def test_uses_and_what_stands_beside_them() -> None:
    counts = counted("domain")
    assert counts[:, 0].tolist() == [3, 3, 0, 0, 2]  # right: before 3, before 9 9; at the end of a clause nothing
    assert counts[:, 1].tolist() == [2, 2, 0, 2, 0]
    assert [counts[Count.USES, 2 + symbol] for symbol in (3, 4, 9)] == [1, 1, 0]
    assert counts[Count.USES].sum() == 7  # five words, two symbols


def test_a_text_of_both_roles_counts_in_each() -> None:
    for role, shares in (("domain", (1, 0)), ("general", (0, 1)), ("both", (1, 1))):
        counts = counted(role)
        for row, share in zip((Count.DOMAIN, Count.GENERAL), shares, strict=True):
            assert np.array_equal(counts[row], share * counts[Count.USES])
