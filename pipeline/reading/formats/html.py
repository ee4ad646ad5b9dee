"""HTML. Each file is a record with the fields `text` and `title`.

A block element or <br> ends a line, and so does a list item; the cells of a row are parted by ` | `. What stands within a line
is joined: <p>与关注<b>语义</b>相似度</p> is one run of text. A line end of the source is white space: it is left out between
Han characters and full-width marks (as CSS Text Module Level 3, section 4.1.3, has it), and one space elsewhere.
Alternative texts of images are text. Code and formulae are marked (cleaning/passages.py) for cleaning to drop or keep.

Of a whole web page, main_content leaves out navigation, footers, comments and notices.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from typing import cast

from selectolax.lexbor import LexborHTMLParser, LexborNode

from wajue.cleaning import code_lines, passages
from wajue.reading.formats.joining import CELL, joined_lines
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

LONGEST = 1 << 24  # characters of a page
_NO_TEXT = (
    "script, style, template, noscript, head, svg, iframe, object, canvas, datalist, rt, rp, rtc, sup.footnote-reference, "
    "sup.footnote-definition-label"
)
_BLOCKS = (
    "address, article, aside, blockquote, br, caption, center, dd, details, dialog, dir, div, dl, dt, fieldset, figcaption, "
    "figure, footer, form, h1, h2, h3, h4, h5, h6, header, hgroup, hr, legend, li, main, menu, nav, ol, optgroup, option, p, "
    "pre, search, section, summary, table, tbody, tfoot, thead, tr, ul"
)
_CODE = "pre, listing, xmp"
_MATH = "math, .math, .katex, .MathJax, .MathJax_Preview, mjx-container"
_NUMBERED = re.compile("WAJUE([0-9]{1,9})PASSAGE")
_LINE_END, _CELL_END = "\ufdd0", "\ufdd1"  # told apart from the white space of the source: no text holds noncharacters
_SPACES = re.compile("[ \t\r\f]{2,}|[\t\r\f]")
_CELLS = re.compile(f" *{_CELL_END}(?: *{_CELL_END})* *")
_NO_ALT = re.compile(
    r"(?ai)(?:img|image|photo|picture|pic|icon|logo|alt|alt text|图片|图|图像|image\W.*|\S+\.(?:png|jpe?g|gif|svg|webp|bmp))?$"
)
_PRICES = re.compile(r"[\d\s.,%]*[-~/–—至到和与,，、]?\s*$")
_TITLE = re.compile(r"(?is)<title\b[^<>]{0,1000}>([^<]{0,1000})")
_PAGE = re.compile(r"(?i)<html[\s>]")
_HAN = re.compile("[\u3400-\u9fff]")


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, LONGEST, page_reader(source.corpus.main_content), title)


def page_reader(mode: str) -> Callable[[str], str]:
    """`text_of_page` with its mode; what it needs is loaded here, before a page is read in a process of its own."""
    if mode != "never":
        import trafilatura  # .35 CPU s, in every process: only where there are pages  # noqa: F401
    return partial(text_of_page, mode=mode)


def text_of_page(html: str, mode: str) -> str:
    """The text that [[corpus]] main_content asks for."""
    return main_text(html) if mode == "always" or (mode == "auto" and _PAGE.search(html)) else text_of_html(html)


def title(html: str) -> dict[str, str]:
    """The field `title`, empty where there is none."""
    match = _TITLE.search(html, 0, 1 << 20)
    return {"title": unescape(match[1]).strip() if match else ""}


def text_of_html(html: str) -> str:
    """The text of an HTML document or fragment, without scripts and styles; marks of passages in it."""
    tree = _parsed(html)
    if tree.body is None:
        return ""
    _mark_passages(tree.body, [])
    return _text(tree.body)


def main_text(html: str) -> str:
    """The text of a page without what stands around its content, as trafilatura tells them apart; all text if it finds none."""
    import trafilatura

    tree = _parsed(html)
    if tree.body is None:
        return ""
    marked: list[str] = []
    _mark_passages(tree.body, marked, by_number=True)
    content = trafilatura.extract(
        tree.html, fast=True, include_comments=False, include_tables=True, include_images=False, include_formatting=True,
        deduplicate=False, output_format="html",
    )  # fmt: skip
    if not content:
        return text_of_html(html)
    text = _text(cast(LexborNode, LexborHTMLParser(content).body))
    return _NUMBERED.sub(lambda m: marked[int(m[1])] if int(m[1]) < len(marked) else "", text)


def _parsed(html: str) -> LexborHTMLParser:
    tree = LexborHTMLParser(passages.unmarked(html))
    for node in tree.css(_NO_TEXT):
        node.decompose()
    return tree


def _mark_passages(body: LexborNode, marked: list[str], *, by_number: bool = False) -> None:
    """Put code and formulae between marks, images' alternative texts in their place.

    by_number: what is marked goes to `marked`, and its number into the page, for work that would not let the marks pass.
    """

    def put(node: LexborNode, passage: str) -> None:
        if by_number:
            marked.append(passage)
            passage = f"WAJUE{len(marked) - 1}PASSAGE"
        node.replace_with(passage.replace("\n", _LINE_END))

    for node in _outermost(body, _MATH):
        formula = node.text()
        if "math-inline" in (node.attributes.get("class") or "") and is_price(formula):
            node.replace_with(f"${formula}$")
        else:
            block = "math-display" in (node.attributes.get("class") or "") or node.attributes.get("display") == "block"
            put(node, passages.marked("math" if block else "formula", formula))
    for node in _outermost(body, _CODE):
        listing = node.text()
        if code_lines.is_prose(listing) and not _language(node):
            node.replace_with(_LINE_END + listing.replace("\n", _LINE_END) + _LINE_END)
        else:
            put(node, passages.marked("code", listing))
    for node in body.css("img[alt]"):
        node.replace_with(alternative_text(node.attributes.get("alt") or ""))


def _outermost(body: LexborNode, selector: str) -> list[LexborNode]:
    """The nodes that match and stand in no other that does, in order."""
    nodes = {node.mem_id: node for node in body.css(selector)}
    inner = set()
    for number, node in nodes.items():
        above = node.parent
        while above is not None and above.mem_id not in nodes:
            above = above.parent
        if above is not None:
            inner.add(number)
    return [node for number, node in nodes.items() if number not in inner]


def alternative_text(alt: str) -> str:
    """The text that stands for an image; empty where it is the name of a file, or says only that there is an image."""
    return "" if _NO_ALT.match(alt.strip()) else alt.strip()


def _language(node: LexborNode) -> bool:
    """Does the block name the language that it is written in?"""
    return node.css_first('code[class*="language-"], code[class*="lang-"]') is not None


def is_price(formula: str) -> bool:
    """Is what stands between two dollar signs no formula, as in `$5 or $6`?"""
    return bool(_PRICES.match(formula)) or (_HAN.search(formula) is not None and "\\" not in formula)


def _text(body: LexborNode) -> str:
    for node in body.css(_BLOCKS):
        node.insert_before(_LINE_END)
        if node.tag not in ("br", "hr"):
            node.insert_after(_LINE_END)
    for node in body.css("td, th"):
        node.insert_after(_CELL_END)
    shown = _SPACES.sub(" ", joined_lines(body.text().split("\n"))).split(_LINE_END)
    lines = (line.strip(f" {_CELL_END}") for line in shown)
    return "\n".join(_CELLS.sub(CELL, line) if _CELL_END in line else line for line in lines if line)
