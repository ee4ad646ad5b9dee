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

COMPARED_HERE = pa.schema(
    [
        *(signing.SIGNED.field(c) for c in signing.COMPARED if c not in signing.NAMED),
        ("position", pa.int64()),
        ("is_gone", pa.bool_()),
    ]
)
KEPT = "kept long, duplicate_of string"  # the position and the doc_id of a document that others are dropped for
_IN_NO_FILE = -(1 << 62)  # so that no record behind it has the number of one in a file
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
        return _behind(documents, lambda corpus, file: self._first[source, corpus, file])


class Listed:
    """Some documents, told by their file and record; listed: their corpus and source."""

    def __init__(self, listed: pa.Table) -> None:
        first = self._first = dict[tuple[str, str], int]()

        def number_of(corpus: str, file: str) -> int:
            return first.setdefault((corpus, file), len(first) << RECORD_BITS)

        numbers = [_behind(batch, number_of) for batch in listed.to_batches()]
        self._numbers = np.sort(np.concatenate([np.zeros(0, np.int64), *numbers]))

    def among(self, documents: pa.RecordBatch) -> np.ndarray:
        """Is it one of them (bool), of each document."""
        numbers = _behind(documents, lambda corpus, file: self._first.get((corpus, file), _IN_NO_FILE))
        at = np.searchsorted(self._numbers, numbers)
        return np.append(self._numbers, _IN_NO_FILE)[at] == numbers


def _behind(documents: pa.RecordBatch, first: Callable[[str, str], int]) -> np.ndarray:
    """What `first` says of the corpus and file of each document, and its record added (int64)."""
    corpus = pc.dictionary_encode(documents.column("corpus"))
    file = pc.dictionary_encode(pc.struct_field(documents.column("source"), "file"))
    pair = corpus.indices.to_numpy().astype(np.int64) * len(file.dictionary) + file.indices.to_numpy()
    pairs, inverse = np.unique(pair, return_inverse=True)
    corpora, names = corpus.dictionary.to_pylist(), file.dictionary.to_pylist()
    firsts = [first(corpora[p // len(names)], names[p % len(names)]) for p in pairs.tolist()]
    record = pc.struct_field(documents.column("source"), "record").to_numpy()
    numbers: np.ndarray = np.array(firsts, np.int64)[inverse] + record
    return numbers


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
            yield _positioned(batch, positions.value, source)

    return apply


def compared(positions: Any, source: int, gone: Any | None) -> Callable[[Batches], Batches]:
    """signing.COMPARED -> COMPARED_HERE. gone: `Listed`, broadcast, of the documents that were dropped before; None: of none."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            is_gone = pa.array(gone.value.among(batch)) if gone else pa.repeat(False, batch.num_rows)
            yield _positioned(batch, positions.value, source).append_column("is_gone", is_gone)

    return apply


def _positioned(documents: pa.RecordBatch, positions: Positions, source: int) -> pa.RecordBatch:
    """The documents with their positions instead of corpus and source."""
    position = pa.array(positions.of(documents, source))
    return documents.drop_columns(["corpus", "source"]).append_column("position", position)


def without(gone: Any) -> Callable[[Batches], Batches]:
    """Rows with corpus and source -> those of them that are not `gone`: `Listed`, broadcast."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            yield batch.filter(pa.array(~gone.value.among(batch)))

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
