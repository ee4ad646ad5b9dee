"""Markdown (CommonMark with tables). Each file is a record; its field `text` is the text of the HTML that it stands for."""

from collections.abc import Iterator

from markdown_it import MarkdownIt

from wajue.reading.formats.html import text_of_html
from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.whole import read_whole

_LONGEST = 1 << 21  # characters; the parser takes up to 600 bytes of memory for each


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_whole(source, _LONGEST, text_of_markdown)


def text_of_markdown(markdown: str) -> str:
    """The text of a Markdown document, including the HTML in it."""
    return text_of_html(MarkdownIt("commonmark", {"html": True}).enable("table").render(markdown))
