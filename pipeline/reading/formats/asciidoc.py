"""AsciiDoc (.adoc). Each file is a record; its field `text` is the text of the HTML that it stands for.

Read line by line, here: the parser that is kept up is in Ruby, and the one in Python runs what a document asks for. No file is
included. Blocks of code and formulas become the same of HTML, so that they are treated alike in every format.
"""

import html
import re
from collections.abc import Iterator

from wajue.reading.formats.html import text_of_html
from wajue.reading.formats.joining import joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

_LONGEST = 1 << 22  # characters
_VERBATIM = re.compile(r"-{4,}|\.{4,}|`{3,}\w*|~{3,}")  # the line before and after a block of code
_HIDDEN = re.compile(r"/{4,}|\+{4,}")  # of a comment, and of what is passed on to the output
_FENCE = re.compile(r"={4,}|\*{4,}|_{4,}|--")  # of an example, a sidebar, a quotation: their content is text
_TABLE = re.compile(r"[|!,:]={3,}")
_CELL = re.compile(r"(?<!\\)(?:\d*[.+*]?\d*[.+*]?[<^>.]*[a-z]?)?\|")  # 2+^h| says how wide a cell is, and of what kind
_HEADING = re.compile(r"(={1,6}|#{1,6})\s+(\S.*)")
_ITEM = re.compile(r"\s*(?:\*{1,5}|-|\.{1,5}|\d+\.|<\.>|<\d+>)\s+(?:\[[ x*]\]\s+)?(\S.*)")
_TERM = re.compile(r"(\S.*?)(?:::{1,3}|;;)(?:\s+(\S.*))?")
_ATTRIBUTE = re.compile(r":!?[\w][\w-]*!?:(?:\s.*)?")
_BLOCK_ATTRIBUTES = re.compile(r"\[.*\]\s*")
_BLOCK_TITLE = re.compile(r"\.([^\s.].*)")
_BLOCK_MACRO = re.compile(r"(\w+)::(\S*?)\[(.*)\]\s*")
_LABEL = re.compile(r"(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION):\s+")
_INLINE = (  # what to look for, what remains of it
    (re.compile(r"(?:stem|latexmath|asciimath):\[(?:\\.|[^\]\\])*\]"), "<math></math>"),
    (re.compile(r"\(\(\((?:[^()]*)\)\)\)"), ""),
    (re.compile(r"\(\(([^()]+)\)\)"), r"\1"),
    (re.compile(r"&lt;&lt;[^,&]*?,\s*([^&]+?)&gt;&gt;"), r"\1"),
    (re.compile(r"&lt;&lt;[^&]*&gt;&gt;|\[\[[^\[\]]*\]\]|(?:indexterm2?|anchor|bibitem):[^\s\[]*\[[^\]]*\]"), ""),
    (
        re.compile(r"(?:link|xref|mailto|image|icon|kbd|btn|menu|footnote|footnoteref|pass|q|a):+[^\s\[]*\[([^\[\],]*)[^\[\]]*\]"),
        r" \1 ",
    ),
    (re.compile(r"(?:https?|ftp|irc)://[^\s\[\]]+\[([^\[\],^]*)[^\[\]]*\]"), r"\1"),
    (re.compile(r"\{[\w][\w-]*(?::[^{}]*)?\}"), ""),
    (re.compile(r"\[[.#%][^\[\]]*\](?=[#*_`])"), ""),
    (re.compile(r"`\+([^`]+)\+`|``([^`]+)``|`([^`\n]+)`"), lambda m: f"<code>{m[1] or m[2] or m[3]}</code>"),
    (re.compile(r"\*\*([^*\n]+)\*\*|__([^_\n]+)__|##([^#\n]+)##"), lambda m: m[1] or m[2] or m[3]),
    (re.compile(r"(?<![\w*])\*(\S|\S[^*\n]*?\S)\*(?![A-Za-z0-9_*])"), r"\1"),
    (re.compile(r"(?<![A-Za-z0-9_])_(\S|\S[^_\n]*?\S)_(?![A-Za-z0-9_])"), r"\1"),
    (re.compile(r"(?<![\w#&])#(\S|\S[^#\n]*?\S)#(?![\w#])"), r"\1"),
    (re.compile(r"[\^~]([^\s^~]+)[\^~]"), r"\1"),
)


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, _LONGEST, text_of_asciidoc)


def text_of_asciidoc(markup: str) -> str:
    """The text of a document."""
    return text_of_html(html_of_asciidoc(markup))


def html_of_asciidoc(markup: str) -> str:
    """The HTML that a document stands for, as far as its text goes."""
    return _Document(markup.removeprefix("\ufeff").splitlines()).html()


