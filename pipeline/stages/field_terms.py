"""The terms of each field. In: candidates, tokens, word_counts, and the word vectors if there are any. Out: field_terms."""

import logging

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.arrays import sums
from wajue.config import Config
from wajue.mining.terms import field_counts, field_table
from wajue.mining.terms.field_counts import FieldCounts
from wajue.mining.terms.field_table import Counted
from wajue.mining.terms.term_occurrences import TermIndex
from wajue.mining.tokens import jieba_dictionary
from wajue.schemas import TABLES
from wajue.spark import functions as F
from wajue.spark import term_lists
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_FEW = 20  # listed terms; a field has more


def field_terms(candidates: Flow, tokens: Flow, word_counts: Flow, sgns_words: Flow | None, *, config: Config) -> DataFrame:
    """field_terms. Starts jobs:

    1. collect the candidates that nothing bars, the vectors of their words, and the size of general text;
    2. one pass over the domain: count each candidate in each field;
    3. for each field rank those that it uses more, and look for example sentences of the first.
    """
    guidance = term_lists.guidance(term_lists.names(candidates), config)
    passed, vectors = term_lists.passed(candidates, guidance, config), term_lists.vectors(sgns_words)
    fields = config.fields
    counts = _counts(tokens, passed, list(fields.values()))
    counted = Counted(list(fields), passed, counts, _general_words(word_counts.frame, config))
    tables = []
    for number, (field, corpora) in enumerate(fields.items()):
        table = field_table.ranked(counted, number, vectors, guidance, config.terms, config.contrast.min_count)
        _warn_of_few(field, int(counts.totals[number]), table)
        searched = tokens.frame.where(F.col("corpus").isin(corpora))
        shown = table.slice(0, config.terms.examples_for)
        examples = term_lists.examples(searched, shown, config.terms.examples, config.joiner)
        texts = [examples.get(term, []) for term in table.column("term").to_pylist()]
        table = table.append_column("examples", pa.array(texts, pa.list_(pa.string())))
        tables.append(table.add_column(0, "field", pa.repeat(pa.scalar(field, pa.string()), table.num_rows)))
    whole = pa.concat_tables(tables).cast(TABLES["field_terms"].schema)
    return candidates.source.sparkSession.createDataFrame(whole).coalesce(1)


def _counts(tokens: Flow, passed: pa.Table, corpora: list[list[str]]) -> FieldCounts:
    """Of the candidates in each field. corpora: of each."""
    if not passed.num_rows:
        return FieldCounts.from_sums(np.zeros(field_counts.sums(len(corpora), 0), np.int64), len(corpora))
    index = tokens.source.sparkSession.sparkContext.broadcast(TermIndex.from_parts(passed.column("parts").combine_chunks()))
    read = tokens.select(*field_counts.COLUMNS).by_dictionary("tokens")
    size = field_counts.sums(len(corpora), passed.num_rows)
    summed = sums.sum_over(read, lambda batches: field_counts.counter(corpora, index.value)(batches), size)
    return FieldCounts.from_sums(summed, len(corpora))


def _general_words(word_counts: DataFrame, config: Config) -> int:
    """The words of general text, or of what stands for it."""
    if not config.has_role("general"):
        return sum(jieba_dictionary.frequencies().values())
    return word_counts.where("role = 'general'").agg(F.coalesce(F.sum("count"), F.lit(0))).collect()[0][0]


def _warn_of_few(field: str, size: int, ranked: pa.Table) -> None:
    listed = ranked.filter(ranked.column("is_listed")).num_rows
    if listed < _FEW:
        log.warning(
            "field_terms: of the field %s, %s words, %d terms have the evidence that [terms] min_evidence asks for: "
            "it has little text, or says what the other fields or general text say",
            field,
            f"{size:,}",
            listed,
        )
