"""SQL over a small workspace: what it shows, in which forms, and all that it must not do."""

import csv
import io
import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from pyarrow import fs
from rich.console import Console

from tests import tiny
from wajue import schemas
from wajue.errors import WajueError
from wajue.results import prompt, query
from wajue.store.workspace import Workspace

WORDS = [
    {"word": w, "count": n, "is_new": n < 5, "score": s}
    for w, n, s in (("断路器", 9, 1.5), ("开关", 3, None), ("[b]:smile:", 1, 2.0))
]
REJECT = {"doc_id": "d1", "corpus": "c", "step": "clean", "reason": "too_short", "text": "短"}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    folder = tmp_path_factory.mktemp("it's a [folder]*")
    return tiny.workspace(folder / "w", lexicon=WORDS, clean_rejects=[REJECT])


@pytest.fixture
def connection(workspace: Workspace) -> Any:
    with query.connect(workspace) as opened:
        yield opened


def rows(connection: Any, sql: str) -> list[dict[str, Any]]:
    return query.execute(connection, sql).to_pylist()


def written(connection: Any, sql: str, style: str) -> bytes:
    sink = io.BytesIO()
    query.write(query.stream(connection, sql), style, sink)
    return sink.getvalue()


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


AWKWARD = """SELECT '断路器, "甲"' AS a, NULL AS a, [1.5, NULL] AS list, {'k': DATE '2020-02-03'} AS struct, 'nan'::DOUBLE AS nan,
 sum(1) AS big, 1.25::DECIMAL(9, 2) AS exact, TIMESTAMP '2020-01-02 03:04:05' AS time, 'a'::BLOB AS raw, true AS yes, '两\n行' AS lines"""


def test_csv_of_awkward_values(connection: Any) -> None:
    raw = written(connection, AWKWARD, "csv")
    header, row = csv.reader(io.StringIO(raw.decode(), newline=""))
    assert header == ["a", "a", "list", "struct", "nan", "big", "exact", "time", "raw", "yes", "lines"]
    assert row == [
        '断路器, "甲"', "", "[1.5, null]", '{"k": "2020-02-03"}', "", "1", "1.25", "2020-01-02T03:04:05", "61", "true", "两\n行",
    ]  # fmt: skip
    assert written(connection, "SELECT 1 AS a WHERE false", "csv") == b"a\n"


def test_json_and_parquet_of_awkward_values(connection: Any) -> None:
    [row] = json.loads(written(connection, AWKWARD, "json"))
    assert row["a"] == '断路器, "甲"' and row["a_2"] is None  # two columns of one name are both there
    assert row["list"] == [1.5, None] and row["nan"] is None and row["big"] == 1 and row["struct"] == {"k": "2020-02-03"}
    assert json.loads(written(connection, "SELECT 1 AS a WHERE false", "json")) == []
    assert len(json.loads(written(connection, "FROM range(20000)", "json"))) == 20_000
    table = pq.read_table(io.BytesIO(written(connection, AWKWARD, "parquet")))
    assert table.num_rows == 1 and table.column_names[:2] == ["a", "a_2"]
    empty = pq.read_table(io.BytesIO(written(connection, "SELECT word, count FROM lexicon WHERE false", "parquet")))
    assert empty.num_rows == 0 and empty.schema.types == [pa.string(), pa.int64()]


def test_a_table_lines_up_and_leaves_the_terminal_alone(connection: Any) -> None:
    shown = Console(file=io.StringIO(), width=80)
    sql = (
        "SELECT word, score, 1234567.25::DOUBLE AS f, [0.123456::FLOAT] AS v, chr(27) || '[31m' AS red FROM lexicon ORDER BY count"
    )
    shown.print(query.render(query.execute(connection, sql)))
    lines = shown.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert "[b]:smile:" in lines[3] and "\x1b" not in "".join(lines) and "␛[31m" in lines[3] and "1234567" in lines[3]
    assert "│ 断路器     │ 1.5   │" in lines[5] and "[0.1235]" in lines[5]  # a Chinese character is two columns wide


def test_large_results_are_streamed(connection: Any) -> None:
    class Stop(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() > 100_000:
                raise BrokenPipeError
            return super().write(data)

    with pytest.raises(BrokenPipeError):  # long before a billion rows could be in memory
        query.write(query.stream(connection, "SELECT range AS n FROM range(1_000_000_000)"), "csv", Stop())


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
        written(connection, "SELECT CASE WHEN range = 90000 THEN '断' ELSE '1' END::INT FROM range(100000)", "csv")


def test_ctrl_c_ends_a_long_query(connection: Any) -> None:
    timer = threading.Timer(0.5, os.kill, [os.getpid(), signal.SIGINT])
    timer.start()
    endless = "SELECT sum(a.range * b.range) FROM range(10_000_000) a, range(10_000_000) b"
    with pytest.raises(KeyboardInterrupt):
        query.interruptible(connection, lambda: query.execute(connection, endless))
    assert rows(connection, "SELECT 1 AS a") == [{"a": 1}]


def asked(connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool) -> str:
    """What the prompt answers on stdout and stderr to this input."""
    out, said = Console(file=io.StringIO(), width=200), Console(file=io.StringIO(), width=200)
    monkeypatch.setattr(prompt, "console", said)
    stdin = io.StringIO(text)
    monkeypatch.setattr(stdin, "isatty", lambda: terminal)
    monkeypatch.setattr("sys.stdin", stdin)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(text.replace("\n", "\r"))
        prompt.prompt(connection, workspace, out)
    return out.file.getvalue() + said.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_prompt_answers_and_goes_on_after_errors(
    connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: bool
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    text = (
        "SELEC 1;\nSELECT count(*)\nAS n\nFROM lexicon;\nFROM range(1500);\nSELECT 40 + 1; SELECT 40 + 2;\nCOPY lexicon TO 'x';\n"
    )
    text += ".nothing\n.schema lexicon\n.schema nothing\n.tables\n.help\n.quit\nSELECT 99999;\n"
    shown = asked(connection, workspace, monkeypatch, text, terminal=terminal)
    for found in (
        'near "SELEC"',
        "│ n │",
        "│ 3 │",
        "the first 1000 rows",
        "│ 41 ",
        "│ 42 ",
        "COPY is refused",
        "no command .nothing",
    ):
        assert found in shown, found
    assert "is_new             BOOLEAN      absent from the known words" in shown and "no table 'nothing'" in shown
    assert "terms: a domain term (not written yet)" in shown and "Ctrl-D" in shown
    assert "99999" not in shown and "│ 1001 " not in shown
    if terminal:
        assert "SELECT count(*)" in (tmp_path / "wajue" / "history").read_text(encoding="utf-8")


def test_ctrl_c_drops_the_line_and_ctrl_d_leaves(
    connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))  # no folder can be made in it
    shown = asked(connection, workspace, monkeypatch, "SELECT 1,\x03SELECT 41 + 1;\n\x04", terminal=True)
    assert "stopped" in shown and "│ 42 " in shown and "no history is kept" in shown


@pytest.mark.parametrize(
    ("typed", "offered"), [("FROM lexi", "lexicon"), ("SELECT count(is_n", "is_new"), ("sel", "SELECT"), (".ta", ".tables")]
)
def test_tab_completes_tables_columns_and_commands(typed: str, offered: str) -> None:
    found = prompt.completer().get_completions(Document(typed), CompleteEvent())
    assert offered in [c.text for c in found]
