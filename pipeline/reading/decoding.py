"""Bytes to text. In: the bytes of one file, compressed or not, in any encoding. Out: its text, block by block or line by line.

Everything streams, so memory is one block and one line. A file that is cut off raises `Cut`; bytes that do not decode become
INVALID, so that only their record is lost.
"""

import bz2
import codecs
import io
import itertools
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import zstandard

from wajue.reading import encodings

BLOCK = 1 << 20
_PIECE_OF_BLOCK = 1 << 17  # what is made of one stays in the cache, which takes a sixth off reading questions
MAX_RECORD = 1 << 25  # bytes of a record; [clean] max_length is a thirtieth of it, and parsed JSON takes up to twenty times as much
COMPRESSIONS = (".gz", ".bz2", ".zst")
INVALID = "\uffff"  # a noncharacter
_EURO_MARK = "\ufffe"  # another one, in place of a € until it is noted
_GB18030, _EURO_BYTE = "gb18030", 0x80  # Windows writes € so in its GBK; GB18030 has no such byte
_BYTE_ORDER_MARK = "\ufeff"
_MARK_AT_LINE = re.compile("(?m)^\ufeff+")
_MARK_AFTER_LINE = re.compile("(?<=\n)\ufeff+")  # in a block that begins within a line
# what files of an encoding hold, too: 镕 and € in GB 2312, 恒 in Big5, a byte order mark in UTF-8
_WIDER = {"gb2312": _GB18030, "gbk": _GB18030, "big5": "big5hkscs", "utf-8": "utf-8-sig"}
_EXPANSION = 200  # times its size that a file may expand: a text packs 3 to 5 times, a log 50
_EXPANDED = 1 << 30  # bytes to which any file may expand
_SHOWN = 10_000  # characters of a line that is too long
_PIECE = 1 << 10  # bytes; a decompressor that meets damage gives nothing of the piece it was handed, so pieces are small


class Overlong(str):
    """The beginning of a line that is longer than MAX_RECORD. It ends with INVALID, so that a search for INVALID finds it too."""


class Cut(Exception):
    """The file ends, or stops making sense, too soon. raw: the beginning of the record that is incomplete."""

    def __init__(self, detail: str, raw: str = "") -> None:
        super().__init__(detail)
        self.raw = raw


def _decompressor(name: str) -> Any:
    if name.endswith(".gz"):
        return zlib.decompressobj(wbits=31)
    if name.endswith(".bz2"):
        return bz2.BZ2Decompressor()
    return zstandard.ZstdDecompressor().decompressobj()


EXPANDS = f"the data expands to more than {_EXPANSION} times its size"


def most_expanded(size: int) -> int:
    """The bytes to which `size` bytes of compressed data may expand."""
    return max(_EXPANDED, _EXPANSION * size)


def blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The file's bytes, decompressed, in blocks of bounded size; the first and largest tells what the file is.

    Raises Cut where the compressed data breaks off, is damaged, or expands as no text does.
    """
    whole = _whole_blocks(stream, name)
    yield from itertools.islice(whole, 1)
    for block in whole:
        yield from (block[at : at + _PIECE_OF_BLOCK] for at in range(0, len(block), _PIECE_OF_BLOCK))


def _whole_blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    if not name.lower().endswith(COMPRESSIONS):
        while block := stream.read(BLOCK):
            yield block
        return
    pieces: list[bytes] = []  # of the next block
    size = given = 0
    fault: Cut | None = None
    try:
        for piece in _decompressed(stream, name.lower()):
            pieces.append(piece)
            size += len(piece)
            if size >= BLOCK:
                yield b"".join(pieces)
                given, size, pieces = given + size, 0, []
                if given > most_expanded(stream.tell()):
                    raise Cut(EXPANDS)
    except Cut as cut:
        fault = cut
    if size:
        yield b"".join(pieces)
    if fault is not None:
        raise fault


class Forward:
    """The same as a stream that goes forward, for parsers that read. A Cut comes after all that can be read before it."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._blocks, self._rest = blocks(stream, name), b""

    def read(self, size: int = BLOCK) -> bytes:
        """So many bytes or fewer, none at the end."""
        if not self._rest:
            self._rest = next(self._blocks, b"")
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


