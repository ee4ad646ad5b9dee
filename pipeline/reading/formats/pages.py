"""Web pages that come as bytes, in a book or an archive. In: the bytes, and what came with them. Out: the source of the page."""

import codecs
import re

from wajue.reading import decoding, encodings
from wajue.reading.decoding import INVALID

# <meta charset=gbk>, <meta ... content="text/html; charset=gbk">, <?xml version="1.0" encoding="gbk"?>
_STATED = re.compile(rb"""<(?:meta\b[^>]*\bcharset|\?xml\b[^>]*\bencoding)\s*=\s*["']?([\w.:-]+)""", re.I)
_HEAD = 2048  # bytes of a page in which it states its encoding


def decoded(page: bytes, charset: str = "") -> str:
    """The source of a page. charset: as its server stated it; else the page may, and else it is guessed."""
    if not page.isascii() and not decoding.is_invalid(page, "utf-8"):  # which other encodings are not by chance
        return _text(page, "utf-8")
    stated = _STATED.search(page[:_HEAD])
    for name in (charset, stated[1].decode("ascii") if stated else ""):
        encoding = _known(name)
        if encoding and not decoding.is_invalid(page, encoding):
            return _text(page, encoding)
    return _text(page, encodings.guessed(page))


def _text(page: bytes, encoding: str) -> str:
    return "".join(decoding.text_blocks(iter((page,)), encoding)).replace(INVALID, "\ufffd")


def _known(charset: str) -> str:
    """The encoding of that name; empty if Python has none that makes text of bytes."""
    try:
        found = codecs.lookup(charset.strip())
    except (LookupError, ValueError):
        return ""
    return found.name if found._is_text_encoding else ""
