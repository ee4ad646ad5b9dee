"""How often each word stands in each role. In: tokens. Out: word_counts; what holds no letter, digit or Han is no word."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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
            size = len(words.dictionary)
            pairs = np.unique(documents.astype(np.int64) * size + ids) % max(size, 1)
            yield pa.RecordBatch.from_pydict(
                {
                    "word": words.dictionary,
                    "role": pa.array([role] * size, pa.string()),
                    "count": np.bincount(ids, minlength=size),
                    "document_count": np.bincount(pairs, minlength=size),
                }
            )
