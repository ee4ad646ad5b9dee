"""What steps took and will take: from manifests, and by the line of FIGURES. No Spark."""

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


def planned(config: Config, workspace: Workspace, size: int, **more: Any) -> dict[str, Any]:
    rows = estimates.plan(config, workspace, files(size), dag.planned(config), force=False, cores=2, **more)
    return {r["step"]: r for r in rows}


def test_every_step_has_its_figures() -> None:
    assert tuple(estimates.FIGURES) == dag.NAMES


def test_a_first_run_is_estimated_by_the_line(load: Load, tmp_path: Path) -> None:
    rows = planned(load(), Workspace(str(tmp_path / "none")), 50 * MB)
    line = estimates.FIGURES["ngrams"]
    assert (
        rows["ngrams"]["runs"] and rows["ngrams"]["why"] == "not done yet" and rows["ngrams"]["estimated_from"].startswith("docs")
    )
    assert rows["ngrams"]["cpu_seconds"] == pytest.approx(line.cpu + 50 * line.cpu_per_mb)
    assert rows["ngrams"]["seconds"] == pytest.approx(rows["ngrams"]["cpu_seconds"] / 1.6)
    assert rows["ngrams"]["written_bytes"] == pytest.approx(line.written * 50 * MB)
    twice = planned(load("[jose]\nepochs = 20\nthreads = 1\n"), Workspace(str(tmp_path / "none")), 50 * MB)["jose"]
    line = estimates.FIGURES["jose"]
    assert twice["cpu_seconds"] == twice["seconds"] == pytest.approx(line.cpu + 2 * 50 * line.cpu_per_mb)
    assert not (tmp_path / "none").exists()


def test_a_later_run_is_estimated_by_the_one_before(load: Load, done: Workspace) -> None:
    rows = planned(load("[sgns]\nepochs = 10\n"), done, 20 * MB)
    fixed = estimates.FIGURES["ingest"].cpu
    assert rows["ingest"]["estimated_from"] == "this workspace"
    assert rows["ingest"]["why"] == "files: 1 new (b.txt), 1 changed (a.txt); 0 as they were: all are read again"
    assert rows["ingest"]["cpu_seconds"] == pytest.approx(fixed + 2 * (100 - fixed))
    assert rows["ingest"]["written_bytes"] == 2 * 3 * 3 * MB and rows["ingest"]["scratch_bytes"] == 2 * 4 * MB
    fixed = estimates.FIGURES["sgns"].cpu
    assert rows["sgns"]["cpu_seconds"] == pytest.approx(fixed + 2 * 2 * (100 - fixed))  # twice the text, twice the epochs
    assert rows["jose"]["estimated_from"] != "this workspace"


def test_what_reads_a_table_that_will_be_new_runs_too(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = load()
    stale = {s.name: "stale" if s.name == "word_counts" else "done" for s in dag.planned(config)}
    monkeypatch.setattr(freshness, "of", lambda *_: [freshness.State(s, stale[s.name], None) for s in dag.planned(config)])
    rows = planned(config, Workspace(str(tmp_path)), MB)
    assert {s for s, r in rows.items() if r["runs"]} == {"word_counts", "vocabulary", "sgns", "jose"}
    assert rows["vocabulary"]["why"] == "reads word_counts" and rows["word_counts"]["why"] == "input or config changed"
    stale["word_counts"] = "damaged"
    assert planned(config, Workspace(str(tmp_path)), MB)["word_counts"]["why"] == "its tables are damaged"
    forced = estimates.plan(config, Workspace(str(tmp_path)), files(MB), dag.planned(config), force=True, cores=0)
    assert all(r["runs"] and r["why"] == "--force" for r in forced)
    assert {r["step"] for r in forced if r["seconds"] is not None} == {"sgns", "jose"}, "nobody knows a cluster's cores"
    assert "as long as the cluster needs" in estimates.total(Workspace(str(tmp_path)), forced)


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


@pytest.mark.parametrize(
    ("master", "cores"), [("local[3]", 3), ("local", 1), ("local[4,2]", 4), ("spark://h:7077", 0), ("yarn", 0)]
)
def test_the_cores_of_a_master(master: str, cores: int) -> None:
    assert estimates.cores_of(master) == cores
