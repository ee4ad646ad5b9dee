"""The calls that steps make of Spark, answered in this process. In: the same calls. Out: the same rows.

DuckDB joins, groups and sorts, spoken to by SQLFrame, which has Spark's interface; functions of Arrow batches are applied here, one
task after another. Neither Java nor a worker has to start, so small text is done before Spark would have begun. The stages do not
know which of the two answers them, and the tables are the same (tests/whole/test_in_process.py).
"""

import functools
import itertools
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple, cast

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import sqlglot
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType
from sqlframe.base.session import _BaseSession
from sqlframe.duckdb import Column, DuckDBCatalog, DuckDBDataFrame, DuckDBSession, Window
from sqlframe.duckdb import functions as column_functions
from sqlglot import exp

from wajue.spark.column_types import schema_of

_BATCH_ROWS = 20_000  # as Spark makes them, too
_SUM = pa.decimal128(38, 0)  # as DuckDB adds up integers
_SETTINGS = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}  # nothing is fetched
Function = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@contextmanager
def session() -> Iterator[SparkSession]:
    """What stands for Spark's session until the end. A session of SQLFrame that is there is there again afterwards."""
    before = _BaseSession._instance
    scratch_folder = f"{tempfile.gettempdir()}/wajue-{os.getpid()}"  # made by DuckDB where memory does not suffice, and removed
    made = Session(duckdb.connect(config={**_SETTINGS, "temp_directory": scratch_folder}))
    try:
        yield cast(SparkSession, made)
    finally:
        made.close()
        _BaseSession._instance = before


class Broadcast(NamedTuple):
    """What Spark would send to its workers."""

    value: Any

    def destroy(self) -> None:
        """It goes with the last one who has it."""


class Context:
    """What steps ask of a SparkContext."""

    defaultParallelism = 1

    @staticmethod
    def broadcast(value: Any) -> Broadcast:
        """The value itself."""
        return Broadcast(value)

    def cancelAllJobs(self) -> None:
        """There is none: what is at work here is interrupted like anything else."""


class _Tasks(NamedTuple):
    """What steps ask of an RDD."""

    number: int

    def getNumPartitions(self) -> int:
        return self.number


class _Row(dict[str, Any]):
    """A row whose values have names and numbers."""

    def __getitem__(self, key: str | int) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


class Frame(DuckDBDataFrame):
    """Rows, as DuckDB will make them."""

    task_column: str | None = None  # rows with the same value of it belong to one task; None: all of them do
    arrow_schema: pa.Schema | None = None  # where it is known before the rows are

    @functools.wraps(DuckDBDataFrame.select.__wrapped__)  # which SQLFrame calls within others
    def select(self, *columns: Any, **kwargs: Any) -> "Frame":
        """Of a struct's field source.file the name is file."""
        named = [column_functions.col(c).alias(_plain(c)) if isinstance(c, str) and "." in c else c for c in columns]
        selected: Frame = super().select(*named, **kwargs)
        return selected

    def mapInArrow(self, function: Function, types: str) -> "Frame":
        """The rows that the function makes of those of each task; not before they are asked for."""
        schema = schema_of(types)
        return self.session.lazily(lambda: self._mapped(function, schema), schema)

    def _mapped(self, function: Function, schema: pa.Schema) -> pa.Table:
        made: list[pa.RecordBatch] = []
        tasks = list(self._of_tasks())
        for done, task in enumerate(tasks):
            self.session.at_work = done, len(tasks)
            made += function(iter(task.to_batches(_BATCH_ROWS)))
        self.session.at_work = None
        return pa.Table.from_batches([batch.select(schema.names) for batch in made]).cast(schema) if made else schema.empty_table()

    def _of_tasks(self) -> Iterator[pa.Table]:
        table = self.toArrow()
        if self.task_column is None:
            yield table
            return
        for number in pc.unique(table[self.task_column]).sort():
            yield table.filter(pc.equal(table[self.task_column], number))

    def repartitionById(self, _tasks: int, column: str) -> "Frame":
        """The rows with the same value of the column in one task."""
        divided: Frame = self.copy()
        divided.task_column = column
        return divided

    def repartition(self, *_: Any) -> "Frame":
        return self

    def coalesce(self, _: int) -> "Frame":
        return self

    def persist(self, *_: Any) -> "Frame":
        """The rows, made now."""
        return self.session.createDataFrame(self.toArrow())

    def unpersist(self) -> "Frame":
        return self

    def join(self, other: "Frame", *args: Any, **kwargs: Any) -> "Frame":
        """Of rows that are there: SQLFrame mixes up the columns of a join of joins."""
        joined: Frame = super(Frame, self.persist()).join(other.persist(), *args, **kwargs)
        return joined.persist()

    def collect(self) -> list[Any]:
        return [_Row(row) for row in self.toArrow().to_pylist()]

    def toArrow(self) -> pa.Table:
        """All rows, with the names and types that Spark gives columns: a sum of integers has 64 bits."""
        made = self.session.rows_of(self)
        named = made.rename_columns([_plain(name) for name in made.column_names])
        return named.cast(pa.schema([f.with_type(pa.int64()) if f.type == _SUM else f for f in named.schema]))

    @property
    def schema(self) -> StructType:
        return from_arrow_schema(self.arrow_schema or self.limit(0).toArrow().schema)

    @property
    def sparkSession(self) -> "Session":
        return self.session

    @property
    def rdd(self) -> _Tasks:
        return _Tasks(1 if self.task_column is None else pc.count_distinct(self.toArrow()[self.task_column]).as_py())


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
        return self._session.lazily(lambda: ds.dataset(source, schema=schema, format="parquet"), schema)


