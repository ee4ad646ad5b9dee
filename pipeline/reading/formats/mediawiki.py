"""Dumps of wikis by MediaWiki (XML), streamed page by page. Each page is a record with the fields id, title, date and text.

mwparserfromhell makes text of a page's wikitext; templates, references, tables of data, files and categories are left out. Pages
that only lead to another one are rejected as `redirect`, those that are no articles (talk, templates, categories) as
`not_an_article`.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, repeat
from xml.parsers import expat

import mwparserfromhell
from mwparserfromhell.nodes import ExternalLink, Heading, HTMLEntity, Node, Tag, Template, Text, Wikilink
from mwparserfromhell.wikicode import Wikicode

from wajue.reading import decoding
from wajue.reading.decoding import Cut
from wajue.reading.formats.joining import FORMULA
from wajue.reading.formats.reader import SHOWN, Broken, Outcome, Record, Source
from wajue.reading.sandbox import Excessive, bounded

_FIELDS_OF = {"page": ("id", "ns", "title"), "revision": ("timestamp", "text")}
# A page with no more of them is parsed in 1 s at most, whatever it holds: no process is started for it.
_HARMLESS_CHARACTERS, _HARMLESS_BRACKETS, _HARMLESS_TAGS = 200_000, 5_000, 1_000
_SHOWN_PARAMETER = {"lang": 2, "link": 1, "le": 1, "tsl": 3, "color": 2} | dict.fromkeys(  # of templates that stand in a sentence
    ("nowrap", "nobr", "ruby", "abbr", "small", "小"), 1
)
_LEFT_OUT = {
    "ref",
    "references",
    "gallery",
    "table",
    "rt",
    "rp",
    "syntaxhighlight",
    "source",
    "pre",
    "timeline",
    "score",
    "imagemap",
    "style",
}
_FORMULAS = {"math", "chem", "ce"}
_BREAKS = {"br", "p", "div", "li", "dd", "dt", "hr", "blockquote", "center", "poem"}
_NAMESPACE = re.compile(r"\s*(?:file|image|category|media|文件|檔案|图像|圖像|分类|分類|媒体)\s*:", re.I)
_LANGUAGE_LINK = re.compile(r"\s*[a-z]{2,3}(?:-[a-z-]+)?\s*:")
_FLAGS = re.compile(r"[\sA-Za-z;-]*")
_SILENT = {"H", "T", "-"}  # flags: a rule for the page, for its title, and the end of a rule
_VARIANTS = re.compile(r"-\{([^{}]*)\}-")  # -{zh-hans:计算机;zh-hant:電腦}-
_EMPTY_BRACKETS = re.compile(r"（[\s，、；：,;:]*）|\([\s,;:]*\)")  # what a template stood in
_SWITCH = re.compile(r"__[A-Z]+__")


class _Page:
    """One page as far as it was read. line: of its first character."""

    def __init__(self, line: int) -> None:
        self.line = line
        self.fields: dict[str, list[str]] = {}
        self.size = 0  # characters
        self.redirects = False


class _Pages:
    """What expat calls. done: pages that ended since they were last taken."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._characters
        self.done: list[_Page] = []
        self.open: _Page | None = None
        self._path: list[str] = []

    def _doctype(self, *_: object) -> None:
        raise Cut("a dump has no document type: entities could expand without end")

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._path.append(name)
        if name == "page":
            self.open = _Page(self.parser.CurrentLineNumber)
        elif self.open and name == "redirect":
            self.open.redirects = True
        elif self.open and self._is_field():
            self.open.fields[name] = []  # of several revisions the last counts

    def _end(self, name: str) -> None:
        self._path.pop()
        if name == "page" and self.open:
            self.done.append(self.open)
            self.open = None

    def _characters(self, text: str) -> None:
        if self.open and self._is_field():
            self.open.size += len(text)
            if self.open.size <= decoding.MAX_RECORD:
                self.open.fields[self._path[-1]].append(text)

    def _is_field(self) -> bool:
        """Are we in an element of which a page's record holds the text? A revision has an id, too."""
        return self._path[-1] in _FIELDS_OF.get(self._path[-2] if len(self._path) > 1 else "", ())


def read(source: Source) -> Iterator[Outcome]:
    """The pages of the dump. Raises Cut where the XML is damaged or ends too soon."""
    pages = _Pages()
    number = size = 0
    blocks = decoding.blocks(source.stream, source.name)
    for block, is_last in chain(zip(blocks, repeat(False)), [(b"", True)]):
        size += len(block)
        fault = _fed(pages, block, is_last)
        for page in pages.done:
            number += 1
            yield _outcome(page, number)
        pages.done = []
        if fault and size:
            raise Cut(fault)


