"""Character n-grams. In: documents. Out: the distinct clauses, and every n-gram at or above the count floor.

Counting sees each clause once: what is repeated word for word says nothing new about where words begin and end.
"""

from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline import ngrams as counting
from pipeline import symbols
from pipeline.config import Config

_SLAB = 2_000_000  # symbols; contexts leave a task in blocks of this size, so that few rows are shuffled
_BUCKET_SYMBOLS = 2_000_000


def ngrams(documents: DataFrame, *, config: Config) -> tuple[DataFrame, DataFrame]:
    """(clauses, ngrams). Starts one job, over the clauses:

    1. count the symbols and the pseudo-characters; those at the floor get a code, which all tasks must share;
    2. (no job yet) contexts of all positions go to the bucket of their symbol, which counts from both sides;
    3. n-grams meet in the bucket of their first symbol, where the two sides are joined.
    """
    rules = config.ngrams
    clauses = documents.select("text").mapInArrow(_clauses, "clause string").distinct().persist(StorageLevel.DISK_ONLY)
    counts = clauses.mapInArrow(_symbol_counts, "symbol string, count long").groupBy("symbol").agg(F.sum("count").alias("count"))
    found = {r["symbol"]: r["count"] for r in counts.where(F.col("symbol").eqNullSafe("") | (F.col("count") >= rules.min_count)).collect()}
    total = found.pop("", 0)
    alphabet = symbols.Alphabet.from_symbols(found.items())
    spark = documents.sparkSession
    buckets = rules.buckets or max(2 * spark.sparkContext.defaultParallelism, -(-total // _BUCKET_SYMBOLS))
    blocks = clauses.mapInArrow(_scatter(alphabet, buckets), "bucket int, symbol binary, after binary, before binary")
    walk = _walk(rules.max_length, rules.min_count, buckets)
    runs = blocks.repartitionById(buckets, "bucket").mapInArrow(
        walk, "bucket int, leftward boolean, key binary, count binary, entropy binary, parts binary"
    )
    rows = runs.repartitionById(buckets, "bucket").mapInArrow(
        _join(alphabet, total), "ngram string, n int, count long, pmi double, left_entropy double, right_entropy double"
    )
    return clauses, rows


def _clauses(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.RecordBatch.from_arrays([pc.unique(symbols.clauses(batch.column(0)))], ["clause"])


def _symbol_counts(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Counts of pseudo-characters, and under the empty name the number of all symbols."""
    total = 0
    for batch in batches:
        total += int(np.count_nonzero(symbols.Alphabet().units(batch.column(0)).code))
        counted = pc.value_counts(symbols.pseudo_characters(batch.column(0)))
        yield pa.RecordBatch.from_arrays([counted.field("values"), counted.field("counts")], ["symbol", "count"])
    yield pa.RecordBatch.from_arrays([pa.array([""]), pa.array([total])], ["symbol", "count"])


def _slabs(batches: Iterator[pa.RecordBatch], alphabet: symbols.Alphabet) -> Iterator[np.ndarray]:
    pending: list[np.ndarray] = []
    size = 0
    for batch in batches:
        code = alphabet.units(batch.column(0)).code
        pending.append(code)
        size += len(code)
        if size >= _SLAB:
            yield np.concatenate(pending)
            pending, size = [], 0
    if pending:
        yield np.concatenate(pending)


def _scatter(alphabet: symbols.Alphabet, buckets: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def scatter(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for code in _slabs(batches, alphabet):
            found = counting.contexts(code)
            bucket = counting.bucket(found.symbol, buckets)
            order = np.argsort(bucket, kind="stable")
            bounds = np.searchsorted(bucket[order], np.arange(buckets + 1))
            for b in range(buckets):
                if bounds[b] < bounds[b + 1]:
                    rows = order[bounds[b] : bounds[b + 1]]
                    yield _block({"bucket": np.int32(b)}, {name: getattr(found, name)[rows] for name in found._fields})

    return scatter


def _block(keys: dict[str, object], arrays: dict[str, np.ndarray]) -> pa.RecordBatch:
    """One row: scalar columns, and arrays as bytes."""
    columns = {name: pa.array([value]) for name, value in keys.items()}
    return pa.RecordBatch.from_pydict(columns | {n: pa.array([a.tobytes()], pa.binary()) for n, a in arrays.items()})


def _gather(batches: list[pa.RecordBatch], name: str, dtype: type, width: int = 0) -> np.ndarray:
    """The bytes of a column of blocks, end to end, as one array."""
    parts = [np.frombuffer(cell.as_buffer(), dtype) for b in batches for cell in b.column(name)]
    flat = np.concatenate(parts) if parts else np.zeros(0, dtype)
    return flat.reshape(-1, width) if width else flat


def _walk(longest: int, floor: int, buckets: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def walk(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        blocks = list(batches)
        symbol = _gather(blocks, "symbol", np.uint16)
        sides = {name: _gather(blocks, name, np.uint64, 2) for name in ("after", "before")}
        del blocks
        for name in ("after", "before"):
            runs = counting.scan(symbol, sides.pop(name), longest=longest, floor=floor, leftward=name == "before")
            bucket = counting.bucket((runs.key[:, 0] >> np.uint64(48)).astype(np.uint16), buckets)
            order = np.argsort(bucket, kind="stable")
            bounds = np.searchsorted(bucket[order], np.arange(buckets + 1))
            for b in range(buckets):
                if bounds[b] < bounds[b + 1]:
                    rows = order[bounds[b] : bounds[b + 1]]
                    keys = {"bucket": np.int32(b), "leftward": name == "before"}
                    yield _block(keys, {n: getattr(runs, n)[rows] for n in runs._fields})

    return walk


def _join(alphabet: symbols.Alphabet, total: int) -> Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    def side(blocks: list[pa.RecordBatch], leftward: bool) -> counting.Runs:
        mine = [b.filter(pc.equal(b.column("leftward"), leftward)) for b in blocks]
        return counting.Runs(
            _gather(mine, "key", np.uint64, 2),
            _gather(mine, "count", np.int64),
            _gather(mine, "entropy", np.float64),
            _gather(mine, "parts", np.int64, counting.LONGEST - 1),
        )

    def join(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        blocks = list(batches)
        found = counting.join(side(blocks, False), side(blocks, True), total)
        for begin in range(0, len(found.n), 100_000):
            part = slice(begin, begin + 100_000)
            yield pa.RecordBatch.from_pydict(
                {
                    "ngram": alphabet.strings(counting.key_codes(found.key[part])),
                    "n": found.n[part].astype(np.int32),
                    "count": found.count[part],
                    "pmi": pa.array(found.pmi[part], mask=np.isnan(found.pmi[part])),
                    "left_entropy": found.left_entropy[part],
                    "right_entropy": found.right_entropy[part],
                }
            )

    return join
