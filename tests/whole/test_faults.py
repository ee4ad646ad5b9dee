"""What a run does when the machine under it fails: the right answer afterwards or one clear message, and never a workspace that
claims more than it has. docs/reliability.md tells the same in words; what needs a cluster, or takes long, is in test_cluster.py.
"""

import json
import logging
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from tests import tiny, workspaces
from tests.spark import test_flow
from wajue import cli, dag
from wajue import config as configuration
from wajue.errors import WajueError, said_by_task
from wajue.results import query, report
from wajue.results.export import FORMATS
from wajue.runner import freshness, run
from wajue.schemas import FORMAT_VERSION, TABLES
from wajue.spark.flow import Flow
from wajue.spark.task_files import row_groups_of
from wajue.store import checkpoints, lock, parquet, whole_files
from wajue.store.workspace import Workspace

ROOT = Path(__file__).parents[2]
CONFIG = '[[corpus]]\nname = "notes"\nrole = "domain"\npaths = ["notes.txt"]\n'


def rows(workspace: Workspace, table: str) -> list[dict[str, Any]]:
    return sorted(parquet.read(workspace, table).to_pylist(), key=str)


class Killed(Exception):
    """Where the process is killed."""


class Failing(fs.FileSystemHandler):  # type: ignore[misc]
    """The local file system; the process is killed before its `last`-th change of it."""

    CHANGES = ("create_dir", "delete_dir", "delete_file", "move", "open_output_stream")

    def __init__(self, last: int) -> None:
        self.left, self.local = last, fs.LocalFileSystem()

    def __getattribute__(self, name: str) -> Any:
        own = object.__getattribute__(self, "__dict__")
        if name in Failing.CHANGES:
            own["left"] -= 1
            if own["left"] < 0:
                raise Killed
        if name.startswith("__") or name in own:
            return object.__getattribute__(self, name)
        if name == "get_file_info_selector":
            return own["local"].get_file_info
        if name == "get_type_name":
            return lambda: "failing"
        return getattr(own["local"], name)


Failing.__abstractmethods__ = frozenset()


class Doomed(Workspace):
    """A workspace whose process is killed at some point."""

    last = 0

    @property
    def files(self) -> tuple[fs.FileSystem, str]:
        return fs.PyFileSystem(self.handler), self.location

    @property
    def handler(self) -> Failing:
        return self.__dict__.setdefault("_handler", Failing(self.last))  # type: ignore[no-any-return]


def words(*found: str) -> list[dict[str, Any]]:
    return [{"word": w, "count": len(w)} for w in found]


def test_killed_at_any_point_of_the_end_of_a_step(tmp_path: Path) -> None:
    survived = 0
    for last in range(40):
        folder = tmp_path / str(last)
        before = tiny.workspace(folder, vocabulary=[{"word": "旧"}], sequences=[{"doc_id": "旧"}])
        before.prepare()
        for table, new in (("vocabulary", [{"word": "新"}] * 2), ("sequences", [{"doc_id": "新"}] * 2)):
            parquet.write(pa.Table.from_pylist(new, schema=TABLES[table].schema), before, table)
        doomed = Doomed(str(folder))
        doomed.__dict__["_handler"] = Failing(last)
        try:
            doomed.finish({t: {"format_version": FORMAT_VERSION, "run_id": "new"} for t in ("vocabulary", "sequences")})
            survived += 1
        except Killed:
            pass
        found = Workspace(str(folder))
        for table in ("vocabulary", "sequences"):
            manifest = found.manifest(table)  # never one that is cut short
            if manifest is not None:
                assert found.fault(table) is None
                assert len(rows(found, table)) == (2 if manifest.get("run_id") == "new" else 1)
        found.prepare()
    assert 0 < survived < 35, "the last points lie beyond the end, the others before it"


