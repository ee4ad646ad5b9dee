import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wajue.mining import minhash

TEXTS = st.lists(st.text(alphabet="断路器检修,，.3 5Aａ𠮷\n", max_size=12), max_size=12)
NODES = st.integers(0, 7).map(lambda n: n << 32 | n)  # the upper half is the sketch


def codes(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    return minhash.code_points(pa.array(texts, pa.string()))


def shingles(text: str, size: int) -> set[str]:
    return {text[i : i + size] for i in range(max(1, len(text) - size + 1))}


@given(TEXTS)
def test_code_points_and_utf16(texts: list[str]) -> None:
    units, ends = codes(texts)
    assert ["".join(map(chr, units[ends[i] : ends[i + 1]])) for i in range(len(texts))] == texts
    narrow, narrow_ends = minhash.to_utf16(units, ends)
    assert narrow.tobytes().decode("utf-16-le") == "".join(texts)
    back, back_ends = minhash.from_utf16(narrow, narrow_ends)
    assert np.array_equal(back, units) and np.array_equal(back_ends, ends)


@given(TEXTS, st.integers(1, 5), st.sampled_from([0.01, 0.5, 0.8, 1.0]))
def test_jaccard_is_that_of_the_sets(texts: list[str], size: int, least: float) -> None:
    sets, ends = minhash.shingle_sets(*codes(texts), size=size, exact=size <= 3)
    i, j = (a.ravel() for a in np.indices((len(texts), len(texts))))
    found = minhash.jaccard(sets, ends, i, sets, ends, j, least)
    for a, b, similarity in zip(i, j, found, strict=True):
        one, other = shingles(texts[a], size), shingles(texts[b], size)
        if len(texts[a]) >= size and len(texts[b]) >= size:
            true = len(one & other) / len(one | other)
            assert similarity == (true if true >= least else 0)


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("高压断路器怎么办？", "高压 断路器，怎么办!!", True),
        ("ＳＦ６断路器", "sf6断路器", True),
        ("版本3.5", "版本35", False),
        ("在10:30到", "在1030到", False),
        ("型号a-b", "型号ab", False),
        ("a, b", "ab", True),
        ("C++怎么学", "C怎么学", False),
        ("C#怎么学", "C怎么学", False),
        ("结束.", "结束", True),
        ("3.结束", "3结束", True),
    ],
)
def test_what_is_equal_when_folded(one: str, other: str, equal: bool) -> None:
    first, second = minhash.hashes(*codes([one, other]))
    assert np.array_equal(first[:2], second[:2]) == equal
    assert first[2] != second[2]


def test_a_pair_at_the_threshold_is_found_in_99_of_100() -> None:
    assert minhash.banding(0.8) == (9, 4)  # 1 - (1 - 0.8^4)^9 = 0.991
    for threshold in (0.3, 0.5, 0.7, 0.9, 0.95, 1.0):
        bands, rows = minhash.banding(threshold)
        assert 1 - (1 - threshold**rows) ** bands >= 0.99


def test_signatures_agree_as_often_as_the_texts_are_alike() -> None:
    rng = np.random.default_rng(1)
    base = rng.integers(0x4E00, 0x5E00, (300, 30))
    other = base.copy()
    other[:, ::10] = rng.integers(0x5E00, 0x6E00, (300, 3))  # of 29 bigrams 5 change: 24 / 34 = 0.706
    texts = ["".join(map(chr, t)) for t in np.concatenate((base, other))]
    key, sketch = minhash.band_keys(*codes(texts), size=2, exact=True, bands=40, rows=1)
    assert abs((key[:300] == key[300:]).mean() - 0.706) < 0.02
    differing = [int(a ^ b).bit_count() for a, b in zip(sketch[:300], sketch[300:], strict=True)]
    assert abs(1 - np.mean(differing) / 32 - (1 + 0.706) / 2) < 0.02
    assert np.mean(np.array(differing) <= minhash.most_differences(0.706)) > 0.98


