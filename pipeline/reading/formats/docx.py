"""Word documents (.docx), by python-docx. Each file is a record; its field `text` has a line for each paragraph and table row.

Cells are parted by ` | `. Footnotes and endnotes follow the text. Page headers and footers, comments, tables of contents and
what a tracked change deletes are left out.
"""

import re
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO
from unicodedata import category

from wajue.reading.formats.joining import FORMULA, joined_cells, joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_document_apart

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same again for old programs
_FORMULAS = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_NOTES = ("footnotes", "endnotes")
_WRAPPERS = {f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins")}  # around rows and cells, as around any text
_CHARACTERS = {  # elements that stand for one each
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}tab": "\t",
    f"{_W}ptab": "\t",
    f"{_W}noBreakHyphen": "-",
    f"{_W}softHyphen": "",
}
_PICTURES = {"Symbol", "Wingdings", "Wingdings 2", "Wingdings 3", "Webdings"}  # fonts whose characters are not those of Unicode
_NO_CHARACTERS = {"Cc", "Cs", "Co", "Cn"}  # of Unicode: controls, halves of pairs, private use, unassigned
_UNKNOWN = "\u25a1"
_LEFT_OUT = {f"{_W}del", f"{_W}moveFrom", f"{_W}rt", f"{_W}pPr", f"{_W}rPr", f"{_W}instrText", _FALLBACK}


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file, with its title and date where it states them."""
    import docx  # before the process of its own starts: it takes a second  # noqa: F401

    return read_document_apart(source, "DOCX", _document)


def _document(stream: BinaryIO) -> dict[str, Any]:
    import docx

    document = docx.Document(stream)
    lines = list(_lines(document.element.body))
    for relation in document.part.rels.values():
        if relation.reltype.rpartition("/")[2] in _NOTES:
            lines += _note_lines(relation.target_part.blob)
    properties = document.core_properties
    date = properties.modified or properties.created
    return {"text": "\n".join(lines), "title": properties.title or None, "date": date.date().isoformat() if date else None}


def _note_lines(xml: bytes) -> Iterator[str]:
    from docx.oxml import parse_xml

    for note in parse_xml(xml):
        if note.get(f"{_W}type", "normal") == "normal":  # others draw the line above the notes
            yield from _lines(note)


def _lines(blocks: Any) -> Iterator[str]:
    """A line for each paragraph and table row among the children, at any depth."""
    for block in blocks:
        if block.tag == f"{_W}p":
            yield from _paragraph(block)
        elif block.tag == f"{_W}tbl":
            for row in _children(block, f"{_W}tr"):
                cells = [joined_lines(_lines(cell)) for cell in _children(row, f"{_W}tc")]
                if any(cells):
                    yield joined_cells(cells)
        elif isinstance(block.tag, str) and block.tag not in _LEFT_OUT:
            yield from _lines(block)


def _children(element: Any, tag: str) -> Iterator[Any]:
    """The children with this tag, also those in content controls and the like. Those of a table inside a cell belong to its own."""
    for child in element:
        if child.tag == tag:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, tag)


def _paragraph(paragraph: Any) -> Iterator[str]:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    if style is not None and style.get(f"{_W}val", "").upper().startswith("TOC"):
        return
    boxes: list[Any] = []
    line = joined_lines("".join(_pieces(paragraph, boxes)).split("\n"))
    if line:
        yield line
    for box in boxes:
        yield from _lines(box)


def _pieces(element: Any, boxes: list[Any]) -> Iterator[str]:
    """The text of a paragraph; boxes of text that float beside it are added to `boxes`."""
    for child in element:
        if child.tag == f"{_W}txbxContent":
            boxes.append(child)
        elif child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _CHARACTERS:
            yield _CHARACTERS[child.tag]
        elif child.tag == f"{_W}sym":
            yield _symbol(child.get(f"{_W}char", ""), child.get(f"{_W}font", ""))
        elif child.tag in (f"{_FORMULAS}oMath", f"{_FORMULAS}oMathPara"):
            yield FORMULA
        elif isinstance(child.tag, str) and child.tag not in _LEFT_OUT:
            yield from _pieces(child, boxes)


def _symbol(code: str, font: str) -> str:
    """The character of a font by its hexadecimal code; a box where Unicode has another one there, or none."""
    is_stated = re.fullmatch("[0-9A-Fa-f]{1,6}", code) and font not in _PICTURES
    character = chr(int(code, 16)) if is_stated and int(code, 16) <= sys.maxunicode else _UNKNOWN
    return character if category(character) not in _NO_CHARACTERS else _UNKNOWN