def test_a_file_of_a_finished_table(spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n主变油枕漏油\n" * 9, encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    config, workspace = configuration.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out"))
    run.run(config, workspace, last="clean")
    whole = rows(workspace, "clean_documents")
    harms: dict[str, Callable[[Path], Any]] = {
        "truncated": lambda path: os.truncate(path, path.stat().st_size // 2),
        "deleted": Path.unlink,
        "added": lambda path: shutil.copy(path, path.with_name("part-99999.zstd.parquet")),
    }
    kept = shutil.copytree(tmp_path / "out" / "clean_documents", tmp_path / "kept")
    for name, harm in harms.items():
        victim = max((tmp_path / "out" / "clean_documents").glob("*.parquet"), key=lambda f: f.stat().st_size)
        harm(victim)
        for ask in (lambda: rows(workspace, "clean_documents"), lambda: query.connect(workspace)):
            with pytest.raises(WajueError, match=r"clean_documents of .*is damaged: part-.*wajue run CONFIG writes it anew"):
                ask()
        found = {s.step.name: s.state for s in freshness.of(config, workspace)}
        assert (found["ingest"], found["clean"]) == ("done", "damaged")
        if name != "truncated":  # one is mended by a run, the others here
            shutil.rmtree(tmp_path / "out" / "clean_documents")
            shutil.copytree(kept, tmp_path / "out" / "clean_documents")
            continue
        caplog.clear()
        with caplog.at_level("INFO", logger="wajue"):
            run.run(config, workspace, last="clean")
        assert "clean: the table clean_documents is damaged" in caplog.text and "ingest: done before" in caplog.text
        assert rows(workspace, "clean_documents") == whole
        shutil.rmtree(kept)
        shutil.copytree(tmp_path / "out" / "clean_documents", kept)
    manifest = tmp_path / "out" / "clean_documents" / "_step.json"
    manifest.write_text(manifest.read_text()[:20])
    caplog.clear()
    with caplog.at_level("INFO", logger="wajue"):
        run.run(config, workspace, last="clean")
    assert "_step.json is no manifest" in caplog.text and "ingest: done before" in caplog.text
    assert rows(workspace, "clean_documents") == whole


def test_damage_that_no_size_shows(spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n主变油枕漏油\n" * 9, encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    config, workspace = configuration.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out"))
    run.run(config, workspace, last="clean")
    whole = rows(workspace, "clean_documents")

    def harm() -> None:
        """Change 40 bytes in the pages of the text; the step that reads them is to run again."""
        victim = max((tmp_path / "out" / "raw_documents").glob("*.parquet"), key=lambda f: f.stat().st_size)
        page = pq.read_metadata(victim).row_group(0).column(3).data_page_offset
        data = bytearray(victim.read_bytes())
        data[page + 4 : page + 44] = b"\xff" * 40
        victim.write_bytes(data)
        (tmp_path / "out" / "clean_documents" / "_step.json").unlink(missing_ok=True)

    harm()
    with caplog.at_level("INFO", logger="wajue"):
        run.run(config, workspace, last="clean")
    assert "clean: the table raw_documents is damaged: part-" in caplog.text and "it is written anew by ingest" in caplog.text
    assert rows(workspace, "clean_documents") == whole
    harm()
    with pytest.raises(WajueError, match=r"raw_documents is damaged.*wajue run CONFIG --force --from ingest writes it anew"):
        run.run(config, workspace, first="clean", last="clean")
    with pytest.raises(WajueError, match=r"raw_documents .*is damaged.*--force --from ingest writes it anew"):
        rows(workspace, "raw_documents")


