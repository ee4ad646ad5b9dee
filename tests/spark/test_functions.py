"""The functions of columns belong to the session at work."""

from pathlib import Path

import pyspark.sql.functions
from sqlframe.duckdb import functions as of_duckdb

from wajue.spark import functions, in_process


def test_they_are_those_of_the_session_at_work(tmp_path: Path) -> None:
    assert functions.col is pyspark.sql.functions.col
    with in_process.session(tmp_path / "scratch") as session, functions.of(session):
        assert functions.col is of_duckdb.col  # type: ignore[comparison-overlap]
        with functions.of(object()):  # Spark's has none
            assert functions.col is of_duckdb.col  # type: ignore[comparison-overlap]
    assert functions.col is pyspark.sql.functions.col
    assert functions.Window is pyspark.sql.Window