@given(st.lists(st.tuples(st.integers(0, 4), NODES), max_size=40))
def test_bucket_pairs_are_all_pairs_of_a_bucket(entries: list[tuple[int, int]]) -> None:
    key, node = np.array([e[0] for e in entries], np.uint32), np.array([e[1] for e in entries], np.uint64)
    low, high, crowded = minhash.bucket_pairs(key, node, 100, 1)
    expected = set()
    for k in range(5):
        members = {n for b, n in entries if b == k}
        expected |= {(a, b) for a in members for b in members if a < b and ((a ^ b) >> 32).bit_count() <= 1}
    assert set(zip(low.tolist(), high.tolist(), strict=True)) == expected
    assert len(crowded) == 0


def test_a_crowded_bucket_is_capped_and_told() -> None:
    node = np.arange(100, dtype=np.uint64) << np.uint64(32)
    low, high, crowded = minhash.bucket_pairs(np.zeros(100, np.uint32), node, 10, 32)
    assert crowded.tolist() == [[100, 945]]  # 90 * 10 + 9 + 8 + ... + 1
    assert len(low) == 945 and (high > low).all()


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(10, 19)), max_size=60))
def test_unique_pairs(pairs: list[tuple[int, int]]) -> None:
    low, high = (np.array([p[i] for p in pairs], np.uint64) for i in (0, 1))
    assert list(zip(*(a.tolist() for a in minhash.unique_pairs(low, high)), strict=True)) == list(dict.fromkeys(pairs))


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3, st.integers(0, 99)), max_size=40))
def test_text_order_is_that_of_lexsort(rows: list[tuple[int, ...]]) -> None:
    columns = [np.array([r[i] for r in rows], np.uint64) for i in range(4)]
    order = minhash.text_order(*columns)
    assert [rows[i] for i in order] == sorted(rows)


def slow_representatives(n: int, edges: dict[tuple[int, int], float], always: list[bool], classes: list[list[int]]) -> list[int]:
    """Plain: each text in turn looks at those before it that were kept."""
    kept: list[int] = []
    for x in range(n):
        same = [y for c in classes if x in c for y in c if y < x and kept[y] == y]
        like = sorted((-s, low) for (low, high), s in edges.items() if high == x and kept[low] == low)
        kept.append(x if always[x] or not (same or like) else same[0] if same else like[0][1])
    return kept


@settings(max_examples=200)
@given(st.data())
def test_representatives_are_those_of_the_slow_way(data: st.DataObject) -> None:
    n = data.draw(st.integers(0, 12))
    pairs = [(a, b) for b in range(n) for a in range(b)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    edges = {p: data.draw(st.sampled_from([0.8, 0.9, 1.0])) for p in chosen}
    members = data.draw(st.permutations(range(n)))
    cut = data.draw(st.integers(0, n))
    classes = [c for c in (sorted(members[:cut]), sorted(members[cut : cut + 3])) if len(c) > 1]
    always = [data.draw(st.booleans()) for _ in range(n)]
    order = sorted(edges, key=lambda p: (p[1], p[0]))
    kept, score, equal = minhash.representatives(
        np.array([p[0] for p in order], np.int64),
        np.array([p[1] for p in order], np.int64),
        np.array([edges[p] for p in order], np.float64),
        np.array(always, bool),
        np.array([m for c in classes for m in c], np.int64),
        np.cumsum([0, *map(len, classes)]),
    )
    assert kept.tolist() == slow_representatives(n, edges, always, classes)
    for x in np.flatnonzero(kept != np.arange(n)):
        assert kept[kept[x]] == kept[x]  # the one kept is kept
        assert equal[x] or score[x] == edges[kept[x], x]


def test_words_are_units_too() -> None:
    units, ends = minhash.words(*codes(["the cat sat", "the  cat\nsat ", "", "a"]))
    assert ends.tolist() == [0, 3, 6, 6, 7]
    assert np.array_equal(units[:3], units[3:6])
