import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.duplicates.pairs import bucket_pairs, unique_pairs

NODES = st.integers(0, 7).map(lambda n: n << 32 | n)  # the upper half is the sketch


@given(st.lists(st.tuples(st.integers(0, 4), NODES), max_size=40))
def test_bucket_pairs_are_all_pairs_of_a_bucket(entries: list[tuple[int, int]]) -> None:
    keys, nodes = np.array([e[0] for e in entries], np.uint32), np.array([e[1] for e in entries], np.uint64)
    low, high, crowded = bucket_pairs(keys, nodes, 100, 1)
    expected = set()
    for k in range(5):
        members = {n for b, n in entries if b == k}
        expected |= {(a, b) for a in members for b in members if a < b and ((a ^ b) >> 32).bit_count() <= 1}
    assert set(zip(low.tolist(), high.tolist(), strict=True)) == expected
    assert len(crowded) == 0


def test_a_crowded_bucket_is_capped_and_told() -> None:
    nodes = np.arange(100, dtype=np.uint64) << np.uint64(32)
    low, high, crowded = bucket_pairs(np.zeros(100, np.uint32), nodes, 10, 32)
    assert crowded.tolist() == [[100, 945]]  # 90 * 10 + 9 + 8 + ... + 1
    assert len(low) == 945 and (high > low).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=60))
def test_unique_pairs(pairs: list[tuple[int, int]]) -> None:
    low, high = (np.array([p[i] for p in pairs], np.uint64) for i in (0, 1))
    assert list(zip(*(a.tolist() for a in unique_pairs(low, high)), strict=True)) == list(dict.fromkeys(pairs))
