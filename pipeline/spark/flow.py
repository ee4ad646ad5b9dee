"""Rows on their way through Arrow functions, in the tasks of Spark. In: a table, or what Spark holds. Out: Parquet, or Arrow.

A flow has one of two modes, and the same results in both:

- *direct*: the tasks read the table's Parquet files and write their own, by pyarrow; Spark only hands out the work. So it is
  wherever the workspace is a folder that tasks can open, local or shared. Converting rows to Java's form and back, and reading
  and writing them there, was 40 % of the CPU time of the Spark steps (docs/dev/experiments/spark.md).
- *through Spark*: Spark reads and writes, and hands Arrow batches to the same functions. So it is on other file systems, and
  for rows that a DataFrame made.
"""

import re
import shutil
import uuid
from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

from wajue import schemas
from wajue.spark import functions as F
from wajue.spark.column_types import ddl, schema_of
from wajue.spark.task_files import (
    PLAN,
    WRITTEN,
    Function,
    RowGroup,
    composed,
    handing_out,
    name_of,
    reading,
    row_groups_of,
    writing,
)
from wajue.store.file_systems import linked

_TASK_BYTES = 64 << 20  # before compression; a task costs some 0.1 CPU s, be it ever so small
_COLLECTED = 4_000_000  # rows; Java holds what it has collected twice, once as it comes in


def types_of(table: str) -> str:
    """The declared columns of a table, as Spark writes types."""
    return ddl(schemas.TABLES[table].schema)


def uri(path: str) -> str:
    """With a scheme: a path without one is local, whatever file system Hadoop is told to take by default (fs.defaultFS)."""
    return path if "://" in path else f"file://{Path(path).resolve()}"


