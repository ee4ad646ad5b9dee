"""The calls that steps make of Spark, answered in this process. In: the same calls. Out: the same rows.

DuckDB joins, groups and sorts, spoken to by SQLFrame, which has Spark's interface; functions of Arrow batches are applied here, one
task after another, or in forked processes (forks.py). Neither Java nor a worker has to start, so small text is done before Spark
would have begun. Stages ask who answers only to size a task, and the tables are the same (tests/whole/test_in_process.py).
"""

import itertools
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple, cast

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType
from sqlframe.base.session import _BaseSession
from sqlframe.duckdb import Column, DuckDBCatalog, DuckDBSession, Window
from sqlframe.duckdb import functions as column_functions
from sqlglot import exp

from wajue.arrays.cells import give_back_freed
from wajue.spark import forks
from wajue.spark.in_process_frames import Bounds, Frame, Source
from wajue.store.workspace import SPILLED

_SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}  # nothing is fetched


@contextmanager
def session(folder: Path, processes: int = 1, memory_of_one_task: int = 0) -> Iterator[SparkSession]:
    """What stands for Spark's session until the end. A session of SQLFrame that is there is there again afterwards.

    folder: for what tasks make, beside which DuckDB gets another; processes: that do tasks, beside this one where they are more
    than one; memory_of_one_task: bytes, within which one task may do what others would divide.
    """
    before = _BaseSession._instance
    spilled = folder.with_name(SPILLED)  # folder itself is swept after each step
    spilled.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        connection = duckdb.connect(config={**_SETTINGS, "temp_directory": str(spilled)})
        made = Session(connection, folder, Context(processes, memory_of_one_task))
        try:
            yield cast(SparkSession, made)
        finally:
            made.close()
    finally:
        shutil.rmtree(spilled, ignore_errors=True)
        _BaseSession._instance = before


class Broadcast(NamedTuple):
    """What Spark would send to its workers."""

    value: Any

    def destroy(self) -> None:
        """It goes with the last one who has it."""


class Context:
    """What steps ask of a SparkContext."""

    def __init__(self, processes: int = 1, memory_of_one_task: int = 0) -> None:
        self.defaultParallelism, self.memory_of_one_task = processes, memory_of_one_task

    @staticmethod
    def broadcast(value: Any) -> Broadcast:
        """The value itself."""
        return Broadcast(value)

    def cancelAllJobs(self) -> None:
        """There is none: what is at work here is interrupted like anything else."""


class _Reader:
    """What steps ask of a DataFrameReader."""

    def __init__(self, of: "Session", schema: StructType | None = None) -> None:
        self._session, self._schema = of, schema

    def schema(self, schema: StructType) -> "_Reader":
        return _Reader(self._session, schema)

    def parquet(self, *paths: str) -> Frame:
        """Files, or one folder of them, as flow.literal writes their paths."""
        assert self._schema is not None
        plain = [re.sub(r"\\(.)", r"\1", path.removeprefix("file://")) for path in paths]
        schema, source = to_arrow_schema(self._schema), plain[0] if len(plain) == 1 else plain
        return self._session.lazily(lambda: (ds.dataset(source, schema=schema, format="parquet"), []), schema)


class _Catalog(DuckDBCatalog):
    def clearCache(self) -> None:
        """All rows are forgotten."""
        self.session.forget()


def _xxhash64(*columns: Any) -> Column:
    """Another hash: it is compared within a step, and stands in no table."""
    return column_functions.shiftright(Column.invoke_anonymous_function(columns[0], "hash", *columns[1:]), 1).cast("bigint")


def _trim(column: Any) -> Column:
    """Spaces alone; DuckDB takes off ideographic ones, too."""
    return Column.invoke_anonymous_function(column, "trim", column_functions.lit(" "))


def _format_number(column: Any, digits: int) -> Column:
    return Column.invoke_anonymous_function(column_functions.lit(f"%.{digits}f"), "printf", column)


