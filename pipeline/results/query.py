"""SQL over a workspace, by DuckDB. In: a workspace and SQL. Out: rows. Every table is a view, and `rejects` is one.

Statements read and do nothing else: only those that DuckDB itself parses as SELECT are run, on a connection that reaches no
file outside the workspace, no network and no variable of this program.
"""

import csv
import io
import itertools
import json
import math
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any, BinaryIO, TypeVar

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from pyarrow import fs
from rich import box
from rich.table import Table as Shown
from rich.text import Text

from wajue import schemas
from wajue.errors import WajueError
from wajue.store.workspace import Workspace

# before and after, for every document that cleaning changed; records that share an id are told apart by their source
_CHANGES = """
CREATE VIEW changes AS
SELECT doc_id, corpus, changed_by, raw.text AS before, clean.text AS after, clean.source AS source
FROM clean_documents clean JOIN raw_documents raw USING (doc_id, corpus)
WHERE raw.source = clean.source AND len(changed_by) > 0
"""
FORMATS = ("table", "csv", "json", "parquet")
VIEWS = {"rejects": "anything dropped, at any step", "changes": "a document that cleaning changed, before and after"}

_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(ANALYZE\s+)?(\([^)]*\)\s*(?=\S))?", re.IGNORECASE)
_ROWS = 8_192  # at a time
# what a corpus holds must not steer the terminal: control characters as their pictures
_PICTURES = {c: 0x2400 + c for c in range(32) if c not in (9, 10)} | {127: 0x2421} | dict.fromkeys(range(0x80, 0xA0), 0xFFFD)
Result = TypeVar("Result")


