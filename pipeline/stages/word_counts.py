"""How often each word stands in each role. In: tokens. Out: word_counts; what holds no letter, digit or Han is no word."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.config import Config
from wajue.spark.flow import Flow

_HELD = 2_000_000  # rows, some 100 MB, that a task holds before it adds up those of the same word
_SUMS = ("count", "document_count")


def word_counts(tokens: Flow, *, config: Config) -> DataFrame:
    """word_counts. Each task adds up its own before they are shuffled."""
    types = "word string, role string, count long, document_count long"
    counted = tokens.select("role", "tokens").by_dictionary("tokens").map(_count, types).frame
    return counted.groupBy("word", "role").agg(*[F.sum(c).alias(c) for c in _SUMS])


def _count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Tokens of one task -> how often each word stands in it, as a rule once a word."""
    held: list[pa.Table] = []
    for batch in batches:
        held += _counted_by_role(batch)
        if sum(t.num_rows for t in held) > _HELD:
            held = [_summed(held)]
            if held[0].num_rows > _HELD // 2:
                yield from held.pop().to_batches()
    if held:
        yield from _summed(held).to_batches()


def _counted_by_role(batch: pa.RecordBatch) -> Iterator[pa.Table]:
    for role in pc.unique(batch.column("role")).to_pylist():
        lists = batch.filter(pc.equal(batch.column("role"), role)).column("tokens")
        words = pc.dictionary_encode(lists.flatten())
        documents = pc.list_parent_indices(lists).to_numpy()
        count, document_count = _counted(words.indices.to_numpy(), documents, len(words.dictionary))
        here = np.flatnonzero(count)
        columns = {"word": words.dictionary.take(pa.array(here)), "role": pa.repeat(role, len(here))}
        yield pa.table(columns | {"count": count[here], "document_count": document_count[here]})


def _summed(counted: list[pa.Table]) -> pa.Table:
    """A row for each word and role; what holds no letter, digit or Han is left out."""
    found = pa.concat_tables(counted).group_by(["word", "role"], use_threads=False).aggregate([(c, "sum") for c in _SUMS])
    found = found.select(["word", "role", *(f"{c}_sum" for c in _SUMS)]).rename_columns(["word", "role", *_SUMS])
    return found.filter(pc.match_substring_regex(found.column("word"), r"[\p{L}\p{N}]"))


@njit(cache=True)
def _counted(ids: np.ndarray, documents: np.ndarray, words: int) -> tuple[np.ndarray, np.ndarray]:
    """(occurrences, documents) of each word, int64 [words]; ids [n], and the document of each, in order."""
    count, document_count, last = np.zeros(words, np.int64), np.zeros(words, np.int64), np.full(words, -1, np.int64)
    for i in range(len(ids)):
        word = ids[i]
        count[word] += 1
        if last[word] != documents[i]:
            last[word] = documents[i]
            document_count[word] += 1
    return count, document_count
