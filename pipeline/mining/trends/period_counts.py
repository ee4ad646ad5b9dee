"""Words counted by period. In: batches of tokens with a role, a corpus and a date. Out: sums by role, word, corpus and period,
packed by the buckets of the words, so that Spark moves few rows; and what each corpus holds in each period in all.

A document without a date, or with one that is not understood or too coarse, is in no period, and counted all the same.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays import cells
from wajue.mining.terms.coded_tokens import coded
from wajue.mining.terms.term_occurrences import TermIndex, occurrences
from wajue.mining.tokens.token_counts import are_words
from wajue.mining.trends import dates

_NO_DATE, _NOT_UNDERSTOOD, _TOO_COARSE = "no date", "not understood", "too coarse"
SUMS = ("count", "documents", "squares", "products")  # of a document's occurrences c and words m: c, 1, c^2, c m
PACKED = (
    "bucket int, role string, corpus string, period string, reason string, words long, documents long, squares long, counts binary"
)
_KEYS = ("role", "term", "corpus", "period")


class Listed(NamedTuple):
    """Terms of several words: their strings, and what finds them."""

    strings: pa.StringArray
    term_index: TermIndex


def listed(terms: pa.StringArray, parts: pa.ListArray) -> Listed | None:
    """What finds the terms of several words; None if there are none. parts: list<string>, the words of each."""
    several = pc.greater(pc.list_value_length(parts), 1)
    terms, parts = terms.filter(several), parts.filter(several)
    return Listed(terms, TermIndex.from_parts(parts)) if len(terms) else None


def count(batch: pa.RecordBatch, granularity: str, terms: Listed | None) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(SUMS of every word that holds a letter and of every term listed, by corpus and period; sums of all words, by reason too)."""
    lists = batch.column("tokens")
    tokens = pc.dictionary_encode(lists.flatten())
    document = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    # a run of words that is a word, too, is one string with it
    names = pc.dictionary_encode(pa.concat_arrays([tokens.dictionary, *([terms.strings] if terms else [])]))
    name, ids = names.indices.to_numpy().astype(np.int64), tokens.indices.to_numpy()
    length = np.bincount(document[are_words(tokens.dictionary)[ids]], minlength=len(lists))
    lettered = _matches(tokens.dictionary, r"\p{L}")[ids]
    string, where = name[ids[lettered]], document[lettered]
    if terms:
        term, term_where = occurrences(coded(lists, terms.term_index.coded_words, batch.column("breaks")), terms.term_index)
        string = np.concatenate((string, name[len(tokens.dictionary) + term]))
        where = np.concatenate((where, term_where))
    groups, group = _groups(batch, granularity)
    counts = _sums(string, where, length, group, len(names.dictionary))
    of_each = groups.take(pa.array(counts.pop("group")))
    strings = names.dictionary.take(pa.array(counts.pop("string")))
    columns = {name: of_each.column(name) for name in ("role", "corpus", "period")} | {"term": strings, **counts}
    whole = {"words": length, "documents": np.ones(len(length)), "squares": length**2}
    totals = {s: np.bincount(group, w, groups.num_rows).astype(np.int64) for s, w in whole.items()}
    named = dict(zip(groups.schema.names, groups.columns, strict=True))
    return pa.RecordBatch.from_pydict(columns), pa.RecordBatch.from_pydict(named | totals)


def _matches(strings: pa.StringArray, pattern: str) -> np.ndarray:
    matches: np.ndarray = pc.match_substring_regex(strings, pattern).to_numpy(zero_copy_only=False)
    return matches


