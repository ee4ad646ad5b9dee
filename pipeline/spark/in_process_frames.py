"""Rows on which steps call what they would call on Spark's, in this process. In: the calls of a DataFrame. Out: the same rows.

DuckDB answers through SQLFrame; functions of Arrow batches are applied to the rows of each task, which are slices of what other
tasks made. The session (in_process.py) makes the rows.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cached_property, partial, wraps
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType
from sqlframe.duckdb import DuckDBDataFrame
from sqlframe.duckdb import functions as column_functions

from wajue.spark import task_files
from wajue.spark.column_types import schema_of

if TYPE_CHECKING:
    from wajue.spark.in_process import Session

_MOST_RUNS = 5_000  # of rows one after the other that a task gets as they are
_BATCH_ROWS = 20_000  # as Spark makes them, too
_SUM = pa.decimal128(38, 0)  # as DuckDB adds up integers
_AS_MADE, _BY_COLUMN, _ONE = "as made", "by column", "one"  # how rows are divided among tasks
Bounds = list[tuple[int, int]]  # of the rows of each task, [begin, end)
Function = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]


class _Tasks(NamedTuple):
    """What steps ask of an RDD."""

    number: int

    def getNumPartitions(self) -> int:
        return self.number


class _Row(dict[str, Any]):
    """A row whose values have names and numbers."""

    def __getitem__(self, key: str | int) -> Any:
        return list(self.values())[key] if isinstance(key, int) else super().__getitem__(key)


class Source:
    """Rows that DuckDB reads by a name, a table or data set of Arrow; they are made when they are first asked for."""

    def __init__(self, name: str, make: Callable[[], tuple[Any, Bounds]], schema: pa.Schema) -> None:
        self.name, self._make, self.schema = name, make, schema

    @cached_property
    def _made(self) -> tuple[Any, Bounds]:
        return self._make()

    @property
    def rows(self) -> Any:
        """All of them."""
        return self._made[0]

    @property
    def bounds(self) -> Bounds:
        """Where the rows of each task begin and end; none where no task made them."""
        return self._made[1]


class Frame(DuckDBDataFrame):
    """Rows, as DuckDB will make them."""

    source: Source | None = None  # whose rows they are, all of them
    division: str = _AS_MADE
    task_column: str = ""  # where they are divided by it

    @wraps(DuckDBDataFrame.select.__wrapped__)  # which SQLFrame calls within others
    def select(self, *columns: Any, **kwargs: Any) -> "Frame":
        """Of a struct's field source.file the name is file."""
        named = [column_functions.col(c).alias(_plain(c)) if isinstance(c, str) and "." in c else c for c in columns]
        selected: Frame = super().select(*named, **kwargs)
        return selected

    def mapInArrow(self, function: Function, types: str) -> "Frame":
        """The rows that the function makes of those of each task; not before they are asked for."""
        schema = schema_of(types)
        return self.session.lazily(lambda: self._mapped(function, schema), schema)

    def _mapped(self, function: Function, schema: pa.Schema) -> tuple[pa.Table, Bounds]:
        tasks = self._of_tasks()

        def make(task: int) -> Iterator[pa.RecordBatch]:
            task_files.task_in_process = task
            for batch in function(iter(tasks[task]().to_batches(_BATCH_ROWS))):
                yield batch.select(schema.names).cast(schema)

        return self.session.rows_of_tasks(make, len(tasks), schema)

    def _of_tasks(self) -> list[Callable[[], pa.Table]]:
        """The rows of each task, taken out of the others when they are asked for."""
        table = self.toArrow()
        if self.division == _BY_COLUMN:
            assert not table[self.task_column].null_count, f"rows without {self.task_column} belong to no task"
            batches = _Batches(table)
            return [partial(batches.at, of_value) for of_value in _runs_by_value(table[self.task_column])] or [lambda: table]
        if self.division == _AS_MADE and self.source and self.source.bounds:
            return [partial(table.slice, begin, end - begin) for begin, end in self.source.bounds]
        return [lambda: table]

    def _divided(self, division: str, column: str = "") -> "Frame":
        divided: Frame = self.copy()
        divided.source, divided.division, divided.task_column = self.source, division, column
        return divided

    def repartitionById(self, _tasks: int, column: str) -> "Frame":
        """The rows with the same value of the column in one task."""
        return self._divided(_BY_COLUMN, column)

    def repartition(self, _tasks: int) -> "Frame":
        """All rows in one task: no step wants more of them."""
        return self._divided(_ONE)

    def coalesce(self, _tasks: int) -> "Frame":
        """The same."""
        return self._divided(_ONE)

    def unionByName(self, other: "Frame") -> "Frame":
        """The rows of both, which DuckDB would copy."""
        schema = to_arrow_schema(self.schema)
        return self.session.lazily(lambda: (_one_after_the_other(self.toArrow(), other.toArrow(), schema), []), schema)

    def persist(self, *_: Any) -> "Frame":
        """The rows, made now."""
        table = self.toArrow()
        return self if self.source else self.session.createDataFrame(table)

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
        if self.source and isinstance(self.source.rows, pa.Table):
            return self.source.rows
        made = self.session.answer(self)
        named = made.rename_columns([_plain(name) for name in made.column_names])
        return named.cast(pa.schema([f.with_type(pa.int64()) if f.type == _SUM else f for f in named.schema]))

    @property
    def schema(self) -> StructType:
        return from_arrow_schema(self.source.schema if self.source else self.limit(0).toArrow().schema)

    @property
    def sparkSession(self) -> "Session":
        return self.session

    @property
    def rdd(self) -> _Tasks:
        return _Tasks(len(self._of_tasks()))


def _runs_by_value(column: pa.ChunkedArray) -> list[Bounds]:
    """Where rows with one and the same number stand, for each number of the column, in their order."""
    numbers = column.to_numpy()
    begins = np.flatnonzero(np.diff(numbers, prepend=numbers[:1] - 1)).tolist()
    runs = defaultdict(list)
    for begin, end in itertools.pairwise([*begins, len(numbers)]):
        runs[int(numbers[begin])].append((begin, end))
    return [runs[number] for number in sorted(runs)]


class _Batches:
    """The rows of a table batch by batch, of which there may be 100,000: to slice the table would look at all of them each time."""

    def __init__(self, table: pa.Table) -> None:
        self._schema, self._batches = table.schema, table.to_batches()
        self._begins = np.cumsum([0, *(batch.num_rows for batch in self._batches)])

    def at(self, bounds: Bounds) -> pa.Table:
        """These rows: as a rule they are few and large, and are not copied; many small ones are, or each would be a batch."""
        pieces = [piece for begin, end in bounds for piece in self._between(begin, end)]
        taken = pa.Table.from_batches(pieces, self._schema)
        return taken.combine_chunks() if len(bounds) > _MOST_RUNS else taken

    def _between(self, begin: int, end: int) -> Iterator[pa.RecordBatch]:
        number = int(np.searchsorted(self._begins, begin, "right")) - 1
        while begin < end:
            piece = self._batches[number].slice(begin - int(self._begins[number]), end - begin)
            yield piece
            begin, number = begin + piece.num_rows, number + 1


def _one_after_the_other(one: pa.Table, other: pa.Table, schema: pa.Schema) -> pa.Table:
    return pa.concat_tables(table.select(schema.names).cast(schema) for table in (one, other))


def _plain(name: str) -> str:
    return name.rpartition(".")[2]
