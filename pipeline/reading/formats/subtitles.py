"""Subtitles: SubRip (.srt), WebVTT (.vtt), and SubStation Alpha (.ass, .ssa). Each file is a record; its field `text` has a line
for each sentence, without numbers, times and effects.

The lines of a cue are one, unless they begin with a dash, as two speakers do, or one has Han and the other has none, as two
languages do. A cue that ends in a comma goes on in the next one; in a file whose cues end in full stops, so does one without any
mark at its end.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from wajue.reading.formats.joining import joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

_LONGEST = 1 << 24  # characters
_TIMES = re.compile(r"\s*(?:\d+:)?\d+:\d\d[,.]\d+\s*-->.*")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|<\d[\d:.]*>")  # of HTML, and of karaoke's times
_OVERRIDES = re.compile(r"\{[^{}]*\}")  # of SubStation Alpha, where no text has braces
_EFFECTS = re.compile(  # what other formats take over from SubStation Alpha, {\an8}, and from MicroDVD, {y:i}
    r"\{\\[^{}]*\}|\{(?:[yY]:[biusBIUS,]+|[cC]:\$[\da-fA-F]+|[fF]:[\w -]+|[sSpP]:\d+|[oO]:\d+,\d+)\}"
)
_ASIDE = re.compile(r"(?:NOTE(?:[ \t].*)?|STYLE|REGION)\s*")  # begins a block of WebVTT that is not shown
_DRAWING = re.compile(r"\{[^{}]*\\p[1-9][^{}]*\}.*?(?:\{[^{}]*\\p0[^{}]*\}|$)")  # shapes, as a text of coordinates
_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U000323af]")
_DASH = re.compile(r"\s*[-–—]\s*")
_ENDS = re.compile(r"[。！？!?.…][”’」』\"')）】]*$")
_GOES_ON = re.compile(r"[，、；：,;:]$")
_PUNCTUATED = 0.3  # of the cues in a file whose sentences end in full stops
_LONGEST_SENTENCE = 300  # characters; text without any full stop would be one line


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, _LONGEST, text_of_subtitles)


def text_of_subtitles(subtitles: str) -> str:
    """A line for each sentence. subtitles: a file in any of the formats."""
    lines = subtitles.removeprefix("\ufeff").splitlines()
    cues = _substation_cues(lines) if any(line.startswith("Dialogue:") for line in lines) else _subrip_cues(lines)
    return "\n".join(_sentences([line for cue in cues for line in _cue_lines(cue)]))


def _subrip_cues(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each cue: those between its line of times and the next cue. A blank line among them ends nothing."""
    times = [index for index, line in enumerate(lines) if _TIMES.fullmatch(line)]
    is_numbered = bool(times) and "".join(lines[: times[0]][-1:]).strip().isdecimal()
    for start, end in pairwise([*times, len(lines)]):
        cue = lines[start + 1 : end]
        if end < len(lines) and _ends_in_id(cue, is_numbered):
            cue.pop()
        blanks = (index for index, line in enumerate(cue) if not line.strip())
        aside = next((index for index in blanks if _ASIDE.fullmatch("".join(cue[index + 1 : index + 2]))), len(cue))
        yield cue[:aside]


def _ends_in_id(cue: list[str], is_numbered: bool) -> bool:
    """Does the last line name the next cue? A number does where the file's cues have them, other names have a blank line before."""
    last, before = (cue[-1].strip(), cue[-2:-1]) if cue else ("", [])
    return bool(last) and ((is_numbered and last.isdecimal()) or (bool(before) and not before[0].strip()))


def _substation_cues(lines: list[str]) -> Iterator[list[str]]:
    """The lines of each cue, in the order of time. Copies of a cue that lie over it for an effect are left out."""
    columns = ["layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    cues = set()
    for index, line in enumerate(lines):
        key, _, value = line.partition(":")
        if key == "Format" and "text" in value.lower():
            columns = [name.strip().lower() for name in value.split(",")]
        elif key == "Dialogue":
            fields = dict(zip(columns, value.split(",", len(columns) - 1), strict=False))
            cues.add((fields.get("start", "").strip().zfill(11), _DRAWING.sub("", fields.get("text", "")), index))
    before: tuple[str, str] | None = None
    for start, text, _ in sorted(cues):
        shown = _TAGS.sub("", _OVERRIDES.sub("", text))
        if (start, shown) != before:
            yield re.split(r"\\[Nn]", shown.replace("\\h", " "))
        before = start, shown


def _cue_lines(cue: list[str]) -> Iterator[str]:
    """A line for each speaker and language of a cue."""
    open_lines: list[str] = []
    for line in (_TAGS.sub("", _EFFECTS.sub("", line)).strip() for line in cue):
        if not line:
            continue
        other = open_lines and bool(_HAN.search(line)) != bool(_HAN.search(open_lines[-1]))
        if open_lines and (other or _DASH.match(line)):
            yield joined_lines(open_lines)
            open_lines = []
        open_lines.append(_DASH.sub("", line, count=1) if _DASH.match(line) else line)
    if open_lines:
        yield joined_lines(open_lines)


def _sentences(lines: list[str]) -> Iterator[str]:
    punctuated = sum(bool(_ENDS.search(line)) for line in lines) >= _PUNCTUATED * len(lines)
    pieces: list[str] = []
    for line in filter(None, lines):
        alike = pieces and bool(_HAN.search(line)) == bool(_HAN.search(pieces[-1]))
        if pieces and not (alike and _continues(pieces, punctuated)):
            yield joined_lines(pieces)
            pieces = []
        pieces.append(line)
    if pieces:
        yield joined_lines(pieces)


def _continues(pieces: list[str], punctuated: bool) -> bool:
    if sum(map(len, pieces)) > _LONGEST_SENTENCE or _ENDS.search(pieces[-1]):
        return False
    return punctuated or bool(_GOES_ON.search(pieces[-1]))
