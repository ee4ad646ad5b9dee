"""Files that are one document each. In: a file, and the function that gets its text. Out: one record with the field `text`.

HTML, Markdown and `unit = "file"` are read here; so are formats to come whose files cannot be read piece by piece.
"""

from collections.abc import Callable, Iterator
from typing import Any

from wajue.reading.decoding import INVALID, Cut
from wajue.reading.formats.reader import SHOWN, Broken, Outcome, Record, Source
from wajue.reading.sandbox import Excessive, bounded

# A page with no more characters and tags than these takes 1 s and 200 MB at most, whatever it holds: no process is started for it.
_HARMLESS_CHARACTERS, _HARMLESS_TAGS = 100_000, 2_000


def read_whole(
    source: Source,
    longest: int,
    convert: Callable[[str], str] | None = None,
    metadata: Callable[[str], dict[str, Any]] = lambda text: {},
) -> Iterator[Outcome]:
    """The one record of the file, or what is wrong with it; nothing for a blank file.

    longest: characters that are read at most; convert: from the source to its text, None for plain text; metadata: from the source
    to the record's other fields.
    """
    parts: list[str] = []
    size = 0
    try:
        for block in source.texts():
            parts.append(block)
            size += len(block)
            if size > longest:
                detail = f"a document longer than {longest:,} characters; with format = text it is read line by line"
                yield Broken(1, 1, "too_long", detail, "".join(parts)[:SHOWN])
                return
    except Cut as cut:
        yield Broken(1, 1, "truncated_file", str(cut), "".join(parts))
        return
    text = "".join(parts)
    if INVALID in text:
        line = text[: text.index(INVALID)].count("\n") + 1
        detail = f"not valid {source.encoding}, first in line {line}"
        yield Broken(1, 1, "invalid_encoding", detail, text.replace(INVALID, "\ufffd"))
    elif text.strip():
        yield converted(text, convert, metadata)


def converted(
    text: str, convert: Callable[[str], str] | None, metadata: Callable[[str], dict[str, Any]] = lambda text: {}
) -> Outcome:
    """The record of a text once it is converted, in a process of its own where that may take much."""
    try:
        if convert is None:
            return Record(1, 1, {"text": text})
        harmless = len(text) <= _HARMLESS_CHARACTERS and text.count("<") <= _HARMLESS_TAGS
        return Record(1, 1, {**metadata(text), "text": convert(text) if harmless else bounded(convert, text)})
    except Excessive as excess:
        return Broken(1, 1, "excessive_markup", str(excess), text[:SHOWN])
