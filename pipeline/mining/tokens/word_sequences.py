"""Documents as sequences of word ids. In: batches of tokens. Out: `sequences`, a file of them at a time, ordered by doc_id.

The first digits of a doc_id choose its file. They are those of a hash, so all files are about as large as each other, and no
job has to look for the bounds between them.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays import cells

PACKED = "file int, sequences binary"  # many sequences in a cell, as an Arrow stream
_DIGITS = 8  # of a doc_id, hexadecimal
_BLOCK_BYTES = 64 << 20  # of sequences that a task keeps before it sends them to their files
_BATCH_ROWS = 20_000


def encode(batch: pa.RecordBatch, vocabulary: pa.StringArray) -> pa.RecordBatch:
    """(doc_id, corpus, tokens) -> (doc_id, corpus, ids): the word ids of those tokens that the vocabulary has.

    vocabulary: the words in the order of their ids.
    """
    lists = batch.column("tokens")
    tokens = pc.dictionary_encode(lists.flatten())
    id_of = pc.index_in(tokens.dictionary, value_set=vocabulary).fill_null(-1).to_numpy()
    word_ids = id_of[tokens.indices.to_numpy()]
    known = word_ids >= 0
    sizes = np.bincount(pc.list_parent_indices(lists).to_numpy()[known], minlength=len(lists))
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    encoded = pa.ListArray.from_arrays(pa.array(offsets), pa.array(word_ids[known]))
    return pa.RecordBatch.from_arrays([batch.column("doc_id"), batch.column("corpus"), encoded], ["doc_id", "corpus", "ids"])


def pack(files: int) -> Callable[[cells.Batches], cells.Batches]:
    """Sequences -> PACKED, each in the file to which its doc_id belongs."""

    def apply(batches: cells.Batches) -> cells.Batches:
        pending: list[pa.RecordBatch] = []
        for batch in batches:
            pending.append(batch)
            if sum(b.nbytes for b in pending) >= _BLOCK_BYTES:
                yield from _packed(pa.concat_batches(pending), files)
                pending = []
        if pending:
            yield from _packed(pa.concat_batches(pending), files)

    return apply


def _packed(sequences: pa.RecordBatch, files: int) -> Iterator[pa.RecordBatch]:
    file = (_first_digits(sequences.column("doc_id")) * files >> (4 * _DIGITS)).astype(np.uint16)
    for number, chosen in cells.by_bucket(file, files):
        yield cells.block({"file": np.int32(number)}, {"sequences": _stream(sequences.take(pa.array(chosen)))})


def _first_digits(doc_ids: pa.StringArray) -> np.ndarray:
    """The first _DIGITS of each as a number, int64 [n]."""
    if (pc.min(pc.binary_length(doc_ids)).as_py() or 0) < _DIGITS:  # ids that wajue did not make
        doc_ids = pc.ascii_rpad(doc_ids, _DIGITS, "0")
    digits = pc.binary_slice(doc_ids.cast(pa.binary()), 0, _DIGITS).cast(pa.binary(_DIGITS))
    codes = np.frombuffer(digits.buffers()[1], np.uint8)[: len(digits) * _DIGITS].reshape(-1, _DIGITS).astype(np.int64)
    values = np.clip(np.where(codes >= ord("a"), codes - ord("a") + 10, codes - ord("0")), 0, 15)
    return values @ (16 ** np.arange(_DIGITS - 1, -1, -1, dtype=np.int64))


def _stream(sequences: pa.RecordBatch) -> np.ndarray:
    """An Arrow stream of the batch, as bytes."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, sequences.schema) as stream:
        stream.write_batch(sequences)
    return np.frombuffer(sink.getvalue(), np.uint8)


@cells.keeping_freed
def in_order(batches: cells.Batches) -> cells.Batches:
    """PACKED of one file -> its sequences, ordered by doc_id."""
    tables = [pa.ipc.open_stream(cell.as_buffer()).read_all() for batch in batches for cell in batch.column("sequences")]
    if tables:
        sequences = pa.concat_tables(tables).combine_chunks()
        order = pc.sort_indices(sequences.column("doc_id"))
        for begin in range(0, len(order), _BATCH_ROWS):
            yield from sequences.take(order.slice(begin, _BATCH_ROWS)).combine_chunks().to_batches()
