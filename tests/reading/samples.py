"""Small files of each format, made by the programs' own libraries. In: their content. Out: bytes."""

import io
import tarfile
import zipfile
from functools import cache
from typing import Any

import docx
import openpyxl
import pptx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.platypus import Flowable, SimpleDocTemplate
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter


def saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


@cache
def word(*paragraphs: str) -> bytes:
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    return saved(document)


def word_of(block: str) -> bytes:
    """A Word document of one block, given in XML without its namespaces: `<w:p>...</w:p>`."""
    document = docx.Document()
    name, rest = block.split(">", 1)
    document.element.body.insert_element_before(parse_xml(f"{name} {nsdecls('w')}>{rest}"), "w:sectPr")
    return saved(document)


@cache
def slides(*texts: str) -> bytes:
    presentation = pptx.Presentation()
    for text in texts:
        presentation.slides.add_slide(presentation.slide_layouts[5]).shapes.title.text = text
    return saved(presentation)


def workbook(*sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    return saved(book)


@cache
def chinese(**settings: Any) -> ParagraphStyle:
    """A style of text in a font that the file only names."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return ParagraphStyle("text", fontName="STSong-Light", fontSize=11, leading=16, wordWrap="CJK", **settings)


def pdf(*story: Flowable, **settings: Any) -> bytes:
    """settings: of reportlab's document, and what it draws on each page as `on_page`."""
    on_page = settings.pop("on_page", lambda canvas, document: None)
    stream = io.BytesIO()
    SimpleDocTemplate(stream, **settings).build(list(story), onFirstPage=on_page, onLaterPages=on_page)
    return stream.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def tarred(members: dict[str, bytes], mode: str = "w") -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return stream.getvalue()


def with_password(archive: bytes) -> bytes:
    """The zip file, its first member marked as encrypted in both its headers."""
    data = bytearray(archive)
    for mark, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def linked(target: str) -> bytes:
    """A tar file of a link."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        info = tarfile.TarInfo("x.txt")
        info.type, info.linkname = tarfile.SYMTYPE, target
        archive.addfile(info)
    return stream.getvalue()


def sparse(size: int) -> bytes:
    """A tar file of one file that is a hole of this size."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("a.txt")
        info.pax_headers = {"GNU.sparse.map": "0,0", "GNU.sparse.realsize": str(size), "GNU.sparse.name": "a.txt"}
        archive.addfile(info)
    return stream.getvalue()


def book(*pages: str, **more: bytes) -> bytes:
    """An EPUB, whose last page is the table of contents. more: members of the archive, _ for the slash in their names."""
    names = [f"text/第 {i}.xhtml" for i in range(1, len(pages) + 1)] + ["nav.xhtml"]
    items = "".join(
        f'<item id="i{i}" href="{name.replace(" ", "%20")}" media-type="application/xhtml+xml"{nav}/>'
        for i, (name, nav) in enumerate(zip(names, [""] * len(pages) + [' properties="nav"'], strict=True))
    )
    spine = "".join(f'<itemref idref="i{i}"/>' for i in range(len(names)))
    package = f"""<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
        <dc:title>运行手册</dc:title><dc:date>2024-05-01</dc:date></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"""
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/a.opf"/></rootfiles></container>'
    members = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container.encode(), "OPS/a.opf": package.encode()}
    texts = [f"<html><body>{page}</body></html>".encode() for page in (*pages, "<p>目录</p>")]
    members |= {f"OPS/{name}": text for name, text in zip(names, texts, strict=True)}
    return zipped(members | {name.replace("_", "/"): data for name, data in more.items()})


def web_archive(*responses: tuple[str, bytes, str, str], gzip: bool = True, packing: str = "") -> bytes:
    """A WARC file. responses: (address, body, type, status) of each; packing: the Content-Encoding of all."""
    stream = io.BytesIO()
    writer = WARCWriter(stream, gzip=gzip)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for url, body, kind, status in responses:
        stated = [("Content-Type", kind)] + ([("Content-Encoding", packing)] if packing else [])
        headers = StatusAndHeaders(status, stated, protocol="HTTP/1.1")
        stamp = {"WARC-Date": "2024-05-01T08:00:00Z"}
        payload = io.BytesIO(body)
        writer.write_record(writer.create_warc_record(url, "response", payload, http_headers=headers, warc_headers_dict=stamp))
    return stream.getvalue()


def wiki(*pages: str) -> bytes:
    """A dump of such <page> elements."""
    return f'<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/">{"".join(pages)}</mediawiki>'.encode()


def page(title: str, text: str, more: str = "", ns: int = 0) -> str:
    return f"""
  <page><title>{title}</title><ns>{ns}</ns><id>7</id>{more}
    <revision><id>70</id><timestamp>2024-05-01T08:00:00Z</timestamp><text>{text}</text></revision></page>"""
