"""Character n-grams. In: documents. Out: the distinct clauses, and every n-gram at or above the count floor.

Counting sees each clause once: what is repeated word for word says nothing new about where words begin and end.
"""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.arrays.cells import MOST_BUCKETS
from wajue.config import Config
from wajue.mining.ngrams import tasks
from wajue.mining.text.alphabet import Alphabet, recurring
from wajue.spark import functions as F
from wajue.spark.column_types import ddl
from wajue.spark.flow import Flow, types_of

_TASKS_A_CORE = 2  # that the clauses are distributed to, or more; a task costs some 0.1 CPU s, however small it is
_BUCKET_SYMBOLS = 8_000_000  # some 300 MB of memory in the task that counts them


def ngrams(documents: Flow, *, config: Config) -> tuple[Flow, Flow]:
    """(clauses, ngrams). Starts two jobs, both for the first of these:

    1. find the distinct clauses, and count their symbols: pseudo-characters at the floor get a code, which all tasks must share;
    2. send the windows of all positions to the bucket of their symbol, which counts the n-grams that begin with it;
    3. send the n-grams to the bucket of their last symbol, where what precedes it gives their PMI.
    """
    rules = config.ngrams
    parallelism = documents.source.sparkSession.sparkContext.defaultParallelism
    parts = min(max(_TASKS_A_CORE * parallelism, documents.tasks), MOST_BUCKETS)  # cores may come later, as the data is read
    lines = documents.select("text", "role").map(tasks.spread(parts), tasks.LINES).exchanged(parts, "bucket")
    distinct = lines.map(tasks.distinct, ddl(tasks.CLAUSES)).materialized()
    clauses = distinct["clauses"]
    alphabet, total = _alphabet(distinct["symbols"].frame, rules.min_count)
    buckets = rules.buckets or max(parallelism, -(-total // _BUCKET_SYMBOLS))

    def encode(batch: pa.RecordBatch) -> np.ndarray:
        return alphabet.units(batch.column(0)).code

    def decode(codes: np.ndarray) -> dict[str, pa.Array]:
        return {"ngram": alphabet.strings(codes)}

    windows = clauses.map(tasks.scatter(encode, rules.max_length, buckets), tasks.WINDOWS).exchanged(buckets, "bucket")
    counted = windows.map(tasks.count(rules.max_length, rules.min_count, buckets), tasks.COUNTED).exchanged(buckets, "bucket")
    return clauses, counted.map(tasks.join(total, rules.max_length, decode), types_of("ngrams"))


def _alphabet(symbols: DataFrame, min_count: int) -> tuple[Alphabet, int]:
    """(alphabet, all symbols of the clauses); symbols: the counts of pseudo-characters, and under "" of all symbols."""
    counts = symbols.groupBy("symbol").agg(F.sum("count").alias("count"))
    frequent = counts.where((F.col("symbol") == "") | (F.col("count") >= min_count))
    count_of = {r["symbol"]: r["count"] for r in frequent.collect()}
    total = count_of.pop("", 0)
    return Alphabet.from_symbols(recurring(count_of).items()), total
