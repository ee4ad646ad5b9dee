"""Character n-grams. In: documents. Out: the distinct clauses, and every n-gram at or above the count floor.

Counting sees each clause once: what is repeated word for word says nothing new about where words begin and end.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline import blocks, symbols
from pipeline.config import Config

_PARTS = 2  # of the clauses, for each core; a task costs some 0.1 CPU s, be it ever so small
_BUCKET_SYMBOLS = 8_000_000  # some 300 MB of memory in the task that counts them


def ngrams(documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(clauses, ngrams). Starts one job, over the clauses:

    1. count the symbols and the pseudo-characters; those at the floor get a code, which all tasks must share;
    2. (no job yet) windows of all positions go to the bucket of their symbol, which counts the n-grams that begin with it;
    3. n-grams meet in the bucket of their last symbol, where what precedes it gives their PMI.
    """
    rules = config.ngrams
    parallelism = documents.sparkSession.sparkContext.defaultParallelism
    parts = min(_PARTS * parallelism, blocks.MOST_BUCKETS)
    lines = documents.select("text").mapInArrow(blocks.spread(parts), blocks.LINES).repartitionById(parts, "bucket")
    clauses = lines.mapInArrow(blocks.distinct, "clauses string").persist(StorageLevel.DISK_ONLY)
    counts = clauses.mapInArrow(_symbol_counts, "symbol string, count long").groupBy("symbol").agg(F.sum("count").alias("count"))
    frequent = counts.where((F.col("symbol") == "") | (F.col("count") >= rules.min_count)).collect()
    found = {r["symbol"]: r["count"] for r in frequent}
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


def _symbol_counts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Counts of pseudo-characters, and under the empty name the number of all symbols."""
    total = 0
    for batch in batches:
        units = symbols.Alphabet().units(batch.column(0))
        total += int(np.count_nonzero(units.code))
        counted = pc.value_counts(symbols.pseudo_characters(units))
        yield pa.RecordBatch.from_arrays([counted.field("values"), counted.field("counts")], ["symbol", "count"])
    yield pa.RecordBatch.from_arrays([pa.array([""]), pa.array([total])], ["symbol", "count"])
