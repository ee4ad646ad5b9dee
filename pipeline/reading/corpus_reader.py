"""The files of a corpus to rows. In: files, as a plan lists them. Out: batches of READ, in which rows of four kinds are told apart.

`identities` are packed pairs of hashes, of the records of a corpus whose records have ids: they show whether an id stands with
different texts (repeated_ids.py).
"""

import gc
import io
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue import schemas
from wajue.arrays import cells
from wajue.arrays.cells import Batches
from wajue.config import Corpus
from wajue.errors import WajueError
from wajue.reading import decoding, documents, records, repeated_ids
from wajue.reading.extents import WHOLE, Extent, Section
from wajue.reading.formats import FORMATS
from wajue.reading.formats.reader import Broken

READ = pa.schema(
    [
        *schemas.kinds("raw_documents", "ingest_rejects", "files"),
        ("identities", pa.struct([("bucket", pa.int32()), ("identities", pa.binary())])),
    ]
)
# location: bytes of a path, which need not be UTF-8, or a URI; begin to format: of pieces.Piece; content: of a file that Python
# cannot open
PLANNED = pa.schema(
    [("task", pa.int32()), ("corpus", pa.string()), ("name", pa.string()), ("location", pa.binary()), ("encoding", pa.string())]
    + [("bytes", pa.int64()), ("begin", pa.int64()), ("end", pa.int64()), ("number", pa.int64()), ("line", pa.int64())]
    + [("first", pa.bool_()), ("last", pa.bool_()), ("format", pa.string()), ("content", pa.binary())]
)
_BATCH_ROWS, _BATCH_CHARACTERS = 10_000, 4_000_000
_NEW_OBJECTS = 50_000


def read(batches: Batches, corpora: dict[str, Corpus], buckets: int, host: str) -> Batches:
    """Files of one task (PLANNED) -> READ. buckets: of the identities.

    host: where the files were found. A file that has gone is rejected there; another host that lacks it raises WajueError, for it
    may lack them all.
    """
    with _rare_collections():
        reader, corpus = None, ""
        for batch in batches:
            for file in batch.to_pylist():
                if reader is None or file["corpus"] != corpus:
                    yield from reader.rest() if reader else ()
                    corpus = file["corpus"]
                    reader = _Reader(corpora[corpus], buckets, host)
                yield from reader.file(file)
        yield from reader.rest() if reader else ()


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Meanwhile Python looks for cycles after every _NEW_OBJECTS new objects, not after 700.

    Records make no cycles, and to look for some among them took half the time of reading. The worker gets its own thresholds
    back: Spark uses it for other tasks, too.
    """
    before = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Reader:
    """Rows of the files of one corpus, many to a batch; a row of `files` follows each file."""

    def __init__(self, corpus: Corpus, buckets: int, host: str) -> None:
        self._corpus, self._buckets, self._host = corpus, buckets, host
        self._pending, self._characters = documents.empty(), 0

    def file(self, file: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        """What is in one file, then a row that sums it up."""
        content, name = file["content"], file["name"]
        try:
            stream: Any = io.BytesIO(content) if content is not None else open(os.fsdecode(file["location"]), "rb")  # noqa: SIM115
        except OSError as error:
            if isinstance(error, FileNotFoundError) and (here := socket.gethostname()) != self._host:
                where = os.fsdecode(file["location"])
                raise WajueError(
                    f"{where} is not there on {here}: a corpus without :// has to lie where all nodes see it at one place"
                ) from None
            broken = Broken(file["number"], file["line"], "unreadable_file", str(error))
            yield from self._add(documents.of_broken(broken, self._corpus, name))
            yield self._summary(name, {"records": 1, "unreadable": 1})
            return
        with stream:
            yield from self._read(stream, file)

    def _read(self, stream: Any, file: dict[str, Any]) -> Iterator[pa.RecordBatch]:
        encoding, extent = file["encoding"], Extent(*(file[c] for c in Extent._fields))
        if encoding == "auto":
            encoding = decoding.sample_encoding(stream, file["name"])
            stream.seek(0)
        if extent != WHOLE:
            stream = Section(stream, file["begin"], None if extent.last else file["end"])
        for part in records.parts(stream, file["name"], self._corpus, encoding, extent, file["format"]):
            text_fields = self._corpus.text if part.format in FORMATS and FORMATS[part.format].fields else ("text",)
            number = unreadable = 0
            for run in part.runs:
                if isinstance(run, Broken):
                    new = documents.of_broken(run, self._corpus, part.name)
                else:
                    new = documents.of_records(run, self._corpus, part.name, text_fields)
                number, unreadable = number + len(new.reason), unreadable + len(new.reason) - new.reason.count(None)
                yield from self._add(new)
            facts: dict[str, Any] = {"records": number, "unreadable": unreadable}
            if extent.first:  # which tells what is to be told of the file
                facts |= {**part.facts, "format": part.format, "encoding": part.encoding}
                facts["bytes"] = None if part.inside else file["bytes"]
            yield self._summary(part.name, facts)

    def _add(self, new: documents.Columns) -> Iterator[pa.RecordBatch]:
        self._pending.extend(new)
        self._characters += sum(map(len, new.text))
        if len(self._pending.text) >= _BATCH_ROWS or self._characters >= _BATCH_CHARACTERS:
            yield from self.rest()

    def rest(self) -> Iterator[pa.RecordBatch]:
        """The rows that are still pending, and their identities if records have ids."""
        if not self._pending.text:
            return
        batch = as_batch(self._pending, self._corpus)
        self._pending, self._characters = documents.empty(), 0
        is_kept = batch.column("reason").is_null()
        kept = batch.filter(is_kept)
        yield cells.one_of(READ, "raw_documents", kept)
        dropped = batch.filter(pc.invert(is_kept))
        shown = pc.utf8_slice_codeunits(dropped.column("text"), 0, schemas.MAX_REJECT_TEXT)
        dropped = dropped.set_column(dropped.schema.get_field_index("text"), "text", shown)
        yield cells.one_of(READ, "ingest_rejects", dropped)
        if self._corpus.id:
            identities = repeated_ids.pairs(kept.column("doc_id"), kept.column("text"))
            for bucket, chosen in cells.by_hash(identities[:, 0], self._buckets):
                packed = cells.block({"bucket": np.int32(bucket)}, {"identities": identities[chosen]})
                yield cells.one_of(READ, "identities", packed)

    def _summary(self, file: str, facts: dict[str, Any]) -> pa.RecordBatch:
        row = {"corpus": self._corpus.name, "role": self._corpus.role, "file": file, **facts}
        return cells.one_of(READ, "files", pa.RecordBatch.from_pylist([row], schemas.TABLES["files"].schema))


def as_batch(columns: documents.Columns, corpus: Corpus) -> pa.RecordBatch:
    """All columns of raw_documents, and those of ingest_rejects that raw_documents lacks."""
    size = len(columns.text)
    others = {"tags": schemas.TABLES["raw_documents"].schema.field("tags").type} | {f.name: f.type for f in schemas.SOURCE}
    arrays = {name: pa.array(values, others.get(name, pa.string())) for name, values in columns._asdict().items()}
    arrays["source"] = pa.StructArray.from_arrays([arrays.pop(f.name) for f in schemas.SOURCE], fields=list(schemas.SOURCE))
    arrays |= {name: pa.repeat(value, size) for name, value in (("corpus", corpus.name), ("role", corpus.role), ("step", "ingest"))}
    arrays["duplicate_of"] = pa.nulls(size, pa.string())
    return pa.RecordBatch.from_pydict(arrays)
