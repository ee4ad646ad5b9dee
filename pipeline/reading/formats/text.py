"""Plain text. Each line that is not blank is a record with the field `text`; with `unit = "file"` the file is one.

Of a file whose lines were wrapped at a width (wrapped_lines.py), a paragraph stands for the lines that it was wrapped into.
"""

from collections.abc import Iterator

from wajue.reading import decoding, wrapped_lines
from wajue.reading.decoding import INVALID
from wajue.reading.formats.reader import Outcome, Record, Source, sampled, undecodable
from wajue.reading.formats.whole import read_whole


def read(source: Source) -> Iterator[Outcome]:
    """The lines of the file, or the file, as [[corpus]] unit says."""
    return _file(source) if source.corpus.unit == "file" else _lines(source)


def _file(source: Source) -> Iterator[Outcome]:
    for outcome in read_whole(source, decoding.MAX_RECORD):
        if isinstance(outcome, Record):
            lines = iter(outcome.fields["text"].split("\n"))
            outcome = outcome._replace(fields={"text": "\n".join(line for _, line in _paragraphs(lines, source))})
        yield outcome


def _lines(source: Source) -> Iterator[Outcome]:
    lines = source.lines()
    number = 0
    for at, line in _paragraphs(lines, source):
        if line.strip(" \t\r\ufeff"):
            number += 1
            yield undecodable(number, at, line, source.encoding) if INVALID in line else Record(number, at, {"text": line})


def _paragraphs(lines: Iterator[str], source: Source) -> Iterator[tuple[int, str]]:
    """(number of its first line, text) of each line or, in a wrapped file, paragraph."""
    if source.corpus.unwrap == "never":
        return enumerate(lines, 1)
    sample, lines = sampled(lines, wrapped_lines.SAMPLE_LINES)
    columns = wrapped_lines.widest(sample) if source.corpus.unwrap == "always" else wrapped_lines.wrapped_at(sample)
    if not columns:
        return enumerate(lines, 1)
    source.facts["unwrapped_at"] = columns
    return wrapped_lines.joined(lines, columns)
