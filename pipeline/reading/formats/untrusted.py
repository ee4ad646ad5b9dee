"""Files whose parser may fail on damage in any way. In: a file, and the function that reads it. Out: its records, read in a process
of its own; whatever the parser does costs the rest of this file alone.

The outcomes come through a pipe as JSON, a line each: no object that a broken parser has made enters the worker.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO

import orjson

from wajue.reading import decoding
from wajue.reading.formats.reader import SHOWN, Broken, Outcome, Record, Source, too_long
from wajue.reading.formats.whole import read_whole
from wajue.reading.sandbox import SECONDS, Excessive, bounded_lines

_SECONDS_PER_MB = 60  # of CPU time, more than the first SECONDS: reStructuredText takes 35


class Unreadable(Exception):
    """A file that its parser understands, and that holds no text for us."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


def read_apart(source: Source, kind: str, outcomes: Callable[[BinaryIO], Iterable[Outcome]]) -> Iterator[Outcome]:
    """The records of a file that is read from any position. kind: what a reject calls its format."""
    stream, size = source.seekable()
    stream.seek(0)
    yield from _apart(lambda: outcomes(stream), kind, size)


def read_document_apart(source: Source, kind: str, convert: Callable[[BinaryIO], dict[str, Any]]) -> Iterator[Outcome]:
    """The one record of a file that is a document: its fields, of which `text` is one."""
    return read_apart(source, kind, lambda stream: [Record(1, 1, convert(stream))])


def read_markup_apart(source: Source, kind: str, longest: int, convert: Callable[[str], str]) -> Iterator[Outcome]:
    """The one record of a file of markup: its text. longest: characters that are read at most."""
    for whole in read_whole(source, longest):
        if isinstance(whole, Broken):
            yield whole
        else:
            yield from _converted(whole.fields["text"], kind, convert)


def _converted(markup: str, kind: str, convert: Callable[[str], str]) -> Iterator[Outcome]:
    return _apart(lambda: [Record(1, 1, {"text": convert(markup)})], kind, len(markup), markup)


def _apart(outcomes: Callable[[], Iterable[Outcome]], kind: str, size: int, shown: str = "") -> Iterator[Outcome]:
    number = line = 0
    try:
        for made in bounded_lines(lambda: _packed(outcomes, kind, shown), SECONDS + _SECONDS_PER_MB * (size >> 20)):
            if made.endswith(b"\n"):  # else its writer died
                outcome = _unpacked(made)
                number, line = outcome.number, outcome.line
                yield outcome
    except Excessive as excess:
        yield Broken(number + 1, line + 1, "excessive_file", str(excess), shown[:SHOWN])


def _packed(outcomes: Callable[[], Iterable[Outcome]], kind: str, shown: str) -> Iterator[bytes]:
    number = line = 0
    try:
        for outcome in outcomes():
            number, line = outcome.number, outcome.line
            yield _json(_bounded(outcome))
    except Unreadable as fault:
        yield _json(Broken(number + 1, line + 1, fault.reason, str(fault), shown[:SHOWN]))
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        detail = f"not readable as {kind}: {str(error).strip().partition(chr(10))[0][:200] or type(error).__name__}"
        yield _json(Broken(number + 1, line + 1, "damaged_file", detail, shown[:SHOWN]))


def _bounded(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Record):
        size = sum(len(v) for v in outcome.fields.values() if isinstance(v, str))
        if size > decoding.MAX_RECORD:
            return too_long(outcome.number, outcome.line, str(outcome.fields.get("text", "")))
    return outcome


def _json(outcome: Outcome) -> bytes:
    try:
        return orjson.dumps(tuple(outcome), option=orjson.OPT_APPEND_NEWLINE)
    except TypeError:  # half a surrogate pair
        return orjson.dumps(_encodable(tuple(outcome)), option=orjson.OPT_APPEND_NEWLINE)


def _encodable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {_encodable(k): _encodable(v) for k, v in value.items()}
    return [_encodable(v) for v in value] if isinstance(value, list | tuple) else value


def _unpacked(line: bytes) -> Outcome:
    values = orjson.loads(line)
    return Record(*values) if len(values) == len(Record._fields) else Broken(*values)
