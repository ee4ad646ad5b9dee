"""SQL over a workspace, by DuckDB. In: a workspace and SQL. Out: rows. Every table is a view, and `rejects` is one."""

import csv
import io
import json
import re
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich import box
from rich.table import Table as Shown

from pipeline import schemas
from pipeline.errors import WajueError
from pipeline.progress import console
from pipeline.workspace import Workspace

FORMATS = ("table", "csv", "json", "parquet")


def connect(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A connection with one view a table; a table that has not been written is an empty one.

    The views are read through a connection that can reach nothing else. Raises WajueError if there is no workspace.
    """
    workspace.must_have()
    connection = duckdb.connect()
    for name, table in schemas.TABLES.items():
        if workspace.whole(name):
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet('{_quoted(workspace.path(name))}/*.parquet')")
        else:
            connection.register(f"_{name}", table.schema.empty_table())
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM _{name}")
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {t}" for t in schemas.REJECT_TABLES)
    connection.execute(f"CREATE VIEW rejects AS {parts}")
    root = workspace.files[1]
    connection.execute(f"SET allowed_directories = ['{_quoted(root)}']")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def _quoted(path: str) -> str:
    return path.replace("'", "''")


def missing(workspace: Workspace, sql: str) -> list[str]:
    """Tables that the SQL names and that have not been written."""
    return [t for t in schemas.TABLES if re.search(rf"\b{t}\b", sql) and not workspace.whole(t)]


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """The result of one statement. Raises WajueError with DuckDB's own words."""
    try:
        result = connection.sql(sql)
    except duckdb.Error as error:
        lines = [line.strip() for line in str(error).splitlines()]
        raise WajueError(f"the query failed: {' '.join(line for line in lines if line.strip('^ '))}") from None
    return result.to_arrow_table() if result is not None else pa.table({})


def _plain(value: Any) -> Any:
    return (
        value
        if isinstance(value, str | int | float | None) and not isinstance(value, bool)
        else json.dumps(value, ensure_ascii=False, default=str)
    )


def render(rows: pa.Table, style: str) -> bytes | Shown:
    """The rows as csv, json or parquet bytes, or as a table to print."""
    if style == "parquet":
        sink = io.BytesIO()
        pq.write_table(rows, sink)
        return sink.getvalue()
    records = rows.to_pylist()
    if style == "json":
        return (json.dumps(records, ensure_ascii=False, indent=1, default=str) + "\n").encode()
    if style == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(rows.schema.names)
        writer.writerows([[_plain(v) if v is not None else "" for v in r.values()] for r in records])
        return text.getvalue().encode()
    shown = Shown(*rows.schema.names, box=box.ROUNDED)
    for record in records:
        shown.add_row(*["" if v is None else f"{v:.4g}" if isinstance(v, float) else str(_plain(v)) for v in record.values()])
    return shown


def prompt(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """Read statements from the terminal, each ended by ; or a blank line, until .quit or the end of input."""
    console.print("one view a table: .tables lists them, .quit leaves; a statement ends with ;")
    pending = ""
    while True:
        try:
            line = input("wajue> " if not pending else "   ... ")
        except EOFError:
            return
        if line.strip() in (".quit", ".exit"):
            return
        if line.strip() == ".tables":
            for name, table in schemas.TABLES.items():
                console.print(f"{name}: {table.row}" + ("" if workspace.whole(name) else " (not written yet)"))
            continue
        pending += line + "\n"
        if pending.strip() and (line.rstrip().endswith(";") or not line.strip()):
            try:
                result = render(execute(connection, pending), "table")
                console.print(result)
            except WajueError as error:
                console.print(str(error), style="red")
            pending = ""
