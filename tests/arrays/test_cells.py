from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from wajue.arrays import sums
from wajue.mining import ngram_tasks


def joined(batches: Iterator[pa.RecordBatch]) -> pa.Table:
    return pa.Table.from_batches(list(batches))


@pytest.mark.parametrize("slices", [1, 8])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sums_come_back_whole(slices: int, size: int) -> None:
    rng = np.random.default_rng(size)
    parts = [rng.integers(0, 5, size) * (rng.random(size) < 0.4) for _ in range(5)]
    sent = [joined(sums.partial_sums(lambda _, p=p: p, slices)(iter(()))) for p in parts]
    assert np.array_equal(sums.whole_sum(pa.concat_tables(sent), size), sum(parts))
    # as a task for each slice adds them up
    rows = pa.concat_tables(sent)
    by_slice = [rows.filter(pa.array([s == i for s in rows.column("slice").to_pylist()])) for i in range(slices)]
    added = [joined(sums.add_sums(slices, size)(iter(t.to_batches()))) for t in by_slice]
    assert sum(t.num_rows for t in added) == slices
    assert np.array_equal(sums.whole_sum(pa.concat_tables(added), size), sum(parts))


def test_few_tasks_send_their_sums_to_the_driver() -> None:
    assert sums.sum_slices(2, 10**6) == 1 == sums.sum_slices(1000, 1000) < sums.sum_slices(8, 10**7)


def test_one_clause_of_each_form_is_kept() -> None:
    texts = [["第3条甲", "第12条甲、乙丙"], ["第7条甲", "乙丙", "0条", "5条", "丁"]]
    batches = [pa.RecordBatch.from_pydict({"text": t}) for t in texts]
    kept = []
    for order in (batches, batches[::-1]):
        lines = list(ngram_tasks.spread(3)(iter(order)))
        found: list[str] = []
        for b in range(3):
            mine = [x.select(["text"]) for x in lines if x.column("bucket")[0].as_py() == b]
            rows = [row for out in ngram_tasks.distinct(iter(mine)) for row in out.column("clauses").to_pylist()]
            found += [c for row in rows if row for c in row["clauses"].split("\n")]
        kept.append(sorted(found))
    assert kept[0] == kept[1]
    assert {"乙丙", "丁"} <= set(kept[0]) and len(kept[0]) == 4  # and one of 第x条甲, one of x条


def test_clauses_fill_all_buckets_alike() -> None:
    texts = pa.RecordBatch.from_pydict({"text": [f"第{chr(0x4E00 + i)}章{chr(0x5E00 + i)}" for i in range(1000)]})
    sizes = dict.fromkeys(range(4), 0)
    for out in ngram_tasks.spread(4)(iter([texts])):
        sizes[out.column("bucket")[0].as_py()] += out.column("text")[0].as_py().count("\n") + 1
    assert sum(sizes.values()) == 1000 and min(sizes.values()) > 200
