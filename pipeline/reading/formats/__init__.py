"""The formats of corpus files, a module each. In: a `Source`. Out: its records.

A new format is a module here with a function `read`, a row of FORMATS and a test. Its name also joins the range of
[[corpus]] format in `config`.
"""

from functools import cache
from importlib.util import find_spec
from typing import NamedTuple

from wajue.reading.formats import (
    asciidoc,
    csv,
    docx,
    epub,
    html,
    json,
    latex,
    markdown,
    mediawiki,
    parquet,
    pdf,
    po,
    pptx,
    rst,
    rtf,
    subtitles,
    text,
    warc,
    wikidoc,
    xlsx,
)
from wajue.reading.formats.reader import Reader


class Format(NamedTuple):
    """One format. fields: do its records have fields, of which [[corpus]] text chooses the text? If not, `text` holds it."""

    read: Reader
    extensions: tuple[str, ...]  # of the files that `auto` reads in this format
    fields: bool
    needs: str | None = None  # a module of the extra DOCUMENTS


DOCUMENTS = "documents"  # what pip installs the libraries of


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
    "docx": Format(docx.read, (".docx", ".docm"), fields=False, needs="docx"),
    "pptx": Format(pptx.read, (".pptx", ".pptm"), fields=False, needs="pptx"),
    "xlsx": Format(xlsx.read, (".xlsx", ".xlsm"), fields=True, needs="openpyxl"),
    "pdf": Format(pdf.read, (".pdf",), fields=False, needs="pypdfium2"),
    "epub": Format(epub.read, (".epub",), fields=False),
    "mediawiki": Format(mediawiki.read, (), fields=False),  # .xml says little: told by its content
    "warc": Format(warc.read, (".warc",), fields=False),
    "subtitles": Format(subtitles.read, (".srt", ".vtt", ".ass", ".ssa"), fields=False),
    "rst": Format(rst.read, (".rst", ".rest"), fields=False),
    "asciidoc": Format(asciidoc.read, (".adoc", ".asciidoc"), fields=False),
    "latex": Format(latex.read, (".tex", ".latex"), fields=False),
    "po": Format(po.read, (".po", ".pot"), fields=False),
    "rtf": Format(rtf.read, (".rtf",), fields=False),
}


@cache
def missing_extra(name: str) -> str | None:
    """The extra of wajue that has to be installed before files of this format can be read; None if they can."""
    needs = FORMATS[name].needs if name in FORMATS else None
    return DOCUMENTS if needs and find_spec(needs) is None else None
