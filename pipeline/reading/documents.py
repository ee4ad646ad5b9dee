"""Records to rows of raw_documents and ingest_rejects. In: the records of one file. Out: `Columns`, a list for each column.

Records that were read together become columns together. A record with an odd value goes a slower way alone.
"""

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, NamedTuple, cast

from wajue import schemas
from wajue.config import Corpus
from wajue.reading import fields as record_fields
from wajue.reading.fields import Fault
from wajue.reading.formats.reader import Broken, Record


class Columns(NamedTuple):
    """Documents and rejects, a list for each column; a whole batch shares `corpus` and `role`. A reject has a reason."""

    doc_id: list[str]
    text: list[str]
    url: list[str | None]
    tags: list[list[str] | None]
    date: list[str | None]
    file: list[str]
    line: list[int]
    record: list[int]
    reason: list[str | None]
    detail: list[str | None]

    def extend(self, more: "Columns") -> None:
        """Add rows at the end."""
        ours, theirs = (cast(tuple[list[Any], ...], c) for c in (self, more))
        for column, new in zip(ours, theirs, strict=True):
            column.extend(new)


def empty() -> Columns:
    """No rows yet."""
    return Columns(*([] for _ in Columns._fields))


def doc_id(corpus: str, identity: str | None, file: str, number: int) -> str:
    """The stable id of a record: 80 bits of BLAKE2b, in hexadecimal. identity: its own id, None if it has none."""
    key = f"{corpus}\0id\0{identity}" if identity is not None else f"{corpus}\0at\0{file}\0{number}"
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()


def of_broken(broken: Broken, corpus: Corpus, file: str) -> Columns:
    """The row of a record that could not be read."""
    identity, shown = doc_id(corpus.name, None, file, broken.number), broken.raw[: schemas.MAX_REJECT_TEXT]
    values = (identity, shown, None, None, None, file, broken.line, broken.number, broken.reason, broken.detail)
    return Columns(*([v] for v in values))  # type: ignore[arg-type]


def of_records(records: Sequence[Record], corpus: Corpus, file: str, paths: tuple[str, ...]) -> Columns:
    """The rows of some records of a file. paths: the fields that hold the text."""
    numbers, lines, fields = zip(*records, strict=True)
    texts, faults = _texts(fields, paths)
    dates, date_in_path = _strings(fields, corpus.date), _date_in_path(corpus, file)
    return Columns(
        doc_id=[doc_id(corpus.name, i, file, n) for i, n in zip(_strings(fields, corpus.id), numbers, strict=True)],
        text=texts,
        url=_strings(fields, corpus.url),
        tags=_tags(_values(fields, corpus.tags)),
        date=[d or date_in_path for d in dates] if date_in_path else dates,
        file=[file] * len(records),
        line=list(lines),
        record=list(numbers),
        reason=[f and f[0] for f in faults],
        detail=[f and f[1] for f in faults],
    )


def _texts(fields: Sequence[dict[str, Any]], paths: tuple[str, ...]) -> tuple[list[str], list[Fault | None]]:
    """The text of each record, and what is wrong with it. Only records with a field that is no string are looked at one by one."""
    parts: list[list[Any]] = [[f.get(path) for f in fields] for path in paths]
    odd = {i for column in parts if set(map(type, column)) != {str} for i, v in enumerate(column) if type(v) is not str}
    for i in odd:
        for column in parts:
            column[i] = ""
    texts: list[str] = parts[0] if len(parts) == 1 else list(map("\n".join, zip(*parts, strict=True)))
    faults: list[Fault | None] = [None] * len(fields)
    for i in odd:
        texts[i], faults[i] = record_fields.text_of(fields[i], paths)
    if not _encodable(texts):
        for i, text in enumerate(texts):
            if faults[i] is None and not _encodable((text,)):
                faults[i] = "invalid_encoding", "the text holds half a surrogate pair"
    for i, fault in enumerate(faults):
        if fault:
            shown = texts[i] or str(fields[i])[: schemas.MAX_REJECT_TEXT]
            texts[i] = shown.encode("utf-8", "replace").decode()
    return texts, faults


def _encodable(texts: Iterable[str]) -> bool:
    try:
        "\0".join(texts).encode()
    except UnicodeEncodeError:
        return False
    return True


def _values(fields: Sequence[dict[str, Any]], path: str | None) -> list[Any]:
    """The field of each record, None where there is none."""
    if path is None:
        return [None] * len(fields)
    if "." not in path:
        return [f.get(path) for f in fields]
    return [_optional(f, path) for f in fields]


def _optional(fields: dict[str, Any], path: str) -> Any:
    try:
        return record_fields.field(fields, path)
    except KeyError:
        return None


def _strings(fields: Sequence[dict[str, Any]], path: str | None) -> list[str | None]:
    return [v if type(v) is str and v.strip() else _string(v) for v in _values(fields, path)] if path else [None] * len(fields)


def _string(value: Any) -> str | None:
    """A scalar as a string; None for null, a blank string and NaN."""
    if value is None or isinstance(value, dict | list) or value != value:
        return None
    return str(value) if str(value).strip() else None


def _tags(values: list[Any]) -> list[list[str] | None]:
    if set(map(type, values)) <= {list} and set(map(type, chain.from_iterable(values))) <= {str}:
        return values
    return [_listed(v) for v in values]


def _listed(value: Any) -> list[str] | None:
    if value is None:
        return None
    return [str(v) for v in value if v is not None] if isinstance(value, list) else [str(value)]


def _date_in_path(corpus: Corpus, file: str) -> str | None:
    match = re.search(corpus.date_in_path, file) if corpus.date_in_path else None
    return (match[1] if match.re.groups else match[0]) if match else None
