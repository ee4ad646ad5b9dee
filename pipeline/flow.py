"""Tables on their way through Python. In: Parquet, or what Spark holds. Out: Parquet, by the tasks of one Spark job.

Where the workspace is a folder that tasks can open, local or shared, they read its files and write theirs themselves, by
pyarrow, and no row of text becomes one of Java's: to convert rows to Java's form and back, and to read and write them there,
was 40 % of the CPU time of the Spark steps (LOG.md). Elsewhere Spark reads and writes for the same functions.
"""

import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel, TaskContext
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

from pipeline import schemas
from pipeline.errors import WajueError
from pipeline.workspace import linked

Batches = Iterator[pa.RecordBatch]
Function = Callable[[Batches], Batches]

ROW_GROUP = 16 << 20  # bytes before compression, 100,000 questions: a file of one corpus is still read by several tasks
_BATCH_ROWS = 20_000  # as Spark makes them, too
_GROUP_ROWS = 1 << 20  # more than a row group has
# columns of which a dictionary is made, of any size, so that they can be read as its indices; elsewhere most values differ
_REPEATED = ["corpus", "role", "date", "source.file", *(f"{c}.list.element" for c in ("tags", "changed_by", "tokens"))]
_TASK_BYTES = 64 << 20  # before compression; a task costs some 0.1 CPU s, be it ever so small
_COLLECTED = 4_000_000  # rows; Java holds what it has collected twice, once as it comes in
_PLAN = "task int, path string, groups array<int>"
_PLAN_SCHEMA = pa.schema([("path", pa.string()), ("groups", pa.list_(pa.int32()))])
_WRITTEN = "part string, path string"
_PIECE = ("part", "path", "at", "size")
_SENT = "part int, path string, at long, size long"
EXCHANGED = "exchanged-"  # how folders begin in which rows lie that go from task to task


class Group(NamedTuple):
    """A row group of a Parquet file, with its bytes before compression."""

    path: str
    number: int
    size: int


def types(of: pa.Schema) -> str:
    """Columns as Spark writes types (DDL)."""
    return ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in from_arrow_schema(of))


def types_of(table: str) -> str:
    """The declared columns of a table, as Spark writes types."""
    return types(schemas.TABLES[table].schema)


def uri(path: str) -> str:
    """With a scheme: a path without one is local, whatever file system Hadoop is told to take by default (fs.defaultFS)."""
    return path if "://" in path else f"file://{Path(path).resolve()}"


