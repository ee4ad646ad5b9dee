"""Tables in a folder, read and written as `wajue run` does it on one machine: by the tasks themselves."""

import shutil
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from wajue.spark.flow import Flow
from wajue.spark.task_files import row_groups_of


def read(spark: SparkSession, folder: str, name: str) -> Flow:
    """The table of that name in the folder, where tasks may write, too."""
    path = Path(folder) / name
    return Flow(spark.read.parquet(str(path)), row_groups_of(sorted(map(str, path.glob("*.parquet")))), folder)


def write(rows: Flow | DataFrame, folder: str, name: str) -> None:
    """Write a table of that name to the folder, in the place of one that is there."""
    path = Path(folder) / name
    shutil.rmtree(path, ignore_errors=True)
    if isinstance(rows, Flow):
        rows.write(str(path))
    else:
        rows.write.parquet(str(path))


def clear(spark: SparkSession, folder: str) -> None:
    """Let go of what a step kept for itself."""
    spark.catalog.clearCache()
    for kind in ("held-*", "exchanged-*", "tasks-*"):
        for path in Path(folder).glob(kind):
            shutil.rmtree(path)