def _sums(
    string: np.ndarray,  # int64 [occurrences]
    document: np.ndarray,  # int64 [occurrences]
    length: np.ndarray,  # int64 [documents]
    group: np.ndarray,  # int64 [documents]
    strings: int,
) -> dict[str, np.ndarray]:
    """int64 [n] each: group, string, and SUMS of all strings that a group has."""
    size = max(strings, 1)
    pair, times = np.unique(document * size + string, return_counts=True)
    document, string = np.divmod(pair, size)
    key, index = np.unique(group[document] * size + string, return_inverse=True)
    each = {"count": times, "documents": np.ones(len(times)), "squares": times**2, "products": times * length[document]}
    sums = {s: np.bincount(index, each[s], len(key)).astype(np.int64) for s in SUMS}  # exact below 2^53
    return {"group": key // size, "string": key % size, **sums}


def pack(counts: pa.RecordBatch, totals: pa.RecordBatch, buckets: int) -> pa.RecordBatch:
    """Rows of PACKED: the totals as they are, the counts as one Arrow stream for each bucket."""
    terms = pc.dictionary_encode(counts.column("term"))
    of_term = np.array([zlib.crc32(t.encode()) % buckets for t in terms.dictionary.to_pylist()], np.int64)
    bucket = of_term[terms.indices.to_numpy()]
    parts = [(int(b), counts.take(pa.array(np.flatnonzero(bucket == b)))) for b in np.unique(bucket)]
    columns = {
        field.name: pa.concat_arrays([totals.column(field.name), pa.nulls(len(parts), field.type)]) for field in totals.schema
    }
    columns["bucket"] = pa.array([None] * totals.num_rows + [b for b, _ in parts], pa.int32())
    columns["counts"] = pa.array([None] * totals.num_rows + [cells.stream(part).tobytes() for _, part in parts], pa.binary())
    return pa.RecordBatch.from_pydict({name.split()[0]: columns[name.split()[0]] for name in PACKED.split(", ")})


def added(streams: Iterator[bytes]) -> pa.Table:
    """The counts of one bucket, summed, sorted by role, term, corpus and period."""
    tables = [pa.ipc.open_stream(s).read_all() for s in streams]
    if not tables:
        return pa.schema([*((k, pa.string()) for k in _KEYS), *((s, pa.int64()) for s in SUMS)]).empty_table()
    summed = pa.concat_tables(tables).group_by(list(_KEYS)).aggregate([(s, "sum") for s in SUMS])
    summed = summed.select([*_KEYS, *(f"{s}_sum" for s in SUMS)]).rename_columns([*_KEYS, *SUMS])
    return summed.sort_by([(k, "ascending") for k in _KEYS])


def _groups(batch: pa.RecordBatch, granularity: str) -> tuple[pa.RecordBatch, np.ndarray]:
    """(role, corpus, period and reason of each group of documents, the group of each document)."""
    date, corpus, role = (pc.dictionary_encode(batch.column(name), null_encoding="encode") for name in ("date", "corpus", "role"))
    periods = [_period(d, granularity) for d in date.dictionary.to_pylist()]
    numbers = {p: i for i, p in enumerate(dict.fromkeys(periods))}
    number = np.array([numbers[p] for p in periods], np.int64)[date.indices.to_numpy()]
    shape = (len(role.dictionary), len(corpus.dictionary), max(1, len(numbers)))
    codes = (role.indices.to_numpy(), corpus.indices.to_numpy(), number)
    groups, group = np.unique(np.ravel_multi_index(codes, shape) if len(batch) else number, return_inverse=True)
    of_role, of_corpus, of_period = np.unravel_index(groups, shape) if len(batch) else (groups, groups, groups)
    known = [list(numbers)[k] for k in of_period.tolist()]
    columns = {
        "role": role.dictionary.take(pa.array(of_role)),
        "corpus": corpus.dictionary.take(pa.array(of_corpus)),
        "period": pa.array([period for period, _ in known], pa.string()),
        "reason": pa.array([reason for _, reason in known], pa.string()),
    }
    return pa.record_batch(columns), group


def _period(text: str | None, granularity: str) -> tuple[str | None, str | None]:
    """(period, None) of a date, or (None, why it has none)."""
    if text is None:
        return None, _NO_DATE
    day = dates.parse(text)
    if day is None:
        return None, _NOT_UNDERSTOOD
    period = dates.period(day, granularity)
    return period, None if period else _TOO_COARSE
