"""Domain against general. In: tokens and word_counts. Out: candidates, words and runs of words with all their figures.

Both sides are counted with one dictionary, so a word that is missing on one side counts 0 there. Where there is no general
corpus, [contrast] background may put the frequencies of jieba's dictionary in its place.
"""

import logging
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from wajue.arrays import cells
from wajue.arrays import sums as array_sums
from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining import jieba_dictionary, measures, ngram_tasks, termhood
from wajue.mining.form_rules import broken_rule
from wajue.mining.symbols import RARE
from wajue.mining.word_table import word_keys, word_table
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_TYPICAL, _MIXED = 200, 0.1  # terms of greatest keyness; news and reviews hold .002 of medical questions', .03 of the laws'
_MOST_WORDS = 65_000  # distinct words that may stand in a candidate: codes have 16 bits
_BUCKET_WORDS = 2_000_000
_FREQUENT = 100  # general words of one character that end no term of several words, from the most frequent


def contrast(tokens: Flow, word_counts: Flow, *, config: Config) -> DataFrame:
    """candidates. Starts jobs:

    1. collect the domain's words at the count floor, with their counts on both sides;
    2. count the domain's runs of these words, as ngrams counts runs of characters, and collect them;
    3. count these in all tokens: occurrences, documents and stretches of text, on both sides.
    """
    rules = config.contrast
    spark = tokens.source.sparkSession
    counts = word_counts.frame.groupBy("word").pivot("role", ["domain", "general"]).sum("count").fillna(0)
    totals = {r["role"]: r["n"] for r in word_counts.frame.groupBy("role").agg(F.sum("count").alias("n")).collect()}
    frequent = counts.where(F.col("domain") >= rules.min_count).orderBy(F.desc("domain"), "word").limit(_MOST_WORDS).toArrow()
    words = frequent.column("word").combine_chunks()
    if not len(words):
        raise WajueError("no word of the domain reaches [contrast] min_count: add domain text or lower it")
    background = jieba_dictionary.frequencies() if not config.has_role("general") else {}
    if background:
        log.info(
            "contrast: no general corpus; the word frequencies of jieba's dictionary stand for it, runs of words it lacks for new"
        )
        totals["general"] = sum(background.values())
        frequent = frequent.set_column(2, "general", pa.array([background.get(w, 0) for w in words.to_pylist()], pa.int64()))
    value_set = spark.sparkContext.broadcast(words)
    buckets = max(2 * spark.sparkContext.defaultParallelism, -(-totals["domain"] // _BUCKET_WORDS))

    def encode(batch: pa.RecordBatch) -> np.ndarray:
        domain = batch.filter(pc.equal(batch.column("role"), "domain"))
        return termhood.word_codes(domain.column("tokens"), value_set.value)[0]

    def decode(codes: np.ndarray) -> dict[str, pa.Array]:
        return {"codes": pa.array([row.tobytes() for row in codes], pa.binary())}

    scattered = (
        tokens.select("role", "tokens")
        .by_dictionary("tokens")
        .map(ngram_tasks.scatter(encode, rules.max_words, buckets), ngram_tasks.WINDOWS)
    )
    count = ngram_tasks.count(rules.max_words, rules.min_count, buckets)
    counted = scattered.exchanged(buckets, "bucket").map(count, ngram_tasks.COUNTED).exchanged(buckets, "bucket")
    columns = "codes binary, n int, count long, pmi double, left_entropy double, right_entropy double"
    found = counted.map(ngram_tasks.join(totals["domain"], rules.max_words, decode), columns).frame.toArrow()
    codes = np.frombuffer(b"".join(found.column("codes").to_pylist()), np.uint16).reshape(-1, 8)[:, : rules.max_words]
    order = np.argsort(word_keys(codes))
    found, codes = found.take(pa.array(order)), codes[order]
    figures, chunks = _figures(tokens, value_set, codes)
    if background:
        figures[1] = [background.get(term, 0) for term in _terms(codes, words, config.joiner)[1]]
    table = _assemble(found, codes, figures, chunks, words, frequent, totals, config)
    _warn_of_mixture(table)
    return spark.createDataFrame(table).coalesce(1)


def _warn_of_mixture(table: pa.Table) -> None:
    """Says so if general text holds much of the domain: then what is typical of it does not stand out."""
    typical = table.filter(table.column("filtered_by").is_null()).sort_by([("keyness", "descending")]).slice(0, _TYPICAL)
    if not typical.num_rows:
        return
    shares = pc.divide(typical.column("general_per_million"), typical.column("domain_per_million")).to_numpy()
    if (mixed := float(np.median(shares))) > _MIXED:
        log.warning(
            "contrast: general text holds the %d most typical terms of the domain at %.0f %% of their frequency in the domain; "
            "leave out of it what deals with the field (SELECT term, domain_per_million, general_per_million FROM candidates)",
            typical.num_rows,
            100 * mixed,
        )


def _terms(codes: np.ndarray, words: pa.StringArray, joiner: str) -> tuple[list[list[str]], list[str]]:
    """(their words, the strings) of n-grams of words."""
    shown = words.to_pylist()
    parts = [[shown[c - RARE - 1] for c in row if c] for row in codes.tolist()]
    return parts, [joiner.join(p) for p in parts]


def _figures(tokens: Flow, words: Any, codes: np.ndarray) -> tuple[np.ndarray, int]:
    """(int64 [5, candidates] as termhood.FIGURES, number of the domain's stretches of text)."""
    table = tokens.source.sparkSession.sparkContext.broadcast(word_table(word_keys(codes), np.ones(len(codes))))
    size, longest = len(codes), codes.shape[1]

    def total(batches: cells.Batches) -> np.ndarray:
        tally, chunks = termhood.Tally(table.value, size, longest), 0
        for batch in batches:
            for role in ("domain", "general"):
                lists = batch.filter(pc.equal(batch.column("role"), role)).column("tokens")
                if len(lists):
                    stretches = tally.add(*termhood.word_codes(lists, words.value), domain=role == "domain")
                    chunks += stretches if role == "domain" else 0
        return np.append(tally.figures.ravel(), chunks)

    whole = array_sums.sum_over(tokens.select("role", "tokens").by_dictionary("tokens"), total, len(termhood.FIGURES) * size + 1)
    return whole[:-1].reshape(len(termhood.FIGURES), size), int(whole[-1])


def _assemble(
    found: pa.Table,
    codes: np.ndarray,
    figures: np.ndarray,
    chunks: int,
    words: pa.StringArray,
    frequent: pa.Table,
    totals: dict[str, int],
    config: Config,
) -> pa.Table:
    parts, terms = _terms(codes, words, config.joiner)
    count = found.column("count").to_numpy()
    single = found.column("n").to_numpy() == 1
    a, b = figures[0].astype(float), figures[1].astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = measures.npmi(found.column("pmi").to_numpy(zero_copy_only=False), count, float(totals["domain"]))
    npmi = np.where(single, 1.0, np.clip(npmi, -1, 1))
    share, container = termhood.nesting(codes, count)
    entropies = {side: found.column(f"{side}_entropy").to_numpy() for side in ("left", "right")}
    freedom = np.minimum(entropies["left"], entropies["right"])
    by_general = np.argsort(-frequent.column("general").to_numpy(), kind="stable")[:_FREQUENT]
    edges = {w for w in words.take(pa.array(by_general)).to_pylist() if len(w) == 1}
    filtered = [
        _filter(term, p, npmi[i], freedom[i], share[i], edges, config) for i, (term, p) in enumerate(zip(terms, parts, strict=True))
    ]
    sums = {role: float(totals.get(role, 0)) or 1.0 for role in ("domain", "general")}
    table = pa.table(
        {
            "term": terms,
            "parts": pa.array(parts, pa.list_(pa.string())),
            "domain_count": figures[0],
            "general_count": figures[1],
            **measures.contrasts(a, b, sums["domain"], sums["general"]),
            "burst": measures.burst(a, np.maximum(figures[4], 1), float(max(chunks, 1))),
            "npmi": npmi,
            "domain_documents": figures[2],
            "general_documents": figures[3],
            "left_entropy": entropies["left"],
            "right_entropy": entropies["right"],
            "nesting": share,
            "nested_in": pa.array([terms[c] if c >= 0 else None for c in container], pa.string()),
            "filtered_by": pa.array(filtered, pa.string()),
        }
    )
    # one string may be a word and also a run of words: the word, or the more frequent run, stands for it
    first = table.append_column("words", pa.array([len(p) for p in parts]))
    first = first.sort_by([("words", "ascending"), ("domain_count", "descending"), ("term", "ascending")])
    _, kept = np.unique(np.array(first.column("term").to_pylist(), dtype=object).astype(str), return_index=True)
    table = first.take(pa.array(np.sort(kept))).drop_columns(["words"])
    return table.sort_by([("log_ratio", "descending"), ("domain_count", "descending"), ("term", "ascending")])


def _filter(
    term: str, parts: list[str], npmi: float, freedom: float, nesting: float, edges: set[str], config: Config
) -> str | None:
    """The first rule that keeps a candidate from the terms, or None."""
    rules = config.contrast
    if len(term) < 2:
        return "one_character"
    if not any(c.isalpha() for c in term):
        return "number"
    if (rule := broken_rule(term, parts)) is not None:
        return rule
    if len(parts) == 1:
        return None
    if len(term) > rules.max_characters and not config.joiner:
        return "too_long"
    if any(not any(c.isalpha() for c in p) for p in parts):
        return "holds_number"
    if npmi < rules.min_npmi:
        return "low_npmi"
    if freedom < rules.min_entropy:
        return "low_entropy"
    if nesting > rules.max_nesting:
        return "nested"
    if parts[0] in edges or parts[-1] in edges:
        return "frequent_edge"
    return None