def literal(path: str) -> str:
    """A path or URI for Spark to read in which [ ] { } * ? mean themselves."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", uri(path))


def groups_of(paths: list[str]) -> tuple[Group, ...]:
    """The row groups of local Parquet files, from their footers. Raises OSError or ArrowException for what is none."""
    found = []
    for path in paths:
        footer = pq.read_metadata(path)
        found += [Group(path, i, footer.row_group(i).total_byte_size) for i in range(footer.num_row_groups)]
    return tuple(found)


@dataclass(frozen=True)
class Flow:
    """Rows, and the functions of Arrow batches that they are to go through; nothing is read before it is asked for.

    source: the rows as Spark reads them; groups: where tasks read them themselves; place: a folder where tasks may write;
    columns: those that the first function gets; types: what the last one makes, as Spark writes types (DDL).
    """

    source: DataFrame
    groups: tuple[Group, ...] | None = None
    place: str | None = None
    columns: tuple[str, ...] | None = None
    functions: tuple[Function, ...] = ()
    types: str = ""
    dictionary: str = ""
    alone: bool = False

    def select(self, *columns: str) -> "Flow":
        """Some of the columns, in this order."""
        assert not self.functions, "a function's columns are all wanted"
        return replace(self, columns=columns)

    def map(self, function: Function, types: str) -> "Flow":
        """Through one function more; `types` says what columns it makes."""
        return replace(self, functions=(*self.functions, function), types=types)

    def by_dictionary(self, column: str) -> "Flow":
        """The strings in a column of lists as a dictionary's indices, a row group at once, where tasks read them themselves: to
        read them so takes a fifth of the time, and what is to be learnt of each word is asked once."""
        return replace(self, dictionary=column)

    def in_one_task(self) -> "Flow":
        """The same, all batches in one task."""
        return replace(self, alone=True)

    @property
    def frame(self) -> DataFrame:
        """The rows as a DataFrame."""
        if not self.functions:
            return self.source.select(*self.columns) if self.columns else self.source
        return self._mapped(self.functions, self.types)

    @property
    def tasks(self) -> int:
        """How many tasks read the rows."""
        return int(self._start(())[0].rdd.getNumPartitions())

    def to_arrow(self) -> pa.Table:
        """The rows in this process. Starts jobs where it cannot read them itself."""
        if self.groups is None:
            frame = self.frame
            pieces = 1 + frame.count() // _COLLECTED
            piece = F.pmod(F.spark_partition_id(), F.lit(pieces))
            return pa.concat_tables(frame.where(piece == i).toArrow() for i in range(pieces))
        plan = pa.RecordBatch.from_pylist([{"path": g.path, "groups": [g.number]} for g in self.groups], _PLAN_SCHEMA)
        made = list(_composed((_reading(self._columns, self.dictionary), *self.functions))(iter([plan])))
        return pa.Table.from_batches(made) if made else to_arrow_schema(self.frame.schema).empty_table()

    @property
    def _columns(self) -> tuple[str, ...]:
        return self.columns or tuple(self.source.columns)

    def held(self) -> dict[str, "Flow"]:
        """Starts a job. What is made, kept for all that follows: {kind: its rows} of `blocks.one_of` kinds."""
        kinds = _struct(self.types)
        if self.place is None:
            made = self.frame.persist(StorageLevel.DISK_ONLY)
            made.count()
            return {kind: Flow(made.where(F.col(kind).isNotNull()).select(f"{kind}.*")) for kind in kinds.names}
        folder = f"{self.place}/held-{uuid.uuid4().hex[:8]}"
        written = self._written({kind: f"{folder}/{kind}" for kind in kinds.names}, kinds, self.place)
        read = self.source.sparkSession.read
        return {kind: Flow(read.parquet(*map(literal, paths)), groups_of(paths), self.place) for kind, paths in written.items()}

    def exchanged(self, parts: int, by: str) -> "Flow":
        """The rows with the same value of `by`, an int below `parts`, in one task. Starts a job on one machine: there they go
        through files; Spark's own shuffle would take each through Java twice. They are few and large (blocks.py)."""
        if self.place is None or not str(self.source.sparkSession.sparkContext.master).startswith("local"):
            return Flow(self.frame.repartitionById(parts, by), place=self.place)
        folder = Path(f"{self.place}/{EXCHANGED}{uuid.uuid4().hex[:8]}")
        folder.mkdir()
        schema = to_arrow_schema(_struct(self.types))
        sent = (
            self._mapped((*self.functions, _sending(str(folder), schema, by)), _SENT)
            .toArrow()
            .sort_by([(c, "ascending") for c in _PIECE])
        )
        plan = self.source.sparkSession.createDataFrame(sent, _SENT).repartitionById(parts, "part")
        return Flow(plan, place=self.place, functions=(_receiving(schema),), types=self.types)

    def write(self, folder: str) -> None:
        """Starts a job. All rows as Parquet files of a folder that is not there yet."""
        is_held = self.groups and all(Path(g.path).is_relative_to(f"{self.place}") for g in self.groups)
        if self.groups and is_held and not self.functions and not self.columns:
            Path(folder).mkdir()
            for path in dict.fromkeys(g.path for g in self.groups):  # kept for what follows, which may be read once more
                if not linked(path, target := f"{folder}/{Path(path).name}"):
                    shutil.copyfile(path, target)
            return
        types = _struct(self.types) if self.functions else self.frame.schema
        self._written({"": folder}, types, str(Path(folder).parent))

    def _mapped(self, functions: tuple[Function, ...], types: str) -> DataFrame:
        frame, functions = self._start(functions)
        return frame.mapInArrow(_composed(functions), types)

    def _start(self, functions: tuple[Function, ...]) -> tuple[DataFrame, tuple[Function, ...]]:
        if self.groups is None:
            frame = self.source.select(*self.columns) if self.columns else self.source
            return (frame.coalesce(1) if self.alone else frame), functions
        spark = self.source.sparkSession
        rows = _tasks(self.groups, 1 if self.alone else 2 * spark.sparkContext.defaultParallelism)
        tasks = rows[-1][0] + 1 if rows else 1
        return spark.createDataFrame(rows, _PLAN).repartitionById(tasks, "task"), (
            _reading(self._columns, self.dictionary),
            *functions,
        )

    def _written(self, folders: dict[str, str], types: StructType, place: str) -> dict[str, list[str]]:
        """{part: paths of its files}, at least one of each. Of a task that Spark runs twice only one's files are kept."""
        wanted = {part: to_arrow_schema(types[part].dataType if part else types) for part in folders}  # type: ignore[arg-type]
        work = f"{place}/tasks-{uuid.uuid4().hex[:8]}"
        for folder in (work, *folders.values()):
            Path(folder).mkdir(parents=True)
        found = self._mapped((*self.functions, _writing(work, wanted)), _WRITTEN).collect()
        paths: dict[str, list[str]] = {}
        for part, folder in folders.items():
            made = sorted(r["path"] for r in found if r["part"] == part)
            if not made:
                made = [f"{work}/{part}{_name(0)}"]
                pq.write_table(wanted[part].empty_table(), made[0], compression="zstd")
            paths[part] = [f"{folder}/{Path(path).name.removeprefix(part)}" for path in made]
            for old, new in zip(made, paths[part], strict=True):
                Path(old).rename(new)
        return paths