def _of_columns() -> ModuleType:
    """As pyspark.sql.functions; those that SQLFrame lacks are ours."""
    module = ModuleType("functions")
    ours = {
        "broadcast": lambda frame: frame,
        "xxhash64": _xxhash64,
        "format_number": _format_number,
        "trim": _trim,
        "Window": Window,
    }
    vars(module).update(vars(column_functions) | ours)
    return module


class Session(DuckDBSession):
    """What steps ask of a SparkSession."""

    _df = Frame
    _catalog = _Catalog
    functions = _of_columns()
    at_work: tuple[int, int] | None = None  # (tasks done, tasks) of what functions make now

    def __init__(
        self, connection: duckdb.DuckDBPyConnection | None = None, folder: Path = Path(), context: Context | None = None
    ) -> None:
        """folder: for what functions make in other processes."""
        if connection is None:  # SQLFrame has one session, and asks for it again and again
            return
        super().__init__(connection)
        self.sparkContext = context or Context()
        self._folder = folder
        self._sources: dict[str, Source] = {}
        self._registered: set[str] = set()
        self._numbers = itertools.count(1)

    def createDataFrame(self, table: pa.Table) -> Frame:
        """Rows that are there."""
        return self.lazily(lambda: (table, []), table.schema)

    def range(self, start: int, end: int, _step: int, _tasks: int) -> Frame:
        """Numbers (id), each for a task of its own."""
        return self.createDataFrame(pa.table({"id": pa.array(range(start, end), pa.int64())})).repartitionById(end, "id")

    @property
    def read(self) -> _Reader:
        return _Reader(self)

    def lazily(self, make: Callable[[], tuple[Any, Bounds]], schema: pa.Schema) -> Frame:
        """What will be made, a table or data set of Arrow with the bounds of its tasks, once it is asked for."""
        source = Source(f"rows_{next(self._numbers)}", make, schema)
        self._sources[source.name] = source
        self.catalog.add_table(source.name, {field.name: field.dataType.simpleString() for field in from_arrow_schema(schema)})
        frame: Frame = self._create_df(exp.select(*(exp.column(field.name, quoted=True) for field in schema)).from_(source.name))
        frame.source = source
        return frame

    def rows_of_tasks(self, make: forks.Make, tasks: int, schema: pa.Schema) -> tuple[pa.Table, Bounds]:
        """What is made of each task, here or in several processes, and the bounds of it."""

        def tell(done: int) -> None:
            self.at_work = done, tasks

        try:
            processes = self.sparkContext.defaultParallelism
            if processes > 1 and tasks > 1:
                folder = self._folder / f"tasks-{uuid.uuid4().hex[:8]}"
                made = forks.rows_of_tasks(make, tasks, schema, folder=folder, processes=processes, tell=tell)
            else:
                made = []
                for task in range(tasks):
                    tell(task)
                    made.append(pa.Table.from_batches(make(task), schema))
        finally:
            self.at_work = None
        ends = [0, *itertools.accumulate(table.num_rows for table in made)]
        return (pa.concat_tables(made) if made else schema.empty_table()), list(itertools.pairwise(ends))

    def answer(self, frame: Frame) -> pa.Table:
        """What DuckDB answers."""
        query = frame._get_expressions(optimize=False)[-1]
        for table in query.find_all(exp.Table):
            if (source := self._sources.get(table.name)) and source.name not in self._registered:
                self._conn.register(source.name, source.rows)
                self._registered.add(source.name)
        try:
            return self._conn.sql(self._to_sql(query)).to_arrow_table()
        except RuntimeError as error:
            if "interrupted" in str(error):  # DuckDB takes Ctrl-C for itself
                raise KeyboardInterrupt from error
            raise

    def progress(self) -> tuple[float, str] | None:
        """(share, remark) of the functions that are at work."""
        if (tasks := self.at_work) is None:
            return None
        return tasks[0] / tasks[1], f"{tasks[0]}/{tasks[1]} tasks"

    def forget(self) -> None:
        """The rows of all frames, and the memory that they took."""
        for name in self._registered:
            self._conn.unregister(name)
        self._registered.clear()
        self._sources.clear()
        give_back_freed()

    def close(self) -> None:
        """No frame can be read any more."""
        self.forget()
        self._conn.close()
