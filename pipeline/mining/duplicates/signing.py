"""Documents as the search for near-duplicates sees them. In: their texts. Out: `SIGNED`, all that comparing them needs.

A signature tells what a text equals (hashes of it as it stands, and folded), what it may resemble (its bands and its sketch),
and how alike two texts are (the elements, of which shingles are made). With it a document is compared for years without being
read again. Elements take 16 bits a character and leave the similarity exact; a set of its shingles would need 32 or more for each.
"""

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue import schemas
from wajue.arrays.cells import Batches, cells_of, keeping_freed, one_of, runs_of
from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.elements import code_points, to_16_bits
from wajue.mining.duplicates.hashes import TextHashes, hashed_words, text_hashes
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.signatures import signatures

NAMED = ("doc_id", "corpus", "source")  # which document it is
SIGNED = schemas.TABLES["signatures"].schema
COMPARED = tuple(name for name in SIGNED.names if name != "doc_id")  # what the search reads
_SKETCHES = {"sketch": np.uint32, "second_sketch": np.uint64}
_HASHES = ("folded_high", "folded_low", "text_hash")  # as TextHashes has them
_SIZES = pa.struct([("corpus", pa.string()), ("file", pa.string()), ("documents", pa.int64()), ("bytes", pa.int64())])
SIZED = pa.schema([("signatures", pa.struct(list(SIGNED))), ("sizes", _SIZES)])
_SUMS = {"corpus": "corpus", "file": "file", "documents": "bytes_count", "bytes": "bytes_sum"}
_HALF = np.uint64(32)
_PIECE = 256 << 20  # bytes of text that are signed at once: offsets in Arrow's cells have 31 bits


def sign(settings: Settings) -> Callable[[Batches], Batches]:
    """(doc_id, corpus, source, text) -> SIGNED."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for piece in (p for batch in batches for p in _pieces(batch)):
            yield _signed(piece, settings)

    return apply


def sign_with_sizes(settings: Settings) -> Callable[[Batches], Batches]:
    """(doc_id, corpus, source, text) -> SIZED; the sizes are those of the texts."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        for piece in (p for batch in batches for p in _pieces(batch)):
            yield one_of(SIZED, "signatures", _signed(piece, settings))
            yield one_of(SIZED, "sizes", _sizes(piece, "text"))

    return apply


def with_sizes(batches: Batches) -> Batches:
    """SIGNED -> SIZED; the sizes are those of the elements."""
    for batch in batches:
        yield one_of(SIZED, "signatures", batch)
        yield one_of(SIZED, "sizes", _sizes(batch, "elements"))


def _signed(texts: pa.RecordBatch, settings: Settings) -> pa.RecordBatch:
    named = {name: texts.column(name) for name in NAMED}
    return pa.RecordBatch.from_pydict(named | _signature(texts.column("text"), settings), SIGNED)


def _sizes(documents: pa.RecordBatch, measured: str) -> pa.RecordBatch:
    """The documents of each file, and the bytes of one of their columns."""
    columns = {"corpus": documents.column("corpus"), "file": pc.struct_field(documents.column("source"), "file")}
    columns["bytes"] = pc.fill_null(pc.binary_length(documents.column(measured)).cast(pa.int64()), 0)
    by_file = pa.table(columns).group_by(["corpus", "file"], use_threads=False)
    sums = by_file.aggregate([("bytes", "count"), ("bytes", "sum")])
    return pa.RecordBatch.from_pydict({name: sums.column(at).combine_chunks() for name, at in _SUMS.items()})


def _pieces(batch: pa.RecordBatch) -> Batches:
    """The batch, in parts where its texts are long."""
    rows = -(-batch.num_rows // (1 + batch.column("text").nbytes // _PIECE))
    yield from (batch.slice(begin, rows) for begin in range(0, batch.num_rows, rows or 1))


def _signature(texts: pa.StringArray, settings: Settings) -> dict[str, pa.Array]:
    """The columns of SIGNED that a text decides."""
    elements = code_points(texts)
    hashes = text_hashes(elements)
    columns = {name: pa.array(column.view(np.int64)) for name, column in zip(_HASHES, hashes, strict=True)}
    if not settings.near:
        return columns | {name: pa.nulls(len(texts), SIGNED.field(name).type) for name in (*_SKETCHES, "bands", "elements")}
    if settings.of_words:
        elements = hashed_words(elements)
    signed = signatures(elements, settings.shingling, bands=settings.bands, rows_per_band=settings.rows_per_band)
    keys = (signed.band_keys >> _HALF).astype(np.uint32)
    return columns | {
        "sketch": pa.array(signed.sketches[0].astype(np.uint32).view(np.int32)),
        "second_sketch": pa.array(signed.sketches[1].view(np.int64)),
        "bands": cells_of(Ragged.of_sizes(keys.ravel(), np.full(len(texts), settings.bands))),
        "elements": cells_of(to_16_bits(elements, of_words=settings.of_words)),
    }


def hashes_of(signed: pa.RecordBatch) -> TextHashes:
    """The hashes of documents in SIGNED."""
    return TextHashes(*(signed.column(name).to_numpy().view(np.uint64) for name in _HASHES))


def sketches_of(signed: pa.RecordBatch) -> np.ndarray:
    """Their sketches (uint64 [2, documents])."""
    return np.stack([signed.column(name).to_numpy().view(word).astype(np.uint64) for name, word in _SKETCHES.items()])


def bands_of(signed: pa.RecordBatch, settings: Settings) -> np.ndarray:
    """Their band keys (uint32 [documents, bands]); [documents, 0] where only equal texts are searched for."""
    return runs_of(signed.column("bands"), np.uint32).values.reshape(signed.num_rows, settings.bands if settings.near else 0)


def elements_in(signed: pa.RecordBatch) -> Ragged:
    """Their elements in 16 bits."""
    return runs_of(signed.column("elements"), np.uint16)
