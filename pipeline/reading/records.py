"""Files to records: the reader for each file is chosen here. In: the bytes of one file. Out: a `Record` for each record that it
holds, or a `Broken` that says why there is none.

Readers stream, so memory is one block and one record. A file that ends too soon gives what is there, then one `Broken` for its
missing tail.
"""

from collections.abc import Iterator
from typing import BinaryIO

from wajue.config import Corpus
from wajue.reading.decoding import COMPRESSIONS, Cut
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Broken, Outcome, Record, Source

_RUN_RECORDS, _RUN_CHARACTERS = 1_000, 1 << 20  # that are handed on together at most
_BY_EXTENSION = {extension: name for name, row in FORMATS.items() for extension in row.extensions}


def detect_format(name: str) -> str:
    """The format by the file name's extension, `text` where that says nothing."""
    stem = name.lower()
    for packed in COMPRESSIONS:
        stem = stem.removesuffix(packed)
    return _BY_EXTENSION.get("." + stem.rpartition(".")[2] if "." in stem else "", "text")


def format_of(corpus: Corpus, name: str) -> str:
    """The format in which a file of the corpus is read; `json` may turn out to be JSON lines."""
    return detect_format(name) if corpus.format == "auto" else corpus.format


def runs(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[list[Record] | Broken]:
    """Every record of one file, many at once. name: as its corpus names it; encoding: never `auto`."""
    source = Source(stream, name, corpus, encoding)
    return _with_tail(_together(FORMATS[format_of(corpus, name)].read(source)))


def read(stream: BinaryIO, name: str, corpus: Corpus, encoding: str) -> Iterator[Outcome]:
    """The same, one by one."""
    for run in runs(stream, name, corpus, encoding):
        yield from run if isinstance(run, list) else (run,)


def _together(outcomes: Iterator[Outcome | list[Record]]) -> Iterator[list[Record] | Broken]:
    """Records that follow each other in one list, as many as memory allows; lists pass as they are."""
    run: list[Record] = []
    characters = 0
    try:
        for outcome in outcomes:
            if isinstance(outcome, Record):
                run.append(outcome)
                characters += sum([len(v) if isinstance(v, str) else len(repr(v)) for v in outcome.fields.values()])
                if len(run) < _RUN_RECORDS and characters < _RUN_CHARACTERS:
                    continue
            if run:
                yield run
                run, characters = [], 0
            if not isinstance(outcome, Record):
                yield outcome
    except Cut:
        if run:
            yield run
        raise
    if run:
        yield run


def _with_tail(runs: Iterator[list[Record] | Broken]) -> Iterator[list[Record] | Broken]:
    """The same; the missing tail of a file that is cut off counts as one record."""
    last: Outcome | None = None
    try:
        for run in runs:
            last = run[-1] if isinstance(run, list) else run
            yield run
    except Cut as cut:
        number, line = (last.number, last.line) if last else (0, 0)
        yield Broken(number + 1, line + 1, "truncated_file", str(cut), cut.raw)
