"""Who answers the stages."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.workspaces import rows_of, write
from wajue import dag
from wajue.config import Config
from wajue.errors import ConfigError
from wajue.runner import engine, run
from wajue.runner.engine import Engine
from wajue.spark import in_process
from wajue.store.workspace import Workspace

Load = Callable[..., Config]
HOME = Workspace("out")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The masters for which Spark was started; it does not run before."""
    masters: list[Any] = []
    monkeypatch.setattr(engine.spark_session, "is_running", lambda: False)
    monkeypatch.setattr(
        engine.spark_session, "session", lambda master, folder, small: masters.append((master, folder, small)) or "Spark"
    )
    return masters


def test_text_is_mined_in_this_process(load: Load, asked: list[Any]) -> None:
    small = Engine(load(), HOME, None)
    small.input_bytes = 1000
    assert isinstance(small.session, in_process.Session)  # type: ignore[unreachable]
    assert small.session is small.session
    assert small.is_alive
    small.forget()
    small.close()
    assert not asked


@pytest.mark.parametrize(
    ("size", "master", "settings", "wanted"),
    [
        ((2 << 30) + 1, None, "", (None, None, False)),
        (1000, "local[2]", "", ("local[2]", None, True)),
        (1000, None, '[spark]\nevent_log = "events"', (None, "{0}/events", True)),
    ],
    ids=["it is large", "a master is named", "Spark is to log what it does"],
)
def test_spark_where(size: int, master: str, settings: str, wanted: Any, load: Load, asked: list[Any], tmp_path: Path) -> None:
    one = Engine(load(settings), HOME, master)
    one.input_bytes = size
    assert one.session == "Spark"
    assert asked == [tuple(w.format(tmp_path) if isinstance(w, str) else w for w in wanted)]


def test_what_is_more_than_memory_is_for_spark(load: Load, asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """1.4 GB of memory: 40 MB of text are mined here."""
    monkeypatch.setattr(engine, "_memory", lambda: (1 << 30) + 400_000_000)
    large, small = Engine(load(), HOME, None), Engine(load(), HOME, None)
    large.input_bytes, small.input_bytes = 40_000_001, 40_000_000
    assert large.session == "Spark"
    assert isinstance(small.session, in_process.Session)  # type: ignore[unreachable]
    small.close()


@pytest.mark.parametrize(("size", "processes"), [(1000, 1), (8 << 20, len(os.sched_getaffinity(0)))])
def test_much_is_done_by_as_many_processes_as_there_are_cores(size: int, processes: int, load: Load, asked: list[Any]) -> None:
    one = Engine(load(), HOME, None)
    one.input_bytes = size
    assert one.session.sparkContext.defaultParallelism == processes
    one.close()


def test_the_memory_of_a_container_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    limits = tmp_path / "memory.max"
    monkeypatch.setattr(engine, "_CGROUP_LIMITS", (str(limits), str(tmp_path / "none")))
    whole = engine.psutil.virtual_memory().total
    assert engine._memory() == whole
    for said, memory in (("max\n", whole), ("4000000000\n", 4_000_000_000)):
        limits.write_text(said)
        assert engine._memory() == memory


def test_where_processes_are_not_forked_only_little_is_mined_here(
    load: Load, asked: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_FORKS", False)
    one = Engine(load(), HOME, None)
    one.input_bytes = 33 << 20
    assert one.session == "Spark"


def test_without_a_look_at_the_files_those_that_were_read_tell_how_much_there_is(tmp_path: Path) -> None:
    """So does a run --from a step. Else it would take any mountain for nothing, and hold it in memory."""
    tables = {name: rows_of(name, [{"doc_id": "a", "text": "变"}]) for name in ("raw_documents", "documents")}
    workspace = write(tmp_path, tables)
    assert run._input_bytes(workspace, None) == workspace.bytes("documents") > 0
    step = tmp_path / "raw_documents" / "_step.json"
    listed = [["notes", "a.txt", 10, 0, "utf-8"], ["notes", "b.ZIP", 10, 0, "utf-8"]]
    step.write_text(json.dumps(json.loads(step.read_text()) | {"inputs": {"files": listed}}))
    assert run._input_bytes(Workspace(str(tmp_path)), None) == 10 + 6 * 10
    assert run._input_bytes(Workspace(str(tmp_path / "none")), None) == 0


def test_a_session_that_runs_is_taken(load: Load, asked: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.spark_session, "is_running", lambda: True)
    assert Engine(load(), HOME, None).session == "Spark"


def test_at_any_size_where_it_is_asked_for(load: Load, asked: list[Any]) -> None:
    one = Engine(load(), HOME, "none")
    one.input_bytes = 1 << 40
    assert one.is_local
    assert isinstance(one.session, in_process.Session)  # type: ignore[unreachable]
    one.close()


def test_what_only_spark_reaches_cannot_be_mined_without(load: Load, asked: list[Any]) -> None:
    config = load(corpus='[[corpus]]\nname = "notes"\nrole = "domain"\npaths = ["hdfs://name/notes"]\n')
    with pytest.raises(ConfigError, match="hdfs://name/notes is reached through Spark"):
        Engine(config, HOME, "none").reach_workspaces(dag.STEPS)
    assert not asked
