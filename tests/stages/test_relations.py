from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.frames import by_tasks, relations
from tests.stages.texts import BOTH, documents
from wajue.config import Config
from wajue.spark.flow import types_of

Load = Callable[..., Config]
pytestmark = pytest.mark.spark

TEXTS = [
    (
        "d",
        "domain",
        "断路器（circuit breaker，CB）接通电流。高压断路器，又称高压开关，很常见。断路器是指能够接通和断开电流的开关设备。",
    ),
    ("d", "domain", "我们检修断路器（circuit breaker）。"),
    ("q", "general", "所有权（ownership）不在领域里。"),
]
TERMS = [("断路器", ["断路器"]), ("高压断路器", ["高压", "断路器"])]


def of_terms(spark: Any, table: str, **more: Any) -> Any:
    rows = [{"term": term, "parts": parts, "domain_count": 4, **more} for term, parts in TERMS]
    return spark.createDataFrame(rows, types_of(table))


def test_what_documents_and_forms_say(spark: Any, load: Load, tmp_path: Path) -> None:
    frame = documents(spark, TEXTS)
    candidates, terms = (
        of_terms(spark, "candidates"),
        of_terms(spark, "terms", is_listed=True, score=1.0, by_after_de=0.1, by_enumerated=0.0, doubts=[]),
    )
    config = load("", corpus=BOTH)
    told = {tuple(r) for r in relations(frame, candidates, terms, config=config).collect()}
    rows = {r[:3]: r for r in told}
    assert set(rows) == {
        ("断路器", "circuit breaker", "gloss"),
        ("断路器", "CB", "abbreviation"),
        ("circuit breaker", "CB", "abbreviation"),
        ("高压断路器", "高压开关", "alias"),
        ("断路器", "能够接通和断开电流的开关设备", "definition"),
        ("高压断路器", "断路器", "broader"),
    }
    assert rows["断路器", "circuit breaker", "gloss"][3:5] == (pytest.approx(2 / 3), 2)
    assert rows["断路器", "circuit breaker", "gloss"][5] == "我们检修断路器（circuit breaker）"
    doc_ids = {r["doc_id"] for r in frame.collect() if "检修" in r["text"]}
    assert {rows["断路器", "circuit breaker", "gloss"][6]} == doc_ids and rows["高压断路器", "断路器", "broader"][6] is None
    flow = by_tasks(frame, tmp_path, "documents")  # read by tasks, in two files
    assert {tuple(r) for r in relations(flow, candidates, terms, config=config).collect()} == told


def test_what_a_reviewer_called_a_variant(spark: Any, load: Load, tmp_path: Path) -> None:
    (tmp_path / "v.csv").write_text("word,verdict,variant_of\n高压开关,variant,高压断路器\n", encoding="utf-8")
    config = load('[terms]\nverdicts = "v.csv"', corpus=BOTH)
    candidates, terms = (
        of_terms(spark, "candidates"),
        of_terms(spark, "terms", is_listed=True, score=1.0, by_after_de=0.1, by_enumerated=0.0, doubts=[]),
    )
    rows = relations(documents(spark, TEXTS), candidates, terms, config=config).where("kind = 'variant'").collect()
    assert [tuple(r) for r in rows] == [("高压开关", "高压断路器", "variant", 1.0, 0, None, None)]


@pytest.mark.parametrize("texts", [[("d", "domain", "plain Latin text")], [("q", "general", "没有领域文本（none）")]])
def test_nothing_to_tell(spark: Any, load: Load, texts: list[tuple[str, str, str]]) -> None:
    candidates, terms = (of_terms(spark, name).limit(0) for name in ("candidates", "terms"))
    table = relations(documents(spark, texts), candidates, terms, config=load("", corpus=BOTH))
    assert table.collect() == [] and table.columns == ["from_term", "to_term", "kind", "score", "count", "example", "doc_id"]
