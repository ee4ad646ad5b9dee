"""The ranked terminology. In: candidates, tokens, and the word vectors if there are any. Out: terms."""

import logging
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from pipeline import termhood
from pipeline.config import Config

log = logging.getLogger(__name__)

_SEARCHED = 50_000  # domain documents, first by doc_id, in which examples are looked for
_SHORTEST, _LONGEST = 8, 60  # characters of an example; twice as many in scripts that are written with spaces
_SENTENCE_END = re.compile(r"[。！？!?；;.]+")


def terms(candidates: DataFrame, tokens: DataFrame, sgns_words: DataFrame | None, *, config: Config) -> DataFrame:
    """terms. Starts jobs:

    1. collect the candidates that passed the filters, and the vectors of their words;
    2. (no job) score and rank them, and expand from the user's seeds if there are any;
    3. look for example sentences of the first terms.
    """
    rules = config.terms
    spark = candidates.sparkSession
    reject, accept = set(config.words(rules.reject)), set(config.words(rules.accept))
    rows = candidates.where(F.col("filtered_by").isNull() | F.col("term").isin(sorted(accept))).toArrow()
    rows = rows.filter(pa.array([t not in reject for t in rows.column("term").to_pylist()], pa.bool_()))
    words, vectors = _vectors(sgns_words)
    ranked = _rank(rows, words, vectors, accept, config)
    expanded = _expand(candidates, ranked, words, vectors, reject, config)
    table = pa.concat_tables([ranked, expanded]) if expanded is not None else ranked
    table = table.append_column("rank", pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32)))
    examples = _examples(tokens, table.slice(0, rules.examples_for), rules.examples, config.joiner)
    if not table.num_rows:
        log.warning("terms: no candidate passed the filters; SELECT filtered_by, count(*) FROM candidates GROUP BY 1 shows why")
    frame = spark.createDataFrame(table).join(examples, "term", "left")
    frame = frame.withColumn("examples", F.coalesce("examples", F.array().cast("array<string>")))
    return frame.orderBy("rank").coalesce(1)


def _vectors(sgns_words: DataFrame | None) -> tuple[dict[str, int], np.ndarray]:
    """({word: row}, unit vectors float32 [words, dim])."""
    if sgns_words is None:
        return {}, np.zeros((0, 1), np.float32)
    rows = sgns_words.select("word", "vector").toArrow()
    if not rows.num_rows:
        return {}, np.zeros((0, 1), np.float32)
    flat = rows.column("vector").combine_chunks()
    matrix = flat.flatten().to_numpy(zero_copy_only=False).reshape(rows.num_rows, -1)
    matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    return {w: i for i, w in enumerate(rows.column("word").to_pylist())}, matrix.astype(np.float32)


def _term_vectors(parts: list[list[str]], words: dict[str, int], vectors: np.ndarray) -> np.ndarray | None:
    """Unit vectors of terms, zeros where a word has none; None if there are no vectors at all."""
    if not words:
        return None
    found = np.zeros((len(parts), vectors.shape[1]), np.float32)
    for i, p in enumerate(parts):
        ids = [words[w] for w in p if w in words]
        if len(ids) == len(p):
            found[i] = vectors[ids].sum(axis=0)
    return found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12)


def _rank(rows: pa.Table, words: dict[str, int], vectors: np.ndarray, accept: set[str], config: Config) -> pa.Table:
    rules = config.terms
    strings, parts = rows.column("term").to_pylist(), rows.column("parts").to_pylist()
    place = {t: i for i, t in enumerate(strings)}
    seeds, avoid = (
        np.array([place[w] for w in config.words(ws) if w in place], np.int64) for ws in (rules.seeds + rules.accept, rules.avoid)
    )
    score, similarity = termhood.score(
        rows.column("log_ratio").to_numpy() * np.log(2),
        rows.column("burst").to_numpy(),
        rows.column("npmi").to_numpy(),
        np.array([len(p) == 1 for p in parts], bool),
        _term_vectors(parts, words, vectors),
        seeds=seeds,
        avoid=avoid,
        seed_count=rules.seed_count,
    )
    used_more = rows.column("log_ratio").to_numpy() > 0
    kept = np.flatnonzero(used_more | np.array([t in accept for t in strings], bool))
    return _terms_table(rows, kept, score, similarity, "contrast")


