"""The ranked terminology. In: candidates, tokens, and the word vectors if there are any. Out: terms."""

import logging
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining import termhood
from wajue.mining.symbols import RARE
from wajue.mining.word_table import word_keys, word_table
from wajue.spark.flow import Flow

log = logging.getLogger(__name__)

_SEARCHED = 50_000  # domain documents, first by doc_id, in which examples are looked for
_CHOICE = 5  # times as many sentences as are wanted are looked at, for some that are unlike each other
_NOT_SHOWN = ("domain_documents", "general_documents", "left_entropy", "right_entropy", "nesting", "filtered_by")
_SHORTEST, _LONGEST = 8, 60  # characters of an example; twice as many in scripts that are written with spaces
_SENTENCE_END = re.compile(r"[。！？!?；;.]+")


def terms(candidates: Flow, tokens: Flow, sgns_words: Flow | None, *, config: Config) -> DataFrame:
    """terms. Starts jobs:

    1. collect the candidates that passed the filters, and the vectors of their words;
    2. score and rank them; if the user gave seeds, expand from these, and collect what was found;
    3. look for example sentences of the first terms;
    4. where documents have a date, look for the first and the last one that holds each term.
    """
    rules = config.terms
    spark = candidates.source.sparkSession
    reject, accept = set(config.words(rules.reject)), set(config.words(rules.accept))
    rows = candidates.frame.where(F.col("filtered_by").isNull() | F.col("term").isin(sorted(accept))).toArrow()
    rows = rows.filter(pa.array([t not in reject for t in rows.column("term").to_pylist()], pa.bool_()))
    words, vectors = _vectors(sgns_words)
    ranked = _rank(rows, words, vectors, accept, config)
    expanded = _expand(candidates.frame, ranked, words, vectors, reject, config)
    table = pa.concat_tables([ranked, expanded]) if expanded is not None else ranked
    table = table.append_column("rank", pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32)))
    domain = tokens.frame.where("role = 'domain'")
    examples = _examples(domain, table.slice(0, rules.examples_for), rules.examples, config.joiner)
    shown = [examples.get(term, []) for term in table.column("term").to_pylist()]
    table = table.append_column("examples", pa.array(shown, pa.list_(pa.string())))
    for name, documents in _first_and_last(tokens, table.column("parts").combine_chunks()).items():
        table = table.append_column(name, documents)
    if not table.num_rows:
        log.warning("terms: no candidate passed the filters; SELECT filtered_by, count(*) FROM candidates GROUP BY 1 shows why")
    return spark.createDataFrame(table).coalesce(1)


