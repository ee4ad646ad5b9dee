"""Two spellings of one word. In: the lexicon, tokens and word_counts. Out: variants.

Nothing is merged: both spellings stay in the lexicon and in all counts.
"""

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays.cells import Batches
from wajue.config import Config
from wajue.mining.variants import shared_contexts
from wajue.mining.variants.spelling_pairs import Pair, Word, spelling_pairs
from wajue.spark.flow import Flow


def variants(lexicon: Flow, tokens: Flow, word_counts: Flow, *, config: Config) -> DataFrame:
    """variants. Starts jobs:

    1. collect the words of the lexicon, among which pairs are looked for by how they are written;
    2. count the neighbours of the words of these pairs, and collect those that a pair's rarer word has.
    """
    rules = config.variants
    used = (
        lexicon.frame.where((F.col("used") >= rules.min_count) & (F.length("word") > 1)).select("word", "used", "is_new").toArrow()
    )
    listed = sorted(Word(*row.values()) for row in used.to_pylist())
    pairs = list(spelling_pairs(listed))
    shared = _shared(pairs, tokens, word_counts.frame).toArrow()
    return lexicon.source.sparkSession.createDataFrame(shared_contexts.variants(pairs, shared, rules)).coalesce(1)


def _shared(pairs: list[Pair], tokens: Flow, word_counts: DataFrame) -> DataFrame:
    """What `shared_contexts.variants` needs to know of the neighbours of the pairs."""
    spark = tokens.source.sparkSession
    names = spark.sparkContext.broadcast(pa.array(sorted({w.string for p in pairs for w in (p.word, p.variant_of)}), pa.string()))

    def count(batches: Batches) -> Batches:
        for table in shared_contexts.neighbours(names.value, batches):
            yield from table.to_batches()

    counted = tokens.select("tokens").map(count, shared_contexts.NEIGHBOURS).frame
    beside = counted.groupBy("word", "side", "neighbour").agg(F.sum("count").alias("count")).persist()
    total = word_counts.agg(F.sum("count").alias("total"))
    shares = word_counts.groupBy(F.col("word").alias("neighbour")).agg(F.sum("count").alias("uses")).crossJoin(total)
    of_standard = beside.withColumnsRenamed({"word": "variant_of", "count": "of_standard"})
    on_side = of_standard.groupBy("variant_of", "side").agg(F.sum("of_standard").alias("on_side"))
    written = pa.table({"word": [p.word.string for p in pairs], "variant_of": [p.variant_of.string for p in pairs]}, schema=_PAIRS)
    return (
        spark.createDataFrame(written)
        .join(beside, "word")
        .join(of_standard, ["variant_of", "side", "neighbour"], "left")
        .join(on_side, ["variant_of", "side"], "left")
        .join(shares.withColumn("share", F.col("uses") / F.col("total")), "neighbour")
        .select("word", "variant_of", "side", "neighbour", "count", "of_standard", "on_side", "share")
        .fillna(0, ["of_standard", "on_side"])
    )


_PAIRS = pa.schema([("word", pa.string()), ("variant_of", pa.string())])
