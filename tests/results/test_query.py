"""SQL over a small workspace: what it shows, and all that it must not do."""

import os
import re
import signal
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import fs

from tests import tiny
from wajue import schemas
from wajue.errors import WajueError
from wajue.mining.terms import termhood
from wajue.results import query
from wajue.store.workspace import Workspace


def rows(connection: Any, sql: str) -> list[dict[str, Any]]:
    return query.execute(connection, sql).to_pylist()


def test_every_table_is_a_view_the_empty_ones_too(connection: Any) -> None:
    for name, table in schemas.TABLES.items():
        columns = rows(connection, f"DESCRIBE {name}")
        assert [c["column_name"] for c in columns] == [c.name for c in table.columns]
        assert rows(connection, f"SELECT count(*) AS n FROM {name}")[0]["n"] == {"lexicon": 3, "clean_rejects": 1}.get(name, 0)
    views = {r["name"] for r in rows(connection, "SHOW TABLES")}
    assert views == {*schemas.TABLES, *query.VIEWS}
    assert rows(connection, "SELECT reason, duplicate_of, similarity FROM rejects") == [
        {"reason": "too_short", "duplicate_of": None, "similarity": None}
    ]


def test_a_workspace_elsewhere_is_read_through_its_file_system(workspace: Workspace) -> None:
    class Elsewhere(Workspace):
        @property
        def files(self) -> tuple[fs.FileSystem, str]:
            return fs.SubTreeFileSystem(str(Path(self.location).parent), fs.LocalFileSystem()), "w"

    with query.connect(Elsewhere(workspace.location)) as connection:
        assert rows(connection, "SELECT word FROM lexicon WHERE is_new ORDER BY word DESC") == [
            {"word": "开关"},
            {"word": "[b]:smile:"},
        ]
        assert rows(connection, "SELECT count(*) AS n FROM rejects") == [{"n": 1}]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT * FROM read_csv('{outside}')", "Permission"),
        ("SELECT * FROM '{outside}'", "Permission"),
        ("SELECT * FROM read_csv('{inside}/../secret.csv')", "Permission"),
        ("SELECT * FROM read_text('/etc/passwd')", "Permission"),
        ("SELECT * FROM glob('/*')", "Permission"),
        ("SELECT * FROM read_csv('{inside}2/secret.csv')", "Permission"),  # a neighbour whose name begins alike
        ("SELECT * FROM read_text('{inside}/link')", "Permission"),
        ("SELECT * FROM read_text('/proc/self/environ')", "Permission"),
        ("SELECT * FROM sniff_csv('/etc/passwd')", "Permission"),
        ("SELECT * FROM 'https://example.com/a.csv'", "Permission"),
        ("SELECT * FROM read_parquet('s3://bucket/a')", "Permission"),
        ("SELECT * FROM enable_logging(storage='file', storage_path='{inside}/log')", "locked"),
        ("SELECT * FROM query('COPY lexicon TO x')", "single SELECT"),
        ("SELECT * FROM secret", "does not exist"),  # a variable of this test
        ("COPY lexicon TO '{inside}/x.csv'", "COPY is refused"),
        ("COPY lexicon TO '{part}'", "COPY is refused"),
        ("EXPLAIN ANALYZE COPY lexicon TO '{inside}/x.csv'", "COPY is refused"),
        ("EXPLAIN (ANALYZE, FORMAT json) COPY lexicon TO '{inside}/x.csv'", "COPY is refused"),
        ("EXPLAIN /**/ ANALYZE COPY lexicon TO '{inside}/x.csv'", "failed"),
        ("PREPARE p AS COPY lexicon TO '{inside}/x.csv'", "PREPARE is refused"),
        ("COPY (PIVOT lexicon ON is_new USING count(*)) TO '{inside}/x.csv'", "PIVOT needs"),
        ("SELECT 1; COPY lexicon TO '{inside}/x.csv'", "COPY is refused"),
        ("EXPORT DATABASE '{inside}/x'", "EXPORT is refused"),
        ("ATTACH '{inside}/x.db'", "ATTACH is refused"),
        ("INSTALL httpfs", "LOAD is refused"),
        ("LOAD httpfs", "LOAD is refused"),
        ("SET enable_external_access = true", "SET is refused"),
        ("SET GLOBAL allowed_directories = ['/']", "SET is refused"),
        ("PRAGMA enable_profiling", "PRAGMA is refused"),
        ("CREATE PERSISTENT SECRET s (TYPE s3)", "CREATE is refused"),
        ("CREATE TABLE x AS SELECT 1", "CREATE is refused"),
        ("DROP VIEW lexicon", "DROP is refused"),
        ("CALL enable_logging()", "CALL is refused"),
        ("CHECKPOINT", "CALL is refused"),
        ("UPDATE EXTENSIONS", "INVALID is refused"),  # DuckDB's own list of kinds lacks it
        ("SELECT getenv('HOME')", "does not exist"),
        ("SELEC 1", 'near "SELEC"'),
        ("SELECT 1; SELECT 2", "these are 2"),
        (" ; -- nothing", "no statement"),
    ],
)
def test_queries_only_read_the_workspace(connection: Any, workspace: Workspace, sql: str, said: str) -> None:
    secret = pa.table({"a": [1]})
    inside = Path(workspace.location)
    outside = inside.parent / "secret.csv"
    outside.write_text("a\n1\n")
    (inside.parent / "w2").mkdir(exist_ok=True)
    (inside.parent / "w2" / "secret.csv").write_text("a\n1\n")
    if not (inside / "link").is_symlink():
        (inside / "link").symlink_to(outside)
    before = {p: p.read_bytes() for p in inside.parent.rglob("*") if p.is_file()}
    part = workspace.parquet_files("lexicon")[0]
    places = {"inside": inside, "outside": outside, "part": part}
    with pytest.raises(WajueError) as error:
        query.execute(connection, sql.format(**{k: str(v).replace("'", "''") for k, v in places.items()}))
    assert said in str(error.value) and "\n" not in str(error.value)
    assert {p: p.read_bytes() for p in inside.parent.rglob("*") if p.is_file()} == before and secret


