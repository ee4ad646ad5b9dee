"""Plain text. Each line that is not blank is a record with the field `text`; with `unit = "file"` the file is one."""

from collections.abc import Iterator

from wajue.reading import decoding
from wajue.reading.decoding import INVALID
from wajue.reading.formats.reader import Outcome, Record, Source, undecodable
from wajue.reading.formats.whole import read_whole


def read(source: Source) -> Iterator[Outcome]:
    """The lines of the file, or the file, as [[corpus]] unit says."""
    return read_whole(source, decoding.MAX_RECORD) if source.corpus.unit == "file" else _lines(source)


def _lines(source: Source) -> Iterator[Outcome]:
    number = 0
    for at, line in enumerate(source.lines(), 1):
        if line.strip(" \t\r\ufeff"):
            number += 1
            yield undecodable(number, at, line, source.encoding) if INVALID in line else Record(number, at, {"text": line})
