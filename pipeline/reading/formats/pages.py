"""Web pages that come as bytes, in a book or an archive. In: the bytes, and what came with them. Out: the source of the page."""

import codecs
import re

from wajue.reading import decoding

# <meta charset=gbk>, <meta ... content="text/html; charset=gbk">, <?xml version="1.0" encoding="gbk"?>
_STATED = re.compile(rb"""<(?:meta\b[^>]*\bcharset|\?xml\b[^>]*\bencoding)\s*=\s*["']?([\w.:-]+)""", re.I)
_HEAD = 2048  # bytes of a page in which it states its encoding
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}  # what a page means that names the narrower one


def decoded(page: bytes, charset: str = "") -> str:
    """The source of a page. charset: as its server stated it; else the page may, and else it is guessed."""
    if not page.isascii() and not decoding.is_invalid(page, "utf-8"):  # which other encodings are not by chance
        return page.decode("utf-8", "replace").removeprefix("\ufeff")
    stated = _STATED.search(page[:_HEAD])
    for name in (charset, stated[1].decode("ascii") if stated else ""):
        encoding = _known(name)
        if encoding and not decoding.is_invalid(page, encoding):
            return page.decode(encoding, "replace").removeprefix("\ufeff")
    return page.decode(decoding.guess_encoding(page), "replace").removeprefix("\ufeff")


def _known(charset: str) -> str:
    """The encoding of that name; empty if Python has none that makes text of bytes."""
    try:
        found = codecs.lookup(charset.strip())
    except (LookupError, ValueError):
        return ""
    return _WIDER.get(found.name, found.name) if found._is_text_encoding else ""