def _fed(pages: _Pages, block: bytes, final: bool) -> str:
    """What is wrong with the XML of the block, empty if nothing."""
    try:
        pages.parser.Parse(block, final)
    except expat.ExpatError as error:
        return f"the XML is damaged or ends too soon: {error}"
    return ""


def _outcome(page: _Page, number: int) -> Outcome:
    fields = {name: "".join(pieces) for name, pieces in page.fields.items()}
    wikitext, title = fields.get("text", ""), fields.get("title", "")
    broken = partial(Broken, number, page.line)
    if page.redirects:
        return broken("redirect", title)
    if fields.get("ns", "0") != "0":
        return broken("not_an_article", title)
    if page.size > decoding.MAX_RECORD:
        return broken("too_long", f"longer than {decoding.MAX_RECORD:,} characters", wikitext[:SHOWN])
    is_harmless = len(wikitext) <= _HARMLESS_CHARACTERS and wikitext.count("<") <= _HARMLESS_TAGS
    is_harmless = is_harmless and wikitext.count("{") + wikitext.count("[") <= _HARMLESS_BRACKETS
    try:
        text = text_of_wikitext(wikitext) if is_harmless else bounded(text_of_wikitext, wikitext)
    except Excessive as excess:
        return broken("excessive_markup", str(excess), wikitext[:SHOWN])
    except mwparserfromhell.parser.ParserError as error:
        return broken("damaged_file", f"not readable as wikitext: {error}", wikitext[:SHOWN])
    return Record(number, page.line, {"id": fields.get("id"), "title": title, "date": fields.get("timestamp"), "text": text})


def text_of_wikitext(wikitext: str) -> str:
    """The text of a page: a line for each paragraph, heading and list item."""
    wikitext = _VARIANTS.sub(lambda match: _simplified(match[1]), wikitext)
    text = "".join(_pieces(mwparserfromhell.parse(_SWITCH.sub("", wikitext), skip_style_tags=False)))
    text = _EMPTY_BRACKETS.sub("", text)
    return "\n".join(line for line in map(str.strip, text.split("\n")) if line)


def _simplified(variants: str) -> str:
    """The reading for the mainland of a word that is written differently from place to place, or the word itself."""
    flags, bar, rule = variants.partition("|")
    if not (bar and _FLAGS.fullmatch(flags)):  # the bar is that of a link
        flags, rule = "", variants
    if _SILENT & set(map(str.strip, flags.split(";"))):
        return ""
    readings = dict(part.split(":", 1) for part in rule.split(";") if ":" in part)
    readings = {name.strip().rpartition("=>")[2].lower(): word.strip() for name, word in readings.items()}
    chosen = next((readings[name] for name in ("zh-hans", "zh-cn", "zh") if name in readings), None)
    return chosen or next(iter(readings.values()), rule)


def _pieces(code: Wikicode | None) -> Iterator[str]:
    for node in code.nodes if code else ():
        yield from _piece(node)


def _piece(node: Node) -> Iterator[str]:
    if isinstance(node, Text):
        yield str(node.value)
    elif isinstance(node, Heading):
        yield f"\n{''.join(_pieces(node.title)).strip()}\n"
    elif isinstance(node, Wikilink):
        title = str(node.title)
        if node.text is None and title.lstrip().startswith(":"):  # a link to what without the colon would be put there
            yield "".join(_pieces(node.title)).strip().removeprefix(":")
        elif not _NAMESPACE.match(title) and not (_LANGUAGE_LINK.match(title) and node.text is None):
            yield from _pieces(node.text if node.text is not None else node.title)
    elif isinstance(node, ExternalLink):
        yield from _pieces(node.title)
    elif isinstance(node, Tag):
        yield from _tag(node)
    elif isinstance(node, HTMLEntity):
        yield node.normalize()
    elif isinstance(node, Template):
        yield from _template(node)


def _template(node: Template) -> Iterator[str]:
    name = str(node.name).strip().lower()
    if name.startswith("formatnum:"):
        yield "".join(_pieces(node.name)).partition(":")[2].strip()
        return
    kind, hyphen, _ = name.partition("-")
    shown = 1 if hyphen and kind == "lang" else _SHOWN_PARAMETER.get(kind)  # {{lang-en|text}}, but {{lang|en|text}}
    if shown and node.has(shown):
        yield from _pieces(node.get(shown).value)


def _tag(node: Tag) -> Iterator[str]:
    name = str(node.tag).strip().lower()
    if name in _FORMULAS:
        yield FORMULA
    elif name not in _LEFT_OUT:
        around = "\n" if name in _BREAKS and not node.wiki_markup else ""
        yield around
        yield from _pieces(node.contents)
        yield around
