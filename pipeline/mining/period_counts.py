"""Words counted by period. In: batches of tokens with a role and a date. Out: sums by role, period and word, packed by the
buckets of the words, so that Spark moves few rows; and what each period holds in all.

A document without a date, or with one that is not understood or too coarse, is in no period, and counted all the same.
"""

import zlib
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining import dates, termhood
from wajue.mining.symbols import RARE
from wajue.mining.word_table import WordTable, word_keys, word_table

_REASONS = (None, "no date", "not understood", "too coarse")
SUMS = ("count", "documents", "squares", "products")  # of a document's occurrences c and words m: c, 1, c^2, c m
PACKED = "bucket int, role string, period string, reason string, words long, documents long, squares long, counts binary"


class Listed(NamedTuple):
    """Terms of several words, at most `longest`; the words that stand in them; and the keys of these runs."""

    terms: pa.StringArray
    words: pa.StringArray
    table: WordTable
    longest: int


def listed(terms: pa.StringArray, parts: pa.ListArray) -> Listed | None:
    """What finds the terms of several words; None if there are none. parts: list<string>, the words of each."""
    several = pc.greater(pc.list_value_length(parts), 1)
    terms, parts = terms.filter(several), parts.filter(several)
    if not len(terms):
        return None
    words, length = pc.unique(parts.flatten()), pc.list_value_length(parts).to_numpy()
    codes = np.zeros((len(parts), int(length.max())), np.uint16)
    codes[np.arange(codes.shape[1]) < length[:, None]] = pc.index_in(parts.flatten(), value_set=words).to_numpy() + RARE + 1
    return Listed(terms, words, word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes), codes.shape[1])


def count(batch: pa.RecordBatch, of: str, found: Listed | None) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(SUMS of every word that holds a letter and of every term listed, by role and period; sums of all words, by reason too)."""
    lists = batch.column("tokens")
    words = pc.dictionary_encode(lists.flatten())
    document = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    is_word, has_letter = (
        pc.match_substring_regex(words.dictionary, p).to_numpy(zero_copy_only=False) for p in (r"[\p{L}\p{N}]", r"\p{L}")
    )
    # a run of words that is a word, too, is one string with it
    names = pc.dictionary_encode(pa.concat_arrays([words.dictionary, *([found.terms] if found else [])]))
    code, ids = names.indices.to_numpy(), words.indices.to_numpy()
    length = np.bincount(document[is_word[ids]], minlength=len(lists))
    lettered = has_letter[ids]
    word, document = code[ids[lettered]].astype(np.int64), document[lettered]
    if found:
        row, where = termhood.occurrences(*termhood.word_codes(lists, found.words), found.table, found.longest)
        word, document = np.concatenate((word, code[len(words.dictionary) + row])), np.concatenate((document, where))
    size = max(len(names.dictionary), 1)
    pair, times = np.unique(document * size + word, return_counts=True)
    document, word = np.divmod(pair, size)
    groups, group = _groups(batch, of)
    key, place = np.unique(group[document] * size + word, return_inverse=True)
    each = {"count": times, "documents": np.ones(len(times)), "squares": times**2, "products": times * length[document]}
    sums = {s: np.bincount(place, each[s], len(key)).astype(np.int64) for s in SUMS}  # exact below 2^53
    of_each = groups.take(pa.array(key // size))
    columns = {
        "role": of_each.column("role"),
        "period": of_each.column("period"),
        "term": names.dictionary.take(pa.array(key % size)),
    }
    whole = {"words": length, "documents": np.ones(len(length)), "squares": length**2}
    totals = {s: np.bincount(group, w, groups.num_rows).astype(np.int64) for s, w in whole.items()}
    named = dict(zip(groups.schema.names, groups.columns, strict=True))
    return pa.RecordBatch.from_pydict(columns | sums), pa.RecordBatch.from_pydict(named | totals)


def pack(counts: pa.RecordBatch, totals: pa.RecordBatch, buckets: int) -> pa.RecordBatch:
    """Rows of PACKED: the totals as they are, the counts as one Arrow stream for each bucket."""
    terms = pc.dictionary_encode(counts.column("term"))
    of_term = np.array([zlib.crc32(t.encode()) % buckets for t in terms.dictionary.to_pylist()], np.int64)
    bucket = of_term[terms.indices.to_numpy()]
    parts = [(int(b), counts.take(pa.array(np.flatnonzero(bucket == b)))) for b in np.unique(bucket)]
    n, m = totals.num_rows, len(parts)
    columns = {
        name: pa.concat_arrays([totals.column(name), pa.nulls(m, totals.schema.field(name).type)]) for name in totals.schema.names
    }
    columns["bucket"] = pa.array([None] * n + [b for b, _ in parts], pa.int32())
    columns["counts"] = pa.array([None] * n + [_stream(part) for _, part in parts], pa.binary())
    return pa.RecordBatch.from_pydict({name.split()[0]: columns[name.split()[0]] for name in PACKED.split(", ")})


def _stream(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    whole: bytes = sink.getvalue().to_pybytes()
    return whole


def added(streams: Iterator[bytes]) -> pa.Table:
    """The counts of one bucket, summed, sorted by role, term and period."""
    tables = [pa.ipc.open_stream(s).read_all() for s in streams]
    if not tables:
        empty = {"role": pa.string(), "term": pa.string(), "period": pa.string()} | dict.fromkeys(SUMS, pa.int64())
        return pa.schema(list(empty.items())).empty_table()
    keys = ["role", "term", "period"]
    summed = pa.concat_tables(tables).group_by(keys).aggregate([(s, "sum") for s in SUMS])
    return (
        summed.select([*keys, *(f"{s}_sum" for s in SUMS)]).rename_columns([*keys, *SUMS]).sort_by([(k, "ascending") for k in keys])
    )


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
