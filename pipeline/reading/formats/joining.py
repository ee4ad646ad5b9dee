"""Lines of one paragraph, joined. In: lines that end where the page does. Out: the paragraph as one line.

Between two wide characters, such as Han, nothing comes in the place of the break; else a space does
(https://www.w3.org/TR/css-text-3/#line-break-transform).
"""

from collections.abc import Iterable
from functools import cache
from unicodedata import east_asian_width

from wajue.cleaning import passages

FORMULA = passages.marked("formula", "")  # of a formula whose source is not at hand
CELL = " | "  # between the cells of a row


def joined_lines(lines: Iterable[str]) -> str:
    """The lines that are not blank as one, without the white space around each."""
    parts: list[str] = []
    for line in lines:
        if stripped := line.strip():
            if parts and _parted(parts[-1][-1], stripped[0]):
                parts.append(" ")
            parts.append(stripped)
    return "".join(parts)


def joined_cells(cells: Iterable[str]) -> str:
    """The cells of a row that hold something, as one line."""
    return CELL.join(filter(None, cells))


def on_one_line(text: str) -> str:
    """The same for a text that lies between two elements: the white space at its ends is kept."""
    stripped = text.strip()
    before, _, after = text.partition(stripped) if stripped else (text, "", "")
    return before + joined_lines(stripped.split("\n")) + after


@cache
def _parted(before: str, after: str) -> bool:
    """Does a space belong between the characters? Quotation marks are as wide as the character beside them."""
    widths = {east_asian_width(before), east_asian_width(after)}
    return not (widths <= {"W", "F"} or (widths <= {"W", "F", "A"} and widths & {"W", "F"}))
