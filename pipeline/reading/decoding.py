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

import charset_normalizer
import zstandard

BLOCK = 1 << 20
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
# of what is at the core of each encoding, the first and last code of the marks and of the frequent characters, its level 1
_FREQUENT = {
    "gb18030": ("gb2312", (b"\xa1\xa1", b"\xa3\xfe"), (b"\xb0\xa1", b"\xd7\xf9")),
    "big5hkscs": ("big5", (b"\xa1\x40", b"\xa3\xbf"), (b"\xa4\x40", b"\xc6\x7e")),
}
_ALIKE = ("euc_jp", "shift_jis", "euc_kr")  # encodings of other languages in which many bytes are those of Chinese characters
UNKNOWN = "unknown"  # instead of an encoding, where none makes Chinese of the bytes
# of the characters beyond ASCII, that are marks or frequent ones: in Chinese text nine of ten are
_LEAST_FREQUENT, _MOSTLY_FREQUENT = 0.5, 0.8
# the 200 characters that stand most often in the words of jieba's dictionary, and what they are in traditional script
_COMMONEST = frozenset(
    "一是人了不在有大中国和为这上他个地年来我会以到时要出的生学说道民家子也成行下们于后就发自之对得主长可过天作分方用多你着部能市等业全里工公经本都而高政法面门动日进区事代那去心小同北定开产前其军还然起种所"
    "如现理机体表力好外与文当两实重新三么只山水关明从化平建又制南内西没此将员名手最东头者月间无安看见各城十相但已些正口通想度加第她合院物性战由位常点海意场武使次二向治因立数样身情入原问把路被并利石老教万知"
    "國爲這個來會時學說們於後發對長過業裏經門動進區開產軍還種現機體與當兩實麼關從內沒將員東頭間無見戰點場數樣問並萬"
)
# of the Han characters: .45 of a text, .06 at least of 3,000 lists of names; .04 at most of Korean, Russian, Greek, Thai text
_LEAST_COMMONEST = 0.05
_FEW_BYTES = 128  # beyond ASCII: too few to tell languages apart by statistics
_LOOKED_AT = 1 << 14  # bytes by whose characters a language is told
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
    """The file's bytes, decompressed, in blocks of bounded size.

    Raises Cut where the compressed data breaks off, is damaged, or expands as no text does.
    """
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
    if pieces:
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


def guess_encoding(sample: bytes) -> str:
    """The encoding of a file by its first bytes: a byte-order mark, else UTF-16 or UTF-8, else the likeliest Chinese encoding.

    UNKNOWN if that makes no Chinese of many bytes.
    """
    for mark, name in ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if sample.startswith(mark):
            return name
    is_utf_8 = _decodes_as_utf_8(sample)
    if is_utf_8 and not sample.isascii():
        return "utf-8"
    for name in ("utf-16-le", "utf-16-be"):
        if _is_chinese_utf_16(sample, name):
            return name
    if is_utf_8:
        return "utf-8"
    marked = codecs.getincrementaldecoder("utf-8")("replace").decode(sample)
    if marked.count("\ufffd") < 0.02 * sum(c > "\u07ff" for c in marked):  # UTF-8 with a few bad bytes
        return "utf-8"
    sample = sample[: sample.rfind(b"\n") + 1] or sample  # whole characters only
    if sum(byte >= 0x80 for byte in sample) < _FEW_BYTES:
        return max(_FREQUENT, key=lambda encoding: _frequent_share(sample, encoding))  # GB 18030 where they are equal
    best = charset_normalizer.from_bytes(sample, cp_isolation=[*_FREQUENT, "utf_8", *_ALIKE]).best()
    if best and best.encoding in _ALIKE:
        return UNKNOWN
    encoding = {"big5hkscs": "big5hkscs", "utf_8": "utf-8"}.get(best.encoding if best else "", "gb18030")
    return encoding if encoding == "utf-8" or _is_chinese(sample[:_LOOKED_AT].decode(encoding, "replace"), encoding) else UNKNOWN


def _decodes_as_utf_8(sample: bytes) -> bool:
    """Its last character may be cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _is_chinese(text: str, encoding: str) -> bool:
    """Are most characters beyond ASCII frequent ones of the encoding, and some of the Han characters the commonest of all?

    Korean in EUC-KR reads as frequent characters of GB18030, for both have them at the same codes; but as any of these alike.
    """
    han = [c for c in text if "\u4e00" <= c <= "\u9fff"]
    commonest = sum(c in _COMMONEST for c in han)
    return _frequent(text, encoding) >= _LEAST_FREQUENT and commonest >= _LEAST_COMMONEST * len(han)


def _is_chinese_utf_16(sample: bytes, name: str) -> bool:
    """Is half of it beyond ASCII, and nearly all that frequent? Other encodings give rare characters, Yi, Hangul, private use."""
    text = sample[: min(len(sample) // 2 * 2, _LOOKED_AT)].decode(name, "replace")
    beyond = sum(not c.isascii() for c in text)
    return beyond >= 0.5 * len(text) > 0 and max(_frequent(text, encoding) for encoding in _FREQUENT) >= _MOSTLY_FREQUENT


def _frequent_share(sample: bytes, encoding: str) -> float:
    """The share of the frequent characters and marks among all beyond ASCII that the bytes are in an encoding."""
    return _frequent(sample.decode(encoding, "replace"), encoding)


def _frequent(text: str, encoding: str) -> float:
    beyond = [c for c in text if not c.isascii()]
    core, *levels = _FREQUENT[encoding]
    codes = [c.encode(core, "replace") for c in beyond]
    return sum(any(first <= code <= last for first, last in levels) for code in codes) / max(len(beyond), 1)


def is_invalid(sample: bytes, encoding: str) -> bool:
    """Do the first bytes of a file not decode?"""
    if encoding == UNKNOWN:
        return True
    try:
        return INVALID in codecs.getincrementaldecoder(codec_of(encoding))("wajue-mark").decode(sample)
    except UnicodeError:  # UTF-16 without its mark, where one is asked for
        return True


def sample_encoding(stream: BinaryIO, name: str) -> str:
    """`guess_encoding` of the first block of a file."""
    try:
        return guess_encoding(next(blocks(stream, name), b""))
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


def lines(texts: Iterator[str]) -> Iterator[str]:
    """Lines without their ends: \\n or \\r\\n, and \\r in a file that begins without any \\n, as on old Macs.

    A line longer than MAX_RECORD comes as Overlong, its beginning.
    """
    pieces: list[str] = []  # of a line that goes on in the next block
    length = 0
    old_mac: bool | None = None
    try:
        for block in texts:
            if old_mac is None:
                old_mac = "\n" not in block and "\r" in block[:-1]
            if old_mac:
                block = block.replace("\r\n", "\n").replace("\r", "\n")
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


def _line(pieces: list[str], length: int) -> str:
    if length > MAX_RECORD:
        return Overlong("".join(pieces)[:_SHOWN] + INVALID)
    return pieces[0].removesuffix("\r") if len(pieces) == 1 else "".join(pieces).removesuffix("\r")
