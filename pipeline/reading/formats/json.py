"""JSON: one array of objects (`json`), or an object a line (`jsonl`). Each object is a record with its fields."""

import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

import orjson

from wajue.reading import decoding, json_array
from wajue.reading.decoding import INVALID
from wajue.reading.fields import field, json_type
from wajue.reading.formats.reader import Broken, Outcome, Record, Source, undecodable

_INVALID_BYTES = INVALID.encode()
_JOINED = re.compile(r"(?<=\})\ufeff(?=\{)")
_LEAST_ROUNDED = 2.0**53
_DECODER = json.JSONDecoder()
_EXACT = {str, int, bool, type(None)}  # what loses no digits
_EXACT_DIGITS = 18  # of an integer that fits into 64 bits; longer ones stay as they are written


def read(source: Source) -> Iterator[Outcome | list[Record]]:
    """The elements of an array; with `format = "auto"` those of a file that begins with an object: one a line, or over several."""
    texts = source.texts()
    if source.corpus.format == "auto" and source.extent.first:
        first = next((t for t in texts if t.strip()), "")
        texts = itertools.chain((first,), texts)
        if are_lines(first):
            yield from _lines(decoding.lines(texts), source)
            return
        if first.lstrip().startswith("{"):
            texts = itertools.chain(("[",), texts, ("]",))  # which misses commas only where one object follows another
    yield from _elements(texts, source)


def read_lines(source: Source) -> Iterator[Outcome]:
    """An object a line."""
    return _lines(source.lines(), source)


def are_lines(block: str) -> bool:
    """Does a file begin with an object that does not end, whole, in a later line? Where lines are records the first one may be
    broken: it costs no other.
    """
    text = block.lstrip()
    if not text.startswith("{"):
        return False
    try:
        end = _DECODER.raw_decode(text)[1]
    except (ValueError, RecursionError):
        return True
    return "\n" not in text[:end]


def _lines(lines: Iterator[str], source: Source) -> Iterator[Outcome]:
    number, named = source.extent.number - 1, _named(source)
    for at, line in enumerate(lines, source.extent.line):
        for text in _JOINED.split(line) if "\ufeff" in line else (line,):  # files that were joined, the first without a line end
            if text.strip():
                number += 1
                yield _object(number, at, text, source.encoding, named)


def _named(source: Source) -> tuple[str, ...]:
    """The fields whose numbers name a record, and must keep all their digits."""
    corpus = source.corpus
    return tuple(name for name in (corpus.id, corpus.tags, corpus.date) if name)


def _elements(texts: Iterator[str], source: Source) -> Iterator[Outcome | list[Record]]:
    """The elements that end in one block are parsed together; if one of them is broken, one by one."""
    number, named = source.extent.number, _named(source)
    for run in json_array.runs(texts, source.extent):
        if isinstance(run, json_array.Run) and (objects := _objects(run, named)) is not None:
            yield list(map(Record, itertools.count(number), run.first_lines(), objects))
            number += len(objects)
            continue
        for line, raw, fault in run.elements() if isinstance(run, json_array.Run) else (run,):
            if fault:
                yield Broken(number, line, *fault, raw.decode("utf-8", "replace"))
            else:
                outcome = _object(number, line, raw, source.encoding, named)
                yield [outcome] if isinstance(outcome, Record) else outcome
            number += 1


def _objects(run: json_array.Run, named: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """The elements as objects; None if one is no object or is broken, for then the scanner may have cut them wrongly, or if one is
    named by a number that lost digits.
    """
    if _INVALID_BYTES in run.raw:
        return None
    try:
        values = orjson.loads(b"[%b]" % run.raw[: run.ends[-1]])
    except orjson.JSONDecodeError:
        return None
    if len(values) != len(run.ends) or set(map(type, values)) != {dict}:
        return None
    doubtful = tuple(name for name in named if "." in name or not _are_exact([value.get(name) for value in values]))
    return None if doubtful and any(_has_rounded(value, doubtful) for value in values) else values


def _are_exact(values: list[Any]) -> bool:
    """Is none of them, and no item of a list of them, a float, nor anything that may hold one? All at once takes a tenth."""
    kinds = set(map(type, values))
    if list in kinds:
        kinds.remove(list)
        kinds |= set(map(type, itertools.chain.from_iterable(v for v in values if type(v) is list)))
    return kinds <= _EXACT


def _has_rounded(fields: dict[str, Any], named: tuple[str, ...]) -> bool:
    """Is one of the named fields, or an item of it, a number of more than 64 bits, which orjson reads as a float, so that different
    ones become equal?
    """
    return any(_is_rounded(_value(fields, name)) for name in named)


def _value(fields: dict[str, Any], name: str) -> Any:
    try:
        return field(fields, name)
    except KeyError:
        return None


def _is_rounded(value: Any) -> bool:
    if type(value) is list:
        return any(map(_is_rounded, value))
    return type(value) is float and abs(value) >= _LEAST_ROUNDED


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _EXACT_DIGITS else digits


def _object(number: int, line: int, raw: bytes | str, encoding: str, named: tuple[str, ...]) -> Outcome:
    shown = raw if isinstance(raw, str) else raw.decode("utf-8", "replace")
    if INVALID in shown:
        return undecodable(number, line, shown, encoding)
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return Broken(number, line, "invalid_json", str(error), shown)
    if not isinstance(value, dict):
        return Broken(number, line, "not_an_object", f"a JSON {json_type(value)}, not an object", shown)
    if _has_rounded(value, named):
        value = json.loads(raw, parse_int=_integer)
    return Record(number, line, value)
