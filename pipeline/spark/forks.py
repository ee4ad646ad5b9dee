"""Tasks in processes forked from this one. In: what makes the rows of a task. Out: all rows, in files that are mapped into memory.

A forked process has all that this one has, be it a dictionary or a table of all n-grams, without a copy. So nothing is pickled on
the way there, and nothing comes back but the rows that a task makes.
"""

import ctypes
import json
import logging
import os
import select
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from wajue.errors import ConfigError, DamagedTable, RowsWouldChange, WajueError

Make = Callable[[int], Iterable[pa.RecordBatch]]
_KINDS: dict[str, Any] = {e.__name__: e for e in (WajueError, ConfigError, DamagedTable, RowsWouldChange, OSError, MemoryError)}
_LOOK = 0.02  # seconds between two looks at how far the tasks are
_NUMBER = 4  # bytes of a task's number
_MOST_SAID = 2_500  # characters of a message, and of a traceback: 60 kB at most as JSON, and a pipe that nobody reads yet holds 64
_DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)


def rows_of_tasks(
    make: Make, tasks: int, schema: pa.Schema, folder: Path, processes: int, tell: Callable[[int], None]
) -> list[pa.Table]:
    """The rows that `make` yields of each task.

    folder: a new one, gone at the end; the rows stay mapped. tell: gets the number of tasks that are done. Raises what a task
    raised; RuntimeError if a process was ended by a signal (errors.cause knows what that means), MemoryError if it said nothing.
    """
    folder.mkdir(parents=True)
    queue, workers = _Queue(tasks), dict[int, int]()  # processes, each with the pipe that says what it raised
    try:
        for _ in range(min(processes, tasks)):
            with _uninterrupted():  # or the new process would go on as this one
                worker, said = _forked(make, queue, schema, folder)
                workers[worker] = said
        while workers:
            queue.fill()
            for worker in list(workers):
                _look_at(worker, workers)
            tell(len(list(folder.glob("*.arrow"))))
            time.sleep(_LOOK)
        return [_mapped(folder / _file(task)) for task in range(tasks)]
    finally:
        queue.close()
        for worker, said in workers.items():
            os.kill(worker, signal.SIGKILL)
            os.waitpid(worker, 0)
            os.close(said)
        shutil.rmtree(folder, ignore_errors=True)


class _Queue:
    """A pipe to read the number of each task from, once, whoever reads."""

    def __init__(self, tasks: int) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self._left = b"".join(task.to_bytes(_NUMBER, sys.byteorder) for task in range(tasks))

    def fill(self) -> None:
        """Put in what there is room for, in pieces that go in whole or not at all."""
        with suppress(BlockingIOError):
            while self._left:
                os.write(self._writer, self._left[: select.PIPE_BUF])
                self._left = self._left[select.PIPE_BUF :]
        if not self._left:
            self.only_read()

    def only_read(self) -> None:
        """This process puts no more in; once nobody does, those who read come to the end."""
        if self._writer >= 0:
            os.close(self._writer)
            self._writer = -1

    def next(self) -> int | None:
        """The number of a task, None after the last one."""
        number = os.read(self._reader, _NUMBER)
        return int.from_bytes(number, sys.byteorder) if number else None

    def close(self) -> None:
        self.only_read()
        os.close(self._reader)


def _file(task: int) -> str:
    return f"{task:05d}.arrow"


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C waits until the end."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _forked(make: Make, queue: _Queue, schema: pa.Schema, folder: Path) -> tuple[int, int]:
    """A process that does tasks until none is left, and the end of a pipe to read from what it raised."""
    parent, (reader, writer) = os.getpid(), os.pipe()
    if worker := os.fork():
        os.close(writer)
        return worker, reader
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and ends this process
        ctypes.CDLL(None).prctl(_DIES_WITH_PARENT, signal.SIGKILL)  # else it would hold the workspace's lock
        logging.disable()  # as in Spark's workers; whoever was writing when this process began holds the terminal's lock for ever
        queue.only_read()
        while (task := queue.next()) is not None and os.getppid() == parent:
            _write(make, task, schema, folder)
        status = 0
    except BaseException as error:
        os.write(writer, json.dumps(_said(error)).encode())
    finally:
        os._exit(status)


def _write(make: Make, task: int, schema: pa.Schema, folder: Path) -> None:
    unfinished = folder / f"{task}.unfinished"
    with pa.OSFile(str(unfinished), "wb") as sink, pa.ipc.new_file(sink, schema) as file:
        for batch in make(task):
            file.write_batch(batch)
    unfinished.rename(folder / _file(task))


def _said(error: BaseException) -> dict[str, Any]:
    """What an error is, as JSON holds it: its kind, what it was made of, and where it happened."""
    arguments: list[Any] = [str(error)[:_MOST_SAID]]
    if isinstance(error, OSError) and error.errno is not None:
        arguments = [error.errno, error.strerror, os.fsdecode(error.filename) if error.filename else None]
    kind = "OSError" if isinstance(error, OSError) else type(error).__name__
    return {"kind": kind, "arguments": arguments, "traceback": "".join(traceback.format_exception(error))[-_MOST_SAID:]}


def _error(said: dict[str, Any]) -> Exception:
    """The error again; one of no known kind says all of the traceback, by which errors.cause knows it."""
    task = RuntimeError(said["traceback"])
    if said["kind"] not in _KINDS:
        return task
    error: Exception = _KINDS[said["kind"]](*said["arguments"])
    error.__cause__ = task
    return error


def _look_at(worker: int, workers: dict[int, int]) -> None:
    """Take it out of the workers if it has ended. Raises what it raised, and as `rows_of_tasks` says."""
    ended, status = os.waitpid(worker, os.WNOHANG)
    if not ended:
        return
    with open(workers.pop(worker), "rb") as pipe:
        said = pipe.read()
    if said:
        raise _error(json.loads(said))
    if os.WIFSIGNALED(status):
        raise RuntimeError(f"a process that did some of the tasks was ended by signal {os.WTERMSIG(status)}")
    if status:  # it could not even say why
        raise MemoryError(f"a process that did some of the tasks ended with status {os.waitstatus_to_exitcode(status)}")


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