def test_a_workspace_deleted_during_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")

    def deleted(order: Any, *more: Any) -> None:
        shutil.rmtree(tmp_path / "out")
        order.workspace.sweep()  # as a step does
        raise WajueError("part-00000 is not there: a workspace without :// has to be a folder that all nodes see")

    monkeypatch.setattr(run, "_carry_out", deleted)
    with pytest.raises(WajueError, match=r"^ingest: the workspace .*out was deleted or moved while the run was at work") as error:
        run.run(configuration.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out")), last="clean")
    assert "nodes" not in str(error.value)


@pytest.mark.parametrize(
    ("alive", "said"), [(False, "ingest: Spark's Java process has ended"), (True, "PythonUtils does not exist")]
)
def test_java_that_has_ended_is_told_whatever_py4j_calls_it(
    alive: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")

    def fails(*_: Any) -> None:
        raise RuntimeError("PythonUtils does not exist in the JVM")

    monkeypatch.setattr(run.spark_step, "run", fails)
    monkeypatch.setattr(run.Engine, "is_alive", alive)
    with pytest.raises((WajueError, RuntimeError), match=said):
        run.run(configuration.load(tmp_path / "c.toml"), Workspace(str(tmp_path / "out")), last="ingest", master="none")


@contextmanager
def mounted(folder: Path, *arguments: str) -> Iterator[None]:
    folder.mkdir(exist_ok=True)
    done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"mounting is not allowed here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def failed(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """What the command says as it ends with status 1: one line, and no traceback."""
    with pytest.raises(SystemExit) as error:
        cli.main(arguments)
    said = capsys.readouterr().err
    assert error.value.code == 1 and "Traceback" not in said and "fault of wajue" not in said
    return said.strip().splitlines()[-1]


@pytest.mark.parametrize("place", [4, 2000])  # the header of a page, and what is in it
def test_a_damaged_file_is_named(spark: Any, tmp_path: Path, place: int) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(test_flow.table(), path, use_dictionary=False, compression="zstd", write_page_checksum=True)
    flow = Flow(spark.read.parquet(str(path)), row_groups_of([str(path)])).select("n").map(test_flow.doubled, "twice long")
    data = bytearray(path.read_bytes())
    data[place : place + 40] = b"\xff" * 40
    path.write_bytes(data)
    with pytest.raises(Exception, match="damaged") as failure:
        flow.frame.count()
    said = said_by_task(failure.value)
    assert said is not None and f"{path} is damaged" in said and "--force" in said
    with pytest.raises(WajueError, match="is damaged"):
        flow.to_arrow()
    path.unlink()
    with pytest.raises(WajueError, match="all nodes see"):
        flow.to_arrow()


def test_of_a_task_that_is_tried_again_rows_are_kept_once(spark: Any, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A task dies after it wrote half of its rows; what it left is no part of the table."""
    mark = tmp_path / "died"

    def fragile(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for i, batch in enumerate(batches):
            if i and not mark.exists():
                mark.touch()
                raise OSError("the machine is gone")
            yield batch

    pq.write_table(test_flow.table(), tmp_path / "t.parquet")
    place = tmp_path / "place"
    place.mkdir()
    flow = Flow(spark.read.parquet(str(tmp_path / "t.parquet")), row_groups_of([str(tmp_path / "t.parquet")]), str(place))
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(Exception, match="the machine is gone"):
        flow.map(fragile, "n long, tags array<string>").write(f"{place}/out")
    assert not list(Path(f"{place}/out").iterdir())
    flow.map(fragile, "n long, tags array<string>").write(f"{place}/again")
    assert pq.read_table(f"{place}/again").sort_by("n").to_pydict() == test_flow.table().to_pydict()


@pytest.mark.parametrize("master", [[], ["--master", "none"]], ids=["Spark", "in process"])
def test_a_full_disk(spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str], master: list[str]) -> None:
    notes = "".join(f"第{i * i * 7919 % 1000003}号断路器在{i}日检修\n" for i in range(20_000))
    (tmp_path / "notes.txt").write_text(notes, encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    small = tmp_path / "small"
    with mounted(small, "-t", "tmpfs", "-o", "size=500k", "tmpfs"):
        command = ["run", str(tmp_path / "c.toml"), "--workspace", str(small / "out"), "--until", "clean", *master]
        assert "a disk is full: free space in the workspace" in failed(command, capsys)
        workspace = Workspace(str(small / "out"))
        claimed = [t for t in TABLES if workspace.whole(t)]
        assert "clean_documents" not in claimed and all(workspace.fault(t) is None for t in claimed)
        assert not (small / "out" / "_unfinished").exists()
        subprocess.run(["mount", "-o", "remount,size=100m", str(small)], check=True)
        cli.main(command)
        assert len(rows(workspace, "clean_documents")) == 20_000


def test_a_read_only_workspace(spark: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n" * 3, encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    command = ["run", str(tmp_path / "c.toml"), "--until", "ingest"]
    cli.main(command)
    with mounted(tmp_path / "out", "--bind", str(tmp_path / "out")):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(tmp_path / "out")], check=True)
        for more in ([], ["--force"]):
            assert "cannot write to the workspace" in failed([*command, *more], capsys)
        assert "cannot write" in failed(["report", str(tmp_path / "out")], capsys)
        cli.main(["query", str(tmp_path / "out"), "SELECT count(*) AS n FROM raw_documents", "--format", "csv"])
        assert capsys.readouterr().out == "n\n3\n"
    with mounted(tmp_path / "empty", "-t", "tmpfs", "-o", "ro", "tmpfs"):
        assert "cannot" in failed([*command, "--workspace", str(tmp_path / "empty" / "new")], capsys)


def test_two_runs_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "notes.txt").write_text("断路器在检修\n", encoding="utf-8")
    (tmp_path / "c.toml").write_text(CONFIG, encoding="utf-8")
    workspace = Workspace(str(tmp_path / "out"))
    workspace.create()
    with workspace.locked():
        said = failed(["run", str(tmp_path / "c.toml")], capsys)
    assert f"another run (process {os.getpid()} on " in said and f"is at work in {workspace.location}" in said
    assert not any((tmp_path / "out").iterdir()), "the lock is gone, and the other run has left nothing"


HOLDER = "import sys, time; from wajue.store.workspace import Workspace\nwith Workspace(sys.argv[1]).locked(): print('held', flush=True); time.sleep(60)"


def test_the_lock_of_a_run_that_was_killed(tmp_path: Path) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, cwd=ROOT)
    assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
    with pytest.raises(WajueError, match=f"process {holder.pid}"), Workspace(str(tmp_path)).locked():
        pass
    holder.kill()
    holder.wait()
    assert (tmp_path / "_lock").exists()
    with Workspace(str(tmp_path)).locked():
        pass
    assert not (tmp_path / "_lock").exists()