def _decompressed(stream: BinaryIO, name: str) -> Iterator[bytes]:
    unpacker = _decompressor(name)
    while block := stream.read(BLOCK // 4):
        at = 0
        while at < len(block):
            if unpacker.eof:
                if not block[at:].strip(b"\0"):  # padding after the last member
                    break
                unpacker = _decompressor(name)
            piece = block[at : at + _PIECE]
            try:
                yield from _pieces(unpacker, piece)
            except (zlib.error, OSError, zstandard.ZstdError) as error:
                raise Cut(f"the compressed data is damaged: {error}") from None
            at += len(piece) - (len(unpacker.unused_data) if unpacker.eof else 0)
    if not unpacker.eof:  # an empty file lacks its end mark, too: an empty text has some bytes when compressed
        raise Cut("the compressed file ends before its end mark")


def _pieces(unpacker: Any, piece: bytes) -> Iterator[bytes]:
    """What a piece of compressed data expands to: with gzip 1 MB at most, with Zstandard 32 MB. bzip2 could give 1,000 MB, so it is
    asked for a block at a time."""
    if not isinstance(unpacker, bz2.BZ2Decompressor):
        yield unpacker.decompress(piece)
        return
    yield unpacker.decompress(piece, BLOCK)
    while not (unpacker.needs_input or unpacker.eof):
        yield unpacker.decompress(b"", BLOCK)


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    if error.encoding == _GB18030 and error.object[error.start] == _EURO_BYTE:
        if "incomplete" in error.reason:  # at the end of the text, where the decoder gives up what it waits with
            rest = bytes(error.object[error.start + 1 :])
            return _EURO_MARK + rest.decode(_GB18030, "wajue-mark"), len(error.object)
        return _EURO_MARK, error.start + 1
    return INVALID, max(error.end, error.start + 1)


codecs.register_error("wajue-mark", _mark_invalid)


def is_invalid(sample: bytes, encoding: str) -> bool:
    """Do the first bytes of a file not decode?"""
    if encoding == encodings.UNKNOWN:
        return True
    try:
        return INVALID in codecs.getincrementaldecoder(codec_of(encoding))("wajue-mark").decode(sample)
    except UnicodeError:  # UTF-16 without its mark, where one is asked for
        return True


def sample_encoding(stream: BinaryIO, name: str) -> str:
    """`encodings.guessed` of the first block of a file."""
    try:
        return encodings.guessed(next(blocks(stream, name), b""))
    except Cut:
        return "utf-8"


def beginning(stream: BinaryIO) -> bytes:
    """The first bytes of a stream at its beginning, which is left there."""
    if not stream.seekable():
        return cast(io.BufferedReader, stream).peek(BLOCK)[:BLOCK]
    start = stream.read(BLOCK // 16)
    stream.seek(0)
    return start


def unpacked_beginning(start: bytes, name: str) -> bytes:
    """The first bytes of a file decompressed, as far as its own first bytes go; none if they are damaged."""
    try:
        return next(blocks(io.BytesIO(start), name), b"")
    except Cut:
        return b""


def codec_of(encoding: str) -> str:
    """The codec that reads all that goes by the name of this encoding: GB18030 for GB 2312 and GBK."""
    name = codecs.lookup(encoding).name
    return _WIDER.get(name, name)


def text_blocks(data: Iterator[bytes], encoding: str, note: Callable[[str], None] = lambda said: None) -> Iterator[str]:
    """The decoded text, block by block; bytes that do not decode become INVALID. Byte order marks at the beginning of a line, as
    in files that were joined, are taken out.

    note: is told what was read that is not strictly of the encoding.
    """
    codec = codec_of(encoding)
    decoder = codecs.getincrementaldecoder(codec)("wajue-mark")
    if codec not in (codecs.lookup(encoding).name, "utf-8-sig"):
        note(f"{encoding} read as {codec}, which has more characters")
    before = "\n"  # the last character of the block before
    for block in itertools.chain(data, (None,)):
        text = decoder.decode(b"", True) if block is None else decoder.decode(block)
        if _EURO_MARK in text and codec == _GB18030:
            text = text.replace(_EURO_MARK, "€")
            note("the byte 80 read as €")
        if _BYTE_ORDER_MARK in text:
            text, marks = (_MARK_AT_LINE if before == "\n" else _MARK_AFTER_LINE).subn("", text)
            if marks:
                note("byte order marks at lines taken out")
        if text:
            before = text[-1]
            yield text


def lines(texts: Iterator[str], *, old_mac: bool | None = None) -> Iterator[str]:
    """Lines without their ends: \\n or \\r\\n, and \\r in a file of old_mac: one that begins without any \\n, if that is not known.

    A line longer than MAX_RECORD comes as Overlong, its beginning.
    """
    pieces: list[str] = []  # of a line that goes on in the next block
    length = 0
    try:
        if old_mac is None:
            beginning = next(texts, "")
            old_mac, texts = "\n" not in beginning and "\r" in beginning[:-1], itertools.chain((beginning,), texts)
        for block in _with_newlines(texts) if old_mac else texts:
            first, *others = block.split("\n")
            length += len(first)
            pieces.append(first if length <= MAX_RECORD else "")
            if others:
                yield _line(pieces, length)
                for line in others[:-1]:
                    yield line.removesuffix("\r")
                pieces, length = [others[-1]], len(others[-1])
            elif length > MAX_RECORD:
                pieces = ["".join(pieces)[:_SHOWN]]
    except Cut as cut:
        raise Cut(str(cut), "".join(pieces)[:_SHOWN]) from None
    if rest := _line(pieces, length):
        yield rest


def _with_newlines(texts: Iterator[str]) -> Iterator[str]:
    """With \\n for each \\r\\n and \\r, which may be parted by the end of a block."""
    parted = ""
    try:
        for block in texts:
            text = parted + block
            parted = "\r" if text.endswith("\r") else ""
            yield text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
    except Cut:
        yield parted and "\n"
        raise
    yield parted and "\n"


def _line(pieces: list[str], length: int) -> str:
    if length > MAX_RECORD:
        return Overlong("".join(pieces)[:_SHOWN] + INVALID)
    return pieces[0].removesuffix("\r") if len(pieces) == 1 else "".join(pieces).removesuffix("\r")
