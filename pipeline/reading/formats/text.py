"""Plain text. Each line that is not blank is a record with the field `text`; with `unit = "file"` the file is one.

Of a file whose lines were wrapped at a width (wrapped_lines.py), a paragraph stands for the lines that it was wrapped into.
"""

from collections.abc import Iterator

from wajue.config import Corpus
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
    number = source.extent.number - 1
    for at, line in _paragraphs(source.lines(), source):
        if line.strip(" \t\r\ufeff"):
            number += 1
            yield undecodable(number, at, line, source.encoding) if INVALID in line else Record(number, at, {"text": line})


def _paragraphs(lines: Iterator[str], source: Source) -> Iterator[tuple[int, str]]:
    """(number of its first line, text) of each line or, in a wrapped file, paragraph."""
    if not source.extent.first:  # what was wrapped is read as a whole
        return enumerate(lines, source.extent.line)
    columns, lines = wrapped_at(lines, source.corpus)
    if not columns:
        return enumerate(lines, 1)
    source.facts["unwrapped_at"] = columns
    return wrapped_lines.joined(lines, columns)


def wrapped_at(lines: Iterator[str], corpus: Corpus) -> tuple[int | None, Iterator[str]]:
    """(the columns at which these lines were wrapped, None if they were not or are to stay so; the lines)."""
    if corpus.unwrap == "never":
        return None, lines
    sample, lines = sampled(lines, wrapped_lines.SAMPLE_LINES)
    return wrapped_lines.widest(sample) if corpus.unwrap == "always" else wrapped_lines.wrapped_at(sample), lines
