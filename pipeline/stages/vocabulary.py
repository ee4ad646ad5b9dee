"""Word ids. In: tokens and word_counts. Out: vocabulary, and sequences, the documents as ids.

Sequences are ordered by doc_id. A doc_id is a hash, so this order is both the same in every run and shuffled with regard to
the files, which the trainers want: text sorted by class leaks the class into the vectors.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.config import Config
from pipeline.errors import WajueError

_DIGITS = 8  # of a doc_id, hexadecimal
_FILE_WORDS = 20_000_000  # of sequences: files follow from the text alone, since trainers shuffle what they read from them


def vocabulary(tokens: DataFrame, word_counts: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(vocabulary, sequences). Starts jobs: the words, most frequent first, ties in their own order, and how many there are."""
    rules = config.vocabulary
    counts = word_counts.groupBy("word").agg(F.sum("count").alias("count")).where(F.col("count") >= rules.min_count)
    rows = counts.orderBy(F.desc("count"), "word").limit(rules.max_size).toArrow()
    if not rows.num_rows:
        most = word_counts.agg(F.max("count")).collect()[0][0]
        raise WajueError(
            f"no word occurs [vocabulary] min_count = {rules.min_count} times, the most frequent {most or 0}; lower it"
        )
    rows = rows.add_column(0, "word_id", pa.array(np.arange(rows.num_rows, dtype=np.int32)))
    spark = tokens.sparkSession
    words = spark.sparkContext.broadcast(rows.column("word").combine_chunks())

    def encode(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            lists = batch.column("tokens")
            ids = pc.index_in(lists.flatten(), value_set=words.value)
            documents = pc.list_parent_indices(lists).to_numpy()
            known = ids.is_valid().to_numpy(zero_copy_only=False)
            sizes = np.bincount(documents[known], minlength=len(lists))
            offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
            encoded = pa.ListArray.from_arrays(pa.array(offsets), ids.drop_null().cast(pa.int32()))
            yield pa.RecordBatch.from_arrays([batch.column("doc_id"), batch.column("corpus"), encoded], ["doc_id", "corpus", "ids"])

    types = "doc_id string, corpus string, ids array<int>"
    encoded = tokens.select("doc_id", "corpus", "tokens").mapInArrow(encode, types)
    parts = 1 + (word_counts.agg(F.sum("count")).collect()[0][0] or 0) // _FILE_WORDS
    return spark.createDataFrame(rows).coalesce(1), _ordered(encoded, parts)


def _ordered(rows: DataFrame, parts: int) -> DataFrame:
    """Rows by doc_id, in so many files: its beginning tells where a hash belongs, which orderBy makes all rows twice to learn."""
    place = F.floor(F.conv(F.substring("doc_id", 1, _DIGITS), 16, 10).cast("long") * parts / 16**_DIGITS).cast("int")
    return rows.repartitionById(parts, place).sortWithinPartitions("doc_id")
