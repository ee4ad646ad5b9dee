"""What changed over time, by label."""

from pathlib import Path
from typing import Any

from tests import workspaces
from tests.workspaces import HOSTILE, rows_of
from wajue.mining.trends.coverage import Break
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.trends import LABELS, trends


def test_each_label_has_its_terms_with_a_line(whole: Tables) -> None:
    facts = trends(whole, {})
    assert [label for label, _ in facts["trends"]] == list(LABELS)
    assert [[row["term"] for row in moved] for _, moved in facts["trends"]] == [[text] for text in HOSTILE]
    # 10, 20, 30, 40 of 1000 words; the first two periods hold none
    assert facts["trends"][0][1][0]["line"] == [0, 0, 0.25, 0.5, 0.75, 1]
    assert facts["periods"] == ("2024-01", "2024-06", 7)
    assert facts["trends_of"] == ("domain", ["power"]) and facts["breaks"] == []


def moved(term: str, count: int, rank: int | None = None) -> dict[str, Any]:
    return {"term": term, "role": "domain", "label": "rose", "since": "2024-02", "z": float(count), "count": count, "rank": rank}


def test_a_corpus_without_text_is_missing_and_words_count_beside_terms(tmp_path: Path) -> None:
    sizes = {"one": (100, 100, 100), "late": (0, 100, 100)}
    months = ("2024-01", "2024-02", "2024-03")
    periods = [
        {"role": "domain", "corpus": c, "period": m, "words": n}
        for c, of in sizes.items()
        for m, n in zip(months, of, strict=True)
        if n
    ]
    counts = [
        {"term": "避雷器", "corpus": "late", "period": "2024-02", "count": 10},
        {"term": "避雷器", "corpus": "late", "period": "2024-03", "count": 30},
        {"term": "母线", "corpus": "one", "period": "2024-01", "count": 20},
    ]
    tables = {
        "periods": rows_of("periods", periods),
        "period_counts": rows_of("period_counts", [{"role": "domain", **c} for c in counts]),
        "trends": rows_of("trends", [moved("避雷器", 40, 1), moved("母线", 20), moved("避雷", 39), moved("器", 99)]),
    }
    facts = trends(Tables(workspaces.write(tmp_path / "w", tables)), {})
    [(label, rows)] = facts["trends"]
    # 避雷 occurs nearly only in 避雷器; usual: 20 in each month of `late`
    assert label == "rose" and [(r["term"], r["line"]) for r in rows] == [("避雷器", [None, 1 / 3, 1]), ("母线", [1, 0, 0])]
    assert facts["breaks"] == [Break("late", "begins", "2024-02")] and facts["trends_of"] == ("domain", ["late", "one"])


def test_no_dates_no_trends(tmp_path: Path) -> None:
    facts = trends(Tables(workspaces.write(tmp_path / "w", {"files": workspaces.tables()["files"]})), {})
    assert facts == {"trends": [], "periods": None, "trends_of": None, "breaks": []}
