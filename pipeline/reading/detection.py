"""What a file holds, by its content and its name. In: a `Source`. Out: the name of its format, or what else it is.

Content decides where it has a mark of its own, such as the first bytes of a PDF; the extension where it has none, as text files.
What is neither a format that wajue reads nor text is `Unknown`, with the name of its kind.
"""

import dataclasses
import io
import re

import puremagic

from wajue.reading import archives, decoding, encodings
from wajue.reading.decoding import COMPRESSIONS
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Source

ARCHIVES = {"zip": (".zip",), "tar": (".tar", ".tgz", ".tbz2", ".tzst")}  # and their extensions
# names of files that hold more text than bytes
PACKED = (
    *COMPRESSIONS,
    *(extension for extensions in ARCHIVES.values() for extension in extensions if extension != ".tar"),
    *(extension for name in ("docx", "pptx", "xlsx", "epub") for extension in FORMATS[name].extensions),
)
_WIDE = ("utf-16", "utf-32", "utf_16", "utf_32")
_BY_EXTENSION = {extension: name for name, row in FORMATS.items() for extension in row.extensions}
_BY_EXTENSION |= {extension: name for name, extensions in ARCHIVES.items() for extension in extensions}
_HEAD = 1 << 16  # bytes that are looked at

_TAR = re.compile(rb"(?s).{257}ustar")
_MARKS = (  # of formats; re.match from the first byte
    ("pdf", re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-\d")),
    ("rtf", re.compile(rb"\{\\rtf")),
    ("warc", re.compile(rb"WARC/\d\.\d\r?\n")),
    ("parquet", re.compile(rb"PAR1")),
    ("mediawiki", re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<mediawiki\b")),
    ("tar", _TAR),
)
_PAGE = re.compile(rb"(?i)(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b")
_ZIP_MARKS = (b"PK\3\4", b"PK\5\6")
WITH_MARKS = {"docx", "pptx", "xlsx", "epub", *ARCHIVES, *(name for name, _ in _MARKS)}
_PACKED = ((".gz", b"\x1f\x8b\x08"), (".bz2", b"BZh"), (".zst", b"\x28\xb5\x2f\xfd"))
_LISTS_OF_PARTS = {"[Content_Types].xml", "META-INF/container.xml"}  # that documents have, and other zip files have not
_IN_ZIP = (  # the beginning of a member's name, and the format that has it
    ("word/", "docx"),
    ("ppt/", "pptx"),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)"),
    ("xl/", "xlsx"),
    ("META-INF/container.xml", "epub"),
)
_KINDS = (  # what a library of marks names oddly or not at all, and what people meet most
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an Office file as of 1997 (.doc, .xls, .ppt) or with a password; save it as .docx"),
    (b"8BPS", "a Photoshop image"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"MZ", "a program or library for Windows"),
    (b"\x7fELF", "a program or library for Linux"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "a file compressed by xz"),
    (b"ID3", "an MP3 recording"),
    (b"\0\0\0\1Bud1", "the view of a folder on a Mac (.DS_Store)"),
    (b"\0\5\x16\7", "what a Mac keeps beside a file (._)"),
)
_CONTROLS = bytes(c for c in range(32) if c not in b"\b\t\n\f\r\x1b")
_MOST_CONTROLS = 0.02  # of the bytes of a text; of compressed data one byte in nine is such a control


class Unknown(Exception):
    """No reader knows the file: what kind of file it is, in words."""


def by_name(name: str) -> str:
    """The format by the file name's extension, `text` where that says nothing."""
    stem = name.lower()
    for packed in COMPRESSIONS:
        stem = stem.removesuffix(packed)
    return _BY_EXTENSION.get("." + stem.rpartition(".")[2] if "." in stem else "", "text")


def detect(source: Source) -> tuple[str, Source]:
    """(a format or one of ARCHIVES, the source to read it from). Raises Unknown for what is no text either; Cut for damage."""
    head, source = _head(source)
    if head.startswith(_ZIP_MARKS):
        return _in_zip(source)
    marked = next((name for name, mark in _MARKS if mark.match(head)), None)
    named = by_name(source.name)
    if named == "text" and not source.name.lower().endswith(".txt") and _PAGE.match(head):  # much that is called .doc or .xls
        return "html", source
    if marked is None and _is_binary(head, source.encoding) and (named not in WITH_MARKS or _kind(head)):
        raise Unknown(_kind(head) or "data of an unknown kind, no text")
    return marked or named, source


def archive(source: Source) -> tuple[str | None, Source]:
    """(one of ARCHIVES if the file is one, the source to read it from). Raises Cut for damage."""
    head, source = _head(source)
    if head.startswith(_ZIP_MARKS) and source.corpus.format not in WITH_MARKS:
        return "zip", source
    return "tar" if _TAR.match(head) else None, source


def _head(source: Source) -> tuple[bytes, Source]:
    """The first bytes of the file as it is when decompressed, and the source with a name that says how it is compressed."""
    head = decoding.beginning(source.stream)
    if not source.compressed:
        packed = next((extension for extension, mark in _PACKED if head.startswith(mark)), "")
        source = dataclasses.replace(source, name=source.name + packed)
    return decoding.unpacked_beginning(head, source.name)[:_HEAD], source


def _in_zip(source: Source) -> tuple[str, Source]:
    """What a zip file is, by its members, and the source to read it from, decompressed."""
    stream, _ = source.seekable()
    stem = next((source.name[: -len(e)] for e in COMPRESSIONS if source.name.lower().endswith(e)), source.name)
    source = dataclasses.replace(source, stream=stream, name=stem)
    try:
        with archives.open_zip(stream) as archive:
            names = set(archive.namelist())
            with archive.open("mimetype") if "mimetype" in names else io.BytesIO() as opened:
                stated = opened.read(100)
    except archives.FAULTS:  # its reader says what is wrong
        named = by_name(stem)
        return (named if named in WITH_MARKS else "zip"), source
    if b"opendocument" in stated:
        raise Unknown("an OpenDocument file; save it as .docx, .xlsx or .pptx")
    if names.isdisjoint(_LISTS_OF_PARTS):
        return "zip", source
    format_ = next((f for beginning, f in _IN_ZIP if any(name.startswith(beginning) for name in names)), "zip")
    if format_ not in (*FORMATS, *ARCHIVES):
        raise Unknown(format_)
    return format_, source


def _is_binary(head: bytes, encoding: str) -> bool:
    is_wide = any(name.startswith(_WIDE) for name in (encodings.by_mark(head), encoding.lower()))
    if not head or is_wide:  # of whose characters many hold a zero
        return False
    controls = len(head) - len(head.translate(None, _CONTROLS))
    if controls <= _MOST_CONTROLS * len(head):
        return bool(_kind(head, certain=True))
    return bool(_kind(head)) or head[0] in _CONTROLS or decoding.is_invalid(head, encoding)


def _kind(head: bytes, certain: bool = False) -> str:
    """What its first bytes tell, empty if nothing. certain: only by marks that no text begins with."""
    kind = next((name for mark, name in _KINDS if head.startswith(mark) and (not certain or min(mark) < 32 or max(mark) > 126)), "")
    if kind or certain:
        return kind
    try:
        best = max(puremagic.magic_string(head), key=lambda match: (match.confidence, match.mime_type != ""))
    except (puremagic.PureError, ValueError):
        return ""
    return str(best.name)
