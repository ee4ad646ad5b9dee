"""Excel workbooks (.xlsx), by openpyxl. Each row of each sheet is a record.

A sheet whose first row names the columns of [[corpus]] text is read as CSV is: the row's cells are the record's fields. So is every
sheet where [[corpus]] text or columns is set. In all other sheets, what a row holds is its text, its cells parted by ` | `.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from wajue.config import Corpus
from wajue.reading.formats.joining import joined_cells
from wajue.reading.formats.reader import Outcome, Record, Source
from wajue.reading.formats.untrusted import read_apart

_DEFAULT_TEXT = Corpus.model_fields["text"].default


def read(source: Source) -> Iterator[Outcome]:
    """The rows that are not empty, sheet by sheet."""
    import openpyxl  # before the process of its own starts: it takes a second  # noqa: F401

    return read_apart(source, "XLSX", lambda stream: _records(stream, source.corpus))


def _records(stream: BinaryIO, corpus: Corpus) -> Iterator[Record]:
    import openpyxl

    workbook = openpyxl.load_workbook(stream, read_only=True, data_only=True)  # of a formula its value
    number = 0
    for sheet in workbook.worksheets:
        sheet.reset_dimensions()  # what a file states of them need not be true
        rows = ((line, list(map(_text, row))) for line, row in enumerate(sheet.iter_rows(), 1))
        for line, fields in _fields(((line, cells) for line, cells in rows if any(cells)), corpus):
            number += 1
            yield Record(number, line, fields)


def _fields(rows: Iterable[tuple[int, list[str]]], corpus: Corpus) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, fields) of each row of a sheet. rows: (line, cells)."""
    header = list(corpus.columns) or None
    by_column = bool(header) or corpus.text != _DEFAULT_TEXT
    for at, (line, cells) in enumerate(rows):
        if at == 0 and header is None and (by_column or set(corpus.text) <= {c.strip() for c in cells}):
            header = [c.strip() for c in cells]
        elif header is not None:
            cells += [""] * (len(header) - len(cells))
            yield line, dict(zip(header, cells, strict=False))
        else:
            yield line, {"text": joined_cells(cells)}


def _text(cell: Any) -> str:
    """A cell as it reads: no .0 behind whole numbers, no midnight behind a day, nothing for an error."""
    value = cell.value
    if isinstance(value, str):
        return "" if cell.data_type == "e" else _unescaped(value)
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat() if isinstance(value, date) else str(value)


def _unescaped(text: str) -> str:
    """A string without the format's escapes, such as _x000D_, and with line ends of LF."""
    if "_x" in text:
        from openpyxl.utils.escape import unescape

        text = unescape(text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
