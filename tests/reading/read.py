"""Bytes read as a file of a corpus, for the tests of readers."""

import io
from typing import Any

from wajue.config import Corpus
from wajue.reading import records
from wajue.reading.formats.reader import Broken, Record


def read(data: bytes, name: str = "a.json", encoding: str = "utf-8", **settings: Any) -> list[Record | Broken]:
    corpus = Corpus(name="c", role="domain", paths=("x",), **settings)
    return list(records.read(io.BytesIO(data), name, corpus, encoding))


def told(outcomes: list[Record | Broken]) -> list[Any]:
    """The fields of a record, the reason of a broken one."""
    return [r.fields if isinstance(r, Record) else r.reason for r in outcomes]