def connect(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A connection with one view a table; a table that has not been written is an empty one.

    The views are read through a connection that can reach nothing else. Raises WajueError if there is no workspace.
    """
    workspace.must_have()
    connection = duckdb.connect()
    system, root = workspace.files
    for name, table in schemas.TABLES.items():
        if not workspace.whole(name):
            connection.register(name, table.schema.empty_table())
            continue
        workspace.must_be_sound(name)
        files = workspace.parquet_files(name)
        try:
            if isinstance(system, fs.LocalFileSystem):
                listed = ", ".join(f"'{_quoted(f)}'" for f in files)
                connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
            else:
                connection.register(name, ds.dataset(files, format="parquet", filesystem=system))
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise WajueError(f"table {name} is damaged: {_said(error)}; wajue run --force writes it anew") from None
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {t}" for t in schemas.REJECT_TABLES)
    connection.execute(f"CREATE VIEW rejects AS {parts}")
    connection.execute(_CHANGES)
    spill = f"{tempfile.gettempdir()}/wajue-query-{os.getpid()}"  # DuckDB's own choice is the folder one is in
    connection.execute(f"SET temp_directory = '{_quoted(spill)}'")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET allowed_directories = ['{_quoted(root)}']")
    connection.execute("SET enable_external_access = false")  # ends look-ups of Python's variables too
    connection.execute("SET lock_configuration = true")
    return connection


def _quoted(path: str) -> str:
    return path.replace("'", "''")


def missing(workspace: Workspace, sql: str) -> list[str]:
    """Tables that the SQL names and that have not been written."""
    named = [t for t in schemas.TABLES if re.search(rf"\b{t}\b", sql, re.IGNORECASE)]
    return [t for t in named if not workspace.whole(t)]


def statements(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The statements of the text. Raises WajueError if one is no SQL, or does more than read."""
    try:
        found = connection.extract_statements(sql)
        for statement in found:
            kind, inside = _kind(statement), found
            if kind == duckdb.StatementType.EXPLAIN:  # EXPLAIN ANALYZE runs what it explains
                inside = connection.extract_statements(_EXPLAIN.sub("", statement.query, count=1))
                kind = _kind(inside[0]) if len(inside) == 1 else kind
            if kind == duckdb.StatementType.MULTI:
                raise WajueError("PIVOT needs its values named here: PIVOT ... ON column IN (value, ...) USING ...")
            if kind != duckdb.StatementType.SELECT:
                raise WajueError(
                    f"queries only read: {str(kind).rpartition('.')[2]} is refused; SELECT, DESCRIBE and EXPLAIN are not"
                )
    except duckdb.Error as error:
        raise WajueError(f"the query failed: {_said(error)}") from None
    return [s.query for s in found]


def _kind(statement: duckdb.Statement) -> duckdb.StatementType:
    """What a statement does; INVALID where DuckDB has no name for it."""
    try:
        return statement.type
    except ValueError:  # kinds that DuckDB's own enumeration lacks, like UPDATE EXTENSIONS
        return duckdb.StatementType.INVALID


def stream(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.RecordBatchReader:
    """The rows of one statement, as they are found. Raises WajueError with DuckDB's own words."""
    found = statements(connection, sql)
    if len(found) != 1:
        raise WajueError(f"one statement at a time: these are {len(found)}" if found else "there is no statement in the query")
    try:
        reader = connection.sql(found[0]).to_arrow_reader(_ROWS)
        return pa.RecordBatchReader.from_batches(reader.schema, _batches(reader))
    except duckdb.Error as error:
        raise WajueError(f"the query failed: {_said(error)}") from None


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    try:
        yield from reader
    except (pa.ArrowException, OSError) as error:
        raise WajueError(f"the query failed: {_said(error)}") from None


def execute(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """All rows of one statement. Raises WajueError with DuckDB's own words."""
    return stream(connection, sql).read_all()


def select(workspace: Workspace, sql: str) -> pa.Table:
    """All rows of one statement over the tables of a workspace. Raises WajueError."""
    with connect(workspace) as connection:
        return execute(connection, sql)


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """Do work that queries the connection, and end it at Ctrl-C, which DuckDB alone does not see."""
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(work)
        try:
            return future.result()
        except KeyboardInterrupt:
            connection.interrupt()
            raise
        finally:
            del future  # it holds the error that holds this frame, and so the connection


def _said(error: Exception) -> str:
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
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _cell(value: Any) -> str:
    """A value as CSV has it: nothing for null, JSON for lists and objects."""
    value = _plain(value)
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _records(batch: pa.RecordBatch | pa.Table) -> Iterator[tuple[Any, ...]]:
    """The rows, by position: two columns may have one name."""
    return zip(*[batch.column(i).to_pylist() for i in range(batch.num_columns)], strict=True)


def _distinct(names: list[str]) -> list[str]:
    """Names of columns, none twice: a, a is a, a_2."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return found


def write(rows: pa.RecordBatchReader, style: str, sink: BinaryIO) -> None:
    """The rows as csv, json or parquet, a batch after the other."""
    {"csv": _write_csv, "json": _write_json, "parquet": _write_parquet}[style](rows, sink)


def _write_csv(rows: pa.RecordBatchReader, sink: BinaryIO) -> None:
    for batch in itertools.chain([None], rows):
        text = io.StringIO(newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerows([rows.schema.names] if batch is None else [[_cell(v) for v in r] for r in _records(batch)])
        sink.write(text.getvalue().encode())


def _write_json(rows: pa.RecordBatchReader, sink: BinaryIO) -> None:
    names, before = _distinct(rows.schema.names), "[\n"
    for batch in rows:
        for record in _records(batch):
            found = dict(zip(names, map(_plain, record), strict=True))
            sink.write((before + json.dumps(found, ensure_ascii=False)).encode())
            before = ",\n"
    sink.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _write_parquet(rows: pa.RecordBatchReader, sink: BinaryIO) -> None:
    names = _distinct(rows.schema.names)
    schema = pa.schema([f.with_name(n) for f, n in zip(rows.schema, names, strict=True)])
    with pq.ParquetWriter(sink, schema, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=schema))


def render(rows: pa.Table) -> Shown:
    """The rows as a table to print; floats with four digits."""
    shown = Shown(box=box.ROUNDED)
    for name in rows.schema.names:
        shown.add_column(Text(name.translate(_PICTURES)))
    for record in _records(rows):
        # Text: a corpus may hold [b] and :smile:, which rich would take for markup
        shown.add_row(*[Text(_shown(v).translate(_PICTURES)) for v in record])
    return shown


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if abs(value) < 10_000 else f"{value:.0f}"
    if isinstance(value, list) and value and isinstance(value[0], float):
        return f"[{', '.join(map(_shown, value))}]"
    return _cell(value)
