"""How often each word stands in each role. In: tokens. Out: word_counts; what holds no letter, digit or Han is no word."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.config import Config


def word_counts(tokens: DataFrame, *, config: Config) -> DataFrame:
    """word_counts. Each batch is counted before it is shuffled."""
    counted = tokens.select("role", "tokens").mapInArrow(_count, "word string, role string, count long, document_count long")
    sums = [F.sum(c).alias(c) for c in ("count", "document_count")]
    return counted.where(F.col("word").rlike(r"[\p{L}\p{N}]")).groupBy("word", "role").agg(*sums)


def _count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for role in pc.unique(batch.column("role")).to_pylist():
            lists = batch.filter(pc.equal(batch.column("role"), role)).column("tokens")
            words = pc.dictionary_encode(lists.flatten())
            ids = words.indices.to_numpy()
            documents = pc.list_parent_indices(lists).to_numpy()
            count, document_count = _counted(ids, documents, len(words.dictionary))
            roles = pa.array([role] * len(count), pa.string())
            columns = {"word": words.dictionary, "role": roles, "count": count, "document_count": document_count}
            yield pa.RecordBatch.from_pydict(columns)


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
