import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.ngrams.keys import Counted, by_key, key_codes, last_symbol, lengths

GRAMS = st.lists(st.lists(st.integers(1, 65535), min_size=1, max_size=8), min_size=1, max_size=30)


def packed(grams: list[list[int]]) -> np.ndarray:
    rows = [[*gram, *[0] * 8][:8] for gram in grams]
    return np.array(
        [[sum(c << s for c, s in zip(row[i : i + 4], (48, 32, 16, 0), strict=True)) for i in (0, 4)] for row in rows], np.uint64
    )


@given(GRAMS)
def test_keys_hold_their_symbols(grams: list[list[int]]) -> None:
    key = packed(grams)
    assert [[c for c in row if c] for row in key_codes(key).tolist()] == grams
    assert lengths(key).tolist() == [len(gram) for gram in grams]
    assert last_symbol(key).tolist() == [gram[-1] for gram in grams]


@given(GRAMS)
def test_the_order_of_keys_is_that_of_their_symbols(grams: list[list[int]]) -> None:
    n = len(grams)
    counted = Counted(packed(grams), np.arange(n, dtype=np.uint32), np.zeros(n), np.zeros(n), np.zeros((n, 7), np.uint32))
    assert [grams[i] for i in by_key(counted).count.tolist()] == sorted(grams)
