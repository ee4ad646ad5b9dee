import numpy as np
import pyarrow as pa

from wajue.config import Trends
from wajue.mining.trends import trend_table

PERIODS = pa.table(
    {
        "role": ["domain"] * 5,
        "corpus": ["c"] * 5,
        "period": [None, "2021-01", "2021-02", "2021-03", "2021-04"],
        "words": [7, 1000, 1000, 1000, 1000],
        "squares": [49, 10_000, 10_000, 10_000, 10_000],
    }
)


def counts(rows: list[tuple[str, str | None, int]]) -> pa.Table:
    """Each occurrence stands in a document of ten words of its own."""
    terms, periods, times = zip(*rows, strict=True)
    count = np.array(times)
    columns = {"term": terms, "period": pa.array(periods, pa.string()), "count": count, "documents": count, "squares": count}
    return pa.table({"role": ["domain"] * len(rows), "corpus": ["c"] * len(rows), **columns, "products": 10 * count})


def test_periods_of_a_role_leave_out_what_has_no_date() -> None:
    periods = trend_table.periods_of_roles(PERIODS)["domain"]
    assert periods.names == ["2021-01", "2021-02", "2021-03", "2021-04"] and periods.tokens.tolist() == [[1000.0] * 4]
    assert trend_table.periods_of_roles(PERIODS.slice(0, 1)) == {}


def test_each_frequent_term_is_judged_with_its_counts() -> None:
    rows = [("旧", "2021-01", 40), ("旧", "2021-02", 40), ("稀", "2021-02", 3), ("稀", None, 90)]
    rows += [("稳", p, 30) for p in ("2021-01", "2021-02", "2021-03", "2021-04")]
    scorer = trend_table.Scorer(trend_table.periods_of_roles(PERIODS)["domain"], {"旧": 4}, Trends())
    judged = {r["term"]: r for batch in scorer.score(counts(rows)) for r in batch.to_pylist()}
    assert set(judged) == {"旧", "稳"}  # 稀 has its occurrences in documents without a date
    assert (judged["旧"]["label"], judged["旧"]["since"], judged["旧"]["rank"]) == ("faded", "2021-03", 4)
    assert (judged["旧"]["first_period"], judged["旧"]["last_period"], judged["旧"]["count"]) == ("2021-01", "2021-02", 80)
    assert judged["稳"]["label"] == "steady" and judged["稳"]["change"] == 0 and judged["稳"]["rank"] is None
    assert judged["旧"]["period_counts"] == [
        {"corpus": "c", "period": p, "count": 40, "document_count": 40} for p in ("2021-01", "2021-02")
    ]
    assert list(scorer.score(counts(rows).slice(0, 0))) == []
