"""Markdown (CommonMark with tables, footnotes and formulae). Each file is a record: its field `text` is the text of the HTML that
it stands for; front matter gives more fields, `title`, `tags` and `date` among them, and is marked for cleaning to drop.

Four things are read as writers mean them, though CommonMark does not: **bold** beside Han characters, images and links whose
address holds spaces or backslashes, formulae between \\\\( and \\\\), and lines indented by four spaces that are prose.
"""

import re
from collections.abc import Iterator
from typing import Any

import pyromark
from pyromark import Options

from wajue.cleaning import passages
from wajue.reading.formats.front_matter import front_matter
from wajue.reading.formats.html import alternative_text, text_of_html
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

_LONGEST = 1 << 21  # characters
_MARKDOWN = pyromark.Markdown(
    options=Options.ENABLE_TABLES
    | Options.ENABLE_FOOTNOTES
    | Options.ENABLE_MATH
    | Options.ENABLE_STRIKETHROUGH
    | Options.ENABLE_TASKLISTS
    | Options.ENABLE_HEADING_ATTRIBUTES
)
# what may hold any characters comes first, so that nothing in it is changed
_CODE_SPAN = (
    r"(?P<code>^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:.*?\n)??[ ]{0,3}(?P=fence)[^\n]*$"
    r"|(?P<ticks>`+)[^`](?:.{0,2000}?[^`])?(?P=ticks)(?!`))"
)
_ENVIRONMENT = r"(?P<env>equation|align|gather|multline|eqnarray|cases|split|array|[bpvB]?matrix)"
_FORMULA = (
    r"(?P<display>\\{1,2}\[\s*(?P<d>[^\[\]]{0,2000}?)\s*\\{1,2}\]"
    rf"|\\begin\{{{_ENVIRONMENT}\*?\}}.{{0,5000}}?\\end\{{(?P=env)\*?\}})"
    r"|(?P<inline>\\{1,2}\(\s*(?P<i>[^\n]{1,500}?)\s*\\{1,2}\))"
)
_ADDRESS = r"(?P<link>!?\[(?P<shown>[^\[\]\n]{0,500})\]\((?=[^()\n]{0,500}[ \\])(?![^ ()\n]*[ ]+[\"'(])[^()\n]{1,2000}\))"
_MENDED = re.compile(f"(?ms){_CODE_SPAN}|{_FORMULA}|{_ADDRESS}")
# what extensions write beside the text: boxes (::: tip), attributes ({ .wide #id }), cross-references (:ref:`x`, {ref}`x`)
_BESIDE_TEXT = re.compile(
    r"(?m)^[ ]*:{3,}[ ]*(?:\{?[\w-]+\}?)?[ ]*"
    r"|\{:?[ ]*(?:[.#][\w-]+|[\w-]+=\"[^\"\n]*\")(?:[ ]+(?:[.#][\w-]+|[\w-]+=\"[^\"\n]*\")){0,9}[ ]*\}"
    r"|(?::(?:label|(?:num|eq)?ref|cite[pt]?|doc|width|height):|\{(?:(?:num|eq)?ref|cite|doc)\})`[^`\n]{0,300}`"
)
_TO_MEND = re.compile(
    r"\\[\[(]|\\begin\{|\]\([^()\n]{0,500}[ \\]"
)  # without one of these nothing is mended, which most documents show fast
# emphasis that CommonMark does not close between a mark of punctuation and Han: **历经10年，**年
_LITERAL_STRONG = re.compile(r"(\*\*|__|~~)(?=[^\s*_~<>])([^*_~<>\n]{1,300}?)(?<=[^\s*_~])\1")
_LITERAL_EMPHASIS = re.compile("(?<![*A-Za-z0-9])\\*(?=[^\\s*<>])([^*<>\n]{1,300}?[，。！？；：、）》”])\\*(?=[\u3400-\u9fff])")
_HAN = re.compile("[\u3400-\u9fff]")


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, _LONGEST, text_of_markdown, fields_of_markdown)


def fields_of_markdown(markdown: str) -> dict[str, Any]:
    """The fields of the front matter; `title` is there in any case."""
    return {"title": "", **front_matter(_line_ends(markdown)).fields}


def text_of_markdown(markdown: str) -> str:
    """The text of a Markdown document, including the HTML in it; marks of passages in it."""
    markdown = passages.unmarked(_line_ends(markdown))
    head = front_matter(markdown).source
    body = _BESIDE_TEXT.sub("", markdown[len(head) :])
    html = _MARKDOWN.html(_MENDED.sub(_mended, body) if _TO_MEND.search(body) else body)
    if "*" in html or "__" in html or "~~" in html:
        html = _LITERAL_EMPHASIS.sub(r"\1", _LITERAL_STRONG.sub(r"\2", html))
    text = text_of_html(html)
    return passages.marked("front_matter", head) + text if head else text


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _mended(match: re.Match[str]) -> str:
    if match["code"] is not None:
        return match[0]
    if match["link"] is not None:
        return alternative_text(match["shown"]) if match[0].startswith("!") else match["shown"]
    formula = (match["d"] or match["i"] or match[0]).strip()
    if _HAN.search(formula) and not re.search(r"\\[a-zA-Z]", formula):  # brackets that were escaped to stay brackets
        return match[0]
    return f"\n\n$$\n{formula}\n$$\n\n" if match["display"] is not None else f"${formula}$"