def _terms_table(rows: pa.Table, kept: np.ndarray, score: np.ndarray, similarity: np.ndarray, source: str) -> pa.Table:
    columns = ["term", "parts", "domain_count", "general_count", "keyness", "log_ratio", "log_odds", "burst", "npmi"]
    table = rows.select(columns).take(pa.array(kept))
    table = table.append_column("score", pa.array(score[kept], pa.float64()))
    table = table.append_column(
        "similarity", pa.array(similarity[kept].astype(float), pa.float64(), mask=np.isnan(similarity[kept]))
    )
    table = table.append_column("source", pa.array([source] * len(kept), pa.string()))
    return table.sort_by([("score", "descending"), ("domain_count", "descending"), ("term", "ascending")])


def _expand(
    candidates: DataFrame, ranked: pa.Table, words: dict[str, int], vectors: np.ndarray, reject: set[str], config: Config
) -> pa.Table | None:
    """Words like the user's seeds that the contrast left out, after the ranked ones; None without seeds."""
    seeds, avoid = (
        np.array([words[w] for w in config.words(ws) if w in words], np.int64) for ws in (config.terms.seeds, config.terms.avoid)
    )
    if not len(seeds):
        if config.terms.seeds:
            log.warning("[terms] seeds: none of them has a vector; they must occur [vocabulary] min_count times")
        return None
    found = termhood.expand(vectors, seeds, avoid)
    names = {i: w for w, i in words.items()}
    there = set(ranked.column("term").to_pylist()) | reject
    likeness = {names[i]: s for i, (_, s) in found.items() if names[i] not in there}
    rows = candidates.where(F.col("term").isin(sorted(likeness))).toArrow()
    if not rows.num_rows:
        return None
    score = np.array([likeness[t] for t in rows.column("term").to_pylist()])
    floor = min(ranked.column("score").to_pylist(), default=0.0)
    return _terms_table(rows, np.arange(rows.num_rows), score - 1 + floor, score, "expansion")


def _examples(tokens: DataFrame, terms: pa.Table, wanted: int, joiner: str) -> DataFrame:
    """(term, examples): the shortest sentences that hold each term, one a document."""
    listed = {tuple(p): t for p, t in zip(terms.column("parts").to_pylist(), terms.column("term").to_pylist(), strict=True)}
    firsts = {p[0] for p in listed}
    longest = max((len(p) for p in listed), default=1)

    def search(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            rows: list[dict[str, Any]] = []
            for doc_id, words in zip(batch.column("doc_id").to_pylist(), batch.column("tokens").to_pylist(), strict=True):
                for sentence in _sentences(words):
                    text = joiner.join(sentence)
                    if _SHORTEST <= len(text) <= _LONGEST * (1 + len(joiner)):
                        for term in _held(sentence, listed, firsts, longest):
                            rows.append({"term": term, "doc_id": doc_id, "text": text})
            yield pa.RecordBatch.from_pylist(
                rows, pa.schema([("term", pa.string()), ("doc_id", pa.string()), ("text", pa.string())])
            )

    searched = tokens.where("role = 'domain'").select("doc_id", "tokens").orderBy("doc_id").limit(_SEARCHED)
    found = searched.mapInArrow(search, "term string, doc_id string, text string")
    one_a_document = found.groupBy("term", "doc_id").agg(F.min_by("text", F.struct(F.length("text"), "text")).alias("text"))
    distinct = one_a_document.groupBy("term", "text").agg(F.min("doc_id").alias("doc_id"))
    nth = F.row_number().over(Window.partitionBy("term").orderBy(F.length("text"), "doc_id"))
    first = distinct.withColumn("nth", nth).where(F.col("nth") <= wanted)
    in_order = F.sort_array(F.collect_list(F.struct("nth", "text")))
    return first.groupBy("term").agg(F.transform(in_order, lambda e: e["text"]).alias("examples"))


def _sentences(words: list[str]) -> Iterator[list[str]]:
    sentence: list[str] = []
    for word in words:
        if _SENTENCE_END.fullmatch(word):
            yield sentence
            sentence = []
        else:
            sentence.append(word)
    yield sentence


def _held(sentence: list[str], listed: dict[tuple[str, ...], str], firsts: set[str], longest: int) -> set[str]:
    """The terms that a sentence holds."""
    held: set[str] = set()
    for i, word in enumerate(sentence):
        if word in firsts:
            for n in range(1, min(longest, len(sentence) - i) + 1):
                if (term := listed.get(tuple(sentence[i : i + n]))) is not None:
                    held.add(term)
    return held
