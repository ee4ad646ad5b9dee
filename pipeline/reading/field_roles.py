"""Which fields of records hold the text, and which name, date and describe a record. In: records of a file. Out: names of fields.

The text is `text` where there is such a field; else the strings that hold most of the Han characters, or of the letters where
there are none, be it in lists (the lines of a poem) or in objects within them (what each says in a conversation). An id, a date
and tags are told by the field's name and by all its values, a url by its values.
"""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from wajue.errors import ConfigError
from wajue.mining.trends import dates
from wajue.reading.fields import text_of

Fields = dict[str, Any]
_LEAST_SHARE = 0.15  # of the characters of all fields, that a field of the text holds
_DEEPEST = 8  # objects and lists within each other
_LONGEST_TAG = 20  # characters
_HAN, _LETTER = re.compile("[\u3400-\u9fff]"), re.compile(r"[^\W\d_]")
_ID = re.compile(r"(.*[_-])?\w{0,4}(id|uuid|guid)|.*[a-z]I[dD]|ID|编号|序号")
_DATE = re.compile(r".*(date|time|day|year|month|publish|created|updated|日期|时间|年份?|月份).*", re.IGNORECASE)
_TAGS = re.compile(r".*(tag|label|categor|keyword|topic|class|section|标签|分类|类别|栏目|关键词|科室).*", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


class FieldRoles(NamedTuple):
    """The names of fields as [[corpus]] takes them; None where no field serves."""

    text: tuple[str, ...]
    id: str | None = None
    url: str | None = None
    date: str | None = None
    tags: str | None = None


def field_roles(sample: Sequence[Fields], text: tuple[str, ...]) -> FieldRoles:
    """What each field of these records is for; text: those that hold their text."""
    others = {field: [row.get(field) for row in sample] for row in sample for field in row if field not in text}

    def first(serves: Any) -> str | None:
        return next((field for field, values in others.items() if serves(field, values)), None)

    return FieldRoles(text, id=first(_names), url=first(_is_address), date=first(_dates), tags=first(_describes))


def _names(field: str, values: list[Any]) -> bool:
    """Is it an id: named like one, in every record, and another one in each?"""
    is_plain = all(isinstance(v, str | int) and not isinstance(v, bool) and str(v).strip() for v in values)
    return bool(_ID.fullmatch(field)) and is_plain and len(set(map(str, values))) == len(values)


def _is_address(_: str, values: list[Any]) -> bool:
    given = [v for v in values if v not in (None, "")]
    return bool(given) and all(isinstance(v, str) and _URL.fullmatch(v.strip()) for v in given)


def _dates(field: str, values: list[Any]) -> bool:
    given = [str(v) for v in values if v not in (None, "") and not isinstance(v, bool | list | dict)]
    return bool(given) and bool(_DATE.fullmatch(field)) and all(dates.parse(v) for v in given)


def _describes(field: str, values: list[Any]) -> bool:
    """Is it tags: named like them, and strings or lists of strings?"""
    given = [v for v in values if v not in (None, "", [])]
    listed = itertools.chain.from_iterable(v if isinstance(v, list) else [v] for v in given)
    return bool(given) and bool(_TAGS.fullmatch(field)) and all(isinstance(v, str) for v in listed)


def text_fields(sample: Iterable[Fields], name: str) -> tuple[str, ...]:
    """The fields that hold the text of these records, in their order; `text` where there are no records. name: of the file.

    Raises ConfigError if the records have no field with letters in it.
    """
    sampled = list(sample)
    if not sampled or any("text" in row for row in sampled):
        return ("text",)
    for characters in (_HAN, _LETTER):
        length_of: dict[str, int] = {}  # in these characters
        for path, string in itertools.chain.from_iterable(map(_strings, sampled)):
            length_of[path] = length_of.get(path, 0) + len(characters.findall(string))
        readable = {path: sum(text_of(row, (path,))[1] is None for row in sampled) for path, count in length_of.items() if count}
        length_of = {path: length_of[path] for path, rows in readable.items() if rows}
        chosen = tuple(path for path, count in length_of.items() if count >= _LEAST_SHARE * sum(length_of.values()))
        if chosen:  # a field that some records lack would cost them
            return tuple(path for path in chosen if readable[path] == len(sampled)) or (max(chosen, key=readable.__getitem__),)
    raise ConfigError(f"{name}: no field of its records holds text; there are {', '.join(sampled[0])}")


def _strings(value: Any, path: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """(path, string) of the strings in a record, without those of lists that are named like tags and hold nothing longer."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from _strings(inner, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        are_tags = _TAGS.fullmatch(path.rpartition(".")[2]) and all(isinstance(v, str) and len(v) <= _LONGEST_TAG for v in value)
        for item in () if are_tags else value:
            yield from _strings(item, path, depth + 1)