def literal(path: str) -> str:
    """A path or URI for Spark to read in which [ ] { } * ? mean themselves."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", uri(path))


@dataclass(frozen=True)
class Flow:
    """Rows, and the functions of Arrow batches that they are to go through; nothing is read before it is asked for."""

    source: DataFrame  # the rows as Spark reads them
    row_groups: tuple[RowGroup, ...] | None = None  # of the Parquet files that tasks read themselves; None: through Spark
    scratch_folder: str | None = None  # where tasks may write; None: through Spark
    columns: tuple[str, ...] | None = None  # those that the first function gets; None: all
    functions: tuple[Function, ...] = ()
    types: str = ""  # what the last function makes, as Spark writes types (DDL)
    dictionary_column: str = ""  # see by_dictionary
    single_task: bool = False

    @property
    def reads_directly(self) -> bool:
        """Do the tasks read Parquet files themselves?"""
        return self.row_groups is not None

    @property
    def writes_directly(self) -> bool:
        """May the tasks write Parquet files themselves?"""
        return self.scratch_folder is not None

    def select(self, *columns: str) -> "Flow":
        """Some of the columns, in this order."""
        assert not self.functions, "a function's columns are all wanted"
        return replace(self, columns=columns)

    def map(self, function: Function, types: str) -> "Flow":
        """Through one function more; `types` says what columns it makes."""
        return replace(self, functions=(*self.functions, function), types=types)

    def by_dictionary(self, column: str) -> "Flow":
        """The strings of a column of lists as indices into a dictionary, a row group at once, where tasks read directly.

        Reading them so takes a fifth of the time, and what is to be learnt of a string is asked once.
        """
        return replace(self, dictionary_column=column)

    def in_one_task(self) -> "Flow":
        """The same, all batches in one task."""
        return replace(self, single_task=True)

    @property
    def frame(self) -> DataFrame:
        """The rows as a DataFrame."""
        if not self.functions:
            return self.source.select(*self.columns) if self.columns else self.source
        return self._mapped(self.functions, self.types)

    @property
    def tasks(self) -> int:
        """How many tasks read the rows; Spark may start a job to tell."""
        return int(self._start(())[0].rdd.getNumPartitions())

    def to_arrow(self) -> pa.Table:
        """The rows in this process. Starts jobs unless they are read directly."""
        if self.row_groups is None:
            return self._collected()
        plan = pa.RecordBatch.from_pylist([{"path": g.path, "groups": [g.number]} for g in self.row_groups], PLAN)
        read = (reading(self._columns, self.dictionary_column), *self.functions)
        batches = list(composed(read)(iter([plan])))
        return pa.Table.from_batches(batches) if batches else to_arrow_schema(self.frame.schema).empty_table()

    def _collected(self) -> pa.Table:
        frame = self.frame
        pieces = 1 + frame.count() // _COLLECTED
        piece = F.pmod(F.xxhash64(*frame.columns), F.lit(pieces))  # Spark may cut a table otherwise the next time it reads it
        return pa.concat_tables(frame.where(piece == i).toArrow() for i in range(pieces))

    @property
    def _columns(self) -> tuple[str, ...]:
        return self.columns or tuple(self.source.columns)

    def materialized(self) -> dict[str, "Flow"]:
        """Starts a job. What is made, on disk for all that follows: {kind: its rows} of `cells.one_of` kinds."""
        kinds = schema_of(self.types)
        if self.scratch_folder is None:
            frame = self.frame.persist(StorageLevel.DISK_ONLY)
            frame.count()
            return {kind: Flow(frame.where(F.col(kind).isNotNull()).select(f"{kind}.*")) for kind in kinds.names}
        folder = f"{self.scratch_folder}/materialized-{uuid.uuid4().hex[:8]}"
        files = self._written({kind: f"{folder}/{kind}" for kind in kinds.names}, kinds, self.scratch_folder)
        spark = self.source.sparkSession
        structs = {kind: from_arrow_schema(pa.schema(list(kinds.field(kind).type))) for kind in files}
        frames = {kind: spark.read.schema(structs[kind]).parquet(literal(f"{folder}/{kind}")) for kind in files}
        return {kind: Flow(frames[kind], row_groups_of(paths), self.scratch_folder) for kind, paths in files.items()}

    def exchanged(self, buckets: int, by: str) -> "Flow":
        """The rows with the same value of `by`, an int below `buckets`, in one task; few and large rows, as in arrays/cells.py."""
        return Flow(self.frame.repartitionById(buckets, by), scratch_folder=self.scratch_folder)

    def write(self, folder: str) -> None:
        """Starts a job, unless the rows are on disk already. All rows as Parquet files of a folder that does not exist yet."""
        if (paths := self._own_files()) is not None:
            Path(folder).mkdir()
            for path in paths:  # they stay: what follows may read them once more
                if not linked(path, target := f"{folder}/{Path(path).name}"):
                    shutil.copyfile(path, target)
            return
        schema = schema_of(self.types) if self.functions else to_arrow_schema(self.frame.schema)
        self._written({"": folder}, schema, str(Path(folder).parent))

    def _own_files(self) -> list[str] | None:
        """The files of rows that were materialized, and that nothing is to be done to."""
        scratch_folder = self.scratch_folder
        if not self.row_groups or scratch_folder is None or self.functions or self.columns:
            return None
        paths = list(dict.fromkeys(g.path for g in self.row_groups))
        return paths if all(Path(path).is_relative_to(scratch_folder) for path in paths) else None

    def _mapped(self, functions: tuple[Function, ...], types: str) -> DataFrame:
        frame, functions = self._start(functions)
        return frame.mapInArrow(composed(functions), types)

    def _start(self, functions: tuple[Function, ...]) -> tuple[DataFrame, tuple[Function, ...]]:
        """What Spark hands out, rows or row groups to read, and the functions that tasks apply to it."""
        if self.row_groups is None:
            frame = self.source.select(*self.columns) if self.columns else self.source
            return (frame.coalesce(1) if self.single_task else frame), functions
        spark = self.source.sparkSession
        work = _work_of_tasks(self.row_groups, 1 if self.single_task else 2 * spark.sparkContext.defaultParallelism)
        frame = spark.range(0, len(work), 1, max(len(work), 1))
        return frame, (handing_out(work), reading(self._columns, self.dictionary_column), *functions)

    def _written(self, folders: dict[str, str], schema: pa.Schema, scratch_folder: str) -> dict[str, list[str]]:
        """{part: paths of its files}, at least one of each. Of a task that Spark runs twice only one's files are kept."""
        schemas_of_parts = {part: pa.schema(list(schema.field(part).type)) if part else schema for part in folders}
        task_folder = f"{scratch_folder}/tasks-{uuid.uuid4().hex[:8]}"
        for folder in (task_folder, *folders.values()):
            Path(folder).mkdir(parents=True)
        written = self._mapped((*self.functions, writing(task_folder, schemas_of_parts)), WRITTEN).collect()
        paths: dict[str, list[str]] = {}
        for part, folder in folders.items():
            made = sorted(r["path"] for r in written if r["part"] == part)
            if not made:
                made = [f"{task_folder}/{part}{name_of(0)}"]
                pq.write_table(schemas_of_parts[part].empty_table(), made[0], compression="zstd")
            paths[part] = [f"{folder}/{Path(path).name.removeprefix(part)}" for path in made]
            for old, new in zip(made, paths[part], strict=True):
                Path(old).rename(new)
        return paths


def _work_of_tasks(row_groups: tuple[RowGroup, ...], at_least: int) -> list[pa.RecordBatch]:
    """Rows of PLAN for each task: neighbouring row groups, about as many bytes for one as for another."""
    total = sum(g.size for g in row_groups)
    tasks = max(1, min(len(row_groups), max(at_least, total // _TASK_BYTES) if at_least > 1 else 1))
    bytes_before, groups_of_task = 0, defaultdict(list)
    for group in row_groups:
        task = min((bytes_before + group.size // 2) * tasks // max(total, 1), tasks - 1)
        groups_of_task[task].append(group)
        bytes_before += group.size
    return [
        pa.RecordBatch.from_pylist(
            [{"path": path, "groups": [g.number for g in of_file]} for path, of_file in groupby(groups, attrgetter("path"))], PLAN
        )
        for groups in groups_of_task.values()
    ]
