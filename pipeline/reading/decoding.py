"""Bytes to text. In: the bytes of one file, compressed or not, in any encoding. Out: its text, block by block or line by line.

Streams throughout: memory is one block and one line. What breaks off raises `Cut`; bytes that do not decode become INVALID, so
that only their record is lost.
"""

import bz2
import codecs
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import charset_normalizer
import zstandard

BLOCK = 1 << 20
MAX_RECORD = 1 << 25  # bytes of a record; [clean] max_length is a thirtieth of it, and parsed JSON takes up to twenty times as much
COMPRESSIONS = (".gz", ".bz2", ".zst")
INVALID = "\uffff"  # a noncharacter
_EXPANSION, _EXPANDED = 200, 1 << 30  # times, and bytes that are always allowed: a text packs 3 to 5 times, a log 50
_SHOWN = 10_000  # characters of what is not kept
_PIECE = 1 << 10  # bytes; a decompressor that meets damage gives nothing of the piece it was handed, so pieces are small


class Overlong(str):
    """The beginning of a line that is longer than MAX_RECORD; it ends with INVALID, so that whoever looks for that finds it too."""


class Cut(Exception):
    """The file ends, or stops making sense, before its end; raw: the beginning of what is incomplete."""

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
    """The bytes that so many bytes of compressed data may come to."""
    return max(_EXPANDED, _EXPANSION * size)


def blocks(stream: BinaryIO, name: str) -> Iterator[bytes]:
    """The file's bytes, decompressed, in blocks of bounded size.

    Raises Cut where the compressed data breaks off, is damaged, or expands as no text does.
    """
    if not name.lower().endswith(COMPRESSIONS):
        while block := stream.read(BLOCK):
            yield block
        return
    outs: list[bytes] = []
    held = given = 0
    fault: Cut | None = None
    try:
        for out in _decompressed(stream, name.lower()):
            outs.append(out)
            held += len(out)
            if held >= BLOCK:
                yield b"".join(outs)
                given, held, outs = given + held, 0, []
                if given > most_expanded(stream.tell()):
                    raise Cut(EXPANDS)
    except Cut as cut:
        fault = cut
    if outs:
        yield b"".join(outs)
    if fault is not None:
        raise fault


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
    if not unpacker.eof:  # so does a file of no bytes: an empty text, compressed, has some
        raise Cut("the compressed file ends before its end mark")


def _pieces(unpacker: Any, piece: bytes) -> Iterator[bytes]:
    """What a piece decompresses to. One of gzip gives 1 MB at most, of Zstandard 32; of bzip2 1,000, so it is asked for less."""
    if not isinstance(unpacker, bz2.BZ2Decompressor):
        yield unpacker.decompress(piece)
        return
    yield unpacker.decompress(piece, BLOCK)
    while not (unpacker.needs_input or unpacker.eof):
        yield unpacker.decompress(b"", BLOCK)


def _mark_invalid(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return INVALID, max(error.end, error.start + 1)


codecs.register_error("wajue-mark", _mark_invalid)


def guess_encoding(sample: bytes) -> str:
    """The encoding of a file by its beginning: a byte-order mark, else valid UTF-8, else the likeliest of the Chinese ones."""
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if sample.startswith(mark):
            return name
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
        return "utf-8"
    except UnicodeDecodeError:
        marked = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
        if marked.count("\ufffd") < 0.02 * sum(c > "\u07ff" for c in marked):  # UTF-8 with a few bad bytes
            return "utf-8"
        sample = sample[: sample.rfind(b"\n") + 1] or sample  # whole characters only
        best = charset_normalizer.from_bytes(sample, cp_isolation=["gb18030", "big5hkscs", "utf_8"]).best()
        return {"big5hkscs": "big5hkscs", "utf_8": "utf-8"}.get(best.encoding if best else "", "gb18030")


def sample_encoding(stream: BinaryIO, name: str) -> str:
    """`guess_encoding` of the first block of a file."""
    try:
        return guess_encoding(next(blocks(stream, name), b""))
    except Cut:
        return "utf-8"


def text_blocks(data: Iterator[bytes], encoding: str) -> Iterator[str]:
    """Decoded text; bytes that do not decode become INVALID."""
    name = "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    decoder = codecs.getincrementaldecoder(name)("wajue-mark")
    for block in data:
        yield decoder.decode(block)
    if tail := decoder.decode(b"", True):
        yield tail


def lines(texts: Iterator[str]) -> Iterator[str]:
    """Lines without their end (\\n or \\r\\n; in a file that begins without any \\n also \\r, as old Macs had it).

    Of one longer than MAX_RECORD the beginning, as Overlong.
    """
    pieces: list[str] = []  # of a line that goes on
    held = 0
    old_mac: bool | None = None
    try:
        for block in texts:
            if old_mac is None:
                old_mac = "\n" not in block and "\r" in block[:-1]
            if old_mac:
                block = block.replace("\r\n", "\n").replace("\r", "\n")
            first, *others = block.split("\n")
            held += len(first)
            pieces.append(first if held <= MAX_RECORD else "")
            if others:
                yield _line(pieces, held)
                for line in others[:-1]:
                    yield line.removesuffix("\r")
                pieces, held = [others[-1]], len(others[-1])
            elif held > MAX_RECORD:
                pieces = ["".join(pieces)[:_SHOWN]]
    except Cut as cut:
        raise Cut(str(cut), "".join(pieces)[:_SHOWN]) from None
    if rest := _line(pieces, held):
        yield rest


def _line(pieces: list[str], length: int) -> str:
    if length > MAX_RECORD:
        return Overlong("".join(pieces)[:_SHOWN] + INVALID)
    return pieces[0].removesuffix("\r") if len(pieces) == 1 else "".join(pieces).removesuffix("\r")
