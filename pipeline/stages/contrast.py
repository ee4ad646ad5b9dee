"""Domain against general text. In: tokens and word_counts. Out: candidates, words and runs of words with all their figures.

Both sides are counted with one dictionary, so a word that one side lacks counts 0 there. Where there is no general corpus,
[contrast] background may put the frequencies of jieba's dictionary in its place.
"""

import logging
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame

from wajue.arrays import cells, sums
from wajue.config import Config, Contrast
from wajue.mining.ngrams import tasks
from wajue.mining.terms import candidate_table
from wajue.mining.terms.candidate_table import DomainWords, Runs
from wajue.mining.terms.coded_tokens import coded
from wajue.mining.terms.term_occurrences import FIGURES, Tally, TermIndex
from wajue.mining.text.word_table import word_keys, word_table
from wajue.mining.tokens import jieba_dictionary
from wajue.mining.tokens.surface import written
from wajue.schemas import TABLES
from wajue.spark import functions as F
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_MIXED = 0.1  # of the most typical terms' frequency; news and reviews hold .002 of that of medical questions, .03 of the laws'
_MOST_WORDS = 65_000  # distinct words that may stand in a candidate: codes have 16 bits
_BUCKET_WORDS = 2_000_000
_RUNS = "codes binary, n int, count long, pmi double, left_entropy double, right_entropy double"


def contrast(tokens: Flow, word_counts: Flow, *, config: Config) -> DataFrame:
    """candidates. Starts jobs:

    1. collect the domain's words at the count floor, with their counts on both sides;
    2. count the domain's runs of these words, as ngrams counts runs of characters, and collect them;
    3. count these in all tokens: occurrences, documents and stretches of text, on both sides, and what stands beside them.
    """
    spark = tokens.source.sparkSession
    domain_words = _domain_words(word_counts.frame, config.contrast)
    if not len(domain_words.strings):
        log.warning(
            "contrast: no word of the domain's %d tokens reaches [contrast] min_count = %d, so there are no candidates: "
            "add domain text, or lower it",
            domain_words.totals.get("domain", 0),
            config.contrast.min_count,
        )
        return spark.createDataFrame(TABLES["candidates"].schema.empty_table())
    background = jieba_dictionary.frequencies() if not config.has_role("general") else {}
    if background:
        log.info(
            "contrast: no general corpus; the word frequencies of jieba's dictionary stand for it, runs of words it lacks for new"
        )
        domain_words = domain_words.with_background(background)
    strings = spark.sparkContext.broadcast(domain_words.strings)
    runs = _runs(tokens, strings, domain_words.totals["domain"], config.contrast)
    counts, stretches = _counts(tokens, strings, runs.codes)
    if background:
        terms = [written(parts, config.joiner) for parts in runs.words(domain_words.strings)]
        counts["general_count"] = np.array([background.get(term, 0) for term in terms], np.int64)
    tags = jieba_dictionary.tags() if config.contrast.parts_of_speech == "jieba" else {}
    table = candidate_table.build(runs, counts, stretches, domain_words, config.contrast, config.joiner, tags)
    _warn_of_mixture(table)
    return spark.createDataFrame(table).coalesce(1)


def _domain_words(word_counts: DataFrame, rules: Contrast) -> DomainWords:
    totals = {r["role"]: r["n"] for r in word_counts.groupBy("role").agg(F.sum("count").alias("n")).collect()}
    counts = word_counts.groupBy("word").pivot("role", ["domain", "general"]).sum("count").fillna(0, ["domain", "general"])
    frequent = counts.where(F.col("domain") >= rules.min_count).orderBy(F.desc("domain"), "word").limit(_MOST_WORDS).toArrow()
    return DomainWords(frequent.column("word").combine_chunks(), frequent.column("general").to_numpy(), totals)


def _runs(tokens: Flow, strings: Any, total: int, rules: Contrast) -> Runs:
    """The domain's runs at the count floor. strings: of the words, broadcast; total: tokens of the domain."""
    buckets = max(2 * tokens.source.sparkSession.sparkContext.defaultParallelism, -(-total // _BUCKET_WORDS))

    def encode(batch: pa.RecordBatch) -> np.ndarray:
        domain = batch.filter(pc.equal(batch.column("role"), "domain"))
        return coded(domain.column("tokens"), strings.value, domain.column("breaks")).code

    def decode(codes: np.ndarray) -> dict[str, pa.Array]:
        return {"codes": pa.array([row.tobytes() for row in codes], pa.binary())}

    scatter = tasks.scatter(encode, rules.max_words, buckets)
    count = tasks.count(rules.max_words, rules.min_count, buckets)
    join = tasks.join(total, rules.max_words, decode)
    windows = tokens.select("role", "tokens", "breaks").by_dictionary("tokens").map(scatter, tasks.WINDOWS)
    counted = windows.exchanged(buckets, "bucket").map(count, tasks.COUNTED)
    joined = counted.exchanged(buckets, "bucket").map(join, _RUNS)
    return Runs.from_table(joined.frame.toArrow(), rules.max_words)


def _counts(tokens: Flow, strings: Any, codes: np.ndarray) -> tuple[dict[str, np.ndarray], int]:
    """(int64 [runs] under each name of term_occurrences.FIGURES, number of the domain's stretches of text)."""
    table = tokens.source.sparkSession.sparkContext.broadcast(word_table(word_keys(codes), np.ones(len(codes))))
    size, longest = len(codes), codes.shape[1]

    def total(batches: cells.Batches) -> np.ndarray:
        tally, stretches = Tally(TermIndex(strings.value, table.value, size, longest)), 0
        for batch in batches:
            for role in ("domain", "general"):
                documents = batch.filter(pc.equal(batch.column("role"), role))
                if documents.num_rows:
                    lists, breaks, gaps = documents.select(["tokens", "breaks", "gaps"]).columns
                    tokens_of_role = coded(lists, strings.value, breaks, gaps)
                    added = tally.add(tokens_of_role, domain=role == "domain")
                    stretches += added if role == "domain" else 0
        return np.append(tally.figures.ravel(), stretches)

    read = tokens.select("role", "tokens", "breaks", "gaps").by_dictionary("tokens")
    whole = sums.sum_over(read, total, len(FIGURES) * size + 1)
    return dict(zip(FIGURES, whole[:-1].reshape(len(FIGURES), size), strict=True)), int(whole[-1])


def _warn_of_mixture(candidates: pa.Table) -> None:
    """Where general text holds much of the domain, what is typical of the domain does not stand out."""
    terms, share = candidate_table.share_in_general(candidates)
    if share > _MIXED:
        log.warning(
            "contrast: general text holds the %d most typical terms of the domain at %.0f %% of their frequency in the domain; "
            "leave out of it what deals with the field (SELECT term, domain_per_million, general_per_million FROM candidates)",
            terms,
            100 * share,
        )
