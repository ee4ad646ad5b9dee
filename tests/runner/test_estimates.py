"""What steps took, and what they are forecast to take, from manifests. No Spark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import workspaces
from wajue import config as configuration
from wajue import dag
from wajue.config import Config
from wajue.reading.corpora import CorpusFile
from wajue.runner import estimates, freshness
from wajue.schemas import FORMAT_VERSION
from wajue.store import parquet
from wajue.store.workspace import Workspace, versions

Load = Callable[..., Config]
MB = 1_000_000


def files(size: int) -> list[CorpusFile]:
    return [CorpusFile("notes", name, name, part, 0, "utf-8") for name, part in (("a.txt", size // 4), ("b.txt", size - size // 4))]


def manifest_of(step: str, **more: Any) -> dict[str, Any]:
    spark = {"shuffle_write_bytes": 2 * MB, "spilled_disk_bytes": MB, "cached_bytes": MB, "tasks": 4, "failed_tasks": 0}
    figures = {
        "cpu_seconds": 100.0,
        "peak_rss_bytes": 10**9,
        "bytes_in": 10 * MB,
        "bytes_out": 3 * MB,
        "rows_in": 7,
        "seconds": 60.0,
    }
    return {
        "format_version": FORMAT_VERSION,
        "step": step,
        "rows_out": 5,
        "spark": spark,
        "config": {},
        "fingerprint": "old",
        "run_id": "r",
        "inputs": {},
        "versions": {},
        **figures,
        **more,
    }


@pytest.fixture
def done(tmp_path: Path) -> Workspace:
    """A workspace whose ingest read 10 MB, for 100 CPU seconds."""
    workspace = Workspace(str(tmp_path / "done"))
    workspace.prepare()
    tables = workspaces.tables()
    for name in ("raw_documents", "ingest_rejects", "files", "sgns_words"):
        parquet.write(tables[name], workspace, name)
    corpus = configuration.Corpus(name="notes", role="domain", paths=("*.txt",)).model_dump(mode="json")
    inputs = {"inputs": {"files": [["notes", "a.txt", 10 * MB, 0, "utf-8"]]}, "config": {"corpus": [corpus]}}
    inputs |= {"versions": versions()}
    manifests = {t: manifest_of("ingest", **inputs) for t in ("raw_documents", "ingest_rejects", "files")}
    workspace.finish(manifests | {"sgns_words": manifest_of("sgns", config={"sgns": {"epochs": 5, "dim": 100}})})
    workspace.close()
    return workspace


def planned(config: Config, workspace: Workspace, size: int) -> dict[str, Any]:
    rows = estimates.plan(config, workspace, files(size), dag.planned(config), force=False)
    return {r["step"]: r for r in rows}


def test_a_run_has_a_forecast_where_each_of_its_steps_has_one() -> None:
    step_rows = [
        {"step": "ingest", "runs": True, "seconds": 3.0},
        {"step": "clean", "runs": False},
        {"step": "terms", "runs": True, "seconds": 2.0},
    ]
    assert estimates.expected(step_rows) == {"ingest": 3.0, "terms": 2.0}
    assert estimates.expected([*step_rows, {"step": "sgns", "runs": True, "seconds": None}]) == {}


def test_what_never_ran_here_has_no_forecast(load: Load, tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path / "none"))
    rows = planned(load(), workspace, 50 * MB)
    assert rows["ngrams"]["runs"] and rows["ngrams"]["why"] == "not done yet" and rows["ngrams"]["seconds"] is None
    assert "none of which has run here" in estimates.total(workspace, list(rows.values()))
    assert not (tmp_path / "none").exists()


def test_a_later_run_is_forecast_from_the_last(load: Load, done: Workspace) -> None:
    rows = planned(load("[sgns]\nepochs = 10\n"), done, 10 * MB)
    assert (rows["ingest"]["cpu_seconds"], rows["ingest"]["seconds"], rows["ingest"]["memory_bytes"]) == (100, 60, 10**9)
    assert rows["ingest"]["written_bytes"] == 3 * 3 * MB and rows["ingest"]["scratch_bytes"] == 4 * MB
    assert rows["sgns"]["cpu_seconds"] == 2 * 100  # twice the epochs
    said = estimates.total(done, [rows["ingest"], rows["sgns"], rows["jose"]])
    # 60 + 2 * 60 s, 100 + 2 * 100 CPU s; three tables and one of 3 MB, and twice 4 MB meanwhile
    assert said.startswith(
        "3 steps would run: 3 min 00 s, 5 min 00 s of CPU time, 1 GB of memory, 20 MB of disk, as the last run took"
    )
    assert "1 of them have never run here" in said


def test_grown_files_raise_the_forecast_in_proportion(load: Load, done: Workspace) -> None:
    rows = planned(load(), done, 20 * MB)
    assert rows["ingest"]["why"] == "files: 1 new (b.txt), 1 changed (a.txt); 0 as they were: all are read again"
    assert rows["ingest"]["cpu_seconds"] == 2 * 100 and rows["ingest"]["memory_bytes"] == 10**9
    assert "at most: the files are 2.0 times as large" in estimates.total(done, list(rows.values()))
    assert planned(load(), done, 5 * MB)["ingest"]["cpu_seconds"] == 100  # fewer bytes save no one knows what of the fixed costs


def test_what_reads_a_table_that_will_be_new_runs_too(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load()
    stale = {s.name: "stale" if s.name == "word_counts" else "done" for s in dag.planned(config)}
    monkeypatch.setattr(
        freshness,
        "of",
        lambda *_: [freshness.State(s, stale[s.name], None, "[segment] method: a -> b") for s in dag.planned(config)],
    )
    rows = planned(config, Workspace(str(tmp_path)), MB)
    assert {s for s, r in rows.items() if r["runs"]} == {
        *("word_counts", "variants", "vocabulary", "sgns", "jose", "topics", "topic_trends")
    }
    assert rows["vocabulary"]["why"] == "reads word_counts" and rows["word_counts"]["why"] == "[segment] method: a -> b"
    stale["word_counts"] = "damaged"
    assert planned(config, Workspace(str(tmp_path)), MB)["word_counts"]["why"] == "its tables are damaged"
    forced = estimates.plan(config, Workspace(str(tmp_path)), files(MB), dag.planned(config), force=True)
    assert all(r["runs"] and r["why"] == "--force" for r in forced)


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    assert "nothing would run" in estimates.total(
        Workspace(str(tmp_path)), [{"step": "ingest", "runs": False, "why": "done before"}]
    )


def test_the_figures_of_steps_that_ran(load: Load, done: Workspace) -> None:
    rows = {r["step"]: r for r in estimates.steps(load(), done, files(10 * MB))}
    ran = rows["ingest"]
    assert (ran["rows_out"], ran["bytes_in"], ran["bytes_out"]) == ([5, 5, 5], 10 * MB, 9 * MB)
    assert (ran["tasks"], ran["shuffle_write_bytes"], ran["spilled_disk_bytes"], ran["cpu_seconds"]) == (4, 2 * MB, MB, 100.0)
    assert rows["clean"]["state"] == "missing" and rows["clean"]["seconds"] is None
    assert rows["terms"]["state"] == "left out" and "general" in rows["terms"]["why"]
    table = estimates.as_table(list(rows.values()))
    assert table.num_rows == len(dag.STEPS) and table.column("rows_out").to_pylist()[0] == [5, 5, 5]
    assert estimates.shown_steps(list(rows.values())).row_count == len(dag.STEPS)