def test_of_many_runs_that_begin_at_once_one_works_at_a_time(tmp_path: Path) -> None:
    at_work, most, refused = [0], [0], [0]
    others: list[Exception] = []

    def attempt() -> None:
        try:
            with Workspace(str(tmp_path)).locked():
                at_work[0] += 1
                most[0] = max(most[0], at_work[0])
                time.sleep(0.005)
                at_work[0] -= 1
        except WajueError:
            refused[0] += 1
        except Exception as error:
            others.append(error)

    threads = [threading.Thread(target=attempt) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most[0] == 1 and refused[0] < 40 and not others


def test_a_lease_where_files_have_no_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_SETTLED", 0.05)
    monkeypatch.setattr(lock, "_RENEWED", 0.02)
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())

    def held() -> dict[str, Any]:
        return json.loads((tmp_path / "_lock").read_text())  # type: ignore[no-any-return]

    with lock.exclusive(store, ""):
        first = held()
        with (
            pytest.raises(WajueError, match=r"another run .* at work .* if it was killed, for 10 minutes, or delete"),
            lock.exclusive(store, ""),
        ):
            pass
        (tmp_path / "_lock").write_text("{}")
        _until(lambda: held().get("token") == first["token"])  # it is renewed
    assert not (tmp_path / "_lock").exists()
    (tmp_path / "_lock").write_text(json.dumps(first | {"seen": "2020-01-01T00:00:00+00:00"}))
    with lock.exclusive(store, ""):  # whoever held it is gone
        pass


