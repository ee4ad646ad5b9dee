r"""CSV as RFC 4180 has it, and TSV likewise with tabs. The first record is the header, unless [[corpus]] columns names the fields.

CSV files whose separator is another mark (a semicolon where the comma is decimal), that say `sep=;` in their first line, or that
write \" for a quote within quotes, are told by their first lines, and the row of `files` says so.

A quote that does not close would take in the rest of the file. So a record ends after _MOST_LINES at the latest; the line that
opened it is rejected and the lines after it are read anew. In TSV, whose quotes are often plain characters, that line is split at
its tabs.
"""

import csv
import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from wajue.reading import decoding
from wajue.reading.decoding import INVALID
from wajue.reading.formats.reader import Broken, Outcome, Record, Source, joined, sampled, undecodable

_MOST_LINES = 5_000  # of one record
_MOST_CHARACTERS = decoding.MAX_RECORD  # of one field
_SAMPLE_LINES = 200
_MOST_FAULTS = 0.1  # of the lines of a sample, that a separator leaves which nobody stated
_SEPARATORS = (",", ";", "\t", "|")
_NAMES = {"\t": "tabs"}
_STATED = re.compile(r'(?i)"?sep=(?P<mark>[^\w"])"?')  # Excel's
_ESCAPED_QUOTE = re.compile(r'(?<!\\)((?:\\\\)*)\\"')


class Dialect(NamedTuple):
    """What stands between fields; escaped: is a quote within quotes written with a backslash before it?"""

    separator: str = ","
    escaped: bool = False


def read(source: Source) -> Iterator[Outcome]:
    """The records of a CSV file."""
    sample, lines = sampled(source.lines(), _SAMPLE_LINES)
    stated = _STATED.fullmatch(sample[0]) if sample else None
    if stated:
        next(lines)
    dialect = Dialect(stated["mark"]) if stated else Dialect()
    dialect = _told(sample[1:] if stated else sample, dialect, len(source.corpus.columns))
    if dialect.separator != ",":
        source.note(f"fields separated by {_NAMES.get(dialect.separator, dialect.separator)}")
    if dialect.escaped:
        source.note('quotes within quotes written \\"')
    return _records(source, lines, dialect, line=2 if stated else 1)


def read_tabs(source: Source) -> Iterator[Outcome]:
    """The records of a TSV file."""
    return _records(source, source.lines(), Dialect("\t"))


def _told(sample: list[str], stated: Dialect, columns: int) -> Dialect:
    """The dialect that reads these lines best, the stated one where that reads them well; columns: of the config, 0 for a header.

    Another one must make several columns of nearly every row.
    """
    best, (least, width) = stated, _faults(sample, stated, columns)
    if width > 1 and not least:
        return stated
    separators = _SEPARATORS if stated == Dialect() else (stated.separator,)
    escapes = (False, True) if any('\\"' in line for line in sample) else (False,)
    for dialect in (Dialect(separator, escaped) for escaped in escapes for separator in separators):
        faults, columns_found = _faults(sample, dialect, columns)
        is_fit = dialect.separator == best.separator or (columns_found > 1 and faults <= _MOST_FAULTS * len(sample))
        if is_fit and (faults < least or (width < 2 <= columns_found)):
            best, least, width = dialect, faults, columns_found
    return best


def _faults(sample: list[str], dialect: Dialect, columns: int) -> tuple[int, int]:
    """(rows of the sample that are broken or have another width, that width: of the header, or as the config has it)."""
    reader, width, faults = _Rows(iter(sample), dialect), columns, 0
    while reader.next(columns=width or None):
        if reader.fault is not None:
            faults += 1
        elif reader.row and any(reader.row):
            width = width or len(reader.row)
            faults += len(reader.row) != width
    return faults, width


def _records(source: Source, lines: Iterator[str], dialect: Dialect, line: int = 1) -> Iterator[Outcome]:
    """line: the number of the first of the lines."""
    reader = _Rows(lines, dialect, line)
    delimiter = dialect.separator
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

    def __init__(self, lines: Iterator[str], dialect: Dialect, line: int = 1) -> None:
        self._lines, self._delimiter, self._escaped = lines, *dialect
        self._returned: deque[str] = deque()  # lines to be read anew
        self.row: list[str] = []
        self.fault: str | None = None
        self.line, self.taken = line, list[str]()

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
            if self._escaped:
                line = _ESCAPED_QUOTE.sub(r'\1""', line)
            yield line.replace("\r", " ") + "\n"

    def _return_all_but_first(self) -> None:
        self._returned.extendleft(reversed(self.taken[1:]))
        del self.taken[1:]