def _vectors(sgns_words: Flow | None) -> tuple[dict[str, int], np.ndarray]:
    """({word: row}, unit vectors float32 [words, dim])."""
    if sgns_words is None:
        return {}, np.zeros((0, 1), np.float32)
    rows = sgns_words.select("word", "vector").to_arrow()
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
    combined, similarity = termhood.score(
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
    return _terms_table(rows.take(pa.array(kept)), _chosen(rows, combined, similarity, rules.score)[kept], similarity[kept])


def _chosen(rows: pa.Table, combined: np.ndarray, similarity: np.ndarray, name: str) -> np.ndarray:
    """The score (float64 [n]) that [terms] score names; what lacks a vector is last by similarity."""
    if name == "combined":
        return combined
    if name != "similarity":
        found: np.ndarray = rows.column(name).to_numpy()
        return found
    if len(similarity) and np.isnan(similarity).all():
        raise WajueError('[terms] score = "similarity" needs word vectors: let the step sgns run, or choose another score')
    return np.nan_to_num(similarity, nan=-1.0)


def _terms_table(
    rows: pa.Table,
    score: np.ndarray,
    similarity: np.ndarray,
    source: str = "contrast",
    paths: Sequence[list[str] | None] | None = None,
) -> pa.Table:
    """Ranked, with all that `terms` holds of the candidates."""
    columns = {
        "score": pa.array(score.astype(float)),
        "similarity": pa.array(similarity.astype(float), mask=np.isnan(similarity)),
        "source": pa.array([source] * len(score), pa.string()),
        "path": pa.array(paths if paths else [None] * len(score), pa.list_(pa.string())),
    }
    table = rows.select([name for name in rows.column_names if name not in _NOT_SHOWN])
    for name, values in columns.items():
        table = table.append_column(name, values)
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
    rules = config.terms
    found = termhood.expand(vectors, seeds, avoid, similarity=rules.expansion_similarity, most=rules.expansion_most)
    _report_drift(found, vectors, seeds, rules.expansion_most)
    names = {i: w for w, i in words.items()}
    there = set(ranked.column("term").to_pylist()) | reject
    ids = {names[i]: i for i in found if names[i] not in there}
    rows = candidates.where(F.col("term").isin(sorted(ids))).toArrow()
    if not rows.num_rows:
        return None
    terms = rows.column("term").to_pylist()
    likeness = np.array([found[ids[t]].similarity for t in terms])
    paths = [[names[i] for i in termhood.path(found, ids[t])] for t in terms]
    floor = min(ranked.column("score").to_pylist(), default=0.0)
    return _terms_table(rows, likeness - 1 + floor, likeness, "expansion", paths)


def _report_drift(found: dict[int, termhood.Step], vectors: np.ndarray, seeds: np.ndarray, most: int) -> None:
    """How far the expansion went, and how like the seeds what it found still is."""
    if not found:
        log.warning("[terms] seeds: no word is like them; lower [terms] expansion_similarity, or add seeds")
        return
    likeness = termhood.toward(vectors, seeds)
    for depth in range(1, max(s.depth for s in found.values()) + 1):
        rows = [i for i, s in found.items() if s.depth == depth]
        log.info("expansion, step %d: %d words, on average %.2f like the seeds", depth, len(rows), likeness[rows].mean())
    if len(found) == most:
        log.warning("expansion stopped at [terms] expansion_most = %d words; a higher expansion_similarity keeps it nearer", most)


def _first_and_last(tokens: Flow, parts: pa.ListArray) -> dict[str, pa.Array]:
    """The columns first_document and last_document of the terms with these words."""
    names = ("first_document", "last_document")
    if not len(parts) or not tokens.frame.where("role = 'domain' AND date IS NOT NULL").limit(1).count():
        return {name: pa.nulls(len(parts), pa.string()) for name in names}
    words = pc.unique(parts.flatten())
    ids = pc.index_in(parts.flatten(), value_set=words).to_numpy() + RARE + 1
    length = pc.list_value_length(parts).to_numpy()
    codes = np.zeros((len(parts), int(length.max())), np.uint16)
    codes[np.arange(codes.shape[1]) < length[:, None]] = ids
    listed = tokens.source.sparkSession.sparkContext.broadcast(
        (words, word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes))
    )

    def search(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            batch = batch.filter(pc.equal(batch.column("role"), "domain"))
            code, document = termhood.word_codes(batch.column("tokens"), listed.value[0])
            order = np.full(batch.num_rows, -1)
            sorted_rows = pc.sort_indices(batch, [("date", "ascending"), ("doc_id", "ascending")]).to_numpy()
            order[sorted_rows] = np.arange(batch.num_rows)
            order[pc.is_null(batch.column("date")).to_numpy(zero_copy_only=False)] = -1
            for rows in termhood.holders(code, document, order, listed.value[1], *codes.shape):
                held = np.flatnonzero(rows >= 0)
                dated = batch.select(["date", "doc_id"]).take(pa.array(rows[held]))
                yield pa.RecordBatch.from_arrays([pa.array(held), *dated.columns], ["term", "date", "doc_id"])

    found = (
        tokens.select("role", "date", "doc_id", "tokens")
        .by_dictionary("tokens")
        .map(search, "term long, date string, doc_id string")
        .frame
    )
    when = F.struct("date", "doc_id")
    ends = found.groupBy("term").agg(F.min_by("doc_id", when), F.max_by("doc_id", when)).toArrow()
    columns = {}
    for name, column in zip(names, ends.columns[1:], strict=True):
        known = dict(zip(ends.column("term").to_pylist(), column.to_pylist(), strict=True))
        columns[name] = pa.array([known.get(i) for i in range(len(parts))], pa.string())
    return columns


def _examples(domain: DataFrame, terms: pa.Table, wanted: int, joiner: str) -> dict[str, list[str]]:
    """For each term short sentences that hold it, one a document, chosen to be unlike each other."""
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

    searched = domain.select("doc_id", "tokens").orderBy("doc_id").limit(_SEARCHED)
    found = searched.mapInArrow(search, "term string, doc_id string, text string")
    one_a_document = found.groupBy("term", "doc_id").agg(F.min_by("text", F.struct(F.length("text"), "text")).alias("text"))
    distinct = one_a_document.groupBy("term", "text").agg(F.min("doc_id").alias("doc_id"))
    nth = F.row_number().over(Window.partitionBy("term").orderBy(F.length("text"), "doc_id"))
    first = distinct.withColumn("nth", nth).where(F.col("nth") <= _CHOICE * wanted)
    in_order = F.sort_array(F.collect_list(F.struct("nth", "text")))
    rows = first.groupBy("term").agg(F.transform(in_order, lambda e: e["text"]).alias("texts")).collect()
    return {r["term"]: termhood.unlike(r["texts"], wanted) for r in rows}


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