def _struct(types: str) -> StructType:
    found = StructType.fromDDL(types)
    assert isinstance(found, StructType)
    return found


def _composed(functions: tuple[Function, ...]) -> Function:
    def apply(batches: Batches) -> Batches:
        for function in functions:
            batches = function(batches)
        return batches

    return apply


def _tasks(groups: tuple[Group, ...], least: int) -> list[tuple[int, str, list[int]]]:
    """Rows of _PLAN: neighbouring row groups, about as many bytes for each task."""
    whole = sum(g.size for g in groups)
    tasks = max(1, min(len(groups), max(least, whole // _TASK_BYTES) if least > 1 else 1))
    done, placed = 0, []
    for group in groups:
        placed.append((min((done + group.size // 2) * tasks // max(whole, 1), tasks - 1), group))
        done += group.size
    numbers = {task: i for i, task in enumerate(dict.fromkeys(task for task, _ in placed))}
    by_file = groupby(placed, key=lambda p: (p[0], p[1].path))
    return [(numbers[task], path, [g.number for _, g in of]) for (task, path), of in by_file]


def _reading(columns: tuple[str, ...], dictionary: str) -> Function:
    """Rows of _PLAN -> the columns of these row groups."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for row in batch.to_pylist():
                yield from _read(row["path"], row["groups"], columns, dictionary)

    return apply


def _read(path: str, groups: list[int], columns: tuple[str, ...], dictionary: str) -> Batches:
    """Raises WajueError if the file cannot be read."""
    try:
        with _opened(path, "") as file, _opened(path, dictionary) if dictionary else nullcontext() as encoded:
            for group in groups:
                if encoded is not None and (rows := _whole_group(encoded, group, columns)) is not None:
                    yield rows
                    continue
                for batch in file.iter_batches(_BATCH_ROWS, row_groups=[group], columns=list(columns), use_threads=False):
                    yield batch.select(columns)
    except (pa.ArrowException, OSError) as error:
        raise WajueError(f"{path} is damaged ({error}); run with --force to write the table anew") from error


def _opened(path: str, dictionary: str) -> pq.ParquetFile:
    encoded = [f"{dictionary}.list.element"] if dictionary else None
    return pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True, read_dictionary=encoded)


def _whole_group(file: pq.ParquetFile, group: int, columns: tuple[str, ...]) -> pa.RecordBatch | None:
    """A row group as one batch; None where a dictionary was given up half way, as Spark does with large ones."""
    try:
        found = list(file.iter_batches(_GROUP_ROWS, row_groups=[group], columns=list(columns), use_threads=False))
    except pa.ArrowNotImplementedError:
        return None
    return found[0].select(columns) if len(found) == 1 else None


def _writing(folder: str, wanted: dict[str, pa.Schema]) -> Function:
    """Batches -> _WRITTEN: the rows are written to a file for each part; the columns are the parts, or there is one, ""."""

    def apply(batches: Batches) -> Batches:
        context: Any = TaskContext.get()
        name = _name(context.partitionId())
        files: dict[str, _File] = {}
        for batch in batches:
            for part, rows in _parts(batch, wanted):
                if part not in files:
                    files[part] = _File(f"{folder}/{part}{name}", wanted[part])
                files[part].add(rows)
        for file in files.values():
            file.close()
        columns = [list(files), [file.path for file in files.values()]]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], ["part", "path"])

    return apply


def _sending(folder: str, schema: pa.Schema, by: str) -> Function:
    """Batches -> _SENT: where in a file of the task's own its rows lie, part by part."""

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
        yield pa.RecordBatch.from_arrays([pa.array(c, t) for c, t in zip(columns, types, strict=True)], list(_PIECE))

    return apply


def _receiving(schema: pa.Schema) -> Function:
    """Rows of _SENT -> the batches that lie there."""

    def apply(batches: Batches) -> Batches:
        files: dict[str, pa.MemoryMappedFile] = {}
        for batch in batches:
            for piece in batch.to_pylist():
                file = files.get(piece["path"]) or files.setdefault(piece["path"], pa.memory_map(piece["path"]))
                message = pa.ipc.read_message(file.read_at(piece["size"], piece["at"]))
                yield pa.ipc.read_record_batch(message, schema)

    return apply


def _name(task: int) -> str:
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