def _until(found: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        try:
            if found():
                return
        except ValueError:  # being written
            continue
    raise AssertionError("it never came")


BAD_MANIFESTS: dict[str, Callable[[Path], Any]] = {
    "cut short": lambda f: f.write_text(f.read_text()[:20]),
    "not UTF-8": lambda f: f.write_bytes(b"\xff" + f.read_bytes()),
    "empty": lambda f: f.write_bytes(b""),
    "another value": lambda f: f.write_text("[1]"),
    "nested": lambda f: f.write_text('{"format_version": ' + "[" * 100_000),
    "nested in a part": lambda f: f.write_text(f.read_text()[:-1] + ', "more": ' + "[" * 90_000 + "]" * 90_000 + "}"),
    "no version": lambda f: _rewritten(f, lambda v: v.pop("format_version")),
    "a version that is text": lambda f: _rewritten(f, lambda v: v.update(format_version="1")),
    "sizes that are text": lambda f: _rewritten(f, lambda v: v.update(files={"part-00000.zstd.parquet": "5"})),
    "files that are a list": lambda f: _rewritten(f, lambda v: v.update(files=[])),
    "a config of numbers": lambda f: _rewritten(f, lambda v: v.update(config={"clean": 5})),
    "a corpus without paths": lambda f: _rewritten(f, lambda v: v.update(config={"corpus": [{"name": "a", "role": "domain"}]})),
    "inputs of numbers": lambda f: _rewritten(f, lambda v: v.update(inputs={"tokens": 1})),
    "files without sizes": lambda f: _rewritten(f, lambda v: v.update(inputs={"files": [["a", "b"]]})),
    "rows that are text": lambda f: _rewritten(f, lambda v: v.update(rows_out="many")),
}


def test_a_manifest_that_is_not_as_manifests_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, harm in BAD_MANIFESTS.items():
        workspace = tiny.workspace(tmp_path / name, lexicon=words("断路器"), vocabulary=[{"word": "断路器"}])
        assert workspace.whole("lexicon")
        harm(tmp_path / name / "lexicon" / "_step.json")
        assert not workspace.whole("lexicon"), name
        assert f"{name}/lexicon/_step.json is no manifest" in caplog.text
        with pytest.raises(WajueError, match="has no table 'lexicon' yet; wajue run CONFIG --until new_words writes it"):
            rows(workspace, "lexicon")
        with query.connect(workspace) as connection:
            assert query.execute(connection, "SELECT count(*) AS n FROM lexicon").to_pylist() == [{"n": 0}]


def test_a_manifest_that_lacks_what_runs_need(tmp_path: Path, load: Any) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    [step] = [s for s in dag.STEPS if s.name == "word_counts"]
    path, whole = (
        tmp_path / "w" / "word_counts" / "_step.json",
        json.loads((tmp_path / "w" / "word_counts" / "_step.json").read_text()),
    )
    whole |= {"fingerprint": "f", "run_id": "r", "bytes_out": 9, "inputs": freshness.inputs_of(workspace, step)}
    path.write_text(json.dumps(whole))
    assert freshness.is_done(workspace, step, "f")
    for key in ("fingerprint", "run_id", "inputs", "config", "versions", "rows_out", "bytes_out", "files"):
        path.write_text(json.dumps({k: v for k, v in whole.items() if k != key}))
        assert not freshness.is_done(workspace, step, "f"), key
        assert {s.step.name: s.state for s in freshness.of(load(), workspace)}["word_counts"] == "missing"


def _saved_state(folder: Path) -> tuple[Workspace, Path]:
    """A workspace with the saved state of a training, and the folder that it lies in."""
    workspace = Workspace(str(folder))
    state = checkpoints.State({"epoch": 1, "block": 2, "chunk": 3, "tokens": 4}, {"words": np.ones((3, 16), np.float32)})
    checkpoints.save(workspace, "sgns", "key", state)
    assert checkpoints.load(workspace, "sgns", "key") is not None
    return workspace, folder / "_checkpoint" / "sgns"


def _rewritten(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change what a JSON file says."""
    value = json.loads(path.read_text())
    change(value)
    path.write_text(json.dumps(value))


NAN = np.float32("nan").tobytes()
HARMS: dict[str, Callable[[Path], Any]] = {
    "cut short": lambda f: os.truncate(f / "words.float32", 100),
    "longer": lambda f: os.truncate(f / "words.float32", 200),
    "a matrix is gone": lambda f: (f / "words.float32").unlink(),
    "not a number": lambda f: (f / "words.float32").write_bytes(NAN + (f / "words.float32").read_bytes()[4:]),
    "no JSON": lambda f: (f / "progress.json").write_text('{"key": "key", "pro'),
    "not UTF-8": lambda f: (f / "progress.json").write_bytes(b"\xff\xfe"),
    "another value": lambda f: (f / "progress.json").write_text("[]"),
    "nested": lambda f: (f / "progress.json").write_text("[" * 100_000),
    "a huge shape": lambda f: _rewritten(f / "progress.json", lambda v: v["shapes"].update(words=[10**12, 10**6])),
    "a negative shape": lambda f: _rewritten(f / "progress.json", lambda v: v["shapes"].update(words=[-3, -16])),
    "beyond the end": lambda f: _rewritten(f / "progress.json", lambda v: v["progress"].update(epoch=99)),
    "a key missing": lambda f: _rewritten(f / "progress.json", lambda v: v.pop("checksums")),
    "a name that leads elsewhere": lambda f: _rewritten(
        f / "progress.json", lambda v: v.update(shapes={"../../x": [1, 1]}, checksums={"../../x": 0})
    ),
}


def test_a_damaged_saved_state(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, harm in HARMS.items():
        workspace, folder = _saved_state(tmp_path / name)
        harm(folder)
        caplog.clear()
        assert checkpoints.load(workspace, "sgns", "key") is None, name
        assert "sgns: the saved state in" in caplog.text and "is damaged" in caplog.text, name
        checkpoints.save(workspace, "sgns", "key", checkpoints.State({"epoch": 2}, {"words": np.zeros((1, 16), np.float32)}))
        assert (checkpoints.load(workspace, "sgns", "key") or ({}, {}))[0] == {"epoch": 2}, "the next one takes its place"


def test_what_must_survive_a_power_cut_is_synced_before_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[tuple[str, str]] = []
    sync, move, replace = os.fsync, fs.LocalFileSystem.move, Path.replace

    def synced(descriptor: int) -> None:
        events.append(("synced", Path(f"/proc/self/fd/{descriptor}").readlink().name))
        sync(descriptor)

    class Local(fs.LocalFileSystem):  # type: ignore[misc]
        def move(self, source: str, target: str) -> None:
            events.append(("named", Path(source).name))
            move(self, source, target)

    def replaced(source: Path, target: Path) -> Path:
        events.append(("named", source.name))
        return replace(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(fs, "LocalFileSystem", Local)
    monkeypatch.setattr(Path, "replace", replaced)
    workspace = tiny.workspace(tmp_path / "w", lexicon=words("断路器"))
    checkpoints.save(workspace, "sgns", "key", checkpoints.State({}, {"words": np.ones((3, 16), np.float32)}))
    with whole_files.written(tmp_path / "dict.txt") as unfinished:
        unfinished.write_text("断路器", encoding="utf-8")
    for name, before in {
        "lexicon": ("lexicon_step.json", "part-00000.zstd.parquet", "lexicon"),
        "lexicon_step.json": ("lexicon_step.json",),
        "sgns.new": ("words.float32", "progress.json", "sgns.new"),
        unfinished.name: (unfinished.name,),
    }.items():
        named = events.index(("named", name))
        assert all(("synced", n) in events[:named] for n in before), (name, events)
        assert any(event == "synced" for event, _ in events[named:]), "the folder that holds the name"


def test_a_report_or_export_that_a_full_disk_or_a_kill_ends(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    small = tmp_path / "small"
    with mounted(small, "-t", "tmpfs", "-o", "size=4m", "tmpfs"):
        shutil.copytree(tmp_path / "w", small / "w")
        old = small / "w" / "report.html"
        old.write_text("older")
        with pytest.raises(OSError):
            (small / "filler").write_bytes(bytes(8 << 20))
        for arguments in (
            ["report", str(small / "w")],
            *(["export", str(small / "w"), str(small / f"t.{f}"), "--to", f] for f in FORMATS),
        ):
            assert re.search("cannot write .*(No space left|a disk is full)", failed(arguments, capsys)), arguments
        assert old.read_text() == "older"
        assert not list(small.rglob(f"{whole_files.UNFINISHED}*")) and not any((small / "t.projector").iterdir())
    left = tmp_path / "w" / f"{whole_files.UNFINISHED}1"
    left.write_text("of a process that was killed")
    report.write(workspace)
    assert not left.exists() and (tmp_path / "w" / "report.html").exists()


def test_the_page_tells_of_every_fault() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8").split("\n## Faults", 1)[1].split("\n## ")[0]
    told = re.findall(r"^\| .*? \| .*? \| `(test_\w+)` \|$", page, re.M)
    sources = [(ROOT / "tests" / "whole" / name).read_text(encoding="utf-8") for name in ("test_faults.py", "test_cluster.py")]
    tried = [
        t for source in sources for t in re.findall(r"^def (test_\w+)", source, re.M) if t != "test_the_page_tells_of_every_fault"
    ]
    assert told == tried
