"""Words over time. In: tokens, whose documents carry dates, word_counts, and terms if there are any. Out: periods, what each
holds; period_counts, every frequent word and term by period; trends, what became of each (pipeline/mining/timeline.py).

The roles are looked at apart. A document without a date, or with one that is not understood or too coarse, is counted in a
row without a period, so that all counts add up to those of word_counts.
"""

import logging
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue import schemas
from wajue.config import Config, Trends
from wajue.mining import period_counts, timeline
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_BUCKET_WORDS = 1_000_000  # of the text; some 100 MB of memory in the task that adds up their counts
_ROWS = 2_000  # words that are scored at once; each takes a number a period
_TYPES = {pa.string(): "string", pa.int32(): "int", pa.int64(): "long", pa.float64(): "double"}
Timeline = tuple[list[str], np.ndarray, np.ndarray]  # the periods of a role, their words, and sum of the squared lengths


def trends(tokens: Flow, word_counts: Flow, terms: Flow | None, *, config: Config) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(periods, period_counts, trends). Starts jobs:

    1. collect the terms: words are counted anyway, runs of words are looked for as `contrast` does; and add up the words;
    2. count every batch by role, period and word, packed by the buckets of the words, and collect what each period holds;
    3. (no job yet) in its bucket a word's counts meet, and are compared with the shares of all words.
    """
    rules, spark = config.trends, tokens.source.sparkSession
    rows = spark.createDataFrame([], "term string, rank int, parts array<string>") if terms is None else terms.frame
    named = rows.select("term", "rank", "parts").orderBy("rank").toArrow().combine_chunks()
    ranks = dict(zip(named.column("term").to_pylist(), named.column("rank").to_pylist(), strict=True))
    listed = period_counts.listed(*[named.column(name).combine_chunks() for name in ("term", "parts")])
    words = word_counts.frame.agg(F.coalesce(F.sum("count"), F.lit(0))).collect()[0][0]
    buckets = max(spark.sparkContext.defaultParallelism, -(-words // _BUCKET_WORDS))
    shared = spark.sparkContext.broadcast(listed)

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield period_counts.pack(*period_counts.count(batch, rules.period, shared.value), buckets)

    packed = (
        tokens.select("role", "date", "tokens")
        .by_dictionary("tokens")
        .map(count, period_counts.PACKED)
        .frame.persist(StorageLevel.DISK_ONLY)
    )
    sums = [F.sum(s).alias(s) for s in ("documents", "words", "squares")]
    held = (
        packed.where("bucket is null").groupBy("role", "period", "reason").agg(*sums).orderBy("role", "period", "reason").toArrow()
    )
    known = spark.sparkContext.broadcast((_timelines(held), ranks))

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        counts = period_counts.added(piece for batch in batches for piece in batch.column("counts").to_pylist())
        for role, line in known.value[0].items():
            yield from _scored(counts.filter(pc.equal(counts.column("role"), role)), line, known.value[1], rules)

    columns = [f"{c.name} {_TYPES[c.type]}" for c in schemas.TABLES["trends"].columns]
    of = "of array<struct<period: string, count: bigint, document_count: bigint>>"
    pieces = packed.where("bucket is not null").select("bucket", "counts").repartitionById(buckets, "bucket")
    found = pieces.mapInArrow(score, ", ".join([*columns, of])).persist(StorageLevel.DISK_ONLY)
    periods = spark.createDataFrame(held.drop_columns(["squares"])).coalesce(1)
    return periods, found.select("term", "role", F.inline("of")), found.drop("of").orderBy("role", F.desc(F.abs("z")), "term")


def _timelines(held: pa.Table) -> dict[str, Timeline]:
    """The timeline of each role; says so if no role has periods enough for any change to show."""
    found: dict[str, Timeline] = {}
    dated = held.filter(pc.is_valid(held.column("period")))
    for role in pc.unique(dated.column("role")).to_pylist():
        rows = dated.filter(pc.equal(dated.column("role"), role))
        words, squares = (rows.column(name).to_numpy().astype(float) for name in ("words", "squares"))
        found[role] = rows.column("period").to_pylist(), np.maximum(words, 1), squares
    if max((len(f[0]) for f in found.values()), default=0) < 2:
        which = next((f[0][0] for f in found.values()), None)
        why = f"all dated documents are of {which}; choose a shorter [trends] period" if which else "no document has a date in it"
        log.warning("trends: %s; SELECT * FROM periods shows what there is", why)
    return found


def _scored(counts: pa.Table, line: Timeline, ranks: dict[str, int], rules: Trends) -> Iterator[pa.RecordBatch]:
    """Rows of `trends` with the counts they are made of, of the terms of one role at the count floor."""
    if not counts.num_rows:
        return
    terms = counts.column("term").combine_chunks()
    starts = np.flatnonzero(np.append(True, pc.not_equal(terms[1:], terms[:-1]).to_numpy(zero_copy_only=False)))
    dated = pc.is_valid(counts.column("period")).to_numpy()
    often = np.add.reduceat(np.where(dated, counts.column("count").to_numpy(), 0), starts) >= rules.min_count
    ends = np.append(starts[1:], counts.num_rows)
    kept = np.flatnonzero(often)
    for first in range(0, len(kept), _ROWS):
        chosen = kept[first : first + _ROWS]
        sizes = ends[chosen] - starts[chosen]
        rows = np.repeat(starts[chosen] - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
        yield _score(counts.take(pa.array(rows)).combine_chunks(), sizes, line, ranks, rules)


def _score(counts: pa.Table, sizes: np.ndarray, line: Timeline, ranks: dict[str, int], rules: Trends) -> pa.RecordBatch:
    """Rows of `trends` and their counts; sizes: of how many rows each is made."""
    names, words, squared = line
    offsets = np.append(0, np.cumsum(sizes))
    row = np.repeat(np.arange(len(sizes)), sizes)
    at = pc.index_in(counts.column("period"), value_set=pa.array(names), skip_nulls=True).fill_null(-1).to_numpy()
    dense = {name: np.zeros((len(sizes), len(names))) for name in period_counts.SUMS}
    for name, matrix in dense.items():
        matrix[row[at >= 0], at[at >= 0]] = counts.column(name).to_numpy()[at >= 0]
    count = dense["count"]
    effect = timeline.design_effect(count, dense["squares"], dense["products"], words, squared)
    effective, size = count / effect[:, None], words / effect[:, None]
    changed = timeline.change(effective, size)
    burst = timeline.burst(effective, size, rules.burst_factor)
    label = timeline.labels(
        changed.bits, changed.z, burst.weight, min_z=rules.min_z, min_bits=rules.min_change, min_burst=rules.min_burst
    )
    present = count > 0
    first = counts.take(pa.array(offsets[:-1])).combine_chunks()
    terms = first.column("term").combine_chunks()
    entries = [counts.column(name).combine_chunks() for name in ("period", "count", "documents")]
    of = pa.StructArray.from_arrays(entries, ["period", "count", "document_count"])
    columns: dict[str, Any] = {
        "term": terms,
        "rank": pa.array([ranks.get(t) for t in terms.to_pylist()], pa.int32()),
        "role": first.column("role").combine_chunks(),
        "label": np.array(timeline.LABELS)[label],
        "since": _named(names, np.where(changed.since > 0, changed.since, -1)),
        "change": changed.bits,
        "z": changed.z,
        "before_per_million": 1e6 * changed.before,
        "after_per_million": 1e6 * changed.after,
        "burst": burst.weight,
        "burst_first": _named(names, burst.first),
        "burst_last": _named(names, burst.last),
        "first_period": _named(names, present.argmax(axis=1)),
        "last_period": _named(names, len(names) - 1 - present[:, ::-1].argmax(axis=1)),
        "count": count.sum(axis=1).astype(np.int64),
        "document_count": dense["documents"].sum(axis=1).astype(np.int64),
        "design_effect": effect,
        "of": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), of),
    }
    return pa.RecordBatch.from_pydict(columns)


def _named(names: list[str], index: np.ndarray) -> pa.StringArray:
    """The periods of these numbers, null for -1."""
    return pa.array(names).take(pa.array(index, mask=index < 0))
