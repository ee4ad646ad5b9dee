"""Rich text (.rtf), by striprtf. Each file is a record; its field `text` is its text, whose characters the file itself encodes."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from striprtf.striprtf import rtf_to_text

from wajue.reading.formats.reader import Outcome, Source
from wajue.reading.formats.untrusted import read_document_apart


def read(source: Source) -> Iterator[Outcome]:
    """The one record of the file."""
    return read_document_apart(source, "RTF", _document)


def _document(stream: BinaryIO) -> dict[str, Any]:
    markup = stream.read()
    if not markup.startswith(b"{\\rtf"):
        raise ValueError("it does not begin with {\\rtf")
    if markup.rstrip(b"\0\r\n \t")[-1:] != b"}":
        raise ValueError("its last group does not end")
    markup = re.sub(rb"[\x80-\xff]", lambda byte: b"\\'%02x" % byte[0][0], markup)  # as the standard writes them
    markup = re.sub(rb"\\(nest)?cell(?![a-z])", rb"\\tab", markup)
    text = rtf_to_text(markup.decode("ascii"), errors="replace")
    return {"text": "\n".join(line.rstrip("\t ") for line in text.splitlines())}
