"""The whole search without Spark: a dictionary does the shuffle."""

import random
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from tests.mining.duplicates.texts import jaccard, questions, signed
from wajue.arrays.cells import Batches
from wajue.mining.duplicates.choosing import NO_VERDICTS, decide
from wajue.mining.duplicates.matching import scatter
from wajue.mining.duplicates.search import PASSES, in_one_task
from wajue.mining.duplicates.settings import Settings

SETTINGS = Settings(threshold=0.8, shingle_size=2, bands=9, rows_per_band=4, max_bucket=1000, buckets=3)


def search(texts: list[str], settings: Settings, slab: int = 7, order: Iterable[int] | None = None) -> list[dict[str, Any]]:
    """Every verdict; the position of a text is its index, whatever the order in which it comes."""
    rows = list(order if order is not None else range(len(texts)))
    batches = (signed([texts[i] for i in part], part, settings) for k in range(0, len(rows), slab) if (part := rows[k : k + slab]))
    if settings.one_bucket:
        found = list(in_one_task(settings)(batches))
    else:
        found = list(scatter(settings)(batches))
        for one_pass in PASSES:
            found = _shuffled(one_pass(settings), found)
        found = list(decide(settings.first_droppable)(iter(found)))
    return pa.Table.from_batches(found or [NO_VERDICTS]).to_pylist()


def _shuffled(step: Callable[[Batches], Batches], found: list[pa.RecordBatch]) -> list[pa.RecordBatch]:
    parts = defaultdict(list)
    for batch in found:
        parts[batch.column("bucket")[0].as_py()].append(batch)
    return [out for part in parts.values() for out in step(iter(part))]


def kept_for(rows: list[dict[str, Any]]) -> dict[int, tuple[int, float, bool]]:
    return {r["position"]: (r["kept"], r["similarity"], r["exact"]) for r in rows if r["position"] is not None}


@pytest.mark.parametrize("seed", range(5))
def test_what_is_dropped_resembles_what_is_kept_and_little_is_missed(seed: int) -> None:
    texts = questions(400, seed)
    dropped = kept_for(search(texts, replace(SETTINGS, buckets=1 + seed)))
    for position, (kept, similarity, exact) in dropped.items():
        assert kept < position and kept not in dropped
        if not exact:
            assert similarity == pytest.approx(jaccard(texts[position], texts[kept])) and similarity >= 0.8
    left = [i for i in range(len(texts)) if i not in dropped]
    missed = sum(jaccard(texts[a], texts[b]) >= 0.8 for a in left for b in left if a < b)
    assert missed <= 0.02 * len(dropped)
    assert len(dropped) > 100


def test_the_same_whatever_the_buckets_and_the_order() -> None:
    texts = questions(300, 9)
    expected = kept_for(search(texts, SETTINGS))
    for buckets in (1, 2, 17):
        order = random.Random(buckets).sample(range(len(texts)), len(texts))
        found = search(texts, replace(SETTINGS, buckets=buckets), slab=1 + 50 * buckets, order=order)
        assert kept_for(found) == expected


def test_the_same_whatever_is_sorted_and_compared_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = questions(400, 5)
    expected = search(texts, replace(SETTINGS, buckets=1))
    for most in (1, 13, 500):
        monkeypatch.setattr("wajue.mining.duplicates.pairs._KEYS", most)
        assert search(texts, replace(SETTINGS, buckets=1)) == expected
    assert len(kept_for(expected)) > 20


def test_likeness_is_not_handed_on() -> None:
    """A resembles B and B resembles C, but not A: C stays, for what it resembles is gone."""
    a = "高压断路器怎么检修母线电压互感"
    b, c = a[:-1] + "吗", a[1:-1] + "吗呢"
    assert jaccard(a, b) >= 0.8 and jaccard(b, c) >= 0.8 > jaccard(a, c)
    assert set(kept_for(search([a, b, c], SETTINGS))) == {1}


def test_equal_when_folded_is_exact() -> None:
    texts = ["怎么办？", "怎么办", "怎么 办!", "怎么办", "别的问题啊"]
    assert kept_for(search(texts, SETTINGS)) == dict.fromkeys((1, 2, 3), (0, 1.0, True))
    assert kept_for(search(texts, replace(SETTINGS, near=False))) == dict.fromkeys((1, 2, 3), (0, 1.0, True))


def test_a_copy_goes_the_way_of_its_text() -> None:
    a = "高压断路器怎么检修母线电压互感"
    found = kept_for(search([a, a + "吗", a + "吗"], SETTINGS))
    assert found == {1: (0, jaccard(a, a + "吗"), False), 2: (0, jaccard(a, a + "吗"), False)}


def test_earlier_documents_are_never_dropped() -> None:
    a = "高压断路器怎么检修母线电压互感"
    texts = [a, a, a + "吗", a + "呢", a]  # the first three were there before
    assert set(kept_for(search(texts, replace(SETTINGS, first_droppable=3)))) == {3, 4}


@pytest.mark.parametrize("buckets", [1, 3])
def test_words_as_units(buckets: int) -> None:
    text = "the quick brown fox jumps over the lazy dog by the river bank today"
    far = "the lazy dog jumps over the quick brown fox by the bank river today"  # the same characters, other pairs of words
    found = kept_for(search([text, text + " again", far], replace(SETTINGS, of_words=True, buckets=buckets)))
    assert set(found) == {1} and found[1][1] == pytest.approx(13 / 14)


def test_short_texts_long_shingles_and_nothing_at_all() -> None:
    assert search([], SETTINGS) == []
    assert kept_for(search(["a", "b", "a", "好"], SETTINGS)) == {2: (0, 1.0, True)}
    assert set(kept_for(search(["高压断路器", "高压断路器吗", "母线"], replace(SETTINGS, shingle_size=7, threshold=0.5)))) == set()


@pytest.mark.parametrize("buckets", [1, 3])
def test_crowded_buckets_are_told(buckets: int) -> None:
    texts = [f"高压断路器怎么检修母线电压互感{chr(0x4E00 + i)}" for i in range(40)]
    rows = search(texts, replace(SETTINGS, max_bucket=5, threshold=0.99, buckets=buckets))
    assert any(r["members"] is not None and r["compared"] < r["members"] * (r["members"] - 1) / 2 for r in rows)
