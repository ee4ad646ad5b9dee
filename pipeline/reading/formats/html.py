"""HTML. Each file is a record; its field `text` has a line for each piece of text between two tags."""

from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

_LONGEST = 1 << 24  # characters


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, _LONGEST, text_of_html)


def text_of_html(html: str) -> str:
    """The text of an HTML document or fragment, without scripts and styles."""
    tree = LexborHTMLParser(html)
    for node in tree.css("script, style, template, noscript"):
        node.decompose()
    return tree.body.text(separator="\n") if tree.body else ""
