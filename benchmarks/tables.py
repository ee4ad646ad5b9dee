"""Tables in a folder, read and written as `wajue run` does it on one machine: by the tasks themselves."""

import shutil
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from wajue.spark.flow import Flow
from wajue.spark.task_files import row_groups_of


def read(spark: SparkSession, folder: str, name: str) -> Flow:
    """The table of that name in the folder, to which tasks may write, too."""
    path = Path(folder) / name
    return Flow(spark.read.parquet(str(path)), row_groups_of(sorted(map(str, path.glob("*.parquet")))), folder)


def write(table: Flow | DataFrame, folder: str, name: str) -> None:
    """Write a table of that name to the folder; one that is there is replaced."""
    path = Path(folder) / name
    shutil.rmtree(path, ignore_errors=True)
    if isinstance(table, Flow):
        table.write(str(path))
    else:
        table.write.parquet(str(path))


def clear(spark: SparkSession, folder: str) -> None:
    """Delete what a step kept for itself: cached rows, and the folders that Flow writes to on the way."""
    spark.catalog.clearCache()
    for kind in ("materialized-*", "tasks-*"):
        for path in Path(folder).glob(kind):
            shutil.rmtree(path)
