"""Hard-wrapped text: lines that were ended at a width, wherever the sentence stood. In: lines. Out: the width, whole paragraphs.

Old books, e-mail and text taken from printed pages are like this, and a word that a line end cuts is lost. Whether a file is
wrapped shows in four shares, with a width W in columns (a wide character takes two): few lines are longer than W; of the lines that
are not short many end just before W; these end in no mark as often as running text does; and the line after one of them, where it
is shorter, ends a paragraph, with a full stop. Titles that were cut at a length have the first three, and not the last. The limits
were read off 50 old books and 70 other files (docs/dev/experiments/reading.md).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from wajue.reading.decoding import INVALID, Cut

SAMPLE_LINES = 4_000  # of a file, from which it is told
_NARROWEST, _WIDEST = 30, 250  # columns
_SLACK = 4  # columns: a mark that may not begin a line, or a wide character, leaves so many free
_LEAST_FULL = 10  # lines
_LONGEST = 20_000  # characters of a paragraph: what never ends is no prose
_MOST_LONGER, _LEAST_FULL_OF_LONG, _LEAST_OPEN, _LEAST_CLOSED = 0.15, 0.3, 0.5, 0.1
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003ffff]"
)
_SENTENCE_ENDS = "。！？!?"
_PARAGRAPH_ENDS = _SENTENCE_ENDS + "；：…”』」）.;:)》"
_MARKS = _PARAGRAPH_ENDS + "，、,"
_INDENT = re.compile(r"(?:\u3000| {2,}|\t)")
_HYPHENATED = re.compile(r"(?a)[A-Za-z]-$")


def width(line: str) -> int:
    """The columns of a line."""
    return len(line) + len(_WIDE.findall(line))


def wrapped_at(lines: Sequence[str]) -> int | None:
    """The width at which the lines of a file were wrapped, None if they were not; lines: the first SAMPLE_LINES of it."""
    stripped = [line.strip() for line in lines]
    widths = [width(line) for line in stripped]
    count = Counter(w for w in widths if w)
    if not count or max(count) < _NARROWEST:
        return None
    last = max(range(_NARROWEST, max(count) + 1), key=lambda w: w * sum(count[w - k] for k in range(_SLACK)))
    full = [last - _SLACK < w <= last + 2 for w in widths]
    after = [
        line
        for is_full, next_is_full, line in zip(full, full[1:], stripped[1:], strict=False)
        if is_full and not next_is_full and line
    ]
    signs = (
        last <= _WIDEST,
        sum(full) >= _LEAST_FULL,
        sum(w > last + 2 for w in widths) <= _MOST_LONGER * count.total(),
        sum(full) >= _LEAST_FULL_OF_LONG * sum(w > 0.6 * last for w in widths),
        sum(f and line[-1] not in _MARKS for f, line in zip(full, stripped, strict=True)) >= _LEAST_OPEN * sum(full),
        sum(line[-1] in _PARAGRAPH_ENDS for line in after) >= max(1, _LEAST_CLOSED * len(after)),
    )
    return last if all(signs) else None


def widest(lines: Sequence[str]) -> int:
    """The width at which lines that are known to be wrapped were wrapped: that of all but the longest twentieth."""
    widths = sorted(width(line.strip()) for line in lines if line.strip())
    return widths[int(0.95 * (len(widths) - 1))] if widths else 0


def joined(lines: Iterable[str], columns: int) -> Iterator[tuple[int, str]]:
    """(number of its first line, from 1; text) of each paragraph; a blank line is one. Lets Cut pass, after what there is."""
    number, paragraph, before = 0, "", ""
    try:
        for at, line in enumerate(lines, 1):
            if number and _goes_on(before, line, columns) and len(paragraph) < _LONGEST:
                paragraph = _appended(paragraph.rstrip(), line.strip())
            else:
                if number:
                    yield number, paragraph
                number, paragraph = at, line
            before = line
    except Cut:
        if number:
            yield number, paragraph
        raise
    if number:
        yield number, paragraph


def _appended(paragraph: str, line: str) -> str:
    if _HYPHENATED.search(paragraph):
        return paragraph[:-1] + line
    return paragraph + line if _WIDE.match(paragraph[-1]) or _WIDE.match(line) else f"{paragraph} {line}"


def _goes_on(line: str, following: str, columns: int) -> bool:
    """Does the next line carry on the sentence of this one? Its first word would then not have fitted into this."""
    text, rest = line.strip(), following.strip()
    if not text or not rest or text[-1] in _SENTENCE_ENDS or _INDENT.match(following) or INVALID in line or INVALID in following:
        return False
    first = 2 if _WIDE.match(rest) else 1 + len(rest.split(maxsplit=1)[0])
    return width(text) + min(first, columns // 2) > columns - _SLACK
