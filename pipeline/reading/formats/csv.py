"""CSV as RFC 4180 has it, and TSV likewise with tabs. The first record is the header, unless [[corpus]] columns names the fields.

A quote that does not close would take in the rest of the file. So a record ends after _MOST_LINES at the latest; the line that
opened it is rejected and the lines after it are read anew. In TSV, whose quotes are often plain characters, that line is split at
its tabs.
"""

import csv
from collections import deque
from collections.abc import Iterator

from wajue.reading import decoding
from wajue.reading.decoding import INVALID
from wajue.reading.formats.reader import Broken, Outcome, Record, Source, joined, undecodable

_MOST_LINES = 5_000  # of one record
_MOST_CHARACTERS = decoding.MAX_RECORD  # of one field


def read(source: Source) -> Iterator[Outcome]:
    """The records of a CSV file."""
    return _records(source, ",")


def read_tabs(source: Source) -> Iterator[Outcome]:
    """The records of a TSV file."""
    return _records(source, "\t")


def _records(source: Source, delimiter: str) -> Iterator[Outcome]:
    reader = _Rows(source.lines(), delimiter)
    header: list[str] | None = list(source.corpus.columns) or None
    number = 0
    while reader.next(columns=len(header) if header else None):
        row = reader.row
        if reader.fault is not None:
            number += 1
            yield Broken(number, reader.line, "invalid_csv", reader.fault, reader.taken[0])
        elif not row or (len(row) == 1 and not row[0].strip() and (header is None or len(header) > 1)):
            continue  # a blank line
        elif header is None:
            header = [name.strip().removeprefix("\ufeff") for name in row]
        else:
            number += 1
            shown = joined(delimiter.join(row), reader.taken)
            if INVALID in shown:
                yield undecodable(number, reader.line, shown, source.encoding)
            elif len(row) != len(header):
                detail = f"{len(row)} columns, the header has {len(header)}"
                yield Broken(number, reader.line, "wrong_column_count", detail, shown)
            else:
                yield Record(number, reader.line, dict(zip(header, row, strict=True)))


class _Rows:
    """Rows one after another. After `next`: row, its fields; fault, what is wrong with it; line, its first; taken, its lines."""

    def __init__(self, lines: Iterator[str], delimiter: str) -> None:
        self._lines, self._delimiter = lines, delimiter
        self._returned: deque[str] = deque()  # lines to be read anew
        self.row: list[str] = []
        self.fault: str | None = None
        self.line, self.taken = 1, list[str]()

    def next(self, columns: int | None) -> bool:
        """Read the next row, which should have so many columns. Returns False at the end of the file."""
        self.line += len(self.taken)
        self.taken = []
        before = csv.field_size_limit(_MOST_CHARACTERS)
        try:
            row = next(csv.reader(self._feed(), delimiter=self._delimiter, strict=True), None)
            if row is None:
                return False
            self.row, self.fault = row, None
        except csv.Error as error:
            self.row, self.fault = [], f"{error}; a quote may be missing or stray" if self.taken else str(error)
        finally:
            csv.field_size_limit(before)  # it is the limit of the whole process, which may be the user's
        if self.fault is None and (columns is None or len(self.row) in (0, columns)):
            return True
        if self._delimiter == "\t":
            self.row, self.fault = self.taken[0].split("\t"), None
            self._return_all_but_first()
        elif self.fault is not None:
            self._return_all_but_first()
        return True

    def _feed(self) -> Iterator[str]:
        characters = 0
        while len(self.taken) < _MOST_LINES and characters <= decoding.MAX_RECORD:
            line = self._returned.popleft() if self._returned else next(self._lines, None)
            if line is None:
                return
            self.taken.append(line)
            characters += len(line)
            yield line.replace("\r", " ") + "\n"

    def _return_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
