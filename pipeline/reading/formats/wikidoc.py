"""WikiExtractor's output: <doc id= url= title=> ... </doc>. Each document is a record with the fields id, url, title and text.

The text leaves out its first line where that repeats the title.
"""

import re
from collections.abc import Iterator

from wajue.reading import decoding
from wajue.reading.decoding import INVALID
from wajue.reading.formats.reader import Broken, Outcome, Record, Source, joined, too_long, undecodable

_OPENING = re.compile(r"\s*<doc\b([^>]*)>\s*")
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


class _Doc:
    """A document that is open. number, line: its own; body: its lines, as long as they fit into a record."""

    def __init__(self, number: int, line: int, attributes: str) -> None:
        self.number, self.line = number, line
        self.attributes: dict[str, str] = dict(_ATTRIBUTE.findall(attributes))
        self.body: list[str] = []
        self._size = 0  # characters

    def add(self, line: str) -> None:
        self._size += len(line) + 1
        if self._size <= decoding.MAX_RECORD:
            self.body.append(line)

    def closed(self, encoding: str) -> Outcome:
        titled = self.body and self.body[0].strip() == self.attributes.get("title")
        text = joined("\n".join(self.body[1:] if titled else self.body), self.body)
        if self._size > decoding.MAX_RECORD:
            return too_long(self.number, self.line, text)
        if INVALID in text:
            return undecodable(self.number, self.line, text, encoding)
        return Record(self.number, self.line, {**self.attributes, "text": text})

    def broken(self, reason: str, detail: str) -> Broken:
        return Broken(self.number, self.line, reason, detail, "\n".join(self.body))


def read(source: Source) -> Iterator[Outcome]:
    """The documents of the file; a line of text outside one is a record that cannot be read."""
    number = 0
    doc: _Doc | None = None
    for at, line in enumerate(source.lines(), 1):
        if opening := _OPENING.fullmatch(line):
            if doc:
                yield doc.broken("truncated_record", "<doc> without </doc>")
            number += 1
            doc = _Doc(number, at, opening[1])
        elif doc and line.strip() == "</doc>":
            yield doc.closed(source.encoding)
            doc = None
        elif doc:
            doc.add(line)
        elif line.strip():
            number += 1
            yield Broken(number, at, "outside_doc", "text outside <doc>", line)
    if doc:
        yield doc.broken("truncated_file", "the file ends inside <doc>")
