"""Word ids. In: tokens and word_counts. Out: vocabulary, and sequences, the documents as ids.

Sequences are ordered by doc_id. A doc_id is a hash, so this order is both the same in every run and shuffled with regard to
the files, which the trainers want: text sorted by class leaks the class into the vectors.
"""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays import cells
from wajue.config import Config
from wajue.errors import WajueError
from wajue.spark.flow import Flow, types_of

_DIGITS = 8  # of a doc_id, hexadecimal
_FILE_WORDS = 20_000_000  # of sequences: files follow from the text alone, since trainers shuffle what they read from them
_BLOCK_BYTES = 64 << 20  # of sequences, that a task holds before it sends them where they belong
_PACKED = "part int, rows binary"
_ROWS = 20_000


def vocabulary(tokens: Flow, word_counts: Flow, *, config: Config) -> tuple[DataFrame, Flow]:
    """(vocabulary, sequences). Starts jobs: the words, most frequent first, ties in their own order; how many there
    are; and where tasks exchange files, the exchange.
    """
    rules = config.vocabulary
    counts = word_counts.frame.groupBy("word").agg(F.sum("count").alias("count")).where(F.col("count") >= rules.min_count)
    rows = counts.orderBy(F.desc("count"), "word").limit(rules.max_size).toArrow()
    if not rows.num_rows:
        most = word_counts.frame.agg(F.max("count")).collect()[0][0]
        raise WajueError(
            f"no word occurs [vocabulary] min_count = {rules.min_count} times, the most frequent {most or 0}; lower it"
        )
    rows = rows.add_column(0, "word_id", pa.array(np.arange(rows.num_rows, dtype=np.int32)))
    spark = tokens.source.sparkSession
    words = spark.sparkContext.broadcast(rows.column("word").combine_chunks())
    parts = 1 + (word_counts.frame.agg(F.sum("count")).collect()[0][0] or 0) // _FILE_WORDS
    read = tokens.select("doc_id", "corpus", "tokens").by_dictionary("tokens")
    packed = read.map(_encode(words), types_of("sequences")).map(_pack(parts), _PACKED)
    return spark.createDataFrame(rows).coalesce(1), packed.exchanged(parts, "part").map(_in_order, types_of("sequences"))


def _encode(words: Any) -> Callable[[cells.Batches], cells.Batches]:
    """Tokens -> the ids of those in the vocabulary."""

    def encode(batches: cells.Batches) -> cells.Batches:
        for batch in batches:
            lists = batch.column("tokens")
            flat = pc.dictionary_encode(lists.flatten())
            ids = pc.index_in(flat.dictionary, value_set=words.value).fill_null(-1).to_numpy()[flat.indices.to_numpy()]
            documents = pc.list_parent_indices(lists).to_numpy()
            known = ids >= 0
            sizes = np.bincount(documents[known], minlength=len(lists))
            offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
            encoded = pa.ListArray.from_arrays(pa.array(offsets), pa.array(ids[known]))
            yield pa.RecordBatch.from_arrays([batch.column("doc_id"), batch.column("corpus"), encoded], ["doc_id", "corpus", "ids"])

    return encode


def _pack(parts: int) -> Callable[[cells.Batches], cells.Batches]:
    """Sequences -> _PACKED: many to a row, as an Arrow stream, for the file where their doc_id belongs.

    The beginning of a hash tells that: files are about as large as each other, and no job has to look for their bounds.
    """

    def pack(batches: cells.Batches) -> cells.Batches:
        held: list[pa.RecordBatch] = []
        for batch in batches:
            held.append(batch)
            if sum(b.nbytes for b in held) >= _BLOCK_BYTES:
                yield from _packed(pa.concat_batches(held), parts)
                held = []
        if held:
            yield from _packed(pa.concat_batches(held), parts)

    return pack


def _packed(rows: pa.RecordBatch, parts: int) -> Iterator[pa.RecordBatch]:
    part = (_beginnings(rows.column("doc_id")) * parts >> (4 * _DIGITS)).astype(np.uint16)
    for number, chosen in cells.by_bucket(part, parts):
        yield cells.block({"part": np.int32(number)}, {"rows": _stream(rows.take(pa.array(chosen)))})


def _beginnings(doc_ids: pa.StringArray) -> np.ndarray:
    """The first _DIGITS of each as a number (int64)."""
    if (pc.min(pc.binary_length(doc_ids)).as_py() or 0) < _DIGITS:  # not of our making
        doc_ids = pc.ascii_rpad(doc_ids, _DIGITS, "0")
    digits = pc.binary_slice(doc_ids.cast(pa.binary()), 0, _DIGITS).cast(pa.binary(_DIGITS))
    codes = np.frombuffer(digits.buffers()[1], np.uint8)[: len(digits) * _DIGITS].reshape(-1, _DIGITS).astype(np.int64)
    values = np.clip(np.where(codes >= ord("a"), codes - ord("a") + 10, codes - ord("0")), 0, 15)
    return values @ (16 ** np.arange(_DIGITS - 1, -1, -1, dtype=np.int64))


def _stream(rows: pa.RecordBatch) -> np.ndarray:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, rows.schema) as stream:
        stream.write_batch(rows)
    return np.frombuffer(sink.getvalue(), np.uint8)


@cells.keeping_freed
def _in_order(batches: cells.Batches) -> cells.Batches:
    """_PACKED of one file -> its sequences by doc_id."""
    tables = [pa.ipc.open_stream(cell.as_buffer()).read_all() for batch in batches for cell in batch.column("rows")]
    if tables:
        rows = pa.concat_tables(tables).combine_chunks()
        order = pc.sort_indices(rows.column("doc_id"))
        for begin in range(0, len(order), _ROWS):
            yield from rows.take(order.slice(begin, _ROWS)).combine_chunks().to_batches()
