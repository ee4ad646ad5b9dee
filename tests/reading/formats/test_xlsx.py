from datetime import date, datetime

from tests.reading import samples
from tests.reading.read import read, told
from wajue.reading.formats.reader import Broken, Record

TABLE = [["问题", "答案", "日期"], ["断路器拒动", "检查回路", datetime(2024, 5, 1)], [None], ["主变漏油", 3.0, date(2024, 5, 2)]]


def test_a_sheet_is_read_as_csv_is_where_the_text_has_columns() -> None:
    found = read(samples.workbook(TABLE, [["说明"], ["内部"]]), "a.xlsx", text=["问题", "答案"])
    assert found[:2] == [
        Record(1, 2, {"问题": "断路器拒动", "答案": "检查回路", "日期": "2024-05-01"}),
        Record(2, 4, {"问题": "主变漏油", "答案": "3", "日期": "2024-05-02"}),
    ]
    assert found[2:] == [Record(3, 2, {"说明": "内部"})]  # ingest says that its columns are not there


def test_the_header_may_name_the_field_that_is_the_text_by_default() -> None:
    assert told(read(samples.workbook([["id", "text"], [1, "断路器"]]), "a.xlsx")) == [{"id": "1", "text": "断路器"}]


def test_else_a_row_is_text_with_its_cells_apart() -> None:
    assert told(read(samples.workbook(TABLE), "a.xlsx")) == [
        {"text": "问题 | 答案 | 日期"},
        {"text": "断路器拒动 | 检查回路 | 2024-05-01"},
        {"text": "主变漏油 | 3 | 2024-05-02"},
    ]


def test_columns_name_the_cells_of_sheets_without_a_header() -> None:
    found = told(read(samples.workbook([["断路器", 1], ["主变"]]), "a.xlsx", columns=["text", "n"]))
    assert found == [{"text": "断路器", "n": "1"}, {"text": "主变", "n": ""}]


def test_errors_of_formulas_are_no_text() -> None:
    assert told(read(samples.workbook([["甲", "#N/A", "#REF!", "#话题#"]]), "a.xlsx")) == [{"text": "甲 | #话题#"}]


def test_damage_costs_the_rows_behind_it() -> None:
    [broken] = read(samples.workbook(TABLE)[:-30], "a.xlsx")
    assert isinstance(broken, Broken) and broken.reason == "damaged_file"
