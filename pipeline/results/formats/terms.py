"""The terminology for people: CSV and Excel for spreadsheets, SKOS and TBX for terminologists. In: terms. Out: a file.

A new format is a function, and a row of TERM_FORMATS.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wajue.results.formats.skos import write_skos
from wajue.results.formats.spreadsheets import XLSX_CHARACTERS, XLSX_ROWS, write_csv, write_xlsx
from wajue.results.formats.tbx import write_tbx
from wajue.results.formats.terminology import Terminology

_ANY = re.compile(r"[\s\S]*")
_XML = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]*")  # XML 1.0, production Char
_XLSX_CELL = re.compile(rf"[\s\S]{{0,{XLSX_CHARACTERS}}}")


@dataclass(frozen=True)
class TermFormat:
    """A format: the text that it can hold, the function that writes it, and how many terms it can hold at most.

    has_columns: may columns be chosen for it?
    """

    holds: re.Pattern[str]
    write: Callable[[Terminology, Path], None]
    most: int | None = None
    has_columns: bool = False


TERM_FORMATS = {
    "csv": TermFormat(_ANY, write_csv, has_columns=True),
    "xlsx": TermFormat(_XLSX_CELL, write_xlsx, XLSX_ROWS, has_columns=True),
    "skos": TermFormat(_XML, write_skos),
    "tbx": TermFormat(_XML, write_tbx),
}
