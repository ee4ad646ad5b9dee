"""Words over time. In: tokens, whose documents carry dates, word_counts, and terms if there are any. Out: periods, what each corpus
has in each; period_counts, every frequent word and term by corpus and period; trends, what became of each
(mining/trends/timeline.py).

Each role is looked at by itself, and changes are those within its corpora. A document without a date, or with one that is not
understood or too coarse, is counted in a row without a period, so that all counts add up to those of word_counts.
"""

import logging

import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame

from wajue.arrays.cells import Batches
from wajue.config import Config, Trends
from wajue.mining.trends import coverage, period_counts, trend_table
from wajue.mining.trends.period_counts import Listed
from wajue.spark import functions as F
from wajue.spark.flow import Flow, types_of

log = logging.getLogger(__name__)

_BUCKET_WORDS = 1_000_000  # of the text; some 100 MB of memory in the task that adds up their counts
_NO_TERMS = pa.schema([("term", pa.string()), ("rank", pa.int32()), ("parts", pa.list_(pa.string()))]).empty_table()
_GROUP = ("role", "corpus", "period", "reason")
_SUMS = ("documents", "words", "squares")  # of such a group


def trends(tokens: Flow, word_counts: Flow, terms: Flow | None, *, config: Config) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(periods, period_counts, trends). Starts jobs:

    1. collect the terms: words are counted anyway, runs of words are looked for as `contrast` does; and add up the words;
    2. count every batch by corpus, period and word, packed by the buckets of the words, and collect what each period holds;
    3. (no job yet) in its bucket a word's counts meet, and are compared with the shares of all words.
    """
    spark, rules = tokens.source.sparkSession, config.trends
    ranked = terms.frame.select("term", "rank", "parts").orderBy("rank").toArrow() if terms is not None else _NO_TERMS
    listed = period_counts.listed(*[ranked.column(name).combine_chunks() for name in ("term", "parts")])
    size = word_counts.frame.agg(F.coalesce(F.sum("count"), F.lit(0))).collect()[0][0]
    buckets = max(spark.sparkContext.defaultParallelism, -(-size // _BUCKET_WORDS))
    packed = _counted(tokens, listed, buckets, rules).persist(StorageLevel.DISK_ONLY)
    periods = _periods(packed)
    scored = _scored(packed, periods, ranked, buckets, rules).persist(StorageLevel.DISK_ONLY)
    counted = scored.select("term", "role", F.explode("period_counts").alias("counted"))
    return (
        spark.createDataFrame(periods.drop_columns(["squares"])).coalesce(1),
        counted.select("term", "role", *[F.col(f"counted.{c}").alias(c) for c in trend_table.COUNTED]),
        scored.drop("period_counts").orderBy("role", F.desc(F.abs("z")), "term"),
    )


def _counted(tokens: Flow, listed: Listed | None, buckets: int, rules: Trends) -> DataFrame:
    """period_counts.PACKED of every batch."""
    sought = tokens.source.sparkSession.sparkContext.broadcast(listed)
    period = rules.period

    def count(batches: Batches) -> Batches:
        for batch in batches:
            yield period_counts.pack(*period_counts.count(batch, period, sought.value), buckets)

    return (
        tokens.select("role", "corpus", "date", "tokens", "breaks").by_dictionary("tokens").map(count, period_counts.PACKED).frame
    )


def _periods(packed: DataFrame) -> pa.Table:
    """The rows of `periods`, with `squares`; says where no change can show, and where corpora begin, end, or change their share."""
    totals = packed.where("bucket is null").groupBy(*_GROUP).agg(*[F.sum(s).alias(s) for s in _SUMS])
    table = totals.orderBy(*_GROUP).toArrow()
    roles = trend_table.periods_of_roles(table)
    if max((len(periods.names) for periods in roles.values()), default=0) < 2:
        only = next((periods.names[0] for periods in roles.values()), None)
        why = f"all dated documents are of {only}; choose a shorter [trends] period" if only else "no document has a date in it"
        log.warning("trends: %s; SELECT * FROM periods shows what there is", why)
    for role, periods in roles.items():
        if told := [_said(b) for b in coverage.breaks(periods.names, periods.corpora, periods.tokens)]:
            why = "changes are those within each corpus, and a corpus without text says nothing of that time"
            log.warning("trends: the %s text is not the same throughout: %s; %s", role, ", ".join(told), why)
    return table


def _said(b: coverage.Break) -> str:
    if b.kind == "share":
        return f"{b.corpus} is {b.before:.0%} of its words before {b.period}, and {b.after:.0%} since"
    return f"{b.corpus} {b.kind} in {b.period}"


def _scored(packed: DataFrame, periods: pa.Table, ranked: pa.Table, buckets: int, rules: Trends) -> DataFrame:
    """Rows of `trends`, with the counts of each term. ranked: (term, rank) of `terms`."""
    rank_of = dict(zip(ranked.column("term").to_pylist(), ranked.column("rank").to_pylist(), strict=True))
    scorers = {role: trend_table.Scorer(own, rank_of, rules) for role, own in trend_table.periods_of_roles(periods).items()}
    sent = packed.sparkSession.sparkContext.broadcast(scorers)

    def score(batches: Batches) -> Batches:
        counts = period_counts.added(piece for batch in batches for piece in batch.column("counts").to_pylist())
        for role, scorer in sent.value.items():
            yield from scorer.score(counts.filter(pc.equal(counts.column("role"), role)))

    pieces = packed.where("bucket is not null").select("bucket", "counts").repartitionById(buckets, "bucket")
    return pieces.mapInArrow(score, f"{types_of('trends')}, {trend_table.COUNTS}")