class _Document:
    """A document on its way to HTML. lines: those from `at` on are to be read; made: HTML so far; paragraph: its lines so far."""

    def __init__(self, lines: list[str]) -> None:
        self._lines, self._at = lines, 0
        self._made: list[str] = []
        self._paragraph: list[str] = []
        self._style = ""  # of the next block, such as `stem`

    def html(self) -> str:
        while (line := self._next()) is not None:
            self._read(line.rstrip())
        self._end_paragraph()
        return "\n".join(self._made)

    def _next(self) -> str | None:
        self._at += 1
        return self._lines[self._at - 1] if self._at <= len(self._lines) else None

    def _read(self, line: str) -> None:
        if _VERBATIM.fullmatch(line) or _HIDDEN.fullmatch(line):
            self._end_paragraph()
            self._verbatim(line)
        elif _TABLE.fullmatch(line):
            self._end_paragraph()
            self._table(line)
        elif not line or line == "+" or _FENCE.fullmatch(line) or line == "'''" or line == "<<<":
            self._end_paragraph()
        elif heading := _HEADING.fullmatch(line):
            self._end_paragraph()
            self._add("h2", [heading[2]])
            self._skip_author()
        elif not self._paragraph and self._is_about_a_block(line):
            return
        elif not line.startswith("//"):
            self._add_line(line)

    def _is_about_a_block(self, line: str) -> bool:
        """Is it no text but what says how the next block looks, or what stands in its place?"""
        if _BLOCK_ATTRIBUTES.fullmatch(line):
            self._style = line[1:-1].partition(",")[0].strip()
        elif macro := _BLOCK_MACRO.fullmatch(line):
            if macro[1] == "image" and macro[3]:
                self._add("p", [macro[3].partition(",")[0].strip('"')])
        elif title := _BLOCK_TITLE.fullmatch(line):
            self._add("p", [title[1]])
        else:
            return bool(_ATTRIBUTE.fullmatch(line))
        return True

    def _add_line(self, line: str) -> None:
        if item := _ITEM.fullmatch(line):
            self._end_paragraph()
            line = item[1]
        elif term := _TERM.fullmatch(line):
            self._end_paragraph()
            self._add("p", [term[1]])
            line = term[2] or ""
        if line:
            self._paragraph.append(_LABEL.sub("", line, count=1).removesuffix(" +"))

    def _end_paragraph(self) -> None:
        if self._paragraph:
            self._add("p", self._paragraph)
            self._paragraph = []

    def _add(self, element: str, lines: list[str]) -> None:
        self._made.append(f"<{element}>{_inline(joined_lines(lines))}</{element}>")

    def _skip_author(self) -> None:
        """The lines right behind the title of the document: its author and its version."""
        if len(self._made) == 1:
            while (
                self._at < len(self._lines) and self._lines[self._at].strip() and not self._lines[self._at].startswith((":", "="))
            ):
                self._at += 1

    def _verbatim(self, fence: str) -> None:
        """A block to the same fence, or to the end: of code, of formulas, or of what is not shown."""
        code = list(iter(lambda: self._next_within(fence), None))
        if fence[0] in "-.`~":
            self._made.append(f"<pre>{html.escape(chr(10).join(code))}</pre>")
        elif self._style in ("stem", "latexmath", "asciimath"):
            self._made.append("<p><math></math></p>")
        self._style = ""

    def _next_within(self, fence: str) -> str | None:
        line = self._next()
        return None if line is None or line.rstrip() == fence[: len(fence.rstrip("abcdefghijklmnopqrstuvwxyz"))] else line

    def _table(self, fence: str) -> None:
        """A row for each line of cells; where each cell has a line of its own, as many cells a row as the first line has."""
        lines = [line for line in iter(lambda: self._next_within(fence), None) if line.strip() and not line.startswith("//")]
        mark = "|" if fence[0] in "|!" else fence[0]
        rows = [[cell.strip() for cell in _CELL.split(line)[1:]] if mark == "|" else line.split(mark) for line in lines]
        joined: list[list[str]] = []
        for line, cells in zip(lines, rows, strict=True):
            if mark == "|" and not cells:  # a cell goes on
                if joined and joined[-1]:
                    joined[-1][-1] = joined_lines([joined[-1][-1], line])
            elif joined and len(cells) == 1 and len(joined[-1]) < len(joined[0]) > 1:
                joined[-1] += cells
            else:
                joined.append(cells)
        made = ("".join(f"<td>{_inline(cell)}</td>" for cell in row) for row in joined)
        self._made.append("<table>" + "".join(f"<tr>{row}</tr>" for row in made) + "</table>")


def _inline(text: str) -> str:
    text = html.escape(text, quote=False)
    for pattern, remains in _INLINE:
        text = pattern.sub(remains, text)
    return re.sub(r" {2,}", " ", text).strip()
