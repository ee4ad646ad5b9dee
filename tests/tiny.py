"""A workspace of a few rows, written without Spark."""

from pathlib import Path
from typing import Any

import pyarrow as pa

from wajue.schemas import FORMAT_VERSION, TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace


def workspace(folder: Path, configs: dict[str, Any] | None = None, **tables: list[dict[str, Any]]) -> Workspace:
    """The tables given, as rows; a column that a row lacks is null. configs: {table: the config in its manifest}."""
    made = Workspace(str(folder))
    made.prepare()
    for name, rows in tables.items():
        parquet.write(pa.Table.from_pylist(rows, schema=TABLES[name].schema), made, name)
    made.finish({t: {"format_version": FORMAT_VERSION, "config": (configs or {}).get(t, {})} for t in tables})
    made.close()
    return made
