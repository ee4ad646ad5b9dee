"""Terms for spreadsheets, a term a row: CSV and Excel. In: a terminology. Out: a file.

What people read first stands on the left: the term, what else it is called, where it is used; figures follow. Several values of
a cell are parted by a bar; the words of a term, and of the path to it, by spaces.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from wajue.errors import ConfigError, meant
from wajue.results.formats.terminology import Terminology
from wajue.results.relations import KINDS, told
from wajue.schemas import TABLES

XLSX_ROWS = 1_048_575  # below the header
XLSX_CHARACTERS = 32_767  # of a cell
# what a spreadsheet takes for the beginning of a formula, also in full width: OWASP, CSV Injection. Where a comma is the decimal
# mark (Excel in German or French) a ; begins a new cell, even inside quotes
_FORMULA = re.compile(r"""\A(?=[\t\r\n])|(?:\A|(?<=[;\t\r\n]))(?=[ "]*[=+\-@＝＋－＠])""")
_EXAMPLE = re.compile(r"example_([1-9]\d?)")
_OF_TERMS = tuple(column.name for column in TABLES["terms"].columns)
_FIRST = ("rank", "term", "parts", "score", "evidence", "domain_count", "general_count", *KINDS)
_LEFT_OUT = ("examples", "doubts", "is_listed")  # unless someone chooses them, as with what adds up to the score, by_...
_PARTED_BY_SPACES = ("parts", "path")
_BAR = " | "
_SHEET_OF_RELATIONS = ("from_term", "to_term", "kind", "score", "count", "example", "source")
_WIDTHS = {"term": 24, "from_term": 24, "to_term": 24, "parts": 24, "definition": 40, "rank": 7}


def chosen(columns: str) -> tuple[str, ...]:
    """The columns of a list with commas. Raises ConfigError, with the nearest name, if there is no such column."""
    names = tuple(name.strip() for name in columns.split(","))
    known = (*_FIRST, *(name for name in _OF_TERMS if name not in _FIRST), "example_1")
    for name in names:
        if name not in known and not _EXAMPLE.fullmatch(name):
            raise ConfigError(f"--columns: there is no column {name!r}; {meant(name, known)}")
        if names.count(name) > 1:
            raise ConfigError(f"--columns: {name} is named twice")
    return names


def _usual(terms: Terminology) -> tuple[str, ...]:
    """The columns where nobody has chosen any."""
    most = max((len(row["examples"] or []) for row in terms.ranked), default=0)
    rest = (n for n in _OF_TERMS if n not in (*_FIRST, *_LEFT_OUT) and not n.startswith("by_"))
    return (*_FIRST, *(f"example_{i + 1}" for i in range(most)), *rest)


def _cells(terms: Terminology, columns: Sequence[str]) -> Iterator[list[Any]]:
    """A row of plain values for each term."""
    of_term = told(terms.relations)
    for row in terms.ranked:
        yield [_plain(name, row, of_term[row["term"]]) for name in columns]


def _plain(name: str, row: dict[str, Any], others: Mapping[str, Collection[str]]) -> Any:
    """The value of a cell."""
    if name in KINDS:
        return _BAR.join(others.get(name, ())) or None
    if match := _EXAMPLE.fullmatch(name):
        return next(iter((row["examples"] or [])[int(match[1]) - 1 :]), None)
    if isinstance(value := row[name], list):
        return (" " if name in _PARTED_BY_SPACES else _BAR).join(value)
    return str(value).lower() if isinstance(value, bool) else value


def write_csv(terms: Terminology, path: Path) -> None:
    """RFC 4180 in UTF-8 with a byte order mark, by which Excel knows UTF-8; a text that looks like a formula follows a '.

    Every text is in quotes: by default LibreOffice ends an unquoted cell at a semicolon too.
    """
    columns = terms.columns or _usual(terms)
    with open(path, "w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(columns)
        writer.writerows([_harmless(value) for value in row] for row in _cells(terms, columns))


def _harmless(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers with six digits, which the table has in full."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    return _FORMULA.sub("'", value) if isinstance(value, str) else value


def write_xlsx(terms: Terminology, path: Path) -> None:
    """A sheet of terms and one of their relations; every string is stored as a string, whatever it looks like."""
    import xlsxwriter

    columns = terms.columns or _usual(terms)
    packed = io.BytesIO()  # on a full disk the library would leave an open file, which complains when it is collected
    with xlsxwriter.Workbook(packed, {"constant_memory": True}) as book:
        book.set_properties({"title": "Terms", "created": datetime(2000, 1, 1)})  # the same terms make the same file
        frozen = columns.index("term") + 1 if "term" in columns else 0
        _add_sheet(book, "terms", columns, list(_cells(terms, columns)), frozen)
        listed = [[r[name] for name in _SHEET_OF_RELATIONS] for r in terms.relations]
        _add_sheet(book, "relations", _SHEET_OF_RELATIONS, listed, 1)
    path.write_bytes(packed.getbuffer())


def _add_sheet(book: Any, name: str, columns: Sequence[str], cells: list[list[Any]], frozen: int) -> None:
    """The header is frozen, and has a filter; frozen: so many columns are, too."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, frozen)
    bold, figure = book.add_format({"bold": True}), book.add_format({"num_format": "0.000"})
    for i, column in enumerate(columns):
        sheet.set_column(i, i, 60 if column.startswith("example") else _WIDTHS.get(column, len(column) + 4))
        sheet.write_string(0, i, column, bold)
    for number, row in enumerate(cells, 1):
        for i, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, i, _fitting(value))
            elif isinstance(value, float) and value - value == 0:  # Excel has neither nan nor infinity
                sheet.write_number(number, i, value, figure)
            elif isinstance(value, int):
                sheet.write_number(number, i, value)
    sheet.autofilter(0, 0, len(cells), len(columns) - 1)


def _fitting(value: str) -> str:
    """As many of the values of a cell as Excel takes, and then an ellipsis."""
    if len(value) <= XLSX_CHARACTERS:
        return value
    end = f"{_BAR}…"
    return value[: value.rindex(_BAR, 0, XLSX_CHARACTERS - len(end))] + end
