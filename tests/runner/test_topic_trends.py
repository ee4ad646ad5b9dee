"""The step `topic_trends`, from tables to a table."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import tiny
from wajue.config import Config
from wajue.runner.progress import Watch
from wajue.runner.topic_trends import topic_trends
from wajue.store import parquet

Load = Callable[..., Config]


def run(folder: Path, config: Config, documents: list[dict[str, Any]], placed: dict[str, int]) -> list[dict[str, Any]]:
    workspace = tiny.workspace(
        folder,
        documents=documents,
        topics=[{"topic": t, "parent": p, "vector": [1.0]} for t, p in ((1, 3), (2, 3), (3, None), (0, None))],
        document_topics=[{"doc_id": d, "topic": t} for d, t in placed.items()],
    )
    workspace.prepare()
    topic_trends(workspace, config, frozenset(), Watch("topic_trends"))
    workspace.finish({"topic_trends": {"format_version": tiny.FORMAT_VERSION, "run_id": "t"}})
    return parquet.read(workspace, "topic_trends").to_pylist()


def test_documents_count_by_period_corpus_and_tag(load: Load, tmp_path: Path) -> None:
    documents = [
        {"doc_id": "a", "corpus": "notes", "date": "2024-01-05", "tags": ["x", "y"]},
        {"doc_id": "b", "corpus": "notes", "date": "2024年11月7日", "tags": []},
        {"doc_id": "c", "corpus": "mails", "date": "unknown", "tags": None},
        {"doc_id": "g", "corpus": "general", "date": "2024-01-05", "tags": ["x"]},  # in no topic: of another role
    ]
    rows = run(tmp_path / "w", load('[trends]\nperiod = "quarter"\n'), documents, {"c": 0, "b": 2, "a": 1})
    told = {(r["topic"], r["kind"], r["value"]): r["documents"] for r in rows}
    assert told == {
        (1, "period", "2024-Q1"): 1, (2, "period", "2024-Q4"): 1, (3, "period", "2024-Q1"): 1, (3, "period", "2024-Q4"): 1,
        (0, "corpus", "mails"): 1, (1, "corpus", "notes"): 1, (2, "corpus", "notes"): 1, (3, "corpus", "notes"): 2,
        (1, "tag", "x"): 1, (1, "tag", "y"): 1, (3, "tag", "x"): 1, (3, "tag", "y"): 1,
    }  # fmt: skip


def test_no_documents(load: Load, tmp_path: Path) -> None:
    assert run(tmp_path / "w", load(), [], {}) == []
