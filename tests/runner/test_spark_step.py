"""What one Spark step gets, counts and refuses. Whole runs: test_run.py."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue import dag
from wajue.config import Config, Corpus
from wajue.errors import WajueError
from wajue.runner import spark_step
from wajue.runner.spark_step import Order
from wajue.store.workspace import Workspace

CONFIG = Config(corpus=(Corpus(name="a", role="domain", paths=("*.txt",)),))
COUNTS = next(s for s in dag.STEPS if s.name == "word_counts")
TOKENS = [{"doc_id": "1", "corpus": "a", "role": "domain", "tokens": ["断路器", "检修", "断路器"]}]


def order(workspace: Workspace, step: dag.Step = COUNTS, **more: Any) -> Order:
    return Order(step, CONFIG, workspace, None, frozenset(), "f", (step.name,), True, {})._replace(**more)


def with_rows(workspace: Workspace, rows_out: int) -> Workspace:
    """The workspace, its tokens with a manifest that says so many rows, ready for a step."""
    path = Path(workspace.location) / "tokens" / "_step.json"
    path.write_text(path.read_text().replace("{", f'{{"rows_out": {rows_out}, "run_id": "r",', 1))
    workspace.prepare()
    return workspace


def test_its_tables_are_read_its_rows_counted_and_written(spark: Any, tmp_path: Path) -> None:
    workspace = with_rows(tiny.workspace(tmp_path / "w", tokens=TOKENS), 1)
    spark_step.run(order(workspace), spark)
    written = workspace.manifest("word_counts") or {}
    assert (written["rows_in"], written["rows_out"], written["inputs"], written["rejected"]) == (1, 2, {"tokens": "r"}, {})
    assert written["spark"]["tasks"] > 0


def test_rows_that_went_missing_are_a_fault_of_ours(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = with_rows(tiny.workspace(tmp_path / "w", tokens=TOKENS), 5)
    monkeypatch.setattr(spark_step.manifests, "rows_written", lambda *_: {"word_counts": 2})
    step = dag.Step("word_counts", ("tokens",), ("word_counts",), rejects="word_counts")
    monkeypatch.setattr(spark_step.parquet, "value_counts", lambda *_: {})
    with pytest.raises(WajueError, match=r"5 rows went in, .* came out; this is a fault of wajue"):
        spark_step.run(order(workspace, step), spark)
    assert not workspace.whole("word_counts")


def test_a_step_gets_none_only_for_a_table_that_it_can_do_without(spark: Any, tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", tokens=TOKENS)
    with pytest.raises(AssertionError, match="word_counts cannot do without"):
        spark_step._whole(order(workspace, absent=frozenset({"tokens"})), spark_step.STAGES["word_counts"], spark)
