"""Words over time, on documents with planted trends and dates as found in the wild."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from pyspark.sql import functions as F

from tests.frames import trends, word_counts
from wajue import dag
from wajue.config import Config

Load = Callable[..., Config]
pytestmark = pytest.mark.spark

DATED = '[[corpus]]\nname = "d"\nrole = "domain"\npaths = "x"\ndate = "date"\n'
TOKENS = "doc_id string, corpus string, role string, date string, tokens array<string>, breaks array<int>, starts array<int>"
TERMS = "rank int, term string, parts array<string>"
FORMS = ("2021-{:02d}", "2021年{}月3日", "2021/{}/5 10:00")


def planted() -> list[tuple[str | None, list[str]]]:
    """Twelve months of 60 documents: one word in all of them, one that emerges in September, one term that fades after April."""
    rng = random.Random(1)
    documents: list[tuple[str | None, list[str]]] = []
    for month in range(1, 13):
        for i in range(60):
            words = ["检查", *rng.choices(["甲", "乙", "丙", "丁"], k=6)]
            if month >= 9 and i % 3 == 0:
                words.append("新冠疫苗")
            if month <= 4 and i % 3 == 0:
                words += ["纸质", "报表"]
            if month == 6 and i < 40:
                words += ["洪水", "2021"]
            documents.append((FORMS[i % 3].format(month), [*words, "。"]))
    documents += [(None, ["检查", "报表"])] * 5 + [("昨天", ["检查"])] * 4 + [("2021", ["检查"])] * 3
    return documents


def tokens(spark: Any, documents: list[tuple[str | None, list[str]]], role: str = "domain", corpus: str = "d") -> Any:
    rows = [(f"{role}{corpus}{i}", corpus, role, date, words, [], None) for i, (date, words) in enumerate(documents)]
    return spark.createDataFrame(rows, TOKENS)


@pytest.fixture(scope="module")
def tables(spark: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("trends") / "c.toml"
    path.write_text(DATED, encoding="utf-8")
    from wajue import config as configuration

    config = configuration.load(path)
    terms = spark.createDataFrame(
        [(1, "纸质报表", ["纸质", "报表"]), (2, "新冠疫苗", ["新冠疫苗"]), (3, "从未", ["从", "未"])], TERMS
    )
    read = tokens(spark, planted()).repartition(3)
    names = ("periods", "period_counts", "trends")
    tables = {
        n: t.collect() for n, t in zip(names, trends(read, word_counts(read, config=config), terms, config=config), strict=True)
    }
    other = read.orderBy(F.desc("doc_id")).repartition(5)
    again = trends(other, word_counts(other, config=config), terms, config=config)
    tables["again"] = {n: t.collect() for n, t in zip(names, again, strict=True)}  # type: ignore[assignment]
    tables["word_counts"] = word_counts(read, config=config).collect()
    return tables


def test_planted_trends_are_found_with_their_time(tables: dict[str, Any]) -> None:
    rows = {r["term"]: r for r in tables["trends"]}
    assert (rows["新冠疫苗"]["label"], rows["新冠疫苗"]["since"], rows["新冠疫苗"]["rank"]) == ("emerged", "2021-09", 2)
    assert (rows["纸质报表"]["label"], rows["纸质报表"]["since"], rows["纸质报表"]["last_period"]) == (
        "faded",
        "2021-05",
        "2021-04",
    )
    assert (rows["洪水"]["label"], rows["洪水"]["burst_first"], rows["洪水"]["burst_last"]) == ("burst", "2021-06", "2021-06")
    assert rows["检查"]["label"] == "steady" and rows["检查"]["rank"] is None
    assert "从未" not in rows and "2021" not in rows and "。" not in rows
    assert rows["新冠疫苗"]["before_per_million"] == 0 and rows["新冠疫苗"]["count"] == rows["新冠疫苗"]["document_count"] == 80


def test_counts_add_up_over_the_periods(tables: dict[str, Any]) -> None:
    sums: dict[str, list[int]] = {}
    for row in tables["period_counts"]:
        both = sums.setdefault(row["term"], [0, 0])
        both[0] += row["count"]
        both[1] += row["document_count"]
    whole = {r["word"]: [r["count"], r["document_count"]] for r in tables["word_counts"]}
    assert sums["纸质报表"] == [80, 80] and "纸质报表" not in whole
    assert {t: s for t, s in sums.items() if t != "纸质报表"} == {t: s for t, s in whole.items() if t != "2021"}
    assert len({(r["term"], r["role"], r["period"]) for r in tables["period_counts"]}) == len(tables["period_counts"])
    per_period = {(r["period"], r["reason"]): (r["documents"], r["words"]) for r in tables["periods"]}
    assert (
        per_period[None, "no date"] == (5, 10)
        and per_period[None, "not understood"] == (4, 4)
        and per_period[None, "too coarse"] == (3, 3)
    )
    assert per_period["2021-06", None] == (60, 60 * 7 + 80) and len(per_period) == 15
    assert sum(w for _, w in per_period.values()) == sum(r["count"] for r in tables["word_counts"])


def test_partitions_make_no_difference(tables: dict[str, Any]) -> None:
    for name in ("periods", "period_counts", "trends"):
        assert sorted(map(str, tables["again"][name])) == sorted(map(str, tables[name])), name


def follow(read: Any, config: Config) -> Any:
    """Without terms."""
    return trends(read, word_counts(read, config=config), None, config=config)


def test_without_terms_words_are_followed_in_either_role(spark: Any, load: Load) -> None:
    both = tokens(spark, planted()).union(tokens(spark, [("2020", ["检查"] * 3)] * 9, role="general"))
    periods, _, table = follow(both, load('[trends]\nperiod = "year"\n', DATED))
    shown = {(r["role"], r["period"], r["reason"]): r["documents"] for r in periods.collect()}
    undated = {("domain", None, "no date"): 5, ("domain", None, "not understood"): 4}
    assert shown == {("domain", "2021", None): 723, ("general", "2020", None): 9} | undated
    rows = {(r["role"], r["term"]): r for r in table.collect()}
    assert rows["general", "检查"]["count"] == 27 and rows["general", "检查"]["label"] == "steady"  # one period: nothing can change
    assert rows["domain", "新冠疫苗"]["label"] == "steady" and rows["domain", "新冠疫苗"]["since"] is None


def test_a_corpus_that_begins_is_named_and_its_words_are_not_new(spark: Any, load: Load, caplog: pytest.LogCaptureFixture) -> None:
    old = [(f"2021-{m:02d}", ["检查", "母线"]) for m in range(1, 9) for _ in range(30)]
    late = [(f"2021-{m:02d}", ["检查", "避雷器", "母线" if m < 8 else "油枕"]) for m in range(5, 9) for _ in range(30)]
    read = tokens(spark, old).union(tokens(spark, late, corpus="news"))
    periods, counts, table = follow(read, load("", DATED))
    labels = {r["term"]: r["label"] for r in table.collect()}
    assert labels == {"检查": "steady", "母线": "steady", "避雷器": "steady", "油枕": "emerged"}
    assert "the domain text is not the same throughout: news begins in 2021-05" in caplog.text
    assert {(r["corpus"], r["period"]): r["words"] for r in periods.collect()}["news", "2021-06"] == 90
    assert sum(r["count"] for r in counts.collect() if r["term"] == "母线" and r["corpus"] == "news") == 90


def test_no_date_at_all_is_said_and_is_no_error(spark: Any, load: Load, caplog: pytest.LogCaptureFixture) -> None:
    periods, counts, table = follow(tokens(spark, [(None, ["检查"] * 20), ("x", ["检查"])]), load("", DATED))
    assert [(r["reason"], r["words"]) for r in periods.collect()] == [("no date", 20), ("not understood", 1)]
    assert counts.count() == 0 and table.count() == 0
    assert "no document has a date" in caplog.text


def test_the_step_is_left_out_where_no_corpus_has_dates(load: Load) -> None:
    assert "date_in_path" in dag.left_out(load())["trends"]
    assert "trends" not in dag.left_out(load("", DATED))
    assert dag.left_out(load("[trends]\nenabled = false\n", DATED))["trends"] == "[trends] enabled = false"
