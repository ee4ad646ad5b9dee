"""`wajue topics`: what there is, and where new documents go."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.runner.test_topics import mined, run
from wajue.config import Config
from wajue.errors import WajueError
from wajue.results import topics
from wajue.store.workspace import Workspace

Load = Callable[..., Config]
TEXTS = ["我们 退款 发票", "我们 电池 充电", "", "天气"]


@pytest.fixture
def workspace(load: Load, tmp_path: Path) -> Workspace:
    """Text that came segmented, in three topics."""
    made = mined(tmp_path / "w", {"tokens": {"segment": {"method": "whitespace"}}}, tokens=[])
    run(made, load("[topics]\ncount = 3\n"))
    return made


def test_a_new_document_gets_the_topic_of_documents_like_it(workspace: Workspace) -> None:
    loaded = topics.load_topics(workspace)
    billing, battery, empty, unknown = loaded.assign(TEXTS).to_pylist()
    assert "退款" in billing["label"] and "电池" in battery["label"] and billing["second"] != billing["topic"]
    nothing = {"topic": 0, "label": "outliers", "similarity": None, "second": None, "second_label": None, "second_similarity": None}
    assert empty == unknown == nothing
    assert loaded.assign([]).num_rows == 0


def test_without_topics_nothing_is_placed(workspace: Workspace) -> None:
    loaded = topics.load_topics(workspace)
    none = loaded.model.take(np.zeros(0, np.int64))
    with pytest.raises(WajueError, match="no topic to put documents into"):
        replace(loaded, model=none).assign(TEXTS)


def test_a_document_of_the_workspace_keeps_its_topic(workspace: Workspace) -> None:
    from wajue.store import parquet

    [first] = parquet.read(workspace, "document_topics").slice(0, 1).to_pylist()
    [again] = topics.load_topics(workspace).assign(["我们 退款 发票"]).to_pylist()
    assert again["topic"] == first["topic"] and again["similarity"] == pytest.approx(first["similarity"], abs=1e-6)


@pytest.mark.parametrize(
    ("rule", "words", "split"), [("always", 99, True), ("auto", 20, True), ("auto", 21, False), ("never", 1, False)]
)
def test_rare_words_are_read_as_the_workspace_read_them(load: Load, tmp_path: Path, rule: str, words: int, split: bool) -> None:
    configs = {"tokens": {"segment": {"method": "whitespace"}}, "sequences": {"vocabulary": {"split_rare": rule}}}
    made = mined(tmp_path / "w", configs, tokens=[{"doc_id": "0"}], word_counts=[{"word": "我们", "count": words}])
    run(made, load("[topics]\ncount = 3\n"))
    loaded = topics.load_topics(made)
    of_characters = replace(loaded, _words=["退", *loaded._words[1:]])  # which has the vector of 退款
    assert (of_characters.assign(["我们 退款"]) == loaded.assign(["我们 退款"])) == split


def test_groups_stand_above_their_topics(tmp_path: Path) -> None:
    from tests import tiny

    plain = {"label": "x", "terms": ["x", "y"], "documents": [], "vector": [1.0]}
    rows = [(1, 4, 9), (2, 5, 8), (3, 5, 7), (4, None, 9), (5, None, 15), (0, None, 99)]
    made = tiny.workspace(tmp_path, topics=[{"topic": t, "parent": p, "size": s, **plain} for t, p, s in rows])
    assert topics.listing(made).column("topic").to_pylist() == [5, 2, 3, 4, 1, 0]
    assert topics.render(topics.listing(made)).row_count == 6
    assert topics.listing(made).column("more_in").to_pylist() == [[]] * 6


def test_where_a_topic_has_more_documents_than_by_chance(tmp_path: Path) -> None:
    from tests import tiny

    spread = [("period", "2024-01", 20.0), ("tag", "x", 30.0), ("corpus", "notes", 19.0), ("corpus", "mails", -90.0)]
    trends = [{"topic": 1, "kind": k, "value": v, "documents": 9, "share": 0.1, "surprise": s} for k, v, s in spread]
    row = {"topic": 1, "size": 9, "label": "x", "terms": ["x"], "documents": [], "vector": [1.0]}
    listed = topics.listing(tiny.workspace(tmp_path, topics=[row], topic_trends=trends))
    assert listed.column("more_in").to_pylist() == [["x", "2024-01"]]
    assert next(iter(topics.render(listed).columns[5].cells)).plain == "x、2024-01"  # type: ignore[union-attr]


def test_assigned_lines_are_numbered(workspace: Workspace) -> None:
    rows = topics.assigned(workspace, TEXTS).to_pylist()
    assert [(r["line"], r["text"]) for r in rows] == list(enumerate(TEXTS, 1))
