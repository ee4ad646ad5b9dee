"""Leases, on file systems that create files atomically and on those that do not. Locks of local folders: whole/test_faults.py."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from wajue.errors import WajueError
from wajue.store import file_systems, lock

OLD = {"process": 1, "host": "gone", "seen": "2020-01-01T00:00:00+00:00", "token": "old"}


class Atomic:
    """A file system that creates files atomically: every run finds no lock before any of them creates one."""

    def __init__(self, folder: Path, runs: int) -> None:
        self._files = fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem())
        self._folder, self._together = folder, threading.Barrier(runs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def create_new(self, path: str, content: bytes) -> None:
        self._together.wait(10)
        with open(f"{self._folder}/{path}", "xb") as file:
            file.write(content)


def at_once(files: Any, runs: int) -> tuple[int, list[str]]:
    """How many of so many runs got the lease, and what the others were told."""
    got, told = [], []
    leave = threading.Event()

    def attempt() -> None:
        try:
            with lock.exclusive(files, ""):
                got.append(1)
                leave.wait(10)
        except WajueError as error:
            told.append(str(error))
            leave.set()

    threads = [threading.Thread(target=attempt) for _ in range(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(got), told


def test_of_two_runs_that_find_no_lease_one_creates_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "exclusive_creator", lambda files: files)
    got, told = at_once(Atomic(tmp_path, runs=2), 2)
    assert got == 1 and len(told) == 1 and "it began at the same moment" in told[0]
    assert not (tmp_path / "_lock").exists(), "given back"


def test_a_lease_that_was_given_up_is_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_systems, "exclusive_creator", lambda files: files)
    monkeypatch.setattr(lock, "_SETTLED", 0.01)
    (tmp_path / "_lock").write_text(json.dumps(OLD))
    with lock.exclusive(Atomic(tmp_path, runs=1), ""):
        assert json.loads((tmp_path / "_lock").read_text())["token"] != "old"


def test_where_nothing_is_atomic_two_runs_settle_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_SETTLED", 0.3)
    files = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    assert file_systems.exclusive_creator(files) is None
    got, told = at_once(files, 2)
    assert got == 1 and len(told) == 1


def test_a_lease_of_another_run(tmp_path: Path) -> None:
    (tmp_path / "_lock").write_text("{")  # being written
    files = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    with pytest.raises(WajueError, match=r"another run \(process \? on \?, seen \?\) is at work"), lock.exclusive(files, ""):
        pass
