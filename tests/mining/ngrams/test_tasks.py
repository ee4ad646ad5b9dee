import numpy as np
import pyarrow as pa

from wajue.mining.ngrams import tasks


def test_slabs_are_large_enough_and_lose_nothing() -> None:
    parts = [np.arange(n) for n in (3, 1, 5, 2)]
    slabs = list(tasks.slabs(iter(parts), 4))
    assert [len(s) for s in slabs] == [4, 5, 2]
    assert np.array_equal(np.concatenate(slabs), np.concatenate(parts))
    assert list(tasks.slabs([])) == []


def test_one_clause_of_each_form_is_kept() -> None:
    texts = [["第3条甲", "第12条甲、乙丙"], ["第7条甲", "乙丙", "0条", "5条", "丁"]]
    batches = [pa.RecordBatch.from_pydict({"text": t}) for t in texts]
    kept = []
    for order in (batches, batches[::-1]):
        lines = list(tasks.spread(3)(iter(order)))
        found: list[str] = []
        for b in range(3):
            mine = [x.select(["text"]) for x in lines if x.column("bucket")[0].as_py() == b]
            rows = [row for out in tasks.distinct(iter(mine)) for row in out.column("clauses").to_pylist()]
            found += [c for row in rows if row for c in row["clauses"].split("\n")]
        kept.append(sorted(found))
    assert kept[0] == kept[1]
    assert {"乙丙", "丁"} <= set(kept[0]) and len(kept[0]) == 4  # and one of 第x条甲, one of x条


def test_clauses_fill_all_buckets_alike() -> None:
    texts = pa.RecordBatch.from_pydict({"text": [f"第{chr(0x4E00 + i)}章{chr(0x5E00 + i)}" for i in range(1000)]})
    sizes = dict.fromkeys(range(4), 0)
    for out in tasks.spread(4)(iter([texts])):
        sizes[out.column("bucket")[0].as_py()] += out.column("text")[0].as_py().count("\n") + 1
    assert sum(sizes.values()) == 1000 and min(sizes.values()) > 200
