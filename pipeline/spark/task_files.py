"""What the tasks of a Flow do with files: read Parquet and write it, and on one machine hand rows to each other."""

import gc
import socket
import sys
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import TaskContext

from wajue.errors import WajueError

Batches = Iterator[pa.RecordBatch]
Function = Callable[[Batches], Batches]

ROW_GROUP = 16 << 20  # bytes before compression, 100,000 questions: a file of one corpus is still read by several tasks
_BATCH_ROWS = 20_000  # as Spark makes them, too
_GROUP_ROWS = 1 << 20  # more than a row group has
# columns of which a dictionary is made, of any size, so that they can be read as its indices; elsewhere most values differ
_REPEATED = ["corpus", "role", "date", "source.file", *(f"{c}.list.element" for c in ("tags", "changed_by", "tokens"))]
PLAN = "task int, path string, groups array<int>"
WRITTEN = "part string, path string"
PIECE = ("part", "path", "at", "size")
SENT = "part int, path string, at long, size long"


class Group(NamedTuple):
    """A row group of a Parquet file, with its bytes before compression."""

    path: str
    number: int
    size: int


def groups_of(paths: list[str]) -> tuple[Group, ...]:
    """The row groups of local Parquet files, from their footers. Raises OSError or ArrowException for what is none."""
    found = []
    for path in paths:
        footer = pq.read_metadata(path)
        found += [Group(path, i, footer.row_group(i).total_byte_size) for i in range(footer.num_row_groups)]
    return tuple(found)


def composed(functions: tuple[Function, ...]) -> Function:
    """One function after another."""

    def apply(batches: Batches) -> Batches:
        for function in functions:
            batches = function(batches)
        yield from batches
        if TaskContext.get() is not None:
            _settled(len(sys.modules))

    return apply


@cache
def _settled(modules: int) -> None:
    """Once for so many modules: garbage collections leave out what this worker has loaded up to now.

    PySpark collects after every task, and to look at Numba, Arrow and the like took 50 ms each time, most of a small task.
    """
    gc.collect()
    gc.freeze()


def reading(columns: tuple[str, ...], dictionary: str) -> Function:
    """Rows of PLAN -> the columns of these row groups."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for row in batch.to_pylist():
                yield from _read(row["path"], row["groups"], columns, dictionary)

    return apply


def _read(path: str, groups: list[int], columns: tuple[str, ...], dictionary: str) -> Batches:
    """Raises WajueError if the file cannot be read. A batch by a dictionary is a whole row group, for each has its own."""
    encoded = [f"{dictionary}.list.element"] if dictionary else None
    rows = _GROUP_ROWS if dictionary else _BATCH_ROWS
    try:
        with pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True, read_dictionary=encoded) as file:
            for group in groups:
                for batch in file.iter_batches(rows, row_groups=[group], columns=list(columns), use_threads=False):
                    yield batch.select(columns)
    except PermissionError:  # errors.py says what that means
        raise
    except FileNotFoundError:
        raise _not_shared(path) from None
    except (pa.ArrowException, OSError) as error:
        said = " ".join(str(error).split())
        raise WajueError(f"{path} is damaged ({said}); run with --force what writes its workspace") from error


def _not_shared(path: str) -> WajueError:
    host = socket.gethostname()
    return WajueError(f"{path} is not there on {host}: a workspace without :// has to be a folder that all nodes see at one place")


def writing(folder: str, wanted: dict[str, pa.Schema]) -> Function:
    """Batches -> WRITTEN: the rows are written to a file for each part; the columns are the parts, or there is one, ""."""

    def apply(batches: Batches) -> Batches:
        context: Any = TaskContext.get()
        name = name_of(context.partitionId())
        files: dict[str, _File] = {}
        for batch in batches:
            for part, rows in _parts(batch, wanted):
                if part not in files:
                    if not Path(folder).is_dir():
                        raise _not_shared(folder)
                    files[part] = _File(f"{folder}/{part}{name}", wanted[part])
                files[part].add(rows)
        for file in files.values():
            file.close()
        columns = [list(files), [file.path for file in files.values()]]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], ["part", "path"])

    return apply


def sending(folder: str, schema: pa.Schema, by: str) -> Function:
    """Batches -> SENT: where in a file of the task's own its rows lie, part by part."""

    def apply(batches: Batches) -> Batches:
        context: Any = TaskContext.get()
        path = f"{folder}/{context.partitionId():08d}-{uuid.uuid4().hex[:8]}"  # what is received comes in the order of the tasks
        sent: list[tuple[int, str, int, int]] = []
        with pa.OSFile(path, "wb") as file, pa.ipc.new_stream(file, schema) as stream:
            stream.write_batch(pa.RecordBatch.from_pylist([], schema))  # with it the schema is written, which no piece may hold
            for batch in batches:
                begin = 0
                values = batch.column(by).to_numpy()
                order = None if (values[1:] >= values[:-1]).all() else np.argsort(values, kind="stable")
                rows, values = (batch, values) if order is None else (batch.take(pa.array(order)), values[order])
                for end in [*(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]:
                    if begin < end:
                        at = file.tell()
                        stream.write_batch(rows.slice(begin, end - begin))
                        sent.append((int(values[begin]), path, at, file.tell() - at))
                    begin = end
        columns = [list(column) for column in zip(*sent, strict=True)] or [[], [], [], []]
        types = (pa.int32(), pa.string(), pa.int64(), pa.int64())
        yield pa.RecordBatch.from_arrays([pa.array(c, t) for c, t in zip(columns, types, strict=True)], list(PIECE))

    return apply


def receiving(schema: pa.Schema) -> Function:
    """Rows of SENT -> the batches that lie there."""

    def apply(batches: Batches) -> Batches:
        files: dict[str, pa.MemoryMappedFile] = {}
        for batch in batches:
            for piece in batch.to_pylist():
                file = files.get(piece["path"]) or files.setdefault(piece["path"], pa.memory_map(piece["path"]))
                message = pa.ipc.read_message(file.read_at(piece["size"], piece["at"]))
                yield pa.ipc.read_record_batch(message, schema)

    return apply


def name_of(task: int) -> str:
    """Of a file; no other has it, for a table may grow."""
    return f"part-{task:05d}-{uuid.uuid4().hex[:12]}.zstd.parquet"


def _parts(batch: pa.RecordBatch, wanted: dict[str, pa.Schema]) -> Iterator[tuple[str, pa.RecordBatch]]:
    if "" in wanted:
        yield "", batch
        return
    for part, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.null_count < len(column):  # so a part without rows is left out, too
            yield part, pa.RecordBatch.from_struct_array(column.drop_null() if column.null_count else column)


class _File:
    """A Parquet file, written a row group at a time."""

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self.path, self._schema = path, schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression="zstd",
            write_page_checksum=True,
            use_dictionary=_REPEATED,
            dictionary_pagesize_limit=2 * ROW_GROUP,
        )
        self._rows: list[pa.RecordBatch] = []
        self._held = 0

    def add(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._rows.append(batch)
        self._held += batch.nbytes
        if self._held >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._rows).select(self._schema.names).cast(self._schema)
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._rows, self._held = [], 0

    def close(self) -> None:
        """Write what is left. Of a task that failed it is not called, and nobody reads what it wrote."""
        if self._rows:
            self._flush()
        self._writer.close()
