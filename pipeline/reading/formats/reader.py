"""What every reader takes and gives. In: a `Source`, one file and how it is to be read. Out: a `Record` for each one it holds, or a
`Broken` that says why there is none.

A reader streams: it keeps one block and one record in memory. After a record that it cannot read it goes on with the next. It lets
`Cut` pass, which means that the file ends too soon: `records` adds the `Broken` for the missing tail.
"""

import io
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO, NamedTuple, cast

from wajue.config import Corpus
from wajue.reading import decoding
from wajue.reading.decoding import INVALID, Cut, Overlong
from wajue.reading.extents import WHOLE, Extent

SHOWN = 10_000  # characters of a text that is too long to be shown whole


class Record(NamedTuple):
    """One record: its number and line, both from 1, and its fields. Formats without fields put their text into `text`."""

    number: int
    line: int
    fields: dict[str, Any]


class Broken(NamedTuple):
    """A record that cannot be read: its number and line, both from 1; reason and detail; the raw text as far as it goes."""

    number: int
    line: int
    reason: str
    detail: str
    raw: str = ""


@dataclass(frozen=True)
class Source:
    """One file, or a piece of one. name: as its corpus names it, extension included; encoding: of its text, never `auto`.

    facts: what its reader notes for its row of the table `files`, by column. extent: of the piece; only readers of formats that
    `pieces` divides look at it.
    """

    stream: BinaryIO
    name: str
    corpus: Corpus
    encoding: str
    facts: dict[str, Any] = field(default_factory=dict)
    extent: Extent = WHOLE

    @property
    def compressed(self) -> bool:
        """Does the name end in .gz, .bz2 or .zst?"""
        return self.name.lower().endswith(decoding.COMPRESSIONS)

    def texts(self) -> Iterator[str]:
        """The decoded text, block by block; bytes that do not decode are INVALID."""
        return decoding.text_blocks(decoding.blocks(self.stream, self.name), self.encoding, self.note)

    def note(self, said: str) -> None:
        """Something for the column `notes` of its row: what was read otherwise than its format or its config says."""
        notes = self.facts.setdefault("notes", [])
        if said not in notes:
            notes.append(said)

    def lines(self) -> Iterator[str]:
        """The decoded text, line by line, without the line ends."""
        return decoding.lines(self.texts(), old_mac=None if self.extent.first else False)

    def seekable(self) -> tuple[BinaryIO, int]:
        """The decompressed file, which can be read from any position, and its size in bytes; in memory while it is small.

        Raises Cut if its compressed data breaks off, or expands as no text does.
        """
        if not self.compressed and self.stream.seekable():
            return self.stream, self.stream.seek(0, io.SEEK_END)
        spooled = tempfile.SpooledTemporaryFile(max_size=decoding.MAX_RECORD)  # noqa: SIM115  it goes with its last reader
        for block in decoding.blocks(self.stream, self.name):
            spooled.write(block)
        return cast(BinaryIO, spooled), spooled.tell()


Outcome = Record | Broken  # of one record
# A reader may hand on several records together where that is faster.
Reader = Callable[[Source], Iterator[Outcome | list[Record]]]


def too_long(number: int, line: int, raw: str) -> Broken:
    """A record that exceeds MAX_RECORD, shown by its beginning."""
    return Broken(number, line, "too_long", f"longer than {decoding.MAX_RECORD:,} characters", raw[:SHOWN])


def undecodable(number: int, line: int, raw: str, encoding: str) -> Broken:
    """A record whose text holds INVALID: its bytes do not decode, or one of its lines is too long."""
    if isinstance(raw, Overlong):
        return too_long(number, line, raw.removesuffix(INVALID).replace(INVALID, "\ufffd"))
    return Broken(number, line, "invalid_encoding", f"not valid {encoding}", raw.replace(INVALID, "\ufffd"))


def joined(text: str, lines: list[str]) -> str:
    """The text that was made of these lines, marked as Overlong if one of them is."""
    return Overlong(text) if any(isinstance(line, Overlong) for line in lines) else text


def sampled(lines: Iterator[str], count: int) -> tuple[list[str], Iterator[str]]:
    """(the first lines, all lines): so many, or fewer where these are long; all lines end as they would have ended, also with a Cut
    after the first of them.
    """
    sample: list[str] = []
    characters = 0
    try:
        while len(sample) < count and characters < decoding.BLOCK and (line := next(lines, None)) is not None:
            sample.append(line)
            characters += len(line)
    except Cut as cut:
        return sample, chain(sample, _raised(cut))
    return sample, chain(sample, lines)


def _raised(cut: Cut) -> Iterator[str]:
    raise cut
    yield  # so that it is raised when its turn comes
