"""What every list of terms is made from: `terms`, and those of the fields. In: candidates, vectors, tokens. Out: candidates that
nothing bars, what the user says of them, and example sentences."""

import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.config import Config
from wajue.mining.terms import example_sentences, term_table
from wajue.mining.terms.term_table import Guidance, WordVectors
from wajue.spark import functions as F
from wajue.spark.flow import Flow

_SEARCHED = 50_000  # documents, first by doc_id, in which examples are looked for
_CHOICE = 5  # times as many sentences are looked at as are wanted, to find some that are unlike each other


def names(candidates: Flow) -> list[str]:
    """The candidates, in order. Starts a job."""
    return [r["term"] for r in candidates.frame.select("term").orderBy("term").collect()]


def guidance(names: list[str], config: Config) -> Guidance:
    """What [terms] says, for these candidates."""
    rules = config.terms
    return term_table.guidance(Guidance(config.words(rules.seeds), config.words(rules.avoid), *config.term_verdicts), names)


def passed(candidates: Flow, guidance: Guidance, config: Config) -> pa.Table:
    """The candidates that neither a filter nor a stop word bars, or that are accepted, without the rejected ones. Starts a job."""
    unfiltered = candidates.frame.where(F.col("filtered_by").isNull() | F.col("term").isin(guidance.accept)).toArrow()
    return term_table.not_barred(unfiltered, guidance, set(config.words(config.terms.stop_words)))


def vectors(sgns_words: Flow | None) -> WordVectors:
    """Those of the words, if there are any. Starts a job."""
    return WordVectors.from_table(sgns_words.select("word", "vector").to_arrow() if sgns_words is not None else None)


def examples(tokens: DataFrame, listed: pa.Table, wanted: int, joiner: str) -> dict[str, list[str]]:
    """For each listed term short sentences that hold it, each from another document, chosen to be unlike each other.

    tokens: rows of `tokens`; listed: rows of (term, parts). Starts a job.
    """
    find = example_sentences.find(example_sentences.TermList.from_table(listed), joiner)
    searched = tokens.select("doc_id", "tokens", "breaks", "gaps").orderBy("doc_id").limit(_SEARCHED)
    holding = searched.mapInArrow(find, example_sentences.HOLDING)
    one_a_document = holding.groupBy("term", "doc_id").agg(F.min_by("text", F.struct(F.length("text"), "text")).alias("text"))
    distinct = one_a_document.groupBy("term", "text").agg(F.min("doc_id").alias("doc_id"), F.length("text").alias("length"))
    nth = F.row_number().over(F.Window.partitionBy("term").orderBy("length", "doc_id"))
    shortest = distinct.withColumn("nth", nth).where(F.col("nth") <= _CHOICE * wanted)
    in_order = F.sort_array(F.collect_list(F.struct("nth", "text")))
    texts = shortest.groupBy("term").agg(F.transform(in_order, lambda e: e["text"]).alias("texts")).collect()
    return {r["term"]: example_sentences.unlike_each_other(r["texts"], wanted) for r in texts}
