"""The ranked terminology. In: candidates, tokens, and the word vectors if there are any. Out: terms."""

import logging

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from wajue.arrays.cells import Batches
from wajue.config import Config, Terms
from wajue.mining.terms import term_dates, term_table, termhood
from wajue.mining.terms.term_occurrences import TermIndex
from wajue.mining.terms.term_table import Expansion, Guidance, WordVectors
from wajue.spark import functions as F
from wajue.spark import term_lists
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_FEW = 20  # terms; a field has more


def terms(candidates: Flow, tokens: Flow, sgns_words: Flow | None, *, config: Config) -> DataFrame:
    """terms. Starts jobs:

    1. collect the names of the candidates, those that passed the filters, and the vectors of their words;
    2. score and rank them; if the user gave seeds, expand from these, and collect the candidates that were found;
    3. look for example sentences of the first terms;
    4. where documents have a date, look for the first and the last one that holds each term.
    """
    rules = config.terms
    names = term_lists.names(candidates)
    guidance = term_lists.guidance(names, config)
    term_table.warn_of_unknown(config.term_verdicts[0], names)
    vectors = term_lists.vectors(sgns_words)
    passed = term_lists.passed(candidates, guidance, config)
    table = term_table.rank(passed, vectors, guidance, rules)
    table = pa.concat_tables([table, *_like_seeds(candidates.frame, table, vectors, guidance, rules)])
    table = table.append_column("rank", pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32)))
    searched = tokens.frame.where("role = 'domain'")
    examples = term_lists.examples(searched, table.slice(0, rules.examples_for), rules.examples, config.joiner)
    shown = [examples.get(term, []) for term in table.column("term").to_pylist()]
    table = table.append_column("examples", pa.array(shown, pa.list_(pa.string())))
    for name, doc_ids in _first_and_last(tokens, table.column("parts").combine_chunks()).items():
        table = table.append_column(name, doc_ids)
    _warn_of_poor_input(table, vectors)
    return candidates.source.sparkSession.createDataFrame(table).coalesce(1)


def _warn_of_poor_input(ranked: pa.Table, vectors: WordVectors) -> None:
    """Say why the list is short, or what the ranking had to do without."""
    listed = ranked.filter(ranked.column("is_listed"))
    if not ranked.num_rows:
        log.warning("terms: no candidate passed the filters; SELECT filtered_by, count(*) FROM candidates GROUP BY 1 shows why")
    elif listed.num_rows < _FEW:
        log.warning(
            "terms: of %d candidates that passed the filters %d have the evidence that [terms] min_evidence asks for: there is "
            "little domain text, or it says what the general text says; the others are in the table terms too",
            ranked.num_rows,
            listed.num_rows,
        )
    if ranked.num_rows and not vectors.row_of:
        log.warning("terms: there are no word vectors, so meaning adds nothing to the score; the step sgns makes them")
    if ranked.num_rows and not term_table.is_chinese(ranked.column("term").to_pylist()):
        log.warning("terms: next to none of them holds a Han character; the rules and the parts of speech are those of Chinese")


def _like_seeds(candidates: DataFrame, ranked: pa.Table, vectors: WordVectors, guidance: Guidance, rules: Terms) -> list[pa.Table]:
    """Words like the seeds that the contrast left out, to stand after the ranked ones; no table where there are none."""
    seeds = vectors.known(guidance.seeds)
    if not len(seeds):
        if guidance.seeds:
            log.warning("[terms] seeds: none of them has a vector; they must occur [vocabulary] min_count times")
        return []
    expansion = term_table.expand(vectors, {*ranked.column("term").to_pylist(), *guidance.reject}, guidance, rules)
    _report_drift(expansion, vectors, seeds, rules)
    like = candidates.where(F.col("term").isin(sorted(expansion.row_of))).toArrow()
    floor = min(ranked.column("score").to_pylist(), default=0.0)
    return [term_table.rank_expansion(like, expansion, vectors, floor)] if like.num_rows else []


def _report_drift(expansion: Expansion, vectors: WordVectors, seeds: np.ndarray, rules: Terms) -> None:
    """Log how far the expansion went, and how like the seeds its words still are."""
    if not expansion.steps:
        log.warning("[terms] seeds: no word is like them; lower [terms] expansion_similarity, or add seeds")
        return
    likeness = termhood.toward(vectors.matrix, seeds)
    for depth in range(1, max(step.depth for step in expansion.steps.values()) + 1):
        reached = [row for row, step in expansion.steps.items() if step.depth == depth]
        log.info("expansion, step %d: %d words, on average %.2f like the seeds", depth, len(reached), likeness[reached].mean())
    most = rules.expansion_most
    if len(expansion.steps) == most:
        log.warning("expansion stopped at [terms] expansion_most = %d words; a higher expansion_similarity keeps it nearer", most)


def _first_and_last(tokens: Flow, parts: pa.ListArray) -> dict[str, pa.Array]:
    """The columns first_document and last_document of the terms with these words."""
    names = ("first_document", "last_document")
    if not len(parts) or not tokens.frame.where("role = 'domain' AND date IS NOT NULL").limit(1).count():
        return {name: pa.nulls(len(parts), pa.string()) for name in names}
    index = tokens.source.sparkSession.sparkContext.broadcast(TermIndex.from_parts(parts))

    def search(batches: Batches) -> Batches:
        for batch in batches:
            yield from term_dates.holders(batch, index.value)

    read = tokens.select("role", "date", "doc_id", "tokens", "breaks").by_dictionary("tokens")
    holders = read.map(search, term_dates.HOLDERS).frame
    when = F.struct("date", "doc_id")
    ends = holders.groupBy("term_index").agg(F.min_by("doc_id", when), F.max_by("doc_id", when)).toArrow()
    columns = {}
    for name, doc_ids in zip(names, ends.columns[1:], strict=True):
        doc_id_of = dict(zip(ends.column("term_index").to_pylist(), doc_ids.to_pylist(), strict=True))
        columns[name] = pa.array([doc_id_of.get(i) for i in range(len(parts))], pa.string())
    return columns
