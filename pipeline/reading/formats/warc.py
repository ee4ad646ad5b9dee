"""Archives of the web (.warc, .warc.gz), by warcio, streamed. Each response is a record with the fields url, date and text.

Pages are read as HTML files are, plain text as it stands; so is what WET files hold. Requests, metadata and the like hold no
document and are passed over; a response of another type, packed in another way than gzip, deflate or Zstandard, or with an error as
its status, is rejected.
"""

import re
import zlib
from collections.abc import Iterator
from functools import partial
from typing import Any

import zstandard
from warcio.archiveiterator import WARCIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeadersParserException

from wajue.reading import decoding
from wajue.reading.decoding import Cut
from wajue.reading.formats.html import page_reader
from wajue.reading.formats.pages import decoded
from wajue.reading.formats.reader import Broken, Outcome, Record, Source
from wajue.reading.formats.whole import converted

_DOCUMENTS = ("response", "resource", "conversion")
_PAGES = ("text/html", "application/xhtml+xml")
_LONGEST = 1 << 24  # bytes of a page
_PIECE = 1 << 16  # bytes that are decompressed at a time
# what warcio raises for damage, here and there
_FAULTS = (ArchiveLoadFailed, StatusAndHeadersParserException, EOFError, ValueError, OSError, AttributeError, TypeError, zlib.error)
_UNPACKED = ("", "identity", "none", "8bit", "binary", "utf-8", "utf8")  # the last are wrong as a Content-Encoding, and harmless
_PACKED = ("gzip", "x-gzip", "deflate", "zstd")
_WINDOW = 1 << 23  # bytes, as much as a browser need keep for zstd (https://www.rfc-editor.org/rfc/rfc9659)
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.I)


class _Records(WARCIterator):
    """The records of a file. err_count: how many of them did not end where they should."""

    INC_RECORD = ""  # what it writes to the standard error


def read(source: Source) -> Iterator[Outcome]:
    """The responses of the file. Raises Cut where it is damaged or ends too soon."""
    number = misplaced = 0
    before: Any = None
    records = _Records(decoding.Forward(source.stream, source.name))
    try:
        for record in records:
            _check_end(before)
            if records.err_count > misplaced:
                misplaced, number = records.err_count, number + 1
                yield Broken(number, number, "truncated_record", "the record before is not as long as its header says")
            before = record
            if record.length is None:
                raise Cut("the header of a record does not say how long it is")
            if record.rec_type in _DOCUMENTS:
                number += 1
                yield _outcome(record, number, source.corpus.main_content)
        _check_end(before)
    except _FAULTS as error:
        raise Cut(f"not readable as WARC: {error}") from None


def _check_end(record: Any) -> None:
    """Raises Cut if the file had less of a record than its header states."""
    if record is not None and getattr(record.raw_stream, "limit", None):
        raise Cut("the file ends inside a record")


def _outcome(record: Any, number: int, main_content: str) -> Outcome:
    """What a response comes to; main_content: as [[corpus]] says. Its line is its number: a WARC file has no lines."""
    fields = {"url": record.rec_headers.get_header("WARC-Target-URI"), "date": record.rec_headers.get_header("WARC-Date")}
    rejected = partial(Broken, number, number, raw=fields["url"] or "")
    headers = record.http_headers
    stated = (headers.get_header("Content-Type") if headers else record.rec_headers.get_header("Content-Type")) or ""
    kind = stated.partition(";")[0].strip().lower()
    if headers and not headers.get_statuscode().startswith("2"):
        return rejected("error_page", f"HTTP status {headers.get_statuscode()}")
    if kind not in (*_PAGES, "text/plain"):
        return rejected("unknown_format", kind or "a response without a type")
    packing = ((headers.get_header("Content-Encoding") if headers else "") or "").strip().lower()
    if packing not in (*_UNPACKED, *_PACKED):
        return rejected("unknown_format", f"Content-Encoding {packing}")
    try:
        content = _content(record, packing)
    except (*_FAULTS, zstandard.ZstdError) as error:
        return rejected("damaged_file", f"not readable as {kind}: {error}")
    if len(content) > _LONGEST:
        return rejected("too_long", f"longer than {_LONGEST:,} bytes")
    charset = _CHARSET.search(stated)
    made = converted(decoded(content, charset[1] if charset else ""), page_reader(main_content) if kind in _PAGES else None)
    if isinstance(made, Record):
        return Record(number, number, fields | made.fields)
    return made._replace(number=number, line=number)


def _content(record: Any, packing: str) -> bytes:
    """The body of a response, unpacked; a little more than _LONGEST of it at most. Raises Cut if the file ends earlier."""
    if packing == "x-gzip":  # an old name, which warcio does not know
        record.http_headers.replace_header("Content-Encoding", "gzip")
    stream, content = record.content_stream(), b""
    if packing == "zstd":
        stream = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(stream, read_across_frames=True)
    while len(content) <= _LONGEST and (piece := stream.read(_PIECE)):
        content += piece
    while record.raw_stream.read(_PIECE):
        pass
    _check_end(record)
    return content