class _Catalog(DuckDBCatalog):
    def clearCache(self) -> None:
        """All rows are forgotten."""
        self.session.forget()


def _plain(name: str) -> str:
    return name.rpartition(".")[2]


def _xxhash64(*columns: Any) -> Column:
    """Another hash: it is compared within a step, and stands in no table."""
    return column_functions.shiftright(Column.invoke_anonymous_function(columns[0], "hash", *columns[1:]), 1).cast("bigint")


def _format_number(column: Any, digits: int) -> Column:
    return Column.invoke_anonymous_function(column_functions.lit(f"%.{digits}f"), "printf", column)


def _of_columns() -> ModuleType:
    """As pyspark.sql.functions; those that SQLFrame lacks are ours."""
    module = ModuleType("functions")
    ours = {"broadcast": lambda frame: frame, "xxhash64": _xxhash64, "format_number": _format_number, "Window": Window}
    vars(module).update(vars(column_functions) | ours)
    return module


class Session(DuckDBSession):
    """What steps ask of a SparkSession."""

    _df = Frame
    _catalog = _Catalog
    sparkContext = Context()
    functions = _of_columns()
    at_work: tuple[int, int] | None = None  # (tasks done, tasks) of what functions make now

    def __init__(self, connection: duckdb.DuckDBPyConnection | None = None) -> None:
        if connection is None:  # SQLFrame has one session, and asks for it again and again
            return
        super().__init__(connection)
        self._waiting: dict[str, Callable[[], Any]] = {}
        self._registered: list[str] = []
        self._numbers = itertools.count(1)

    def createDataFrame(self, rows: pa.Table) -> Frame:
        """Rows that are there."""
        return self.lazily(lambda: rows, rows.schema)

    def range(self, start: int, end: int, _step: int, _tasks: int) -> Frame:
        """Numbers (id), each for a task of its own."""
        return self.createDataFrame(pa.table({"id": pa.array(range(start, end), pa.int64())})).repartitionById(end, "id")

    @property
    def read(self) -> _Reader:
        return _Reader(self)

    def lazily(self, make: Callable[[], Any], schema: pa.Schema) -> Frame:
        """What will be made, a table or data set of Arrow, once a query reads it."""
        name = f"rows_{next(self._numbers)}"
        self._waiting[name] = make
        self.catalog.add_table(name, {field.name: field.dataType.simpleString() for field in from_arrow_schema(schema)})
        frame: Frame = self._create_df(exp.select(*(exp.column(field.name, quoted=True) for field in schema)).from_(name))
        frame.arrow_schema = schema
        return frame

    def rows_of(self, frame: Frame) -> pa.Table:
        """What DuckDB answers."""
        query = self._to_sql(frame._get_expressions(optimize=False)[-1])
        for table in sqlglot.parse_one(query, read="duckdb").find_all(exp.Table):
            if make := self._waiting.pop(table.name, None):
                self._conn.register(table.name, make())
                self._registered.append(table.name)
        return self._conn.sql(query).to_arrow_table()

    def progress(self) -> tuple[float, str] | None:
        """(share, remark) of the functions that are at work."""
        if (tasks := self.at_work) is None:
            return None
        return tasks[0] / tasks[1], f"{tasks[0]}/{tasks[1]} tasks"

    def forget(self) -> None:
        """The rows of all frames."""
        for name in self._registered:
            self._conn.unregister(name)
        self._registered.clear()
        self._waiting.clear()

    def close(self) -> None:
        """No frame can be read any more."""
        self.forget()
        self._conn.close()
