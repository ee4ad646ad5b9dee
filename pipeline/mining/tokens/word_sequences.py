"""Documents as sequences of word ids. In: batches of tokens. Out: `sequences`, a file of them at a time, ordered by doc_id.

The first digits of a doc_id choose its file. They are those of a hash, so all files are about as large as each other, and no
job has to look for the bounds between them.
"""

from collections import Counter
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays import cells
from wajue.arrays.ragged import Ragged
from wajue.arrays.strings import ascending, first_bytes
from wajue.mining.tokens.surface import HAN

COUNTS = "word string, count long"
PACKED = "file int, sequences binary"  # many sequences in a cell, as an Arrow stream
SHORT = 20  # words of a document on average, up to which [vocabulary] split_rare = "auto" splits; measured at 9, 11 and 31
_DIGITS = 8  # of a doc_id, hexadecimal; as many as `first_bytes` has
_BYTES = np.arange(256)
_DIGIT_OF = np.clip(np.where(ord("a") <= _BYTES, _BYTES - ord("a") + 10, _BYTES - ord("0")), 0, 15).astype(np.uint8)
_BLOCK_BYTES = 64 << 20  # of sequences that a task keeps before it sends them to their files
_BATCH_ROWS = 20_000


def are_split(rule: str, token_count: int, document_count: int) -> bool:
    """Are words outside the vocabulary read as their Han characters? rule: [vocabulary] split_rare; counts: of the whole text."""
    return token_count <= SHORT * document_count if rule == "auto" else rule == "always"


def encode(batch: pa.RecordBatch, vocabulary: pa.StringArray, *, split: bool) -> pa.RecordBatch:
    """(doc_id, corpus, tokens) -> (doc_id, corpus, ids): the word ids of those tokens that the vocabulary has.

    vocabulary: the words in the order of their ids. split: of other tokens the ids of those of their Han characters that it has.
    """
    word_ids, offsets = of_documents(batch.column("tokens"), vocabulary, split=split)
    encoded = pa.ListArray.from_arrays(pa.array(offsets.astype(np.int32)), pa.array(word_ids))
    return pa.RecordBatch.from_arrays([batch.column("doc_id"), batch.column("corpus"), encoded], ["doc_id", "corpus", "ids"])


def of_documents(lists: pa.ListArray, vocabulary: pa.StringArray, *, split: bool) -> Ragged:
    """The word ids, int32, of each list of tokens."""
    tokens = pc.dictionary_encode(lists.flatten())
    of_tokens = _word_ids(tokens.dictionary, vocabulary, split=split).take(tokens.indices.to_numpy())
    begins = np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy(), dtype=np.int64)))  # in tokens
    return Ragged(of_tokens.values, of_tokens.offsets[begins])


def _word_ids(strings: pa.StringArray, vocabulary: pa.StringArray, *, split: bool) -> Ragged:
    """The word ids, int32, of each string."""
    word_id = pc.index_in(strings, value_set=vocabulary).fill_null(-1).to_numpy()
    sizes = np.ones(len(word_id), np.int64)
    if split:
        unknown = np.flatnonzero(word_id < 0)
        characters = [HAN.findall(string) for string in strings.take(pa.array(unknown)).to_pylist()]
        sizes[unknown] = [len(of_string) for of_string in characters]
        flat = pa.array([c for of_string in characters for c in of_string], pa.string())
        word_id, known = np.repeat(word_id, sizes), np.repeat(word_id >= 0, sizes)
        word_id[~known] = pc.index_in(flat, value_set=vocabulary).fill_null(-1).to_numpy()
    of_string = np.repeat(np.arange(len(strings)), sizes)
    return Ragged.of_sizes(word_id[word_id >= 0], np.bincount(of_string[word_id >= 0], minlength=len(strings)))


def characters(batches: cells.Batches) -> cells.Batches:
    """COUNTS of words -> COUNTS of their Han characters, which a batch has once each."""
    for batch in batches:
        counts: Counter[str] = Counter()
        for word, count in zip(*(column.to_pylist() for column in batch.select(["word", "count"]).columns), strict=True):
            for character in HAN.findall(word):
                counts[character] += count
        yield pa.record_batch({"word": pa.array(list(counts), pa.string()), "count": pa.array(list(counts.values()), pa.int64())})


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
        yield cells.block({"file": np.int32(number)}, {"sequences": cells.stream(sequences.take(pa.array(chosen)))})


def _first_digits(doc_ids: pa.StringArray) -> np.ndarray:
    """The first _DIGITS of each as a number, int64 [n]; in ids that wajue did not make, any character counts as a digit."""
    digits = _DIGIT_OF[first_bytes(doc_ids).astype(">u8").view(np.uint8)]
    return (digits[0::2] << 4 | digits[1::2]).view(">u4").astype(np.int64)


@cells.keeping_freed
def in_order(batches: cells.Batches) -> cells.Batches:
    """PACKED of one file -> its sequences, ordered by doc_id."""
    tables = [pa.ipc.open_stream(cell.as_buffer()).read_all() for batch in batches for cell in batch.column("sequences")]
    if tables:
        sequences = pa.concat_tables(tables).combine_chunks()
        order = ascending(sequences.column("doc_id").combine_chunks())
        for begin in range(0, len(order), _BATCH_ROWS):
            yield from sequences.take(order[begin : begin + _BATCH_ROWS]).combine_chunks().to_batches()
