import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.duplicates.pairs import Sketched, bucket_pairs, unique_pairs

TEXTS = st.tuples(st.integers(0, 7), st.integers(0, 3))  # the two words of a sketch


def sketched(texts: list[tuple[int, int]]) -> Sketched:
    """A node of each text: its sketch, and its number below."""
    return Sketched(np.array([a << 32 | a << 2 | b for a, b in texts], np.uint64), np.array([b for _, b in texts], np.uint32))


@given(st.lists(st.tuples(st.integers(0, 4), TEXTS), max_size=40), st.integers(1, 60))
def test_bucket_pairs_are_all_pairs_of_a_bucket(entries: list[tuple[int, tuple[int, int]]], times: int) -> None:
    entries = entries * times  # more than are sorted by insertion
    nodes = sketched([text for _, text in entries])
    low, high, crowded = bucket_pairs(np.array([b for b, _ in entries], np.uint32), nodes, 100, 1)
    expected = set()
    for k in range(5):
        members = {text for b, text in entries if b == k}
        pairs = {(s, t) for s in members for t in members if s < t and (s[0] ^ t[0] | s[1] ^ t[1]).bit_count() <= 1}
        expected |= {tuple(sketched(list(pair)).nodes.tolist()) for pair in pairs}
    assert set(zip(low.tolist(), high.tolist(), strict=True)) == expected
    assert len(crowded) == 0


def test_a_crowded_bucket_is_capped_and_told() -> None:
    low, high, crowded = bucket_pairs(np.zeros(100, np.uint32), sketched([(n, 0) for n in range(100)]), 10, 32)
    assert crowded.tolist() == [[100, 945]]  # 90 * 10 + 9 + 8 + ... + 1
    assert len(low) == 945 and (high > low).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=60))
def test_unique_pairs(pairs: list[tuple[int, int]]) -> None:
    low, high = (np.array([p[i] for p in pairs], np.uint64) for i in (0, 1))
    assert list(zip(*(a.tolist() for a in unique_pairs(low, high)), strict=True)) == list(dict.fromkeys(pairs))
