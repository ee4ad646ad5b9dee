from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.variants import neighbour_counts
from wajue.mining.variants.neighbour_counts import LEFT, NEAR, RIGHT, beside

LISTS = pa.list_(pa.string())


def documents(lists: list[list[str]]) -> pa.RecordBatch:
    return pa.record_batch({"tokens": pa.array(lists, LISTS)})


def met(names: list[str], pairs: list[tuple[int, int]], batches: list[pa.RecordBatch], buckets: int) -> dict[str, list[Any]]:
    """The rows of each kind, of all buckets."""
    words = Counter(t for b in batches for of_document in b.column("tokens").to_pylist() for t in of_document if t.isalnum())
    used = pa.record_batch({"word": pa.array(list(words), pa.string()), "count": pa.array(list(words.values()), pa.int64())})
    packed = [*neighbour_counts.count(pa.array(names), buckets)(iter(batches)), *neighbour_counts.uses(buckets)(iter([used]))]
    rows: dict[str, list[Any]] = {kind: [] for kind in neighbour_counts.MET.names}
    for bucket in range(buckets):
        of_bucket = [b for b in packed if b.column("bucket").to_pylist() == [bucket]]
        for batch in neighbour_counts.meet(np.array(pairs), profiled=True)(iter(of_bucket)):
            for kind, of_kind in rows.items():
                of_kind += [row for row in batch.column(kind).to_pylist() if row is not None]
    return rows


def test_neighbours_are_words_of_the_same_document() -> None:
    batch = documents([["费用", "抱括", "，", "药费", "和", "床位"], ["抱括"], [], ["检查", "抱括"]])
    rows = {tuple(row.values()) for row in beside(pa.array(["包括", "抱括"]), batch).to_pylist()}
    assert rows == {(1, LEFT, "费用", 1), (1, LEFT, "检查", 1), (1, NEAR, "药费", 1), (1, NEAR, "和", 1), (1, NEAR, "床位", 1)}


def test_a_batch_without_documents_or_names() -> None:
    assert beside(pa.array(["抱括"]), documents([])).num_rows == 0
    assert beside(pa.array([], pa.string()), documents([["费用"]])).num_rows == 0
    assert met(["a", "b"], [(0, 1)], [documents([])], 1)["totals"] == [{"uses": 0}]


@given(
    lists=st.lists(st.lists(st.sampled_from(["a", "b", "c", "d", "，"]), max_size=9), max_size=6),
    cut=st.integers(0, 6),
    buckets=st.sampled_from([1, 3]),
)
def test_equal_to_counting_one_by_one(lists: list[list[str]], cut: int, buckets: int) -> None:
    names, pairs = ["a", "b", "c"], [(0, 1), (2, 1)]
    counts: Counter[tuple[int, int, str]] = Counter()
    for tokens in lists:
        for i, token in enumerate(tokens):
            for j in range(max(0, i - 4), min(len(tokens), i + 5)):
                if i != j and token in names and tokens[j] != "，":
                    counts[names.index(token), LEFT if j == i - 1 else RIGHT if j == i + 1 else NEAR, tokens[j]] += 1
    uses = Counter(t for tokens in lists for t in tokens if t != "，")
    rows = met(names, pairs, [documents(lists[:cut]), documents(lists[cut:])], buckets)
    assert sum(row["uses"] for row in rows["totals"]) == uses.total()
    expected = [
        (p, side, n, counts[standard, side, other], uses[other])
        for p, (word, standard) in enumerate(pairs)
        for (name, side, other), n in counts.items()
        if name == word
    ]
    assert sorted(tuple(row.values()) for row in rows["shared"]) == sorted(expected)
    profile = [(name, side, n, uses[other]) for (name, side, other), n in counts.items() if name == 1]
    assert sorted(tuple(row.values()) for row in rows["profile"]) == sorted(profile)
    summed: Counter[tuple[int, int]] = Counter()
    for row in rows["sums"]:
        summed[row["name"], row["side"]] += row["count"]
    assert all(n == sum(m for (name, s, _), m in counts.items() if (name, s) == key) for key, n in summed.items())
