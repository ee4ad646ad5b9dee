"""The formats of corpus files, a module each. In: a `Source`. Out: its records.

A new format is a module here with a function `read`, a row of FORMATS and a test. Its name also joins the range of
[[corpus]] format in `config`.
"""

from typing import NamedTuple

from wajue.reading.formats import csv, html, json, markdown, parquet, text, wikidoc
from wajue.reading.formats.reader import Reader


class Format(NamedTuple):
    """One format. fields: do its records have fields, of which [[corpus]] text chooses the text? If not, `text` holds it."""

    read: Reader
    extensions: tuple[str, ...]  # of the files that `auto` reads in this format
    fields: bool


FORMATS = {
    "json": Format(json.read, (".json",), fields=True),
    "jsonl": Format(json.read_lines, (".jsonl", ".ndjson"), fields=True),
    "csv": Format(csv.read, (".csv",), fields=True),
    "tsv": Format(csv.read_tabs, (".tsv",), fields=True),
    "parquet": Format(parquet.read, (".parquet",), fields=True),
    "text": Format(text.read, (".txt",), fields=False),
    "markdown": Format(markdown.read, (".md", ".markdown"), fields=False),
    "html": Format(html.read, (".html", ".htm", ".xhtml"), fields=False),
    "wikidoc": Format(wikidoc.read, (), fields=False),
}
