import io
from datetime import date, datetime

import openpyxl

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


def as_strings(rows: list[list[str]]) -> bytes:
    """A workbook whose cells are strings, whatever they look like."""
    book = openpyxl.load_workbook(io.BytesIO(samples.workbook(rows)))
    for cell in (cell for row in book.active for cell in row):
        cell.data_type = "s"
    return samples.saved(book)


def test_text_that_looks_like_an_error_is_text() -> None:
    looks = ["#新年快乐!", "#断路器!", "#真的?", "#N/A", "#REF!"]
    assert told(read(as_strings([looks]), "a.xlsx")) == [{"text": " | ".join(looks)}]


def test_escapes_are_the_characters_that_they_stand_for() -> None:
    cells = ["断路器_x000D_\n跳闸_x0009_闭锁", "甲_x000d_乙", "snake_x_y", "_xFF_"]
    assert told(read(samples.workbook([cells]), "a.xlsx")) == [{"text": "断路器\n跳闸\t闭锁 | 甲\n乙 | snake_x_y | _xFF_"}]
    assert told(read(samples.workbook([["te_x0078_t"], ["甲"]]), "a.xlsx")) == [{"text": "甲"}], "in a header, too"


def test_damage_costs_the_rows_behind_it() -> None:
    [broken] = read(samples.workbook(TABLE)[:-30], "a.xlsx")
    assert isinstance(broken, Broken) and broken.reason == "damaged_file"
