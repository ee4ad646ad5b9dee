from itertools import combinations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.duplicates.elements import code_points
from wajue.mining.duplicates.pairs import Sketched, bucket_pairs, crowded_of, unique_pairs
from wajue.mining.duplicates.shingles import MOST_PACKED, Shingling, jaccard, shingle_sets
from wajue.mining.duplicates.signatures import MAP_BITS, most_differences, signatures

THRESHOLD = 0.8
FIRST_WORD, SHINGLES = st.integers(0, 2**14 - 1), st.sets(st.integers(0, MAP_BITS - 1), max_size=6)


def second_word(shingles: set[int], number: int) -> int:
    """Of a sketch; number: how many shingles there are, 0: more than have a bitmap."""
    return number << MAP_BITS | sum(1 << bit for bit in shingles)


MAPPED_TEXTS = st.builds(lambda shingles, more: second_word(shingles, len(shingles) + more), SHINGLES, st.integers(1, 20))
LONG_TEXTS = st.builds(lambda bits: sum(1 << bit for bit in bits), st.sets(st.integers(0, 31), max_size=14))
TEXTS = st.tuples(FIRST_WORD, MAPPED_TEXTS | LONG_TEXTS)


def sketched(texts: list[tuple[int, int]]) -> Sketched:
    """A node of each text: the first word of its sketch, and the number of the text below."""
    numbers = {text: number for number, text in enumerate(sorted(set(texts)))}
    nodes = [text[0] << 32 | numbers[text] for text in texts]
    return Sketched(np.array(nodes, np.uint64), np.array([b for _, b in texts], np.uint64))


def may_be_alike(one: tuple[int, int], other: tuple[int, int]) -> bool:
    differ, numbers = one[1] ^ other[1], [text[1] >> MAP_BITS for text in (one, other)]
    if all(numbers):
        return (differ % 2**MAP_BITS).bit_count() * (1 + THRESHOLD) <= (1 - THRESHOLD) * sum(numbers) + 1e-6
    if any(numbers):
        return (one[0] ^ other[0]).bit_count() <= most_differences(THRESHOLD, 1)
    return (one[0] ^ other[0] | differ).bit_count() <= most_differences(THRESHOLD, 2)


@given(st.lists(st.tuples(st.integers(0, 4), TEXTS), max_size=40), st.integers(1, 60))
def test_bucket_pairs_are_all_pairs_of_a_bucket(entries: list[tuple[int, tuple[int, int]]], times: int) -> None:
    entries = entries * times  # more than are sorted by insertion
    nodes = sketched([text for _, text in entries])
    low, high, crowded = bucket_pairs(np.array([b for b, _ in entries], np.uint32), nodes, 100, THRESHOLD)
    node_of = dict(zip((text for _, text in entries), nodes.nodes.tolist(), strict=True))
    expected = set()
    for k in range(5):
        members = {text for b, text in entries if b == k}
        pairs = [(node_of[s], node_of[t]) for s, t in combinations(members, 2) if may_be_alike(s, t)]
        expected |= {(min(pair), max(pair)) for pair in pairs}
    assert set(zip(low.tolist(), high.tolist(), strict=True)) == expected
    assert len(crowded) == 0


def test_full_buckets_tell_their_members_and_the_pairs_compared() -> None:
    # of 4 members with 1 neighbour each behind them 3 pairs are compared
    assert crowded_of(np.array([4, 2]), 1).tolist() == [[4, 3]]


@pytest.mark.parametrize(
    ("threshold", "size", "passing"), [(0.8, 2, 0.001), (0.8, 5, 0.001), (0.5, 2, 0.2), (0.95, 2, 0.001), (1.0, 1, 0.001)]
)
def test_no_pair_that_is_alike_is_lost_by_its_sketches(threshold: float, size: int, passing: float) -> None:
    rng = np.random.default_rng(1)
    texts = ["", "变"]
    for length in rng.integers(2, 75, 1200).tolist():  # with and without a bitmap
        text = rng.integers(0x4E00, 0x4E00 + 30, length)  # so few characters that bigrams come twice
        other = text.copy()
        other[rng.integers(0, length, 1 + length // 30)] = 0x5000
        texts += ["".join(map(chr, t)) for t in (text, other, np.append(text, text[:2]))]
    elements = code_points(pa.array(list(dict.fromkeys(texts))))
    shingling = Shingling(size, packed=size <= MOST_PACKED)
    _, sketches = signatures(elements, shingling, bands=1, rows_per_band=1)
    nodes = sketches[0] << np.uint64(32) | np.arange(sketches.shape[1], dtype=np.uint64)
    low, high, _ = bucket_pairs(np.zeros(len(nodes), np.uint32), Sketched(nodes, sketches[1]), len(nodes), threshold)
    left, right = np.triu_indices(len(nodes), 1)
    sets = shingle_sets(elements, shingling)
    alike = jaccard(sets, left, sets, right, threshold) > 0
    true = set(zip(left[alike].tolist(), right[alike].tolist(), strict=True))
    candidates = {tuple(sorted(pair)) for pair in zip(*((n & 0xFFFFFFFF).astype(int).tolist() for n in (low, high)), strict=True)}
    mapped = (sketches[1] >> np.uint64(MAP_BITS) > 0).tolist()
    lost, in_vain = ([(i, j) for i, j in pairs if mapped[i] and mapped[j]] for pairs in (true - candidates, candidates - true))
    assert not lost and len(true - candidates) <= len(true) / 1000
    assert len(true) > 500 and len(in_vain) < passing * len(left)


def test_a_crowded_bucket_is_capped_and_told() -> None:
    nodes = sketched([(n, second_word(set(), 1)) for n in range(100)])
    low, high, crowded = bucket_pairs(np.zeros(100, np.uint32), nodes, 10, THRESHOLD)
    assert crowded.tolist() == [[100, 945]]  # 90 * 10 + 9 + 8 + ... + 1
    assert len(low) == 945 and (high > low).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=60))
def test_unique_pairs(pairs: list[tuple[int, int]]) -> None:
    low, high = (np.array([p[i] for p in pairs], np.uint64) for i in (0, 1))
    assert list(zip(*(a.tolist() for a in unique_pairs(low, high)), strict=True)) == list(dict.fromkeys(pairs))
