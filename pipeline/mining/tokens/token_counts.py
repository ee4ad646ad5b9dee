"""How often each word occurs in each role. In: batches of tokens. Out: COUNTED, as a rule a row for each word of a task.

A token that holds no letter, digit or Han character is no word.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.arrays.cells import Batches

SUMS = ("count", "document_count")
COUNTED = "word string, role string, count long, document_count long"
_MOST_ROWS = 2_000_000  # some 100 MB that a task keeps before it adds up those of the same word


def count(batches: Batches) -> Batches:
    """(role string, tokens list<string>) of one task -> COUNTED.

    A word has several rows only where a task meets more distinct words than it can keep.
    """
    counted: list[pa.Table] = []
    for batch in batches:
        counted += _counted_by_role(batch)
        if sum(t.num_rows for t in counted) > _MOST_ROWS:
            counted = [_summed(counted)]
            if counted[0].num_rows > _MOST_ROWS // 2:
                yield from counted.pop().to_batches()
    if counted:
        yield from _summed(counted).to_batches()


def _counted_by_role(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    for role in pc.unique(batch.column("role")).to_pylist():
        lists = batch.filter(pc.equal(batch.column("role"), role)).column("tokens")
        tokens = pc.dictionary_encode(lists.flatten())
        doc_index = pc.list_parent_indices(lists).to_numpy()
        occurrences, documents = _counted(tokens.indices.to_numpy(), doc_index, len(tokens.dictionary))
        used = np.flatnonzero(occurrences)
        columns = {"word": tokens.dictionary.take(pa.array(used)), "role": pa.repeat(role, len(used))}
        yield pa.table(columns | {"count": occurrences[used], "document_count": documents[used]})


def _summed(counted: list[pa.Table]) -> pa.Table:
    """A row for each word and role; tokens that are no words are left out."""
    table = pa.concat_tables(counted).group_by(["word", "role"], use_threads=False).aggregate([(c, "sum") for c in SUMS])
    table = table.select(["word", "role", *(f"{c}_sum" for c in SUMS)]).rename_columns(["word", "role", *SUMS])
    return table.filter(are_words(table.column("word")))


def are_words(strings: pa.StringArray) -> np.ndarray:
    """bool [n]: which of them hold a letter, digit or Han character."""
    words: np.ndarray = pc.match_substring_regex(strings, r"[\p{L}\p{N}]").to_numpy(zero_copy_only=False)
    return words


@njit(cache=True)
def _counted(
    word_ids,  # int [tokens]
    doc_index,  # int [tokens], ascending
    size,  # distinct words
):
    """(occurrences, documents) of each word, int64 [size]."""
    occurrences, documents, last = np.zeros(size, np.int64), np.zeros(size, np.int64), np.full(size, -1, np.int64)
    for i in range(len(word_ids)):
        word = word_ids[i]
        occurrences[word] += 1
        if last[word] != doc_index[i]:
            last[word] = doc_index[i]
            documents[word] += 1
    return occurrences, documents
