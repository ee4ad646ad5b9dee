"""The step `topics`, from tables to tables."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests import tiny
from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining.topics import clustering
from wajue.runner import topics
from wajue.runner.progress import Watch
from wajue.store import parquet
from wajue.store.workspace import Workspace

Load = Callable[..., Config]
WORDS = [
    "退款",
    "发票",
    "税号",
    "电池",
    "充电",
    "续航",
    "房租",
    "押金",
    "合同",
    "我们",
]  # three topics of three words, and one of all


def mined(folder: Path, configs: dict[str, Any] | None = None, documents: int = 120, **tables: list[dict[str, Any]]) -> Workspace:
    """Documents of three topics by turns, each with two or three words of its topic and one of all; the last has no known word."""
    doc_ids = [f"{i:04x}" for i in range(documents + 1)]
    ids = [[9, 3 * (i % 3), 3 * (i % 3) + 1, *([3 * (i % 3) + 2] if i // 3 % 2 else [])] for i in range(documents)] + [[]]
    vectors = clustering.unit(
        np.concatenate([np.eye(8)[np.arange(9) // 3], np.eye(8)[7:]]) + 0.1 * np.random.default_rng(0).random((10, 8))
    )
    return tiny.workspace(
        folder,
        configs,
        **tables,
        sequences=[{"doc_id": d, "corpus": "notes", "ids": i} for d, i in zip(doc_ids, ids, strict=True)],
        jose_words=[{"word": w, "count": 40, "vector": v.tolist()} for w, v in zip(WORDS, vectors, strict=True)],
        candidates=[
            {"term": "退款发票", "parts": ["退款", "发票"], "doubts": []},
            {"term": "我们退款", "parts": ["我们", "退款"], "doubts": ["weak_first"]},
        ],
    )


def run(
    workspace: Workspace, config: Config, absent: frozenset[str] = frozenset()
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of both tables."""
    workspace.prepare()
    topics.topics(workspace, config, absent, Watch("topics"))
    workspace.finish(
        {t: {"format_version": tiny.FORMAT_VERSION, "run_id": t} for t in ("topics", "topic_words", "document_topics")}
    )
    return parquet.read(workspace, "topics").to_pylist(), parquet.read(workspace, "document_topics").to_pylist()


def test_documents_of_a_topic_lie_together_and_it_is_named_by_their_words(load: Load, tmp_path: Path) -> None:
    listed, placed = run(mined(tmp_path), load("[topics]\ncount = 3\n"))
    assert [row["topic"] for row in listed] == [1, 2, 3, 0]
    assert sum(row["size"] for row in listed) == len(placed) == 121
    of_words = [{r["topic"] for r in placed[i:120:3]} for i in range(3)]
    assert sorted(of_words, key=min) == [{1}, {2}, {3}]
    of = {i: listed[min(topics) - 1] for i, topics in enumerate(of_words)}
    assert set(of[1]["label"].split(" / ")) == {"电池", "充电", "续航"}
    assert not any("我们" in term for row in listed for term in row["terms"])  # all documents hold it
    assert of[2]["parent"] is None and len(of[2]["documents"]) == 5
    assert placed[120] == {"doc_id": "0078", "topic": 0, "similarity": None, "second": None, "second_similarity": None}


def test_terms_of_several_words_name_topics(load: Load, tmp_path: Path) -> None:
    workspace, config = mined(tmp_path), load("[topics]\ncount = 3\n")
    assert "退款发票" in {term for row in run(workspace, config)[0] for term in row["terms"]}
    assert "退款发票" not in {term for row in run(workspace, config, frozenset(["candidates"]))[0] for term in row["terms"]}


def test_topics_that_the_config_names(load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    listed, placed = run(mined(tmp_path), load('[topics]\ncount = 3\nseeds = {billing = ["退款", "无此词"], "电" = ["电池"]}\n'))
    assert "无此词" in caplog.text
    topic_of = {row["label"]: row["topic"] for row in listed}
    assert {r["topic"] for r in placed[0:120:3]} == {topic_of["billing"]} and {r["topic"] for r in placed[1:120:3]} == {
        topic_of["电"]
    }
    with pytest.raises(WajueError, match=r"seeds 'x': none of its words has a vector \(无此词\)"):
        run(mined(tmp_path), load('[topics]\nseeds = {x = ["无此词"]}\n'))


def test_all_are_placed_where_topics_come_from_some(load: Load, tmp_path: Path) -> None:
    listed, placed = run(mined(tmp_path, documents=300), load("[topics]\ncount = 3\nsample = 130\n"))
    assert sorted(row["size"] for row in listed) == [1, 100, 100, 100] and len(placed) == 301


def test_only_documents_of_the_role(load: Load, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    general = '[[corpus]]\nname = "notes"\nrole = "general"\npaths = ["*.txt"]\n'
    caplog.set_level("INFO")
    assert len(run(mined(tmp_path), load(corpus=general))[1]) == 121
    assert "no corpus has role" in caplog.text
    other = general + '[[corpus]]\nname = "manuals"\nrole = "domain"\npaths = ["*.txt"]\n'
    listed, placed = run(mined(tmp_path), load(corpus=other))
    assert placed == [] and [(row["topic"], row["size"]) for row in listed] == [(0, 0)]


def test_few_documents_give_few_topics(load: Load, tmp_path: Path) -> None:
    listed, placed = run(mined(tmp_path / "one", documents=1), load("[topics]\ncount = 50\n"))
    assert [row["size"] for row in listed] == [1, 1] and [row["topic"] for row in placed] == [1, 0]
    assert all(row["label"] for row in listed)
    listed, placed = run(mined(tmp_path / "none", documents=0), load())
    assert [row["size"] for row in listed] == [1] and placed[0]["topic"] == 0
