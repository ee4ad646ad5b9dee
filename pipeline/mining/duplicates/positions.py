"""Documents in the order of preference. In: the ranked files, then batches of documents. Out: each document's position, and which
documents are dropped.

A *source* is a set of documents: 0 is that of this workspace, the others are those of earlier workspaces.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue import schemas
from wajue.arrays import cells
from wajue.arrays.cells import Batches
from wajue.mining.duplicates import signing
from wajue.mining.duplicates.settings import RECORD_BITS

KEPT = "kept long, duplicate_of string"  # the position and the doc_id of a document that others are dropped for
_TOLD = ("doc_id", "corpus", "source", "text")  # of a document that is dropped
PARTED = pa.schema(
    [
        *schemas.kinds("documents"),
        ("dropped", pa.struct([("position", pa.int64()), *(schemas.TABLES["documents"].schema.field(c) for c in _TOLD)])),
        ("kept", pa.struct([("kept", pa.int64()), ("duplicate_of", pa.string())])),
    ]
)


class RankedFile(NamedTuple):
    """A file, sorted by preference, which is negative for files of earlier workspaces; bytes: of its text, or of its elements."""

    preference: int
    shown_corpus: str
    name: str
    source: int
    corpus: str
    documents: int
    bytes: int


class Positions:
    """The positions of all documents, by their file and record."""

    def __init__(self, files: list[RankedFile]) -> None:
        self._first = {(f.source, f.corpus, f.name): rank << RECORD_BITS for rank, f in enumerate(files)}

    def of(self, documents: pa.RecordBatch, source: int) -> np.ndarray:
        """The position (int64) of each document."""
        corpus = pc.dictionary_encode(documents.column("corpus"))
        file = pc.dictionary_encode(pc.struct_field(documents.column("source"), "file"))
        pair = corpus.indices.to_numpy().astype(np.int64) * len(file.dictionary) + file.indices.to_numpy()
        pairs, inverse = np.unique(pair, return_inverse=True)
        corpora, names = corpus.dictionary.to_pylist(), file.dictionary.to_pylist()
        first = [self._first[source, corpora[p // len(names)], names[p % len(names)]] for p in pairs.tolist()]
        record = pc.struct_field(documents.column("source"), "record").to_numpy()
        position: np.ndarray = np.array(first, np.int64)[inverse] + record
        return position


class Decisions(NamedTuple):
    """A bit for each of the 64 positions from 64 * block, as choosing.VERDICTS has them; int64 [blocks], the blocks in order."""

    block: np.ndarray
    dropped: np.ndarray
    kept_for: np.ndarray

    def of(self, position: np.ndarray) -> tuple[pa.BooleanArray, pa.BooleanArray]:
        """(is it dropped, is another dropped for it) of each position (int64 [n])."""
        at = np.searchsorted(self.block, position >> 6)
        is_listed = np.append(self.block, -1)[at] == position >> 6
        dropped, kept_for = (
            pa.array(is_listed & (np.append(bits, 0)[at] >> (position & 63) & 1 == 1)) for bits in (self.dropped, self.kept_for)
        )
        return dropped, kept_for


def with_positions(positions: Any, source: int) -> Callable[[Batches], Batches]:
    """Rows with corpus and source -> the same rows with position instead. positions: broadcast, as below."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            position = pa.array(positions.value.of(batch, source))
            yield batch.drop_columns(["corpus", "source"]).append_column("position", position)

    return apply


def marked(positions: Any, decisions: Any) -> Callable[[Batches], Batches]:
    """signing.SIGNED of this workspace -> the same, with what was decided."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            dropped, _ = decisions.value.of(positions.value.of(batch, 0))
            yield batch.set_column(batch.schema.get_field_index(signing.KEPT), signing.KEPT, pc.invert(dropped))

    return apply


def part(positions: Any, decisions: Any) -> Callable[[Batches], Batches]:
    """The documents of this workspace -> PARTED: those that stay, those that are dropped, and KEPT."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            position = positions.value.of(batch, 0)
            dropped, kept_for = decisions.value.of(position)
            yield cells.one_of(PARTED, "documents", batch.filter(pc.invert(dropped)))
            yield cells.one_of(PARTED, "dropped", batch.append_column("position", pa.array(position)).filter(dropped))
            yield cells.one_of(PARTED, "kept", _kept(batch, position, kept_for))

    return apply


def kept(positions: Any, decisions: Any, source: int) -> Callable[[Batches], Batches]:
    """(doc_id, corpus, source) of an earlier workspace -> KEPT."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            position = positions.value.of(batch, source)
            yield _kept(batch, position, decisions.value.of(position)[1])

    return apply


def _kept(documents: pa.RecordBatch, position: np.ndarray, kept_for: pa.BooleanArray) -> pa.RecordBatch:
    columns = [pa.array(position).filter(kept_for), documents.column("doc_id").filter(kept_for)]
    return pa.RecordBatch.from_arrays(columns, ["kept", "duplicate_of"])
