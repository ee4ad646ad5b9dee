"""The map of documents: a sample in the plane, in the colours of its topics."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests import tiny
from tests.runner.test_topics import mined, run
from wajue.config import Config
from wajue.results.report_sections import document_map as section
from wajue.results.report_sections.document_map import document_map
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.topics import topics

Load = Callable[..., Config]


def tables(folder: Path, load: Load) -> Tables:
    documents = [
        {"doc_id": f"{i:04x}", "corpus": "notes", "text": f"文 {i} 电话 13800001111 {'长' * 200}", "source": {"file": f"{i}.txt"}}
        for i in range(121)
    ]
    workspace = mined(folder)
    tiny.workspace(folder, documents=documents, vocabulary=[])
    run(workspace, load("[topics]\ncount = 3\n"))
    return Tables(workspace)


def test_documents_of_a_topic_lie_together(load: Load, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(section, "_MAPPED", 60)
    made = tables(tmp_path, load)
    drawn = document_map(made, topics(made, {}))["document_map"]
    assert len(drawn["points"]) == 60 and drawn["colours"] == {1: 0, 2: 1, 3: 2} and set(drawn["labels"]) == {1, 2, 3}
    places: dict[int, list[complex]] = {}
    for x, y, topic, text, source in drawn["points"]:
        assert -1 <= x <= 1 and -1 <= y <= 1 and source.endswith(".txt") and len(text) == 120 and "13800001111" not in text
        places.setdefault(topic, []).append(complex(x, y))
    centres = {topic: sum(of) / len(of) for topic, of in places.items()}
    nearest = [min(centres, key=lambda t: abs(centres[t] - p)) == topic for topic, of in places.items() for p in of]
    assert sum(nearest) >= 58
    again = document_map(made, topics(made, {}))["document_map"]
    assert again == drawn


def test_without_documents_or_vectors_there_is_no_map(whole: Tables) -> None:
    assert document_map(whole, {"topics": []}) == {"document_map": None}
