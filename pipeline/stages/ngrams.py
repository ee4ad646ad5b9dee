"""Character n-grams. In: documents. Out: the distinct clauses, and every n-gram at or above the count floor.

Counting sees each clause once: what is repeated word for word says nothing new about where words begin and end.
"""

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline import blocks, symbols
from pipeline.config import Config

_PARTS = 2  # of the clauses, for each core; a task costs some 0.1 CPU s, be it ever so small
_BUCKET_SYMBOLS = 8_000_000  # some 300 MB of memory in the task that counts them


def ngrams(documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(clauses, ngrams). Starts one job:

    1. the distinct clauses, their symbols counted; pseudo-characters at the floor get a code, which all tasks must share;
    2. (no job yet) windows of all positions go to the bucket of their symbol, which counts the n-grams that begin with it;
    3. n-grams meet in the bucket of their last symbol, where what precedes it gives their PMI.
    """
    rules = config.ngrams
    parallelism = documents.sparkSession.sparkContext.defaultParallelism
    parts = min(_PARTS * parallelism, blocks.MOST_BUCKETS)
    lines = documents.select("text").mapInArrow(blocks.spread(parts), blocks.LINES).repartitionById(parts, "bucket")
    distinct = lines.mapInArrow(blocks.distinct, blocks.CLAUSES).persist(StorageLevel.DISK_ONLY)
    clauses = distinct.select("clauses")
    counts = distinct.select(F.explode(F.arrays_zip("symbols", "counts")).alias("of")).groupBy("of.symbols")
    frequent = counts.agg(F.sum("of.counts").alias("count")).where((F.col("symbols") == "") | (F.col("count") >= rules.min_count))
    found = {r["symbols"]: r["count"] for r in frequent.collect()}
    total = found.pop("", 0)
    alphabet = symbols.Alphabet.from_symbols(found.items())
    buckets = rules.buckets or max(parallelism, -(-total // _BUCKET_SYMBOLS))

    def encode(batch: pa.RecordBatch) -> np.ndarray:
        return alphabet.units(batch.column(0)).code

    def decode(codes: np.ndarray) -> dict[str, pa.Array]:
        return {"ngram": alphabet.strings(codes)}

    windows = clauses.mapInArrow(blocks.scatter(encode, rules.max_length, buckets), blocks.WINDOWS)
    count = blocks.count(rules.max_length, rules.min_count, buckets)
    counted = windows.repartitionById(buckets, "bucket").mapInArrow(count, blocks.COUNTED).repartitionById(buckets, "bucket")
    columns = "ngram string, n int, count long, pmi double, left_entropy double, right_entropy double"
    return clauses, counted.mapInArrow(blocks.join(total, rules.max_length, decode), columns)
