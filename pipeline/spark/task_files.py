"""What the tasks of a Flow do with Parquet files where they read and write them directly."""

import gc
import socket
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

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
# columns whose least and greatest values say where not to look, beside those of numbers; those of all texts and tokens took a
# twentieth of writing
_SORTED = ["corpus", "role", "date", "source.file", "source.line", "source.record"]
# columns of signatures, hashes and short texts, which zstd makes a tenth to a quarter smaller, in half of the time of writing
_NOT_COMPRESSED = frozenset({"folded_high", "folded_low", "text_hash", "sketch", "second_sketch", "bands", "elements"})
PLAN = pa.schema([("path", pa.string()), ("groups", pa.list_(pa.int32()))])  # row groups of a file
WRITTEN = "part string, path string"
task_in_process = 0  # the number of the task at work, where Spark does not run it


class RowGroup(NamedTuple):
    """A row group of a Parquet file, with its bytes before compression."""

    path: str
    number: int
    size: int


def row_groups_of(paths: list[str]) -> tuple[RowGroup, ...]:
    """The row groups of local Parquet files, from their footers. Raises OSError or ArrowException for what is none."""
    row_groups: list[RowGroup] = []
    for path in paths:
        footer = pq.read_metadata(path)
        row_groups += [RowGroup(path, i, footer.row_group(i).total_byte_size) for i in range(footer.num_row_groups)]
    return tuple(row_groups)


def composed(functions: tuple[Function, ...]) -> Function:
    """One function after another."""

    def apply(batches: Batches) -> Batches:
        for function in functions:
            batches = function(batches)
        yield from batches
        if TaskContext.get() is not None:
            _freeze_loaded(len(sys.modules))

    return apply


@cache
def _freeze_loaded(modules: int) -> None:
    """From now on garbage collections skip what this worker has loaded; done once for each number of modules.

    PySpark collects after every task, and looking at Numba, Arrow and the like took 50 ms each time, most of a small task.
    """
    gc.collect()
    gc.freeze()


def handing_out(work: Sequence[pa.RecordBatch]) -> Function:
    """Rows of (id), the numbers of tasks -> the work of each task."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            yield from (work[number] for number in batch.column("id").to_pylist())

    return apply


def reading(columns: tuple[str, ...], dictionary: str) -> Function:
    """Rows of PLAN -> the columns of these row groups."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for row in batch.to_pylist():
                yield from _read(row["path"], row["groups"], columns, dictionary)

    return apply


def _read(path: str, groups: list[int], columns: tuple[str, ...], dictionary: str) -> Batches:
    """Batches of some row groups; with a dictionary column each is a whole row group, which has a dictionary of its own.

    Raises WajueError if the file cannot be read.
    """
    encoded = [f"{dictionary}.list.element"] if dictionary else None
    batch_rows = _GROUP_ROWS if dictionary else _BATCH_ROWS
    try:
        with pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True, read_dictionary=encoded) as file:
            for group in groups:
                for batch in file.iter_batches(batch_rows, row_groups=[group], columns=list(columns), use_threads=False):
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


def writing(folder: str, schemas: dict[str, pa.Schema]) -> Function:
    """Batches -> WRITTEN. The rows of each part go to a file of their own; parts are the columns, or there is one, named ""."""

    def apply(batches: Batches) -> Batches:
        context: Any = TaskContext.get()
        name = name_of(context.partitionId() if context is not None else task_in_process)
        files: dict[str, _File] = {}
        for batch in batches:
            for part, rows in _parts(batch, schemas):
                if part not in files:
                    if not Path(folder).is_dir():
                        raise _not_shared(folder)
                    files[part] = _File(f"{folder}/{part}{name}", schemas[part])
                files[part].add(rows)
        for file in files.values():
            file.close()
        columns = [list(files), [file.path for file in files.values()]]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], ["part", "path"])

    return apply


def name_of(task: int) -> str:
    """A file name that no other file has, for files may be added to a table."""
    return f"part-{task:05d}-{uuid.uuid4().hex[:12]}.zstd.parquet"


def _parts(batch: pa.RecordBatch, schemas: dict[str, pa.Schema]) -> Iterator[tuple[str, pa.RecordBatch]]:
    if "" in schemas:
        yield "", batch
        return
    for part, column in zip(batch.schema.names, batch.columns, strict=True):
        if column.null_count < len(column):  # a part without rows is left out
            yield part, pa.RecordBatch.from_struct_array(column.drop_null() if column.null_count else column)


def _columns_of(kind: pa.DataType, *path: str) -> Iterator[str]:
    """The paths of the columns in which Parquet keeps values of this type."""
    if pa.types.is_struct(kind):
        for field in kind:
            yield from _columns_of(field.type, *path, field.name)
    elif pa.types.is_list(kind):
        yield from _columns_of(kind.value_type, *path, "list", "element")
    else:
        assert not pa.types.is_nested(kind), f"a column of {kind} is called otherwise"
        yield ".".join(path)


class _File:
    """A Parquet file, written a row group at a time."""

    def __init__(self, path: str, schema: pa.Schema) -> None:
        self.path, self._schema = path, schema
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression={c: "none" if c in _NOT_COMPRESSED else "zstd" for c in _columns_of(pa.struct(list(schema)))},
            write_statistics=_SORTED + [f.name for f in schema if pa.types.is_primitive(f.type)],
            write_page_checksum=True,
            use_dictionary=_REPEATED,
            dictionary_pagesize_limit=2 * ROW_GROUP,
        )
        self._pending: list[pa.RecordBatch] = []
        self._pending_bytes = 0

    def add(self, batch: pa.RecordBatch) -> None:
        if batch.num_rows:
            self._pending.append(batch)
        self._pending_bytes += batch.nbytes
        if self._pending_bytes >= ROW_GROUP:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._pending).select(self._schema.names).cast(self._schema)
        self._writer.write_table(table, row_group_size=table.num_rows)
        self._pending, self._pending_bytes = [], 0

    def close(self) -> None:
        """Write what is left. A task that fails does not call this, and nobody reads what it wrote."""
        if self._pending:
            self._flush()
        self._writer.close()
