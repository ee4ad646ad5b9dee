"""PDF with a layer of text, by PDFium. Each file is a record; its field `text` has a line for each paragraph.

PDFium says where each character stands, and is fast (docs/dev/experiments/reading.md). A page has lines, not paragraphs. A line
goes on in the next one if its column has no room for the first word of that, and the next one is of the same height, is not
indented and is no further away than lines are. What stands at the head or foot of at least half of the pages, page numbers apart,
is left out.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from math import inf
from statistics import median
from typing import Any, BinaryIO, NamedTuple

from wajue.reading.formats.joining import joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import Unreadable, read_document_apart

_EDGE = 2  # lines at the head and foot of a page that may be repeated
_FEWEST_PAGES = 3  # on which a line must stand to be such a one
_NEAR_MARGIN = 2.0  # widths of a character: a mark that may not begin a line takes the one before it along
_LATIN_WIDTH = 0.6  # of a Latin letter, in widths of a character
_SAME_COLUMN = 4.0  # widths between the left ends of lines of one column: the first line is indented by two
_NARROWEST = 12.0  # widths of a column: short items of one length end below each other, too
_INDENTED = 1.0  # widths
_SAME_HEIGHT, _SPACED = 1.15, 1.3  # ratios
_CELL = 1.5  # widths of the gap between two cells of a table
_STRETCH = 16.0  # lines as wide as a page, and equal, are told apart if they are 5 points from each other
_ON_LINE = 0.5  # of the size of letters: no further above a line is what belongs to it
_SECOND_PRINT, _PRINTS = 1.0, 5  # points from the first one, which is one of so few before it
_LATIN_WORD = re.compile(r"^[!-~]+")
_HYPHENS = "\x02\ufffe\u00ad"  # at the end of a line, as PDFium marks them


class Line(NamedTuple):
    """A line of a page, in points from the lower left corner. height: of its first character, which is as wide if it is Han."""

    text: str
    left: float
    right: float
    bottom: float
    height: float


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file, with its title and date where it states them."""
    import pypdfium2  # before the process of its own starts: it takes a second  # noqa: F401

    return read_document_apart(source, "PDF", _document)


def _document(stream: BinaryIO) -> dict[str, Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(stream)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Unreadable("encrypted_file", "a PDF with a password") from None
        raise
    pages = [_page_lines(page) for page in document]
    if not any(pages):
        raise Unreadable("no_text_layer", f"no text on any page, of which there are {len(pages):,}: images of pages need OCR first")
    date = re.match(r"D:(\d{4})(\d\d)?(\d\d)?", document.get_metadata_value("CreationDate"))
    return {
        "text": "\n".join(paragraphs(_without_furniture(pages))),
        "title": document.get_metadata_value("Title") or None,
        "date": "-".join(part for part in date.groups() if part) if date else None,
    }


def _page_lines(page: Any) -> list[Line]:
    from pypdfium2.raw import FPDFText_GetUnicode

    text_page, stretched = page.get_textpage(), 1.0
    if _has_flat_letters(page, text_page):
        text_page.close()
        _stretch(page)
        text_page, stretched = page.get_textpage(), _STRETCH
    characters = [chr(FPDFText_GetUnicode(text_page, i)) for i in range(text_page.count_chars())]
    lines = []
    for at_end, group in itertools.groupby(range(len(characters)), key=lambda i: characters[i] in "\r\n"):
        if not at_end and (line := _line(text_page, characters, list(group))):
            lines.append(line._replace(bottom=line.bottom / stretched))
    page.close()
    return lines


def _has_flat_letters(page: Any, text_page: Any) -> bool:
    """Do letters of the page have no height, because the file only names their font, and no font of this machine has them?

    Then PDFium takes a line for a second print of an equal one, made to look bold, up to an eighth of its width away, and drops it.
    """
    for piece in _text_pieces(page, text_page):
        _, bottom, _, top = piece.get_bounds()
        if bottom >= top and piece.extract().strip():
            return True
    return False


def _stretch(page: Any) -> None:
    """Move the lines of a page apart, _STRETCH times as far from its foot, and take away second prints.

    What stands on nearly one line, as an exponent does, moves with it. What is within a form stays, for its place is the form's.
    """
    printed: list[tuple[float, ...]] = []  # left, bottom and right ends
    pieces = []
    for piece in _text_pieces(page, None, max_depth=1):
        ends = piece.get_bounds()[:3]
        if any(all(abs(a - b) <= _SECOND_PRINT for a, b in zip(ends, others, strict=True)) for others in printed[-_PRINTS:]):
            page.remove_obj(piece)
            continue
        printed.append(ends)
        pieces.append((piece, piece.get_matrix()))
    line = -inf
    for piece, matrix in sorted(pieces, key=lambda pair: pair[1].f):
        if matrix.f - line > _ON_LINE * piece.get_font_size() * abs(matrix.d):
            line = matrix.f
        piece.set_matrix(matrix.translate(0, (_STRETCH - 1) * line))


def _text_pieces(page: Any, text_page: Any, **settings: Any) -> list[Any]:
    from pypdfium2.raw import FPDF_PAGEOBJ_TEXT

    return list(page.get_objects(filter=[FPDF_PAGEOBJ_TEXT], textpage=text_page, **settings))


def _line(text_page: Any, characters: list[str], at: list[int]) -> Line | None:
    """at: the positions of its characters."""
    inked = [i for i in at if characters[i].strip() and characters[i] not in _HYPHENS]
    if not inked:
        return None
    first, last = (text_page.get_charbox(i, loose=True) for i in (inked[0], inked[-1]))
    height = max(first[3] - first[1], 1.0)
    shown = [characters[i] for i in at]
    for a, b in itertools.pairwise(inked):
        if b > a + 1 and text_page.get_charbox(b)[0] - text_page.get_charbox(a)[2] > _CELL * height:
            shown[a + 1 - at[0]] = "\t"
    return Line("".join(shown).strip(" \0"), first[0], last[2], first[1], height)


def _without_furniture(pages: list[list[Line]]) -> list[list[Line]]:
    """The pages without the lines that most of them have at their head or foot, numbers apart."""
    edges = [_edges(page) for page in pages]
    pages_with = Counter(key for page in edges for key in {_shape(line) for line in page})
    least = max(_FEWEST_PAGES, len(pages) / 2)
    return [
        [line for line in page if not (line in edge and pages_with[_shape(line)] >= least)]
        for page, edge in zip(pages, edges, strict=True)
    ]


def _edges(page: list[Line]) -> list[Line]:
    by_height = sorted(page, key=lambda line: line.bottom)
    return by_height[:_EDGE] + by_height[_EDGE:][-_EDGE:]


def _shape(line: Line) -> str:
    return re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text)


