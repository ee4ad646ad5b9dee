"""JSON: one array of objects (`json`), or an object a line (`jsonl`). Each object is a record with its fields."""

import itertools
from collections.abc import Iterator
from typing import Any

import orjson

from wajue.reading import decoding, json_array
from wajue.reading.decoding import INVALID
from wajue.reading.fields import json_type
from wajue.reading.formats.reader import Broken, Outcome, Record, Source, undecodable

_INVALID_BYTES = INVALID.encode()


def read(source: Source) -> Iterator[Outcome | list[Record]]:
    """The elements of an array; with `format = "auto"` the lines of a file that begins with an object."""
    texts = source.texts()
    if source.corpus.format == "auto":
        first = next((t for t in texts if t.strip()), "")
        texts = itertools.chain((first,), texts)
        if first.lstrip().startswith("{"):
            yield from _lines(decoding.lines(texts), source.encoding)
            return
    yield from _elements(texts, source.encoding)


def read_lines(source: Source) -> Iterator[Outcome]:
    """An object a line."""
    return _lines(source.lines(), source.encoding)


def _lines(lines: Iterator[str], encoding: str) -> Iterator[Outcome]:
    number = 0
    for at, line in enumerate(lines, 1):
        if line.strip():
            number += 1
            yield _object(number, at, line, encoding)


def _elements(texts: Iterator[str], encoding: str) -> Iterator[Outcome | list[Record]]:
    """The elements that end in one block are parsed together; if one of them is broken, one by one."""
    number = 1
    for run in json_array.runs(texts):
        if isinstance(run, json_array.Run) and (objects := _objects(run)) is not None:
            yield list(map(Record, itertools.count(number), run.first_lines(), objects))
            number += len(objects)
            continue
        for line, raw, fault in run.elements() if isinstance(run, json_array.Run) else (run,):
            if fault:
                yield Broken(number, line, *fault, raw.decode("utf-8", "replace"))
            else:
                outcome = _object(number, line, raw, encoding)
                yield [outcome] if isinstance(outcome, Record) else outcome
            number += 1


def _objects(run: json_array.Run) -> list[dict[str, Any]] | None:
    """The elements as objects; None if one is no object or is broken, for then the scanner may have cut them wrongly."""
    if _INVALID_BYTES in run.raw:
        return None
    try:
        values = orjson.loads(b"[%b]" % run.raw[: run.ends[-1]])
    except orjson.JSONDecodeError:
        return None
    return values if len(values) == len(run.ends) and set(map(type, values)) == {dict} else None


def _object(number: int, line: int, raw: bytes | str, encoding: str) -> Outcome:
    shown = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    if INVALID in shown:
        return undecodable(number, line, shown, encoding)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Broken(number, line, "invalid_json", str(error), shown)
    if not isinstance(value, dict):
        return Broken(number, line, "not_an_object", f"a JSON {json_type(value)}, not an object", shown)
    return Record(number, line, value)
