"""Words over time. In: tokens, whose documents carry dates, and terms, if there are any. Out: periods, what each holds;
period_counts, every frequent word and term by period; trends, what became of each (pipeline/timeline.py).

The roles are looked at apart. A document without a date, or with one that is not understood or too coarse, is counted in a
row without a period, so that all counts add up to those of word_counts.
"""

import logging
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline import dates, schemas, termhood, timeline
from pipeline.config import Config, Trends
from pipeline.symbols import RARE
from pipeline.word_table import WordTable, word_keys, word_table

log = logging.getLogger(__name__)

_REASONS = (None, "no date", "not understood", "too coarse")
_SUMS = ("count", "documents", "squares", "products")  # of a document's occurrences c and words m: c, 1, c^2, c m
_COUNTED = f"role string, period string, reason string, term string, {', '.join(f'{s} long' for s in _SUMS)}"
_ROWS = 2_000  # words that are scored at once; each takes a number a period
Timeline = tuple[list[str], np.ndarray, np.ndarray]  # the periods of a role, their words, and sum of the squared lengths


class Listed(NamedTuple):
    """Terms of several words, at most `longest`; the words that stand in them; and the keys of these runs."""

    terms: pa.StringArray
    words: pa.StringArray
    table: WordTable
    longest: int


def trends(tokens: DataFrame, terms: DataFrame | None, *, config: Config) -> tuple[DataFrame, DataFrame, DataFrame]:
    """(periods, period_counts, trends). Starts two jobs:

    1. collect the terms: words are counted anyway, runs of words are looked for as `contrast` does;
    2. count by role, period and word, and collect what each period holds, of which shares are taken.
    """
    rules, spark = config.trends, tokens.sparkSession
    ranks, listed = _listed(terms)
    shared = spark.sparkContext.broadcast(listed)

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _count(batch, rules.period, shared.value)

    counted = tokens.select("role", "date", "tokens").mapInArrow(count, _COUNTED)
    counted = counted.groupBy("role", "period", "reason", "term").agg(*[F.sum(s).alias(s) for s in _SUMS])
    counted = counted.persist(StorageLevel.DISK_ONLY)
    held = counted.where("term is null")
    lines = _timelines(held.where("period is not null").orderBy("role", "period").toArrow())
    each = F.struct("period", F.col("count"), F.col("documents").alias("document_count"), "squares", "products")
    sums = F.sum(F.when(F.col("period").isNotNull(), F.col("count"))).alias("dated")
    series = counted.where("term is not null").groupBy("role", "term").agg(F.collect_list(each).alias("of"), sums)
    series = series.where(F.col("dated") >= rules.min_count).persist(StorageLevel.DISK_ONLY)
    by_period = series.select("term", "role", F.inline("of"))
    by_period = by_period.groupBy("term", "role", "period").agg(*[F.sum(c).alias(c) for c in ("count", "document_count")])

    def score(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for role in pc.unique(batch.column("role")).to_pylist():
                rows = batch.filter(pc.equal(batch.column("role"), role))
                for start in range(0, rows.num_rows, _ROWS):
                    yield _score(rows.slice(start, _ROWS), lines[role], rules)

    columns = {c.name: c.type for c in schemas.TABLES["trends"].columns if c.name != "rank"}
    names = {pa.string(): "string", pa.int64(): "long", pa.float64(): "double"}
    scored = series.select("term", "role", "of").mapInArrow(score, ", ".join(f"{n} {names[t]}" for n, t in columns.items()))
    ranked = spark.createDataFrame(ranks, "term string, rank int")
    found = scored.join(F.broadcast(ranked), "term", "left").orderBy("role", F.desc(F.abs("z")), "term")
    shown = held.select("role", "period", "reason", "documents", F.col("count").alias("words")).orderBy("role", "period", "reason")
    return shown.coalesce(1), by_period.orderBy("role", "term", "period"), found


def _listed(terms: DataFrame | None) -> tuple[list[tuple[str, int]], Listed | None]:
    """((term, rank) of all terms, those of several words)."""
    rows = [] if terms is None else terms.select("term", "rank", "parts").orderBy("rank").collect()
    ranks = [(r["term"], r["rank"]) for r in rows]
    several = [r for r in rows if len(r["parts"]) > 1]
    if not several:
        return ranks, None
    parts = pa.array([r["parts"] for r in several], pa.list_(pa.string()))
    words, length = pc.unique(parts.flatten()), pc.list_value_length(parts).to_numpy()
    codes = np.zeros((len(several), int(length.max())), np.uint16)
    codes[np.arange(codes.shape[1]) < length[:, None]] = pc.index_in(parts.flatten(), value_set=words).to_numpy() + RARE + 1
    table = word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes)
    return ranks, Listed(pa.array([r["term"] for r in several], pa.string()), words, table, codes.shape[1])


def _timelines(held: pa.Table) -> dict[str, Timeline]:
    """The timeline of each role; says so if it has too few periods for any change to show."""
    found: dict[str, Timeline] = {}
    for role in pc.unique(held.column("role")).to_pylist():
        rows = held.filter(pc.equal(held.column("role"), role))
        words = rows.column("count").to_numpy().astype(float)
        found[role] = rows.column("period").to_pylist(), np.maximum(words, 1), rows.column("squares").to_numpy().astype(float)
    if max((len(f[0]) for f in found.values()), default=0) < 2:
        which = next((f[0][0] for f in found.values()), None)
        why = f"all dated documents are of {which}; choose a shorter [trends] period" if which else "no document has a date in it"
        log.warning("trends: %s; SELECT * FROM periods shows what there is", why)
    return found