def paragraphs(pages: list[list[Line]]) -> Iterator[str]:
    """The text of each paragraph; one may go on from page to page."""
    pieces: list[str] = []
    before: tuple[Line, float, float] | None = None  # the line, the room after it, the usual distance on its page
    for page in pages:
        distance = _distance(page)
        for index, (line, room) in enumerate(zip(page, _rooms(page), strict=True)):
            if before and not _goes_on(*before, line, index == 0):
                yield _paragraph(pieces)
                pieces = []
            pieces.append(line.text)
            before = line, room, distance
    if pieces:
        yield _paragraph(pieces)


def _rooms(page: list[Line]) -> list[float]:
    """From the end of each line to the margin of its column, which is where two lines end at least; endless without one."""
    rooms = []
    for line in page:
        rights = sorted(other.right for other in page if abs(other.left - line.left) <= _SAME_COLUMN * line.height)
        has_margin = len(rights) > 1 and rights[-2] >= rights[-1] - _NEAR_MARGIN * line.height
        has_margin = has_margin and rights[-1] - line.left >= _NARROWEST * line.height
        rooms.append(rights[-1] - line.right if has_margin else inf)
    return rooms


def _distance(page: list[Line]) -> float:
    """The usual distance from a line to the next."""
    distances = [a.bottom - b.bottom for a, b in itertools.pairwise(page) if a.bottom > b.bottom]
    return median(distances) if distances else 0.0


def _goes_on(line: Line, room: float, distance: float, after: Line, on_next_page: bool) -> bool:
    heights = sorted((line.height, after.height))
    word = _LATIN_WIDTH * (len(after.text) - len(_LATIN_WORD.sub("", after.text)))
    return (
        room <= max(_NEAR_MARGIN, word) * line.height
        and heights[1] <= _SAME_HEIGHT * heights[0]
        and after.left - line.left < _INDENTED * line.height
        and "\t" not in line.text + after.text
        and (on_next_page or after.bottom > line.bottom or line.bottom - after.bottom <= _SPACED * distance)
    )


def _paragraph(lines: list[str]) -> str:
    text = joined_lines(lines)
    for hyphen in _HYPHENS:
        text = text.replace(f"{hyphen} ", "").replace(hyphen, "")
    return text
