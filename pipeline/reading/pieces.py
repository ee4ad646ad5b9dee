"""Large files in pieces, so that several tasks read one file. In: a file. Out: its pieces.

A piece begins behind the comma that ends an element of an array, or behind a line end, and knows which number and line its first
record has in the file: one scan finds that out, before any task begins, so that pieces are read as the whole is. Arrays of JSON,
objects a line, and texts whose lines are records are divided, if they are in UTF-8 and not compressed.
"""

import codecs
import logging
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, cast

import numpy as np
from numba import njit

from wajue.config import Corpus
from wajue.reading import decoding, encodings, json_array, records
from wajue.reading.corpora import CorpusFile
from wajue.reading.decoding import BLOCK, Cut
from wajue.reading.detection import Unknown
from wajue.reading.extents import WHOLE, Border, Extent, Indivisible
from wajue.reading.formats import json, text
from wajue.reading.formats.reader import Source
from wajue.reading.json_array import NEWLINE, SPACE

log = logging.getLogger(__name__)

_MARK = codecs.BOM_UTF8
# of each format: behind what a mark may be taken out, begin a piece, part two objects or stand in a blank line; elsewhere it is a
# character of a text
_BEFORE_MARKS = {"json": b"\n,", "jsonl": b"\n}", "text": b"\n\r\t "}
_TAB, _RETURN, _LAST_PRINTED = ord("\t"), ord("\r"), ord("~")
_BLANK, _DOUBTFUL, _FILLED = 0, 1, 2  # what a line is, as far as it has been seen


class Piece(NamedTuple):
    """Bytes of a file. format: of its reader, None where the content decides, as it does in the first piece."""

    begin: int
    end: int
    extent: Extent = WHOLE
    format: str | None = None


def pieces(file: CorpusFile, corpus: Corpus, least: int) -> list[Piece]:
    """The file in pieces of at least so many bytes; in one if it cannot be divided."""
    try:
        with open(file.location, "rb") as stream:
            format_ = _format(Source(stream, file.name, corpus, file.encoding))
            stream.seek(0)
            blocks = _blocks(stream, _BEFORE_MARKS[format_])
            borders = json_array.borders(blocks, least) if format_ == "json" else _ends_of_lines(blocks, least, format_)
            divided = _between([b for b in borders if b.offset < file.size], file.size, format_)
    except (OSError, Cut, Unknown, Indivisible) as fault:  # if anything is wrong with the file, its reader tells of it
        log.info("%s is read by one task: %s", file.name, fault)
        return [Piece(0, file.size)]
    log.info("%s is read in %d pieces", file.name, len(divided))
    return divided


def _between(borders: list[Border], size: int, format_: str) -> list[Piece]:
    begins = [Border(0, 1, 1), *borders]
    last = len(begins) - 1
    return [
        Piece(begin, end, Extent(number, line, i == 0, i == last), format_ if i else None)
        for i, ((begin, number, line), end) in enumerate(zip(begins, [*(b.offset for b in borders), size], strict=True))
    ]


def _format(source: Source) -> str:
    """What its pieces are read as: json, an array; jsonl; or text, a record a line. Raises Indivisible, Unknown or Cut.

    The first piece finds that out again, by its first blocks, as the whole would: it is longer than these.
    """
    if source.encoding == encodings.UNKNOWN:
        raise Indivisible("its encoding is unknown")
    format_, source = records.detected(source)
    corpus = source.corpus
    if decoding.codec_of(source.encoding) != decoding.codec_of("utf-8") or source.compressed:
        raise Indivisible("not UTF-8 as it stands")
    source.stream.seek(0)
    beginning = next(source.texts(), "")
    if format_ == "json" and beginning.lstrip().startswith("["):
        return "json"
    if "\n" in beginning:
        if format_ == "jsonl" or (format_ == "json" and corpus.format == "auto" and json.are_lines(beginning)):
            return "jsonl"
        source.stream.seek(0)
        if format_ == "text" and corpus.unit == "line" and not text.wrapped_at(source.lines(), corpus)[0]:
            return "text"
    raise Indivisible(f"{format_}: its records do not end with lines")


def _blocks(stream: BinaryIO, before_marks: bytes) -> Iterator[tuple[int, np.ndarray]]:
    """(offset, bytes uint8) of each block, all in one buffer; without the byte order mark at the beginning.

    Raises Indivisible if there is one behind one of these characters.
    """
    buffer = bytearray(BLOCK)
    at, tail = 0, b"\n"
    while read := cast(int, stream.readinto(buffer)):  # type: ignore[attr-defined]
        begin = len(_MARK) if at == 0 and buffer.startswith(_MARK) else 0
        seen = tail + buffer[begin:read]
        mark = seen.find(_MARK, 1)
        while mark >= 0:
            if seen[mark - 1] in before_marks:
                raise Indivisible("a byte order mark stands in it where it may be more than a character")
            mark = seen.find(_MARK, mark + 1)
        # read-only as the bytes are of which a file's reader takes elements, so that one compiled scanner serves both
        yield at + begin, np.frombuffer(memoryview(buffer).toreadonly(), np.uint8, read - begin, begin)
        at, tail = at + read, bytes(seen[-3:])


@njit(cache=True)
def _pass_lines(
    data,  # uint8 [n]
    is_text,  # bool: else characters beyond ASCII may be white space
    counts,  # int64 [3]: lines that have ended, those of them that are filled, what the next one is so far
):
    """Returns the index behind the last line end, 0 if there is none; -1 if a line may be blank or not."""
    behind = 0
    lines, filled, this = counts[0], counts[1], counts[2]
    doubtful = False
    for i in range(len(data)):
        char = data[i]
        if char == NEWLINE:
            lines += 1
            filled += this == _FILLED
            doubtful |= this == _DOUBTFUL
            this, behind = _BLANK, i + 1
        elif this != _FILLED and char != SPACE and char != _TAB and char != _RETURN:
            this = _FILLED if is_text or SPACE < char <= _LAST_PRINTED else _DOUBTFUL
    counts[0], counts[1], counts[2] = lines, filled, this
    return -1 if doubtful else behind


def _ends_of_lines(blocks: Iterator[tuple[int, np.ndarray]], least: int, format_: str) -> Iterator[Border]:
    """Where a file of lines can be divided, at least so many bytes apart. Raises Indivisible if a line may count or not."""
    counts, divided = np.zeros(3, np.int64), 0
    for at, data in blocks:
        behind = _pass_lines(data, format_ == "text", counts)
        if behind < 0:
            raise Indivisible("a line of nothing but characters beyond ASCII, which may be blank")
        if behind and at + behind - divided >= least:
            divided = at + behind
            yield Border(divided, int(counts[1]) + 1, int(counts[0]) + 1)
