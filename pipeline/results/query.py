"""SQL over a workspace, by DuckDB. In: a workspace and SQL. Out: Arrow rows.

Every table is a view; VIEWS names more. A query can only read: it runs if DuckDB itself parses it as
SELECT, on a connection that reaches no file outside the workspace, no network and no variable of this program.
query_output.py writes and prints the rows.
"""

import logging
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from wajue import caches, schemas
from wajue.errors import WajueError
from wajue.mining.tokens.surface import key
from wajue.results import new_words
from wajue.store.workspace import Workspace, WorkspaceOrFolder, to_write

log = logging.getLogger(__name__)

# the text before and after, for every document that cleaning changed; the source tells records with the same id apart
_CHANGES = """
CREATE VIEW changes AS
SELECT doc_id, corpus, changed_by, raw.text AS before, clean.text AS after, clean.source AS source
FROM clean_documents clean JOIN raw_documents raw USING (doc_id, corpus)
WHERE raw.source = clean.source AND len(changed_by) > 0
"""
# ingredient: what stands for it in the tables
_INGREDIENTS = {
    "log_ratio_low": "t.log_ratio_low",
    "burst": "t.burst",
    "npmi": "t.npmi",
    "entropy": "least(c.left_entropy, c.right_entropy)",
    "after_de": "c.after_de",
    "enumerated": "c.enumerated",
    "similarity": "t.similarity",
    "centrality": "t.centrality",
    "doubts": "NULL",
}
_WHY = f"""
CREATE VIEW why AS
SELECT rank, term, score, unnest(ingredients, recursive := true), CASE WHEN i = {len(_INGREDIENTS)} THEN doubts END AS doubts FROM (
    SELECT t.rank, t.term, t.score, t.doubts, unnest(range(1, {len(_INGREDIENTS)} + 1)) AS i, [
    {", ".join(f"{{'ingredient': '{name}', 'figure': {figure}, 'adds': t.by_{name}}}" for name, figure in _INGREDIENTS.items())}
    ][i] AS ingredients FROM terms t JOIN candidates c USING (term)
) ORDER BY rank, i
"""
# every word in every corpus, for what no table holds: which of the corpora of a role use it
_CORPUS_COUNTS = """
CREATE VIEW corpus_counts AS
SELECT word, corpus, role, count(*) AS count, count(DISTINCT doc_id) AS document_count
FROM (SELECT doc_id, corpus, role, unnest(tokens) AS word FROM tokens) GROUP BY ALL
"""
VIEWS = {
    "rejects": "anything dropped, at any step",
    "changes": "a document that cleaning changed, before and after",
    "why": "what one ingredient of the combined score adds for one term",
    **new_words.VIEWS,
    "corpus_counts": "a word in a corpus: its occurrences in all documents, and the documents that hold it",
}

_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(ANALYZE\s+)?(\([^)]*\)\s*(?=\S))?", re.IGNORECASE)
_BATCH_ROWS = 8_192
Result = TypeVar("Result")


def connect(workspace: Workspace) -> duckdb.DuckDBPyConnection:
    """A connection that has one view for each table, and reaches nothing else; a table that is not written yet is an empty view.

    Raises WajueError if there is no workspace, or a table is damaged.
    """
    workspace.must_have()
    connection = duckdb.connect()
    for name in schemas.TABLES:
        _add_view(connection, workspace, name)
    parts = " UNION ALL BY NAME ".join(f"SELECT * FROM {t}" for t in schemas.REJECT_TABLES)
    connection.execute(f"CREATE VIEW rejects AS {parts}")
    connection.execute(_CHANGES)
    connection.execute(_WHY)
    connection.execute(_CORPUS_COUNTS)
    for role in new_words.ROLES:
        connection.execute(f"CREATE VIEW {new_words.view(role)} AS {new_words.sql(role)}")
    _lock_up(connection, workspace)
    return connection


def _add_view(connection: duckdb.DuckDBPyConnection, workspace: Workspace, name: str) -> None:
    """Make the view of one table; a local table is read by DuckDB, any other by pyarrow through the workspace's file system."""
    if not workspace.whole(name):
        connection.register(name, schemas.TABLES[name].schema.empty_table())
        return
    workspace.must_be_sound(name)
    system, files = workspace.files[0], workspace.parquet_files(name)
    try:
        if isinstance(system, fs.LocalFileSystem):
            listed = ", ".join(literal(f) for f in files)
            connection.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}])")
        else:
            connection.register(name, ds.dataset(files, format="parquet", filesystem=system))
    except (duckdb.Error, pa.ArrowException, OSError) as error:
        raise WajueError(f"table {name} is damaged: {_said(error)}; wajue run --force writes it anew") from None
    if missing := set(schemas.TABLES[name].schema.names).difference(connection.table(name).columns):
        columns = ", ".join(sorted(missing))
        log.warning(
            "table %s is of an earlier version, without %s; %s writes it anew", name, columns, to_write(name, "--force --from")
        )