def _count(batch: pa.RecordBatch, of: str, listed: Listed | None) -> pa.RecordBatch:
    """Rows of _COUNTED: the sums of every word that holds a letter and of every term listed; of term null those of all words."""
    lists = batch.column("tokens")
    words = pc.dictionary_encode(lists.flatten())
    document = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    is_word, has_letter = (
        pc.match_substring_regex(words.dictionary, p).to_numpy(zero_copy_only=False) for p in (r"[\p{L}\p{N}]", r"\p{L}")
    )
    # a run of words that is a word, too, is one string with it
    names = pc.dictionary_encode(pa.concat_arrays([words.dictionary, *([listed.terms] if listed else [])]))
    code, ids = names.indices.to_numpy(), words.indices.to_numpy()
    length = np.bincount(document[is_word[ids]], minlength=len(lists))
    lettered = has_letter[ids]
    word, document = code[ids[lettered]].astype(np.int64), document[lettered]
    if listed:
        row, where = termhood.occurrences(*termhood.word_codes(lists, listed.words), listed.table, listed.longest)
        word, document = np.concatenate((word, code[len(words.dictionary) + row])), np.concatenate((document, where))
    size = max(len(names.dictionary), 1)
    pair, times = np.unique(document * size + word, return_counts=True)
    groups, group = _groups(batch, of)
    document, word = np.divmod(pair, size)
    key, place = np.unique(group[document] * size + word, return_inverse=True)
    each = {"count": times, "documents": np.ones(len(times)), "squares": times**2, "products": times * length[document]}
    whole = {"count": length, "documents": np.ones(len(length)), "squares": length**2, "products": np.zeros(len(length))}
    sums = {
        s: np.concatenate((_sums(place, each[s], len(key)), _sums(group, whole[s], groups.num_rows))).astype(np.int64)
        for s in _SUMS
    }
    rows = np.concatenate((key // size, np.arange(groups.num_rows)))
    terms = pa.concat_arrays([names.dictionary.take(pa.array(key % size)), pa.nulls(groups.num_rows, pa.string())])
    return pa.RecordBatch.from_pydict(
        {**dict(zip(groups.schema.names, groups.take(rows).columns, strict=True)), "term": terms, **sums}
    )


def _sums(place: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """Exact below 2^53."""
    return np.bincount(place, weights, size)


def _groups(batch: pa.RecordBatch, of: str) -> tuple[pa.RecordBatch, np.ndarray]:
    """(role, period and reason of each group of documents, the group of each document)."""
    given, role = pc.dictionary_encode(batch.column("date"), null_encoding="encode"), pc.dictionary_encode(batch.column("role"))
    placed = [_period(d, of) for d in given.dictionary.to_pylist()]
    kinds = {k: i for i, k in enumerate(dict.fromkeys(placed))}
    kind = np.array([kinds[p] for p in placed], np.int64)[given.indices.to_numpy()]
    found, group = np.unique(role.indices.to_numpy() * len(kinds) + kind, return_inverse=True)
    named = list(kinds)
    columns = {
        "role": role.dictionary.take(pa.array(found // len(kinds))),
        "period": pa.array([named[k][0] for k in (found % len(kinds)).tolist()], pa.string()),
        "reason": pa.array([named[k][1] for k in (found % len(kinds)).tolist()], pa.string()),
    }
    return pa.record_batch(columns), group


def _period(given: str | None, of: str) -> tuple[str | None, str | None]:
    """(period, None) of a date, or (None, one of _REASONS)."""
    if given is None:
        return None, _REASONS[1]
    when = dates.parse(given)
    found = dates.period(when, of) if when else None
    return found, None if found else _REASONS[3 if when else 2]


def _score(rows: pa.RecordBatch, line: Timeline, rules: Trends) -> pa.RecordBatch:
    """Rows of `trends`, without the rank."""
    names, words, squared = line
    of = rows.column("of")
    row, entry = pc.list_parent_indices(of).to_numpy(), of.flatten()
    at = pc.index_in(entry.field("period"), value_set=pa.array(names), skip_nulls=True).fill_null(-1).to_numpy()
    dense = {}
    for name in ("count", "document_count", "squares", "products"):
        dense[name] = np.zeros((rows.num_rows, len(names)))
        dense[name][row[at >= 0], at[at >= 0]] = entry.field(name).to_numpy()[at >= 0]
    count = dense["count"]
    effect = timeline.design_effect(count, dense["squares"], dense["products"], words, squared)
    effective, size = count / effect[:, None], words / effect[:, None]
    changed = timeline.change(effective, size)
    burst = timeline.burst(effective, size, rules.burst_factor)
    label = timeline.labels(
        changed.bits, changed.z, burst.weight, min_z=rules.min_z, min_bits=rules.min_change, min_burst=rules.min_burst
    )
    present = count > 0
    columns: dict[str, Any] = {
        "term": rows.column("term"),
        "role": rows.column("role"),
        "label": np.array(timeline.LABELS)[label],
        "since": _named(names, np.where(changed.since > 0, changed.since, -1)),
        "change": changed.bits,
        "z": changed.z,
        "before_per_million": 1e6 * changed.before,
        "after_per_million": 1e6 * changed.after,
        "burst": burst.weight,
        "burst_first": _named(names, burst.first),
        "burst_last": _named(names, burst.last),
        "first_period": _named(names, present.argmax(axis=1)),
        "last_period": _named(names, len(names) - 1 - present[:, ::-1].argmax(axis=1)),
        "count": count.sum(axis=1).astype(np.int64),
        "document_count": dense["document_count"].sum(axis=1).astype(np.int64),
        "design_effect": effect,
    }
    return pa.RecordBatch.from_pydict(columns)


def _named(names: list[str], index: np.ndarray) -> pa.StringArray:
    """The periods of these numbers, null for -1."""
    return pa.array(names).take(pa.array(index, mask=index < 0))
