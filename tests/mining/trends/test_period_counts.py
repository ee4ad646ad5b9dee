from collections.abc import Iterator

import pyarrow as pa

from wajue.mining.trends import period_counts

TOKENS = pa.list_(pa.string())


def batch(*documents: tuple[str | None, list[str]], corpus: str = "c") -> pa.RecordBatch:
    columns = {
        "role": pa.array(["domain"] * len(documents)),
        "corpus": pa.array([corpus] * len(documents), pa.string()),
    }
    columns |= {"date": pa.array([d for d, _ in documents], pa.string())}
    return pa.RecordBatch.from_pydict(
        columns | {"tokens": pa.array([t for _, t in documents], TOKENS), "breaks": pa.nulls(len(documents), pa.list_(pa.int32()))}
    )


def counted(*documents: tuple[str | None, list[str]], terms: period_counts.Listed | None = None) -> tuple[list[tuple], list[tuple]]:
    counts, totals = period_counts.count(batch(*documents), "month", terms)
    return sorted(map(tuple, map(dict.values, counts.to_pylist())), key=repr), sorted(
        map(tuple, map(dict.values, totals.to_pylist())), key=repr
    )


def test_words_are_counted_by_period_with_their_squares_and_products() -> None:
    counts, totals = counted(("2021-03-05", ["断路器", "断路器", "，", "12"]), ("2021-03-09", ["断路器"]), ("2021-04-01", ["跳闸"]))
    # 断路器: 2 of 3 words (a number is one), then 1 of 1: squares 4 + 1, products 2 * 3 + 1 * 1
    assert counts == [("domain", "c", "2021-03", "断路器", 3, 2, 5, 7), ("domain", "c", "2021-04", "跳闸", 1, 1, 1, 1)]
    # words, documents, and the squares of the documents' lengths: 3^2 + 1^2
    assert totals == [("domain", "c", "2021-03", None, 4, 2, 10), ("domain", "c", "2021-04", None, 1, 1, 1)]


def test_a_document_without_a_usable_date_says_why() -> None:
    _, totals = counted((None, ["a"]), ("gestern", ["a"]), ("2021", ["a"]))
    assert [(period, reason) for _, _, period, reason, *_ in totals] == [
        (None, "no date"),
        (None, "not understood"),
        (None, "too coarse"),
    ]


def test_runs_of_words_are_counted_beside_the_words() -> None:
    terms = period_counts.listed(pa.array(["断路器跳闸", "跳闸"]), pa.array([["断路器", "跳闸"], ["跳闸"]], TOKENS))
    counts, _ = counted(("2021-03", ["断路器", "跳闸", "断路器跳闸"]), terms=terms)
    # the run, and the word that is written like it, are one string
    assert [(c[3], c[4]) for c in counts] == [("断路器", 1), ("断路器跳闸", 2), ("跳闸", 1)]
    assert period_counts.listed(pa.array(["跳闸"]), pa.array([["跳闸"]], TOKENS)) is None


def test_corpora_are_counted_apart() -> None:
    both = pa.Table.from_batches([batch(("2021-03", ["跳闸"])), batch(("2021-03", ["跳闸"] * 2), corpus="b")])
    counts, totals = period_counts.count(both.combine_chunks().to_batches()[0], "month", None)
    assert [(c["corpus"], c["count"]) for c in counts.to_pylist()] == [("c", 1), ("b", 2)]
    assert [(t["corpus"], t["words"]) for t in totals.to_pylist()] == [("c", 1), ("b", 2)]
    counts, totals = period_counts.count(batch(), "month", None)
    assert counts.num_rows == totals.num_rows == 0


def test_packed_counts_add_up_in_their_buckets() -> None:
    def packed(*documents: tuple[str | None, list[str]]) -> pa.RecordBatch:
        return period_counts.pack(*period_counts.count(batch(*documents), "month", None), 3)

    rows = pa.Table.from_batches([packed(("2021-03", ["a", "b"])), packed(("2021-03", ["a"]), (None, ["c"]))])
    assert rows.filter(pa.compute.is_null(rows.column("bucket"))).column("words").to_pylist() == [2, 1, 1]
    found = {}
    for bucket in range(3):
        streams: Iterator[bytes] = iter(rows.filter(pa.compute.equal(rows.column("bucket"), bucket)).column("counts").to_pylist())
        for row in period_counts.added(streams).to_pylist():
            found[row["term"], row["period"]] = row["count"]
    assert found == {("a", "2021-03"): 2, ("b", "2021-03"): 1, ("c", None): 1}
    assert period_counts.added(iter(())).num_rows == 0