def _lock_up(connection: duckdb.DuckDBPyConnection, workspace: Workspace) -> None:
    """From now on the connection reads files of the workspace alone, and nothing can change that."""
    _, root = workspace.files
    spill = caches.temporary("query") / str(os.getpid())  # DuckDB's own choice is the working folder
    connection.execute(f"SET temp_directory = {literal(str(spill))}")
    connection.execute("SET autoinstall_known_extensions = false")
    connection.execute("SET autoload_known_extensions = false")
    connection.execute(f"SET allowed_directories = [{literal(root)}]")
    connection.execute("SET enable_external_access = false")  # ends look-ups of Python's variables too
    connection.execute("SET lock_configuration = true")


def literal(text: str) -> str:
    """A string as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def as_listed(connection: duckdb.DuckDBPyConnection, string: str) -> str:
    """The candidate that the string is but for spaces and capitals, the most frequent of several; the string itself if there is
    none, or it is a candidate or a word as it stands.
    """
    exact, same = literal(string), literal(key(string))
    sql = f"""
        SELECT term FROM candidates WHERE lower(replace(term, ' ', '')) = {same}
        AND {exact} NOT IN (SELECT term FROM candidates UNION ALL SELECT word FROM word_counts)
        ORDER BY domain_count DESC, term LIMIT 1"""
    listed: list[str] = execute(connection, sql).column("term").to_pylist()
    return listed[0] if listed else string


def missing(workspace: Workspace, sql: str) -> list[str]:
    """Tables that the SQL names and that have not been written."""
    names = {t: t for t in schemas.TABLES} | {"lexicon": "|".join(["lexicon", *new_words.VIEWS]), "tokens": "tokens|corpus_counts"}
    named = [t for t, pattern in names.items() if re.search(rf"\b({pattern})\b", sql, re.IGNORECASE)]
    return [t for t in named if not workspace.whole(t)]


def spelled_out(sql: str) -> str:
    """SQL as it stands; the name of a table or view alone means all its rows."""
    name = sql.strip().rstrip(";").rstrip()
    return f"FROM {name}" if name.lower() in {*schemas.TABLES, *VIEWS} else sql


def statements(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """The statements of the text. Raises WajueError if one is not SQL, or does more than read."""
    try:
        parsed = connection.extract_statements(spelled_out(sql))
        for statement in parsed:
            _must_only_read(connection, statement)
    except duckdb.Error as error:
        raise WajueError(f"the query failed: {_said(error)}") from None
    return [s.query for s in parsed]


def _must_only_read(connection: duckdb.DuckDBPyConnection, statement: duckdb.Statement) -> None:
    """Raises WajueError for a statement that does more than read; EXPLAIN ANALYZE runs what it explains, so that counts."""
    kind = _kind(statement)
    if kind == duckdb.StatementType.EXPLAIN:
        explained = connection.extract_statements(_EXPLAIN.sub("", statement.query, count=1))
        kind = _kind(explained[0]) if len(explained) == 1 else kind
    if kind == duckdb.StatementType.MULTI:
        raise WajueError("PIVOT needs its values named here: PIVOT ... ON column IN (value, ...) USING ...")
    if kind != duckdb.StatementType.SELECT:
        raise WajueError(f"queries only read: {str(kind).rpartition('.')[2]} is refused; SELECT, DESCRIBE and EXPLAIN are not")


def _kind(statement: duckdb.Statement) -> duckdb.StatementType:
    """What a statement does; INVALID where DuckDB has no name for it."""
    try:
        return statement.type
    except ValueError:  # kinds that DuckDB's own enumeration lacks, like UPDATE EXTENSIONS
        return duckdb.StatementType.INVALID


def stream(connection: duckdb.DuckDBPyConnection, sql: str) -> pa.RecordBatchReader:
    """The rows of one statement, batch by batch. Raises WajueError with DuckDB's own words."""
    parsed = statements(connection, sql)
    if len(parsed) != 1:
        raise WajueError(f"one statement at a time: these are {len(parsed)}" if parsed else "there is no statement in the query")
    try:
        reader = connection.sql(parsed[0]).to_arrow_reader(_BATCH_ROWS)
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


def select(workspace: WorkspaceOrFolder, sql: str) -> pa.Table:
    """All rows of one statement over the tables of a workspace. Raises WajueError."""
    with connect(Workspace.of(workspace)) as connection:
        return execute(connection, sql)


def interruptible(connection: duckdb.DuckDBPyConnection, work: Callable[[], Result]) -> Result:
    """Do work that queries the connection; Ctrl-C ends it, which DuckDB alone would not notice."""
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