def test_no_function_gives_a_file_or_a_variable(connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAJUE_TEST", "hunter2")
    outside = Path(workspace.location).parent / "outside.csv"
    outside.write_text("hunter2\nhunter2\n")
    found = rows(connection, "SELECT DISTINCT function_name AS name, function_type AS kind FROM duckdb_functions() ORDER BY ALL")
    assert len(found) > 500
    answered = 0
    for function in found:
        for argument in (str(outside), "WAJUE_TEST"):
            quoted = argument.replace("'", "''")
            call = f"\"{function['name']}\"('{quoted}')"
            try:
                answer = str(rows(connection, f"FROM {call} LIMIT 9" if "table" in function["kind"] else f"SELECT {call}"))
            except WajueError:
                continue
            answered += 1
            assert "hunter2" not in answer, call
    assert answered > 100


def test_what_reads_is_allowed(connection: Any) -> None:
    for sql in (
        "EXPLAIN SELECT 1",
        "EXPLAIN ANALYZE FROM lexicon",
        "SUMMARIZE lexicon",
        "VALUES (1)",
        "FROM lexicon",
        "SHOW TABLES",
    ):
        assert query.execute(connection, sql).num_rows > 0
    assert rows(connection, "PIVOT (SELECT is_new FROM lexicon) ON is_new IN (true, false) USING count(*)") == [
        {"true": 2, "false": 1}
    ]


def test_a_query_that_fails_midway_says_so(connection: Any) -> None:
    with pytest.raises(WajueError, match=r"the query failed: .*Could not convert string"):
        query.execute(connection, "SELECT CASE WHEN range = 90000 THEN '断' ELSE '1' END::INT FROM range(100000)")


def test_ctrl_c_ends_a_long_query(connection: Any) -> None:
    timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b"
    with pytest.raises(KeyboardInterrupt):
        query.interruptible(connection, lambda: query.execute(connection, endless))
    assert rows(connection, "SELECT 1 AS a") == [{"a": 1}]


def test_each_word_is_counted_in_each_corpus(tmp_path: Path) -> None:
    tokens = [
        {"doc_id": "1", "corpus": "a", "role": "domain", "tokens": ["断路器", "的", "断路器"]},
        {"doc_id": "2", "corpus": "a", "role": "domain", "tokens": ["断路器"]},
        {"doc_id": "3", "corpus": "b", "role": "general", "tokens": ["的"]},
    ]
    opened = tiny.workspace(tmp_path / "w", tokens=tokens)
    counts = query.select(opened, "SELECT word, corpus, role, count, document_count FROM corpus_counts ORDER BY ALL").to_pylist()
    assert [tuple(r.values()) for r in counts] == [
        ("断路器", "a", "domain", 3, 2),
        ("的", "a", "domain", 1, 1),
        ("的", "b", "general", 1, 1),
    ]
    assert query.missing(opened, "FROM corpus_counts") == []


def test_why_shows_what_each_ingredient_adds(tmp_path: Path) -> None:
    figures = {"log_ratio_low": 5.0, "burst": 1.5, "npmi": 1.0, "similarity": 0.8, "centrality": -4.0}
    summands = {c.name: 0.5 for c in schemas.TABLES["terms"].columns if c.name.startswith("by_")} | {"by_doubts": -1.5}
    term = {"term": "断路器", "rank": 1, "score": 2.5, "doubts": ["low_npmi", "verb_first"], **figures, **summands}
    candidate = {"term": "断路器", "left_entropy": 3.0, "right_entropy": 2.0, "after_de": 0.1, "enumerated": 0.2}
    opened = tiny.workspace(tmp_path / "w", terms=[term], candidates=[candidate])
    with query.connect(opened) as connection:
        why = rows(connection, "why")  # a name alone
    assert [r["ingredient"] for r in why] == [*termhood.WEIGHTS, "doubts"]
    assert sum(r["adds"] for r in why) == term["score"] and {(r["rank"], r["term"]) for r in why} == {(1, "断路器")}
    assert next(r["figure"] for r in why if r["ingredient"] == "entropy") == 2.0  # the lesser one
    assert why[-1] == {
        "rank": 1,
        "term": "断路器",
        "score": 2.5,
        "ingredient": "doubts",
        "figure": None,
        "adds": -1.5,
        "doubts": term["doubts"],
    }
    assert why[0]["doubts"] is None


def test_a_table_of_an_earlier_version_is_said_with_the_command_that_mends_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = tiny.workspace(tmp_path / "w", word_counts=[{"word": "断路器", "role": "domain", "count": 3, "document_count": 2}])
    assert query.select(workspace, "SELECT count FROM word_counts").num_rows == 1 and not caplog.messages
    [path] = (tmp_path / "w" / "word_counts").glob("*.parquet")
    pq.write_table(pq.read_table(path).drop_columns("document_count"), path)
    (tmp_path / "w" / "word_counts" / "_step.json").write_text(
        re.sub(
            rf'("{path.name}": )\d+', rf"\g<1>{path.stat().st_size}", (tmp_path / "w" / "word_counts" / "_step.json").read_text()
        )
    )
    query.select(workspace, "SELECT count FROM word_counts")
    [said] = caplog.messages
    assert "without document_count; wajue run CONFIG --force --from word_counts writes it anew" in said
