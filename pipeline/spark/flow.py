"""Tables on their way through Python. In: Parquet, or what Spark holds. Out: Parquet, by the tasks of one Spark job.

Where the workspace is a folder that tasks can open, local or shared, they read its files and write theirs themselves, by
pyarrow, and no row of text becomes one of Java's: to convert rows to Java's form and back, and to read and write them there,
was 40 % of the CPU time of the Spark steps (docs/dev/experiments/spark.md). Elsewhere Spark reads and writes for the same
functions.
"""

import os
import re
import shutil
import uuid
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

from wajue import schemas
from wajue.spark.task_files import (
    PIECE,
    PLAN,
    SENT,
    WRITTEN,
    Function,
    Group,
    composed,
    groups_of,
    name_of,
    reading,
    receiving,
    sending,
    writing,
)
from wajue.store.workspace import linked

_TASK_BYTES = 64 << 20  # before compression; a task costs some 0.1 CPU s, be it ever so small
_COLLECTED = 4_000_000  # rows; Java holds what it has collected twice, once as it comes in
_PLAN_SCHEMA = pa.schema([("path", pa.string()), ("groups", pa.list_(pa.int32()))])
EXCHANGED = "exchanged-"  # how folders begin in which rows lie that go from task to task


def ddl(of: pa.Schema) -> str:
    """Columns as Spark writes types (DDL)."""
    return ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in from_arrow_schema(of))


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
    """Rows, and the functions of Arrow batches that they are to go through; nothing is read before it is asked for.

    source: the rows as Spark reads them; groups: where tasks read them themselves; place: a folder where tasks may write;
    columns: those that the first function gets; types: what the last one makes, as Spark writes types (DDL); dictionary: see
    by_dictionary; alone: in one task; folder: where rows lie that were exchanged.
    """

    source: DataFrame
    groups: tuple[Group, ...] | None = None
    place: str | None = None
    columns: tuple[str, ...] | None = None
    functions: tuple[Function, ...] = ()
    types: str = ""
    dictionary: str = ""
    alone: bool = False
    folder: str = ""

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
        """How many tasks read the rows; Spark may start a job to tell."""
        return int(self._start(())[0].rdd.getNumPartitions())

    def to_arrow(self) -> pa.Table:
        """The rows in this process. Starts jobs where it cannot read them itself."""
        if self.groups is None:
            frame = self.frame
            pieces = 1 + frame.count() // _COLLECTED
            piece = F.pmod(F.xxhash64(*frame.columns), F.lit(pieces))  # Spark may cut a table otherwise the next time it reads it
            return pa.concat_tables(frame.where(piece == i).toArrow() for i in range(pieces))
        plan = pa.RecordBatch.from_pylist([{"path": g.path, "groups": [g.number]} for g in self.groups], _PLAN_SCHEMA)
        made = list(composed((reading(self._columns, self.dictionary), *self.functions))(iter([plan])))
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
        return {
            kind: Flow(read.parquet(literal(f"{folder}/{kind}")), groups_of(paths), self.place) for kind, paths in written.items()
        }

    def exchanged(self, parts: int, by: str) -> "Flow":
        """The rows with the same value of `by`, an int below `parts`, in one task. Starts a job on one machine: there they go
        through files; Spark's own shuffle would take each through Java twice. They are few and large (blocks.py)."""
        if self.place is None or not str(self.source.sparkSession.sparkContext.master).startswith("local"):
            return Flow(self.frame.repartitionById(parts, by), place=self.place)
        folder = Path(f"{self.place}/{EXCHANGED}{uuid.uuid4().hex[:8]}")
        folder.mkdir()
        schema = to_arrow_schema(_struct(self.types))
        sent = self._mapped((*self.functions, sending(str(folder), schema, by)), SENT).toArrow()
        sent = sent.sort_by([(c, "ascending") for c in PIECE])
        plan = self.source.sparkSession.createDataFrame(sent, SENT).repartitionById(parts, "part")
        return Flow(plan, place=self.place, functions=(receiving(schema),), types=self.types, folder=str(folder))

    def discard(self) -> None:
        """Give back the disk of what was exchanged, and is read. Its size still shows, for it is counted when the step is done."""
        for path in Path(self.folder).iterdir() if self.folder else ():
            size = path.stat().st_size
            os.truncate(path, 0)
            os.truncate(path, size)

    def write(self, folder: str) -> None:
        """Starts a job. All rows as Parquet files of a folder that is not there yet."""
        place = self.place
        is_held = self.groups and place is not None and all(Path(g.path).is_relative_to(place) for g in self.groups)
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
        return frame.mapInArrow(composed(functions), types)

    def _start(self, functions: tuple[Function, ...]) -> tuple[DataFrame, tuple[Function, ...]]:
        if self.groups is None:
            frame = self.source.select(*self.columns) if self.columns else self.source
            return (frame.coalesce(1) if self.alone else frame), functions
        spark = self.source.sparkSession
        rows = _tasks(self.groups, 1 if self.alone else 2 * spark.sparkContext.defaultParallelism)
        plan = spark.createDataFrame(rows, PLAN).repartitionById(rows[-1][0] + 1 if rows else 1, "task")
        return plan, (reading(self._columns, self.dictionary), *functions)

    def _written(self, folders: dict[str, str], types: StructType, place: str) -> dict[str, list[str]]:
        """{part: paths of its files}, at least one of each. Of a task that Spark runs twice only one's files are kept."""
        wanted = {part: to_arrow_schema(types[part].dataType if part else types) for part in folders}  # type: ignore[arg-type]
        work = f"{place}/tasks-{uuid.uuid4().hex[:8]}"
        for folder in (work, *folders.values()):
            Path(folder).mkdir(parents=True)
        found = self._mapped((*self.functions, writing(work, wanted)), WRITTEN).collect()
        paths: dict[str, list[str]] = {}
        for part, folder in folders.items():
            made = sorted(r["path"] for r in found if r["part"] == part)
            if not made:
                made = [f"{work}/{part}{name_of(0)}"]
                pq.write_table(wanted[part].empty_table(), made[0], compression="zstd")
            paths[part] = [f"{folder}/{Path(path).name.removeprefix(part)}" for path in made]
            for old, new in zip(made, paths[part], strict=True):
                Path(old).rename(new)
        return paths


def _struct(types: str) -> StructType:
    found = StructType.fromDDL(types)
    assert isinstance(found, StructType)
    return found


def _tasks(groups: tuple[Group, ...], least: int) -> list[tuple[int, str, list[int]]]:
    """Rows of PLAN: neighbouring row groups, about as many bytes for each task."""
    whole = sum(g.size for g in groups)
    tasks = max(1, min(len(groups), max(least, whole // _TASK_BYTES) if least > 1 else 1))
    done, placed = 0, []
    for group in groups:
        placed.append((min((done + group.size // 2) * tasks // max(whole, 1), tasks - 1), group))
        done += group.size
    numbers = {task: i for i, task in enumerate(dict.fromkeys(task for task, _ in placed))}
    by_file = groupby(placed, key=lambda p: (p[0], p[1].path))
    return [(numbers[task], path, [g.number for _, g in of]) for (task, path), of in by_file]
