import pyarrow as pa

from wajue.mining.ngrams import tasks


def distinct(lines: list[pa.RecordBatch], buckets: int) -> set[tuple[str, str]]:
    """(clause, role) of the clauses that the buckets keep."""
    kept: list[tuple[str, str]] = []
    for b in range(buckets):
        mine = [x.select(["role", "text"]) for x in lines if x.column("bucket")[0].as_py() == b]
        rows = [row for out in tasks.distinct(iter(mine)) for row in out.column("clauses").to_pylist() if row]
        kept += [(clause, row["role"]) for row in rows for clause in row["clauses"].split("\n")]
    assert len(kept) == len(set(kept))
    return set(kept)


def test_one_clause_of_each_form_is_kept() -> None:
    texts = [["第3条甲", "第12条甲、乙丙"], ["第7条甲", "乙丙", "0条", "5条", "丁"]]
    batches = [pa.RecordBatch.from_pydict({"text": t, "role": ["domain"] * len(t)}) for t in texts]
    one, other = (distinct(list(tasks.spread(3)(iter(order))), 3) for order in (batches, batches[::-1]))
    assert one == other
    assert {("乙丙", "domain"), ("丁", "domain")} <= one and len(one) == 4  # and one of 第x条甲, one of x条


def test_a_clause_says_in_which_roles_its_form_stands() -> None:
    columns = {"text": ["甲乙。第3条。丙", "甲乙。第4条。丁", "戊"], "role": ["domain", "general", "general"]}
    kept = distinct(list(tasks.spread(2)(iter([pa.RecordBatch.from_pydict(columns)]))), 2)
    assert {c if c[0] != "第" else "第" for c, role in kept if role == "both"} == {"甲乙", "第"}
    assert {pair for pair in kept if pair[1] != "both"} == {("丙", "domain"), ("丁", "general"), ("戊", "general")}
    assert distinct(list(tasks.spread(2)(iter([]))), 2) == set()


def test_clauses_fill_all_buckets_alike() -> None:
    columns = {"text": [f"第{chr(0x4E00 + i)}章{chr(0x5E00 + i)}" for i in range(1000)], "role": ["domain"] * 1000}
    sizes = dict.fromkeys(range(4), 0)
    for out in tasks.spread(4)(iter([pa.RecordBatch.from_pydict(columns)])):
        sizes[out.column("bucket")[0].as_py()] += out.column("text")[0].as_py().count("\n") + 1
    assert sum(sizes.values()) == 1000 and min(sizes.values()) > 200
