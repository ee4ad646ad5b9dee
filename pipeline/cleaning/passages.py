"""Marked passages: code, formulae and front matter, which a reader knows by their markup and cleaning drops or keeps.

In: what a reader takes for such a passage. Out: it between marks, in the text of raw_documents, so that dropping it is a change
that is counted, as every other.

The marks are Unicode's interlinear annotation characters (U+FFF9 to U+FFFB), which no text uses: U+FFF9, the kind, U+FFFA, the
passage, U+FFFB. A reader takes those of the source out first.
"""

import re
from typing import Literal

Kind = Literal["front_matter", "code", "math", "formula"]
BLOCKS: tuple[Kind, ...] = ("front_matter", "code", "math")  # stand on lines of their own; a `formula` stands within a line
OMITTED = "□"  # for a formula in a line: it parts the words around it, and a reader sees that something stood between them
BEGIN = "\ufff9"  # of every marked passage
_PASSAGE = re.compile(f"{BEGIN}(front_matter|code|math|formula)\ufffa([^\ufff9-\ufffb]*)\ufffb")
_MARKS = re.compile("[\ufff9-\ufffb]")


def unmarked(source: str) -> str:
    """A source without characters that would be taken for marks."""
    return _MARKS.sub("", source)


def marked(kind: Kind, passage: str) -> str:
    """The passage between marks, on lines of its own where it is a block."""
    text = f"{BEGIN}{kind}\ufffa{unmarked(passage)}\ufffb"
    return f"\n{text}\n" if kind in BLOCKS else text


def resolved(text: str, kept: frozenset[str]) -> tuple[str, set[str]]:
    """(the text without marks, the kinds of which a passage was dropped); kept: kinds whose passages stay."""
    dropped: set[str] = set()

    def replacement(match: re.Match[str]) -> str:
        kind, passage = match[1], match[2]
        if kind in kept:
            return passage
        if kind == "formula" or passage.strip():
            dropped.add("math" if kind == "formula" else kind)
        return OMITTED if kind == "formula" else "\n"

    return _MARKS.sub("", _PASSAGE.sub(replacement, text)), dropped
