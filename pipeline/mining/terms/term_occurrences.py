"""Where terms occur. In: coded tokens, and terms as runs of words. Out: counts, documents and stretches of text of each term."""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.mining.terms.coded_tokens import BEHIND_GAP, ENUMERATES, FIRST_CODE, IS_DE, IS_HAN, CodedTokens
from wajue.mining.text.listed import look_up_group, nothing_listed
from wajue.mining.text.word_table import TableView, WordTable, find_words, word_keys, word_table

CHUNK = 100  # words; the stretch of text in which burst looks for a second occurrence
COUNTS = ("domain_count", "general_count", "domain_documents", "general_documents", "domain_chunks")
# sums over a term's occurrences in the domain: right after 的 or 之; beside a mark or word of enumeration; beside a Han token; the
# share of Han among the tokens around it, in WINDOW_SHARES
CONTEXTS = ("after_de", "enumerated", "beside_han", "han_around")
FIGURES = COUNTS + CONTEXTS + ("spaced",)  # occurrences in the domain with a gap wherever Han stands beside what is not Han
# a row of a tally: the document and the chunk in which the term was seen last, then FIGURES
_LAST_DOCUMENT, _LAST_CHUNK = range(2)
_DOMAIN_COUNT, _GENERAL_COUNT, _DOMAIN_DOCUMENTS, _GENERAL_DOCUMENTS, _DOMAIN_CHUNKS = range(2, 7)
_AFTER_DE, _ENUMERATED, _BESIDE_HAN, _HAN_AROUND, _SPACED = range(7, 12)
_ROW = 12
WINDOW = 5  # tokens on either side
WINDOW_SHARES = 2520  # the least common multiple of 1 to 10: the share of any window is a whole number of these
_SHARES = np.array([0, *(WINDOW_SHARES // n for n in range(1, 2 * WINDOW + 1))])  # of one token of so many


class TermsView(NamedTuple):
    """Terms as compiled code reads them: single, int32 [65536], the term of one word by its code, or -1; table, those of several;
    longest: words of the longest.
    """

    single: np.ndarray
    table: TableView
    longest: int


class TermIndex(NamedTuple):
    """Finds terms in text by their words.

    coded_words: string, distinct, FIRST_CODE is the code of the first; table: the keys of the terms as runs of codes, with their
    prefixes; terms: how many there are; longest: words of the longest.
    """

    coded_words: pa.StringArray
    table: WordTable
    terms: int
    longest: int

    @classmethod
    def from_parts(cls, parts: pa.ListArray) -> "TermIndex":
        """From the words of each term (list<string>); at least one term."""
        coded_words, length = pc.unique(parts.flatten()), pc.list_value_length(parts).to_numpy()
        codes = np.zeros((len(parts), int(length.max())), np.uint16)
        is_word = np.arange(codes.shape[1]) < length[:, None]
        codes[is_word] = pc.index_in(parts.flatten(), value_set=coded_words).to_numpy() + FIRST_CODE
        return cls(coded_words, word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes), *codes.shape)

    @property
    def view(self) -> TermsView:
        """What compiled code needs."""
        single = find_words(self.table, np.arange(1 << 16, dtype=np.uint64))  # a key of one word is its code
        single[:FIRST_CODE] = -1
        return TermsView(single, self.table.view, self.longest)


@njit(cache=True, inline="always")
def _look_up(code, begin, terms, next_read, per_word, listed):
    """Look up the terms of the group that begins here, at m = 0 those of one word; returns where it ends."""
    stop = look_up_group(code, begin, terms.table, next_read, per_word, listed)
    for i in range(begin, stop):
        listed.word[i - begin, 0] = terms.single[code[i]]
    return stop


@njit(cache=True, inline="always")
def _add_context(tokens, han_before, i, end, first, last, row):
    """Add what stands around the tokens i to end of the document first to last, an occurrence of a term."""
    kind = tokens.kind
    before = kind[i - 1] if i > first else np.uint8(0)
    after = kind[end] if end < last else np.uint8(0)
    row[_AFTER_DE] += (before & IS_DE) != 0
    row[_ENUMERATED] += ((before | after) & ENUMERATES) != 0
    row[_BESIDE_HAN] += ((before | after) & IS_HAN) != 0
    left, right = max(i - WINDOW, first), min(end + WINDOW, last)
    around = (i - left) + (right - end)
    han = (han_before[i] - han_before[left]) + (han_before[right] - han_before[end])
    row[_HAN_AROUND] += _SHARES[around] * han
    row[_SPACED] += _is_spaced(kind, i, end)


@njit(cache=True, inline="always")
def _is_spaced(kind, i, end):
    """Do some of the tokens i to end hold Han and others not, and is there a gap wherever one kind meets the other?"""
    seams = 0
    for k in range(i + 1, end):
        if (kind[k] ^ kind[k - 1]) & IS_HAN:
            if not kind[k] & BEHIND_GAP:
                return False
            seams += 1
    return seams > 0


@njit(cache=True, nogil=True)
def _tally(
    tokens,  # CodedTokens
    terms,  # TermsView
    domain,  # bool
    chunks,  # so far
    first_document,  # the number of the first one
    tallied,  # int64 [terms * _ROW], a row of each term; added to
    han_before,  # int32 [tokens + 1], tokens with Han before each; or [0]: of general text
):
    """Returns the number of chunks so far."""
    tokens, terms, tallied, han_before = borrowed((tokens, terms, tallied, han_before))
    code, document = tokens.code, tokens.document
    listed = nothing_listed(terms.longest)
    first = last = start = stop = 0  # of the document, and of the group
    for i in range(len(code)):
        if i == stop:
            start, stop = i, _look_up(code, i, terms, tallied, _ROW, listed)
        if i == last:
            first = i
            while last < len(code) and document[last] == document[i]:
                last += 1
        if (i - first) % CHUNK == 0:
            chunks += 1
        for n in range(listed.number[i - start]):
            e = listed.word[i - start, n]
            if e < 0:
                continue
            row = tallied[_ROW * e : _ROW * (e + 1)]
            row[_DOMAIN_COUNT if domain else _GENERAL_COUNT] += 1
            if row[_LAST_DOCUMENT] != first_document + document[i]:
                row[_LAST_DOCUMENT] = first_document + document[i]
                row[_DOMAIN_DOCUMENTS if domain else _GENERAL_DOCUMENTS] += 1
            if domain:
                _add_context(tokens, han_before, i, i + n + 1, first, last, row)
                if row[_LAST_CHUNK] != chunks:
                    row[_LAST_CHUNK] = chunks
                    row[_DOMAIN_CHUNKS] += 1
    return chunks


def _han_before(tokens: CodedTokens) -> np.ndarray:
    """How many tokens with Han stand before each, and before the end (int32 [tokens + 1])."""
    before = np.zeros(len(tokens.kind) + 1, np.int32)
    np.cumsum(tokens.kind & IS_HAN != 0, out=before[1:])
    return before


class Tally:
    """What is counted of terms; chunks: of all text that was added."""

    def __init__(self, index: TermIndex) -> None:
        self.chunks = 0
        self._terms, self._documents = index.view, 0
        self._tallied = np.zeros((index.terms, _ROW), np.int64)
        self._tallied[:, _LAST_DOCUMENT] = -1

    @property
    def figures(self) -> np.ndarray:
        """int64 [10, terms], as FIGURES."""
        return np.ascontiguousarray(self._tallied[:, -len(FIGURES) :].T)

    def add(self, tokens: CodedTokens, *, domain: bool) -> int:
        """Count more documents; returns the chunks they have."""
        before = self.chunks
        han = _han_before(tokens) if domain else np.zeros(0, np.int32)
        self.chunks = _tally(tokens, self._terms, domain, before, self._documents, self._tallied.reshape(-1), han)
        self._documents += int(tokens.document[-1]) + 1 if len(tokens.document) else 0
        return int(self.chunks - before)


@njit(cache=True, nogil=True)
def _fill_occurrences(
    tokens,  # CodedTokens
    terms,  # TermsView
    term,  # int64 [occurrences], filled, like the next; or [0]: only count
    where,
):
    """Returns how many occurrences there are."""
    tokens, terms, term, where = borrowed((tokens, terms, term, where))
    code, document = tokens.code, tokens.document
    listed = nothing_listed(terms.longest)
    count = start = stop = 0
    for i in range(len(code)):
        if i == stop:
            start, stop = i, _look_up(code, i, terms, code, 0, listed)
        for n in range(listed.number[i - start]):
            e = listed.word[i - start, n]
            if e < 0:
                continue
            if len(term):
                term[count], where[count] = e, document[i]
            count += 1
    return count


def occurrences(tokens: CodedTokens, index: TermIndex) -> tuple[np.ndarray, np.ndarray]:
    """(term int64 [k], document int64 [k]) of every occurrence of a term."""
    none, terms = np.zeros(0, np.int64), index.view
    count = _fill_occurrences(tokens, terms, none, none)
    term, where = np.empty(count, np.int64), np.empty(count, np.int64)
    if count:
        _fill_occurrences(tokens, terms, term, where)
    return term, where


@njit(cache=True, nogil=True)
def _fill_first_and_last(
    tokens,  # CodedTokens
    terms,  # TermsView
    order,  # int64 [documents]
    first,  # int64 [terms], -1; filled, like the next
    last,
):
    tokens, terms, order, first, last = borrowed((tokens, terms, order, first, last))
    code, document = tokens.code, tokens.document
    listed = nothing_listed(terms.longest)
    start = stop = 0
    for i in range(len(code)):
        if i == stop:
            start, stop = i, _look_up(code, i, terms, code, 0, listed)
        d = document[i]
        if order[d] < 0:
            continue
        for n in range(listed.number[i - start]):
            e = listed.word[i - start, n]
            if e < 0:
                continue
            if first[e] < 0 or order[d] < order[first[e]]:
                first[e] = d
            if last[e] < 0 or order[d] > order[last[e]]:
                last[e] = d


def first_and_last(tokens: CodedTokens, order: np.ndarray, index: TermIndex) -> tuple[np.ndarray, np.ndarray]:
    """(first int64 [terms], last int64 [terms]): the documents of least and greatest `order` that hold each term, or -1.

    order: int64 [documents], -1 for one that is passed over.
    """
    first, last = np.full(index.terms, -1, np.int64), np.full(index.terms, -1, np.int64)
    _fill_first_and_last(tokens, index.view, order, first, last)
    return first, last
