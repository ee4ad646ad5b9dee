"""The first and the last document that holds each term. In: batches of dated documents as tokens. Out: HOLDERS.

Of each batch only the documents of least and greatest date are told for a term, which is few rows.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining import termhood
from wajue.mining.symbols import RARE
from wajue.mining.word_table import WordTable, word_keys, word_table

HOLDERS = "term_index long, date string, doc_id string"


class TermIndex(NamedTuple):
    """Finds terms in text by their words.

    coded_words: string, distinct; a word's index gives its code; table: the keys of the coded terms, with their prefixes;
    terms: how many there are; longest: words of the longest.
    """

    coded_words: pa.StringArray
    table: WordTable
    terms: int
    longest: int

    @classmethod
    def from_parts(cls, parts: pa.ListArray) -> "TermIndex":
        """Of terms as list<string>, the words of each; at least one term."""
        coded_words = pc.unique(parts.flatten())
        length = pc.list_value_length(parts).to_numpy()
        codes = np.zeros((len(parts), int(length.max())), np.uint16)
        is_word = np.arange(codes.shape[1]) < length[:, None]
        codes[is_word] = pc.index_in(parts.flatten(), value_set=coded_words).to_numpy() + RARE + 1
        return cls(coded_words, word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes), *codes.shape)


def holders(batch: pa.RecordBatch, index: TermIndex) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(role, date, doc_id, tokens) -> HOLDERS, the first and the last of the domain's documents with a date that hold each term.

    Documents of one date are in the order of their doc_id.
    """
    domain = batch.filter(pc.equal(batch.column("role"), "domain"))
    code, doc_index = termhood.word_codes(domain.column("tokens"), index.coded_words)
    by_date = pc.sort_indices(domain, [("date", "ascending"), ("doc_id", "ascending")]).to_numpy()
    order = np.full(domain.num_rows, -1)
    order[by_date] = np.arange(domain.num_rows)
    order[pc.is_null(domain.column("date")).to_numpy(zero_copy_only=False)] = -1
    first, last = termhood.holders(code, doc_index, order, index.table, index.terms, index.longest)
    return _holders(domain, first), _holders(domain, last)


def _holders(documents: pa.RecordBatch, holder: np.ndarray) -> pa.RecordBatch:
    """HOLDERS; holder: int64 [terms], the document that holds each, or -1."""
    held_terms = np.flatnonzero(holder >= 0)
    dated = documents.select(["date", "doc_id"]).take(pa.array(holder[held_terms]))
    return pa.RecordBatch.from_arrays([pa.array(held_terms), *dated.columns], ["term_index", "date", "doc_id"])
