"""SQL over a workspace, by DuckDB. In: a workspace and SQL. Out: rows. Every table is a view, and `rejects` is one."""

import csv
import io
import json
import math
import re
from decimal import Decimal
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from rich import box
from rich.console import Console
from rich.table import Table as Shown
from rich.text import Text

from pipeline import schemas
from pipeline.errors import WajueError
from pipeline.progress import console
from pipeline.workspace import Workspace

# before and after, for every document that cleaning changed; records that share an id are told apart by their source
_CHANGES = """
CREATE VIEW changes AS
SELECT doc_id, corpus, changed_by, raw.text AS before, clean.text AS after, clean.source AS source
FROM clean_documents clean JOIN raw_documents raw USING (doc_id, corpus)
WHERE raw.source = clean.source AND len(changed_by) > 0
"""
FORMATS = ("table", "csv", "json", "parquet")


def connect(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A connection with one view a table; a table that has not been written is an empty one.

    The views are read through a connection that can reach nothing else. Raises WajueError if there is no workspace.
    """
    workspace.must_have()
    connection = duckdb.connect()
    for name, table in schemas.TABLES.items():
        if workspace.whole(name):
            files = ", ".join(f"'{_quoted(f)}'" for f in workspace.parquet_files(name))
            try:
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{files}])")
            except duckdb.Error as error:
                raise WajueError(f"table {name} is damaged: {_said(error)}; wajue run --force writes it anew") from None
        else:
            connection.register(f"_{name}", table.schema.empty_table())
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM _{name}")
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {t}" for t in schemas.REJECT_TABLES)
    connection.execute(f"CREATE VIEW rejects AS {parts}")
    connection.execute(_CHANGES)
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
    """The result of the statements, of the last one if there are several. Raises WajueError with DuckDB's own words."""
    try:
        result = connection.sql(sql)
        return result.to_arrow_table() if result is not None else pa.table({})
    except duckdb.Error as error:
        raise WajueError(f"the query failed: {_said(error)}") from None


def _said(error: duckdb.Error) -> str:
    """DuckDB's message on one line, without the arrow that points into the statement."""
    lines = [line.strip() for line in str(error).splitlines()]
    return " ".join(line for line in lines if line.strip("^ "))


def _plain(value: Any) -> Any:
    """A value as JSON has it: no NaN, no type beyond strings, numbers, lists and objects."""
    if isinstance(value, bool | str | int | None):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> str:
    """A value as CSV has it: nothing for null, JSON for lists and objects."""
    value = _plain(value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def render(rows: pa.Table, style: str) -> bytes | Shown:
    """The rows as csv, json or parquet bytes, or as a table to print."""
    names = rows.schema.names
    if style == "parquet":
        sink = io.BytesIO()
        pq.write_table(rows, sink)
        return sink.getvalue()
    # by position: two columns may have one name
    records = list(zip(*[rows.column(i).to_pylist() for i in range(rows.num_columns)], strict=True))
    if style == "json":
        found = [dict(zip(names, map(_plain, r), strict=True)) for r in records]
        return (json.dumps(found, ensure_ascii=False, indent=1) + "\n").encode()
    if style == "csv":
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([[_cell(v) for v in r] for r in records])
        return text.getvalue().encode()
    shown = Shown(box=box.ROUNDED)
    for name in names:
        shown.add_column(Text(name))
    for record in records:
        # Text: a corpus may hold [b] and :smile:, which rich would take for markup
        shown.add_row(*[Text(f"{v:.4g}" if isinstance(v, float) else _cell(v)) for v in record])
    return shown


def prompt(connection: duckdb.DuckDBPyConnection, workspace: Workspace, output: Console) -> None:
    """Read statements from the terminal, each ended by ; or a blank line, until .quit or the end of input."""
    console.print("one view a table: .tables lists them, .quit leaves; a statement ends with ;", markup=False)
    pending = ""
    while True:
        console.print("wajue> " if not pending else "   ... ", end="", markup=False)
        try:
            line = input()
        except EOFError:
            line = ".quit"
        leaving = line.strip() in (".quit", ".exit")
        if line.strip() == ".tables":
            for name, table in schemas.TABLES.items():
                output.print(Text(f"{name}: {table.row}" + ("" if workspace.whole(name) else " (not written yet)")))
            continue
        pending += "" if leaving else line + "\n"
        if pending.strip() and (leaving or line.rstrip().endswith(";") or not line.strip()):
            try:
                output.print(render(execute(connection, pending), "table"))
            except WajueError as error:
                console.print(Text(str(error)), style="red")
            pending = ""
        if leaving:
            return
