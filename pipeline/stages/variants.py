"""Two spellings of one word. In: the lexicon, tokens and word_counts. Out: variants.

Nothing is merged: both spellings stay in the lexicon and in all counts.
"""

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.arrays.cells import MOST_BUCKETS, Batches
from wajue.config import Config
from wajue.mining.variants import neighbour_counts, shared_contexts
from wajue.mining.variants.shared_contexts import Evidences
from wajue.mining.variants.spelling_pairs import Pair, Word, rivals, spelling_pairs
from wajue.spark import functions as F
from wajue.spark.column_types import ddl
from wajue.spark.flow import Flow


def variants(lexicon: Flow, tokens: Flow, word_counts: Flow, *, config: Config) -> DataFrame:
    """variants. Starts jobs:

    1. collect the words of the lexicon, among which pairs are looked for by how they are written;
    2. count the neighbours of the words of these pairs, each where all its counts meet, and collect them;
    3. the same for slips whose contexts agree and the words that they may stand for as well.
    """
    rules = config.variants
    used = (
        lexicon.frame.where((F.col("used") >= rules.min_count) & (F.length("word") > 1)).select("word", "used", "is_new").toArrow()
    )
    listed = sorted(Word(*row.values()) for row in used.to_pylist())
    pairs = list(spelling_pairs(listed))
    evidence = _evidence(pairs, tokens, word_counts, expected=True)
    likely = shared_contexts.likely(pairs, evidence, rules)
    of_rivals = _evidence(list(rivals(likely, listed)), tokens, word_counts, expected=False)
    rows = shared_contexts.variants(likely, evidence, of_rivals)
    return lexicon.source.sparkSession.createDataFrame(rows).coalesce(1)


def _evidence(pairs: list[Pair], tokens: Flow, word_counts: Flow, *, expected: bool) -> Evidences:
    """Of each pair, by the neighbours of its words. expected: what the standard would give itself, too. Starts a job."""
    if not pairs:
        return {}
    names = sorted({name for p in pairs for name in p.names})
    number = {name: i for i, name in enumerate(names)}
    of_pairs = np.array([[number[name] for name in p.names] for p in pairs], np.int64)
    spark = tokens.source.sparkSession
    sent = spark.sparkContext.broadcast((pa.array(names, pa.string()), of_pairs))
    buckets = min(max(spark.sparkContext.defaultParallelism, tokens.tasks), MOST_BUCKETS)

    def count(batches: Batches) -> Batches:
        return neighbour_counts.count(sent.value[0], buckets)(batches)

    def meet(batches: Batches) -> Batches:
        return neighbour_counts.meet(sent.value[1], profiled=expected)(batches)

    counted = tokens.select("tokens").by_dictionary("tokens").map(count, neighbour_counts.PACKED).frame
    uses = word_counts.select("word", "count").map(neighbour_counts.uses(buckets), neighbour_counts.PACKED).frame
    packed = Flow(counted.unionByName(uses), scratch_folder=tokens.scratch_folder).exchanged(buckets, "bucket")
    met = packed.map(meet, ddl(neighbour_counts.MET)).materialized()
    return shared_contexts.evidence(pairs, of_pairs, {kind: flow.to_arrow() for kind, flow in met.items()})
