"""The stages on DataFrames, as tests make and look at them, and DataFrames as tables that tasks read themselves."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame

from wajue.runner.spark_step import STAGES
from wajue.spark.flow import Flow
from wajue.spark.task_files import row_groups_of


def by_tasks(frame: DataFrame, place: Path, name: str) -> Flow:
    """The rows as a table of two files, which tasks read; what they make goes to the folder `place`."""
    frame.repartition(2).write.parquet(str(place / name))
    paths = sorted(map(str, (place / name).glob("*.parquet")))
    return Flow(frame.sparkSession.read.parquet(*paths), row_groups_of(paths), str(place))


def _on_frames(stage: Callable[..., Any]) -> Callable[..., Any]:
    """The same stage, for DataFrames in the place of flows."""

    def called(*tables: Any, **more: Any) -> Any:
        found = stage(*[Flow(t) if isinstance(t, DataFrame) else t for t in tables], **more)
        return tuple(map(_frame, found)) if isinstance(found, tuple) else _frame(found)

    return called


def _frame(found: Any) -> Any:
    return found.frame if isinstance(found, Flow) else found


clean, contrast, dedup, ingest, new_words, ngrams, segment, terms, trends, vocabulary, word_counts = (
    _on_frames(stage) for _, stage in sorted(STAGES.items())
)
