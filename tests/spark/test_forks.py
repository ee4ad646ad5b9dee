"""Tasks in forked processes."""

import errno
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.whole.test_faults import mounted
from wajue.errors import RowsWouldChange, WajueError, cause
from wajue.spark import forks

SCHEMA = pa.schema([("task", pa.int64()), ("process", pa.int64())])


def one_row(task: int) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pydict({"task": [task], "process": [os.getpid()]}, SCHEMA)


def rows(make: forks.Make, tasks: int, folder: Path, processes: int = 3, told: list[int] | None = None) -> list[Any]:
    kept = [] if told is None else told
    made = forks.rows_of_tasks(make, tasks, SCHEMA, folder=folder / "tasks", processes=processes, tell=kept.append)
    assert not (folder / "tasks").exists()
    return [table.to_pylist() for table in made]


def test_each_task_is_done_once_in_some_other_process(tmp_path: Path) -> None:
    told: list[int] = []
    made = rows(one_row, 40, tmp_path, told=told)
    assert [[row["task"] for row in of_task] for of_task in made] == [[task] for task in range(40)]
    assert os.getpid() not in {row["process"] for of_task in made for row in of_task}
    assert told[-1] == 40


def test_what_is_here_is_there_without_a_copy(tmp_path: Path) -> None:
    secret = object()

    def make(task: int) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"task": [id(secret)], "process": [0]}, SCHEMA)

    assert rows(make, 2, tmp_path) == [[{"task": id(secret), "process": 0}]] * 2


def test_a_task_without_rows_and_none_at_all(tmp_path: Path) -> None:
    assert rows(lambda _: iter(()), 2, tmp_path) == [[], []]
    assert rows(one_row, 0, tmp_path) == []


@pytest.mark.parametrize(
    "error",
    [WajueError("too long"), RowsWouldChange("all again"), OSError(errno.ENOSPC, "full", "x"), OSError(errno.ENOENT, "none", b"x")]
    + [OSError("Corrupt snappy"), MemoryError("of 3 GB")],
)
def test_what_a_task_raises_is_raised(error: Exception, tmp_path: Path) -> None:
    def make(task: int) -> Iterator[pa.RecordBatch]:
        if task == 3:
            raise error
        yield from one_row(task)

    with pytest.raises(type(error), match=re.escape(str(error).replace("b'x'", "'x'"))) as raised:
        rows(make, 5, tmp_path)
    assert getattr(raised.value, "errno", None) == getattr(error, "errno", None)
    assert "in make" in str(raised.value.__cause__)  # where it happened
    assert not (tmp_path / "tasks").exists()


def test_an_error_of_another_kind_is_told(tmp_path: Path) -> None:
    class Odd(Exception):
        pass

    def make(task: int) -> Iterator[pa.RecordBatch]:
        raise Odd("of this function alone")

    with pytest.raises(RuntimeError, match="of this function alone"):
        rows(make, 2, tmp_path)


@pytest.mark.parametrize(("number", "meaning"), [(signal.SIGKILL, "want of memory"), (signal.SIGTERM, "crashed.*report")])
def test_a_process_that_is_ended_is_told(number: int, meaning: str, tmp_path: Path) -> None:
    def make(task: int) -> Iterator[pa.RecordBatch]:
        if task == 1:
            os.kill(os.getpid(), number)
        yield from one_row(task)

    with pytest.raises(RuntimeError, match=f"was ended by signal {int(number)}") as raised:
        rows(make, 5, tmp_path)
    assert re.search(meaning, str(cause(raised.value)))


def test_an_error_that_says_more_than_a_pipe_holds_is_told(tmp_path: Path) -> None:
    def make(task: int) -> Iterator[pa.RecordBatch]:
        raise WajueError(120_000 * "𠀀")

    with pytest.raises(WajueError, match=r"^𠀀{2500}$"):
        rows(make, 2, tmp_path)


def test_nobody_is_left_when_this_process_is_interrupted(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    begun.mkdir()

    def make(task: int) -> Iterator[pa.RecordBatch]:
        (begun / str(os.getpid())).touch()
        signal.pause()
        yield from one_row(task)

    def interrupt(_: int) -> None:
        if len(list(begun.iterdir())) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        forks.rows_of_tasks(make, 2, SCHEMA, folder=tmp_path / "tasks", processes=2, tell=interrupt)
    for worker in begun.iterdir():
        with pytest.raises(ProcessLookupError):
            os.kill(int(worker.name), 0)


def test_more_tasks_than_a_pipe_holds(tmp_path: Path) -> None:
    made = forks.rows_of_tasks(lambda _: iter(()), 20_000, SCHEMA, folder=tmp_path / "tasks", processes=2, tell=lambda _: None)
    assert len(made) == 20_000


def test_a_disk_that_is_full_is_told_as_that(tmp_path: Path) -> None:
    """The disk that tasks write to."""

    def make(task: int) -> Iterator[pa.RecordBatch]:
        for _ in range(100):
            yield pa.RecordBatch.from_pydict({"task": [task] * 10_000, "process": [0] * 10_000}, SCHEMA)

    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=500k", "tmpfs"), pytest.raises(OSError, match="space") as raised:
        rows(make, 2, tmp_path / "small")
    assert "full" in str(cause(raised.value))


def test_where_no_process_can_be_forked_none_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workers: list[int] = []
    fork = os.fork

    def second_fails() -> int:
        if workers:
            raise OSError(errno.EAGAIN, "Resource temporarily unavailable")
        workers.append(fork())
        return workers[0]

    def make(task: int) -> Iterator[pa.RecordBatch]:
        signal.pause()
        yield from one_row(task)

    monkeypatch.setattr(os, "fork", second_fails)
    with pytest.raises(OSError, match="temporarily"):
        rows(make, 2, tmp_path)
    with pytest.raises(ProcessLookupError):
        os.kill(workers[0], 0)


PARENT = """
import os, signal, sys
from pathlib import Path
import pyarrow as pa
from wajue.spark import forks

def make(task):
    (Path(sys.argv[1]) / str(os.getpid())).touch()
    signal.pause()
    yield

forks.rows_of_tasks(make, 2, pa.schema([("n", pa.int64())]), folder=Path(sys.argv[1]) / "tasks", processes=2, tell=lambda _: None)
"""


def test_they_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)]) as parent:
        while len(workers := [int(path.name) for path in tmp_path.iterdir() if path.is_file()]) < 2:
            assert parent.poll() is None
            time.sleep(0.05)
        parent.kill()
    for _ in range(100):
        if not any(Path(f"/proc/{worker}/cmdline").exists() for worker in workers):
            return
        time.sleep(0.05)
    pytest.fail("they go on without it")
