"""Tasks in processes forked from this one. In: what makes the rows of a task. Out: all rows, in files that are mapped into memory.

A forked process has all that this one has, be it a dictionary or a table of all n-grams, without a copy. So nothing is pickled on
the way there, and nothing comes back but the rows that a task makes.
"""

import json
import logging
import os
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from wajue.errors import ConfigError, DamagedTable, RowsWouldChange, WajueError

Make = Callable[[int], Iterable[pa.RecordBatch]]
_KINDS: dict[str, Any] = {e.__name__: e for e in (WajueError, ConfigError, DamagedTable, RowsWouldChange, OSError, MemoryError)}
_LOOK = 0.02  # seconds between two looks at how far the tasks are
_NUMBER = 4  # bytes of a task's number; a pipe holds 16,384 of them


def rows_of_tasks(
    make: Make, tasks: int, schema: pa.Schema, folder: Path, processes: int, tell: Callable[[int], None]
) -> list[pa.Table]:
    """The rows that `make` yields of each task, at most 16,384 of these.

    folder: a new one, gone at the end; the rows stay mapped. tell: gets the number of tasks that are done. Raises what a task
    raised, and WajueError if a process was killed.
    """
    folder.mkdir(parents=True)
    queue = _queue(tasks)
    workers = {_forked(make, queue, schema, folder) for _ in range(min(processes, tasks))}
    try:
        while workers:
            workers -= {worker for worker in workers if _has_ended(worker, folder)}
            tell(len(list(folder.glob("*.arrow"))))
            time.sleep(_LOOK)
        return [_mapped(folder / _file(task)) for task in range(tasks)]
    finally:
        os.close(queue)
        for worker in workers:
            with suppress(ProcessLookupError, ChildProcessError):
                os.kill(worker, signal.SIGKILL)
                os.waitpid(worker, 0)
        shutil.rmtree(folder, ignore_errors=True)


def _queue(tasks: int) -> int:
    """A pipe that has the number of each task once, whoever reads it."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b"".join(task.to_bytes(_NUMBER, sys.byteorder) for task in range(tasks)))
    finally:
        os.close(writer)
    return reader


def _file(task: int) -> str:
    return f"{task:05d}.arrow"


def _forked(make: Make, queue: int, schema: pa.Schema, folder: Path) -> int:
    """A process that does tasks until none is left."""
    parent = os.getpid()
    if worker := os.fork():
        return worker
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted, too, and ends this process
        logging.disable()  # as in Spark's workers; whoever was writing when this process began holds the terminal's lock for ever
        while (number := os.read(queue, _NUMBER)) and os.getppid() == parent:
            _write(make, int.from_bytes(number, sys.byteorder), schema, folder)
        os._exit(0)
    except BaseException as error:
        (folder / f"{os.getpid()}.json").write_text(json.dumps(_said(error)), encoding="utf-8")
    finally:
        os._exit(1)


def _write(make: Make, task: int, schema: pa.Schema, folder: Path) -> None:
    unfinished = folder / f"{task}.unfinished"
    with pa.OSFile(str(unfinished), "wb") as sink, pa.ipc.new_file(sink, schema) as file:
        for batch in make(task):
            file.write_batch(batch)
    unfinished.rename(folder / _file(task))


def _said(error: BaseException) -> dict[str, Any]:
    """What an error is, as JSON holds it: its kind, what it was made of, and where it happened."""
    arguments = [error.errno, error.strerror, error.filename] if isinstance(error, OSError) else [str(error)]
    kind = next((name for name, of in _KINDS.items() if type(error) is of), "OSError" if isinstance(error, OSError) else "")
    return {"kind": kind, "arguments": arguments, "traceback": "".join(traceback.format_exception(error))}


def _error(said: dict[str, Any]) -> Exception:
    """The error again; one of no known kind says all of the traceback, by which errors.cause knows it."""
    task = RuntimeError(said["traceback"])
    if said["kind"] not in _KINDS:
        return task
    error = _KINDS[said["kind"]](*said["arguments"])
    error.__cause__ = task
    return error


def _has_ended(worker: int, folder: Path) -> bool:
    """Raises what it raised, and WajueError if it was killed."""
    ended, status = os.waitpid(worker, os.WNOHANG)
    if ended and status:
        if (raised := folder / f"{worker}.json").exists():
            raise _error(json.loads(raised.read_text(encoding="utf-8")))
        raise WajueError(
            f"a process that did some of the tasks ended by signal {os.WTERMSIG(status)}; if nobody ended it, the system did, for "
            "want of memory: give the machine more of it, or the run fewer cores (taskset -c 0 wajue run ...)"
        )
    return bool(ended)


def _mapped(path: Path) -> pa.Table:
    with pa.memory_map(str(path)) as source:
        return pa.ipc.open_file(source).read_all()
