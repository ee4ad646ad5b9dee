"""Two spellings of one word. In: the lexicon, tokens and word_counts. Out: variants.

Nothing is merged: both spellings stay in the lexicon and in all counts.
"""

import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from wajue.arrays.cells import Batches
from wajue.config import Config
from wajue.mining.variants import shared_contexts
from wajue.mining.variants.shared_contexts import Evidences, likelihood_ratio
from wajue.mining.variants.spelling_pairs import Pair, Word, rivals, spelling_pairs
from wajue.spark.flow import Flow


def variants(lexicon: Flow, tokens: Flow, word_counts: Flow, *, config: Config) -> DataFrame:
    """variants. Starts jobs:

    1. collect the words of the lexicon, among which pairs are looked for by how they are written;
    2. count the neighbours of the words of these pairs, and collect those that a pair's rarer word has;
    3. the same for slips whose contexts agree and the words that they may stand for as well.
    """
    rules = config.variants
    used = (
        lexicon.frame.where((F.col("used") >= rules.min_count) & (F.length("word") > 1)).select("word", "used", "is_new").toArrow()
    )
    listed = sorted(Word(*row.values()) for row in used.to_pylist())
    pairs = list(spelling_pairs(listed))
    evidence = _evidence(pairs, tokens, word_counts.frame)
    likely = shared_contexts.likely(pairs, evidence, rules)
    of_rivals = _evidence(list(rivals(likely, listed)), tokens, word_counts.frame)
    rows = shared_contexts.variants(likely, evidence, of_rivals)
    return lexicon.source.sparkSession.createDataFrame(rows).coalesce(1)


def _evidence(pairs: list[Pair], tokens: Flow, word_counts: DataFrame) -> Evidences:
    """Of each pair, by the neighbours of its words."""
    if not pairs:
        return {}
    spark = tokens.source.sparkSession
    names = spark.sparkContext.broadcast(pa.array(sorted({name for p in pairs for name in p.names}), pa.string()))

    def count(batches: Batches) -> Batches:
        for table in shared_contexts.neighbours(names.value, batches):
            yield from table.to_batches()

    counted = tokens.select("tokens").map(count, shared_contexts.NEIGHBOURS).frame
    beside = counted.groupBy("word", "side", "neighbour").agg(F.sum("count").alias("count")).persist()
    written = pa.table({name: [p.names[i] for p in pairs] for i, name in enumerate(_PAIRS.names)}, schema=_PAIRS)
    shared = _shared(spark.createDataFrame(written), beside, word_counts).toArrow()
    beside.unpersist()
    return shared_contexts.evidence_of(shared)


def _shared(pairs: DataFrame, beside: DataFrame, word_counts: DataFrame) -> DataFrame:
    """What `shared_contexts.evidence_of` needs to know of the neighbours of the pairs."""
    total = word_counts.agg(F.sum("count").alias("total"))
    uses = word_counts.groupBy(F.col("word").alias("neighbour")).agg(F.sum("count").alias("uses")).crossJoin(total)
    shares = uses.select("neighbour", (F.col("uses") / F.col("total")).alias("share"))
    of_standard = beside.withColumnsRenamed({"word": "variant_of", "count": "of_standard"})
    return (
        pairs.join(beside, "word")
        .join(of_standard, ["variant_of", "side", "neighbour"], "left")
        .join(_of_itself(of_standard, shares), ["variant_of", "side"], "left")
        .join(shares, "neighbour")
        .select("word", "variant_of", "side", "neighbour", "count", "of_standard", "on_side", "share", "own")
        .fillna(0, ["of_standard", "on_side", "own"])
    )


def _of_itself(of_standard: DataFrame, shares: DataFrame) -> DataFrame:
    """Of each word and side the neighbours, `on_side`, and the nats that one of them gives, set aside from the rest, `own`."""
    on_side = F.sum("of_standard").over(Window.partitionBy("variant_of", "side"))
    rest = likelihood_ratio(F.col("of_standard") - 1, F.col("on_side") - 1, F.col("share"))
    nats = F.sum(F.col("of_standard") * F.log(rest)) / F.first("on_side")
    given = of_standard.withColumn("on_side", on_side).join(shares, "neighbour")
    return given.groupBy("variant_of", "side").agg(F.first("on_side").alias("on_side"), F.round(nats, 9).alias("own"))


_PAIRS = pa.schema([("word", pa.string()), ("variant_of", pa.string())])
