"""Rows as CSV, JSON, Parquet and as a table: awkward values, hostile ones, and a billion rows."""

import csv
import io
import json
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.cells import cell_len
from rich.console import Console

from wajue.results import query, query_output


def written(connection: Any, sql: str, style: str) -> bytes:
    sink = io.BytesIO()
    query_output.write(query.stream(connection, sql), style, sink)
    return sink.getvalue()


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
    shown.print(query_output.render(query.execute(connection, sql)))
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
        query_output.write(query.stream(connection, "SELECT range AS n FROM range(1_000_000_000)"), "csv", Stop())


def shown(rows: pa.Table, width: int) -> list[str]:
    console = Console(file=io.StringIO(), width=width)
    console.print(query_output.render(rows))
    return console.file.getvalue().splitlines()  # type: ignore[attr-defined,no-any-return]


def test_rows_that_are_too_wide_stand_upright() -> None:
    rows = pa.table({"word": ["断路器", "\x1b[b]"], "text": ["断" * 1234, "短"], "n": [1, 2]})
    lines = shown(rows, 80)
    assert lines[0] == "row 1" and lines[1].split() == ["word", "断路器"] and "row 2" in lines
    assert "".join(lines).count("断") == 301 and any("(1,234 characters)" in line for line in lines)
    assert all(cell_len(line) <= 80 for line in lines) and "\x1b" not in "".join(lines)
    assert shown(rows.slice(1), 80)[0].startswith("╭")  # these fit
    assert shown(rows, 10_000)[0].startswith("╭") and "".join(shown(rows, 10_000)).count("断") == 1235  # a file or a pipe
