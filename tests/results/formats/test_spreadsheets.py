"""Terms, read back by spreadsheets."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.results.samples import EVIL, SENTENCE, TERMS
from wajue.errors import ConfigError, WajueError
from wajue.results.export import export


def test_csv_opens_in_excel_and_runs_nothing(exported: Any) -> None:
    raw = exported("csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and raw.count(b"\r\n") == 1 + len(TERMS)
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [r["rank"] for r in rows] == ["1", "2", "3", "4", "5", "6"]
    assert rows[0]["term"] == "断路器" and rows[0]["example_2"] == "<b>断路器</b>&检修\n第二行"
    assert rows[0]["keyness"] == "-1.23457" and rows[0]["similarity"] == ""  # a figure stays one
    assert rows[1]["parts"] == "SF6 断路器" and rows[1]["example_1"] == rows[4]["term"] == "'" + EVIL
    assert rows[3]["path"] == "断路器 操作机构" and rows[0]["path"] == ""
    assert not any(cell[:1] in "=+@\t\r\n" for r in rows for cell in r.values() if cell)


def test_csv_runs_nothing_where_a_semicolon_ends_a_cell(tmp_path: Path) -> None:
    examples = ["查看;=1+1", '查看;"@A1', "见下\n- 断路器", "a;b=c", "断路器; 隔离开关"]
    row = {"rank": 1, "term": "断路器", "parts": ["断路器"], "examples": examples, "score": 100000.0, "domain_count": 3}
    workspace = tiny.workspace(
        tmp_path / "w", terms=[row | {"general_count": 0, "source": "contrast", "is_listed": True}], raw_documents=[]
    )
    export(workspace, "csv", tmp_path / "terms.csv")
    raw = (tmp_path / "terms.csv").read_text(encoding="utf-8-sig")
    # Excel in German takes ; for ,: a quote that does not begin a cell is no quote to it
    assert not [cell for cell in re.split(r'[;\t\r\n]|,"', raw) if re.match(r'[ "]*[=+\-@]', cell)]
    # LibreOffice, as it comes, ends a cell at either, but not in quotes
    assert not re.search(r"[;\s]", re.sub(r'"(?:[^"]|"")*"', "", raw).strip().replace("\n", ""))
    [row] = csv.DictReader(io.StringIO(raw, newline=""))
    assert row["example_1"] == "查看;'=1+1" and [row[f"example_{n}"] for n in (4, 5)] == examples[3:]
    assert float(row["score"]) == 100000


def test_excel_gets_strings_and_numbers_and_no_formula(exported: Any) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(exported("xlsx").read_bytes()))["terms"]
    header = [c.value for c in sheet[1]]
    rows = [dict(zip(header, row, strict=True)) for row in sheet.iter_rows(min_row=2)]
    assert [r["term"].value for r in rows] == [t for t, _, _ in TERMS]
    assert (rows[4]["term"].value, rows[4]["term"].data_type) == (EVIL, "s")
    assert rows[0]["score"].value == 1.0 and rows[0]["domain_count"].data_type == "n" and rows[0]["similarity"].value is None
    assert sheet.freeze_panes == "C2" and sheet.auto_filter.ref == f"A1:{sheet.cell(1, len(header)).column_letter}{1 + len(TERMS)}"
    assert sheet.column_dimensions["B"].width > 20
    assert not any(c.data_type == "f" for row in sheet for c in row)


def test_excel_has_a_sheet_of_relations(exported: Any) -> None:
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(exported("xlsx").read_bytes()))["relations"]
    header, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert header == ["from_term", "to_term", "kind", "score", "count", "example", "source"]
    assert rows[0] == ["断路器", "CB", "abbreviation", 0.6, 2, SENTENCE, "a.md, line 7"]
    assert len(rows) == 6  # all but that of a name that is no listed term


def test_what_a_term_is_called_stands_beside_it(exported: Any) -> None:
    rows = {r["term"]: r for r in csv.DictReader(io.StringIO(exported("csv").read_text("utf-8-sig"), newline=""))}
    breaker = rows["断路器"]
    assert (breaker["gloss"], breaker["abbreviation"], breaker["definition"]) == ("circuit breaker", "CB", "能接通电流的开关")
    assert breaker["narrower"] == rows["SF6断路器"]["term"] and rows["SF6断路器"]["broader"] == "断路器"
    assert rows["circuit breaker"]["alias"] == "断路器" and rows["SF6断路器"]["alias"] == "六氟化硫断路器"
    assert list(breaker)[:4] == ["rank", "term", "parts", "score"]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_columns_are_those_chosen_in_their_order(exported: Any, form: str) -> None:
    from openpyxl import load_workbook

    path = exported(form, columns="term, domain_count,example_2,gloss,is_listed,examples,by_npmi,rank")
    if form == "csv":
        header, first, *_ = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""))
    else:
        cells = load_workbook(io.BytesIO(path.read_bytes()))["terms"].iter_rows(values_only=True)
        header, first = [["" if c is None else str(c) for c in next(cells)] for _ in range(2)]
    assert header == ["term", "domain_count", "example_2", "gloss", "is_listed", "examples", "by_npmi", "rank"]
    second = "<b>断路器</b>&检修\n第二行"
    assert first == ["断路器", "30", second, "circuit breaker", "true", f"断路器跳闸 | {second}", "", "1"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ("rank,trem", "no column 'trem'; did you mean 'term'?"),
        ("rank,", "no column ''; there are rank, term, "),
        ("example_0", "did you mean 'example_1'?"),
        ("rank,term,rank", "rank is named twice"),
    ],
)
def test_a_column_that_is_not_there_is_wrong_usage(exported: Any, columns: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(said)) as raised:
        exported("csv", columns=columns)
    assert raised.value.exit_status == 2


def test_only_spreadsheets_have_columns(exported: Any) -> None:
    with pytest.raises(WajueError, match="skos has no --columns: that is for csv, xlsx"):
        exported("skos", columns="rank")


def test_more_values_than_a_cell_holds_end_with_an_ellipsis(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    names = [f"{i:05}断路器" for i in range(4_000)]  # of 11 characters with the bar: 44,000
    relations = [{"from_term": name, "to_term": "断路器", "kind": "broader", "score": 0.5, "count": 1} for name in names]
    term = {"rank": 1, "term": "断路器", "is_listed": True}
    workspace = tiny.workspace(tmp_path / "w", terms=[term], raw_documents=[], term_relations=relations)
    export(workspace, "xlsx", tmp_path / "t.xlsx", columns="narrower")
    [_, [cell]] = load_workbook(tmp_path / "t.xlsx")["terms"].iter_rows(values_only=True)
    shown = cell.split(" | ")
    assert shown[-1] == "…" and shown[:-1] == names[: len(shown) - 1] and 32_700 < len(cell) <= 32_767
