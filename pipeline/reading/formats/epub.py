"""Electronic books (.epub): a zip file of web pages, and of a list that says in which order they are read. Each book is a record.

The parser of HTML reads the pages. The table of contents is left out, as it repeats their headings.
"""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote

from defusedxml.ElementTree import fromstring

from wajue.reading.formats.html import text_of_html
from wajue.reading.formats.pages import decoded
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import Unreadable, read_document_apart

_PAGES = ("application/xhtml+xml", "text/html", "text/x-oeb1-document")
_FONTS = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")  # ways of encrypting that concern fonts alone


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the book, with its title, and its date where it states one."""
    return read_document_apart(source, "EPUB", _book)


def _book(stream: BinaryIO) -> dict[str, Any]:
    with zipfile.ZipFile(stream) as archive:
        if _is_encrypted(archive):
            raise Unreadable("encrypted_file", "a book with copy protection")
        container = fromstring(archive.read("META-INF/container.xml"))
        listed = container.find(".//{*}rootfile").get("full-path")
        package = fromstring(archive.read(listed))
        text = "\n".join(filter(None, (text_of_html(decoded(archive.read(page))).strip() for page in _pages(package, listed))))
    return {"text": text, "title": package.findtext(".//{*}title"), "date": package.findtext(".//{*}date")}


def _is_encrypted(archive: zipfile.ZipFile) -> bool:
    if "META-INF/encryption.xml" not in archive.namelist():
        return False
    methods = fromstring(archive.read("META-INF/encryption.xml")).iter("{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod")
    return any(method.get("Algorithm") not in _FONTS for method in methods)


def _pages(package: Any, listed: str) -> Iterator[str]:
    """The names of the pages within the archive, in the order of the book. listed: the name of the list."""
    items = {item.get("id"): item for item in package.iterfind(".//{*}manifest/{*}item")}
    for reference in package.iterfind(".//{*}spine/{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is not None and item.get("media-type") in _PAGES and "nav" not in item.get("properties", "").split():
            yield posixpath.normpath(posixpath.join(posixpath.dirname(listed), unquote(item.get("href"))))
