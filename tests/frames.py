"""The stages as functions of DataFrames, which tests make and look at, and DataFrames as tables that tasks read themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from wajue.runner.spark_step import STAGES
from wajue.spark.flow import Flow
from wajue.spark.task_files import row_groups_of


def by_tasks(frame: DataFrame, folder: Path, name: str) -> Flow:
    """The rows as a table of two files, which tasks read themselves; they write to the folder, too."""
    frame.repartition(2).write.parquet(str(folder / name))
    paths = sorted(map(str, (folder / name).glob("*.parquet")))
    return Flow(frame.sparkSession.read.parquet(*paths), row_groups_of(paths), str(folder))


def _on_frames(stage: Callable[..., Any]) -> Callable[..., Any]:
    """The same stage, taking DataFrames for flows and returning DataFrames."""

    def called(*tables: Any, **more: Any) -> Any:
        made = stage(*[Flow(t) if isinstance(t, DataFrame) else t for t in tables], **more)
        return tuple(map(_frame, made)) if isinstance(made, tuple) else _frame(made)

    return called


def _frame(table: Any) -> Any:
    return table.frame if isinstance(table, Flow) else table


def __getattr__(name: str) -> Callable[..., Any]:
    """The stage of that name."""
    if name not in STAGES:
        raise AttributeError(name)
    return _on_frames(STAGES[name])
