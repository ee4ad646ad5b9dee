"""Tasks in forked processes."""

import errno
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from wajue.errors import RowsWouldChange, WajueError
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


@pytest.mark.parametrize("error", [WajueError("too long"), RowsWouldChange("all again"), OSError(errno.ENOSPC, "full", "x")])
def test_what_a_task_raises_is_raised(error: Exception, tmp_path: Path) -> None:
    def make(task: int) -> Iterator[pa.RecordBatch]:
        if task == 3:
            raise error
        yield from one_row(task)

    with pytest.raises(type(error), match=str(error).replace("[", r"\[")) as raised:
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


def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    def make(task: int) -> Iterator[pa.RecordBatch]:
        if task == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        yield from one_row(task)

    with pytest.raises(WajueError, match="ended by signal 9"):
        rows(make, 5, tmp_path)


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
