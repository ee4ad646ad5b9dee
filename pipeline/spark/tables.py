"""Tables of the workspace as flows, in and out. Every read and every write checks itself against the declaration."""

import logging
from typing import NamedTuple

import pyarrow as pa
from pyarrow import fs
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema
from pyspark.sql.types import StructType

from wajue import schemas
from wajue.errors import WajueError
from wajue.spark.flow import Flow, literal, uri
from wajue.spark.session import is_spark
from wajue.spark.task_files import ROW_GROUP, row_groups_of
from wajue.store import parquet
from wajue.store.workspace import UNFINISHED, Workspace

log = logging.getLogger(__name__)


class Elsewhere(NamedTuple):
    """A table of another workspace, and what that is called; dropped: rows of documents that do not count, if it has such."""

    name: str
    table: str
    flow: Flow
    dropped: Flow | None = None


def read(spark: SparkSession, workspace: Workspace, table: str, parts: list[str] | None = None) -> Flow:
    """A whole table of the workspace, or some of its files."""
    parquet.declared(workspace, table)
    path = workspace.path(table)
    reader = spark.read.schema(_schema_of(table))  # without it Spark starts a job to look into a file
    frame = reader.parquet(*[literal(f"{path}/{p}") for p in parts] if parts is not None else [literal(path)])
    if (folder := scratch_folder(workspace)) is None:
        return Flow(frame)
    paths = workspace.parquet_files(table) if parts is None else [f"{workspace.files[1]}/{table}/{p}" for p in parts]
    try:
        return Flow(frame, row_groups_of(paths), folder)
    except (pa.ArrowException, OSError) as error:
        raise workspace.damaged(table, error) from None


def _schema_of(table: str) -> StructType:
    """The declared schema, as Spark has it."""
    return from_arrow_schema(schemas.TABLES[table].schema)


def scratch_folder(workspace: Workspace) -> str | None:
    """The folder where tasks may write, if they can open it as we do: on a cluster a local workspace is a shared folder."""
    files, root = workspace.files
    return f"{root}/{UNFINISHED}" if isinstance(files, fs.LocalFileSystem) else None


def write(flow: Flow | DataFrame, workspace: Workspace, table: str) -> None:
    """Write a table to its unfinished place. Raises WajueError that lists every difference between it and the declaration."""
    frame = flow.frame if isinstance(flow, Flow) else flow
    if faults := schemas.TABLES[table].differences(to_arrow_schema(frame.schema)):
        raise WajueError(f"table {table} about to be written is not as declared: {'; '.join(faults)}; this is a fault of wajue")
    columns, folder = [c.name for c in schemas.TABLES[table].columns], scratch_folder(workspace)
    if not isinstance(flow, Flow) and not is_spark(frame.sparkSession):
        flow = Flow(frame.select(*columns), scratch_folder=folder)
    if isinstance(flow, Flow) and folder is not None:
        flow.write(f"{folder}/{table}")
        return
    frame.select(*columns).write.mode("overwrite").option("parquet.block.size", ROW_GROUP).parquet(uri(workspace.unfinished(table)))
