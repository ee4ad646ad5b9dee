"""Character n-grams. In: documents. Out: the distinct clauses, and every n-gram at or above the count floor.

Counting sees each clause once: what is repeated word for word says nothing new about where words begin and end.
"""

import numpy as np
import pyarrow as pa
from pyspark.sql import functions as F

from wajue.arrays import cells
from wajue.config import Config
from wajue.mining.alphabet import Alphabet
from wajue.mining.ngrams import tasks as ngram_tasks
from wajue.spark.flow import Flow, ddl, types_of

_PARTS = 2  # of the clauses, for each core; a task costs some 0.1 CPU s, be it ever so small
_BUCKET_SYMBOLS = 8_000_000  # some 300 MB of memory in the task that counts them


def ngrams(documents: Flow, *, config: Config) -> tuple[Flow, Flow]:
    """(clauses, ngrams). Starts jobs; what goes from task to task is one of its own where it goes through files:

    1. the distinct clauses, their symbols counted; pseudo-characters at the floor get a code, which all tasks must share;
    2. windows of all positions go to the bucket of their symbol, which counts the n-grams that begin with it;
    3. n-grams go to the bucket of their last symbol, where what precedes it gives their PMI.
    """
    rules = config.ngrams
    parallelism = documents.source.sparkSession.sparkContext.defaultParallelism
    parts = min(_PARTS * parallelism, cells.MOST_BUCKETS)
    lines = documents.select("text").map(ngram_tasks.spread(parts), ngram_tasks.LINES).exchanged(parts, "bucket")
    distinct = lines.map(ngram_tasks.distinct, ddl(ngram_tasks.CLAUSES)).materialized()
    clauses = distinct["clauses"]
    counts = distinct["symbols"].frame.groupBy("symbol").agg(F.sum("count").alias("count"))
    frequent = counts.where((F.col("symbol") == "") | (F.col("count") >= rules.min_count))
    count_of = {r["symbol"]: r["count"] for r in frequent.collect()}
    total = count_of.pop("", 0)
    alphabet = Alphabet.from_symbols(count_of.items())
    buckets = rules.buckets or max(parallelism, -(-total // _BUCKET_SYMBOLS))

    def encode(batch: pa.RecordBatch) -> np.ndarray:
        return alphabet.units(batch.column(0)).code

    def decode(codes: np.ndarray) -> dict[str, pa.Array]:
        return {"ngram": alphabet.strings(codes)}

    windows = clauses.map(ngram_tasks.scatter(encode, rules.max_length, buckets), ngram_tasks.WINDOWS).exchanged(buckets, "bucket")
    count = ngram_tasks.count(rules.max_length, rules.min_count, buckets)
    counted = windows.map(count, ngram_tasks.COUNTED).exchanged(buckets, "bucket")
    return clauses, counted.map(ngram_tasks.join(total, rules.max_length, decode), types_of("ngrams"))
