"""Slides (.pptx), by python-pptx. Each file is a record; its field `text` has a line for each paragraph and table row, slide by
slide, and after each slide its notes.

Cells are parted by ` | `. Numbers, dates and footers of slides are left out.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from wajue.reading.formats.joining import joined_cells, joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_document_apart


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file, with its title and date where it states them."""
    import pptx  # before the process of its own starts: it takes a second  # noqa: F401

    return read_document_apart(source, "PPTX", _presentation)


def _presentation(stream: BinaryIO) -> dict[str, Any]:
    import pptx

    presentation = pptx.Presentation(stream)
    lines: list[str] = []
    for slide in presentation.slides:
        lines += _lines(slide.shapes)
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame:
            lines += _paragraphs(slide.notes_slide.notes_text_frame)
    properties = presentation.core_properties
    date = properties.modified or properties.created
    return {"text": "\n".join(lines), "title": properties.title or None, "date": date.date().isoformat() if date else None}


def _lines(shapes: Any) -> Iterator[str]:
    from pptx.enum.shapes import PP_PLACEHOLDER

    furniture = (PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.HEADER)
    for shape in shapes:
        if hasattr(shape, "shapes"):  # a group; to ask for its type fails for shapes that python-pptx does not know
            yield from _lines(shape.shapes)
        elif shape.is_placeholder and shape.placeholder_format.type in furniture:
            continue
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame)
        elif shape.has_table:
            for row in shape.table.rows:
                cells = [joined_lines(_paragraphs(cell.text_frame)) for cell in row.cells]
                if any(cells):
                    yield joined_cells(cells)


def _paragraphs(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        if line := joined_lines(paragraph.text.split("\v")):  # so it writes a break within the paragraph
            yield line
