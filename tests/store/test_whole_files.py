"""Files that have a final name are there whole, or as they were; and nothing else gives a file its name."""

import ast
import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pyarrow import fs

from wajue.errors import WajueError
from wajue.store import whole_files

ROOT = Path(__file__).parents[2]
# what may open a file for writing: a lock, what nobody takes for finished, and what whole_files gave them the path of
WRITERS = {
    "store/whole_files.py", "store/lock.py", "store/file_systems.py", "store/checkpoints.py", "store/workspace.py", "store/parquet.py",
    "spark/session.py", "spark/hadoop.py", "spark/flow.py", "spark/forks.py", "results/export.py", "results/formats/spreadsheets.py",
    "results/formats/skos.py", "results/formats/vectors.py", "reading/guessing.py", "cli/starting.py", "cli/reviewing.py", "cli/judging.py",
    "store/verdicts.py", "results/query_output.py", "results/prompt.py", "runner/kernels.py",
}  # fmt: skip


def test_a_file_is_there_whole_or_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("older")
    with pytest.raises(WajueError, match=r"cannot write .*a\.txt: No space left"), whole_files.written(path) as unfinished:
        unfinished.write_text("hal")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert path.read_text() == "older" and [f.name for f in tmp_path.iterdir()] == ["a.txt"]
    with whole_files.written(path) as unfinished:
        unfinished.write_text("new")
        assert path.read_text() == "older"
    assert path.read_text() == "new" and [f.name for f in tmp_path.iterdir()] == ["a.txt"]


def test_what_libraries_make_of_a_full_disk_is_one_message(tmp_path: Path) -> None:
    class FileCreateError(Exception):
        """As xlsxwriter's, which is no OSError."""

    with pytest.raises(WajueError, match=r"cannot write .*a\.xlsx: a disk is full"), whole_files.written(tmp_path / "a.xlsx"):
        raise FileCreateError(OSError(errno.ENOSPC, "No space left on device"))
    with pytest.raises(ZeroDivisionError), whole_files.written(tmp_path / "a.xlsx"):
        raise ZeroDivisionError  # a bug stays one


DIES = "import os, sys; from pathlib import Path; from wajue.store import whole_files\nwith whole_files.written(Path(sys.argv[1])) as f: f.write_text('hal'); os.kill(os.getpid(), 9)"


def test_what_a_killed_process_left_is_swept_and_what_is_at_work_stays(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", DIES, str(tmp_path / "a.txt")], cwd=ROOT, check=False)
    [left] = tmp_path.iterdir()
    assert left.name.startswith(whole_files.UNFINISHED) and left.read_text() == "hal"
    with whole_files.written(tmp_path / "b.txt") as first:
        assert not left.exists()
        with whole_files.written(tmp_path / "c.txt") as second:
            second.write_text("c")
        first.write_text("b")
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {"b.txt": "b", "c.txt": "c"}


def test_links_are_replaced_and_devices_are_not(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("kept")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    whole_files.write(fs.LocalFileSystem(), str(tmp_path / "link"), b"new")
    assert (tmp_path / "kept").read_text() == "kept" and (tmp_path / "link").read_text() == "new"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/null")):
        with pytest.raises(WajueError, match="is a device or a pipe"), whole_files.written(path):
            pass


def test_elsewhere_it_is_renamed_too(tmp_path: Path) -> None:
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    for text in (b"old", b"new"):
        whole_files.write(store, "/report.html", text)
        assert [(f.name, f.read_bytes()) for f in tmp_path.iterdir()] == [("report.html", text)]


def _writes(call: ast.Call) -> bool:
    called = ast.unparse(call.func)
    modes = [a.value for a in (*call.args[1:], *(k.value for k in call.keywords)) if isinstance(a, ast.Constant)]
    return called.endswith((".write_text", ".write_bytes", ".open_output_stream", ".touch", ".copyfile")) or (
        called.rsplit(".", 1)[-1] == "open" and any(isinstance(m, str) and set(m) & set("wax+") and len(m) < 4 for m in modes)
    )


def test_nothing_else_opens_files_for_writing() -> None:
    for module in (ROOT / "pipeline").rglob("*.py"):
        calls = [n for n in ast.walk(ast.parse(module.read_text(encoding="utf-8"))) if isinstance(n, ast.Call) and _writes(n)]
        assert not calls or str(module.relative_to(ROOT / "pipeline")) in WRITERS, (module, [ast.unparse(c) for c in calls])
