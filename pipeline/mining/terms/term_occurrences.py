"""Where terms occur. In: tokens of documents, and terms as runs of words. Out: counts, documents and stretches of text of each.

A word has a 16-bit code here, as a symbol has elsewhere: 0 is a break, RARE a word that is part of no term.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import WordTable, extended, id_at, is_free, probe, word_keys, word_table
from wajue.mining.tokens.token_counts import are_words

CHUNK = 100  # words; the stretch of text in which burst looks for a second occurrence
COUNTS = ("domain_count", "general_count", "domain_documents", "general_documents", "domain_chunks")
_DOMAIN_COUNT, _GENERAL_COUNT, _DOMAIN_DOCUMENTS, _GENERAL_DOCUMENTS, _DOMAIN_CHUNKS = range(5)
# sums over a term's occurrences in the domain: right after 的 or 之; beside a mark or word of enumeration; beside a Han token; the
# share of Han among the tokens around it, in WINDOW_SHARES
CONTEXTS = ("after_de", "enumerated", "beside_han", "han_around")
_AFTER_DE, _ENUMERATED, _BESIDE_HAN, _HAN_AROUND, _SPACED = range(5, 10)
FIGURES = COUNTS + CONTEXTS + ("spaced",)  # occurrences in the domain with a gap wherever Han stands beside what is not Han
WINDOW = 5  # tokens on either side
WINDOW_SHARES = 2520  # the least common multiple of 1 to 10: the share of any window is a whole number of these
_SHARES = np.array([0, *(WINDOW_SHARES // n for n in range(1, 2 * WINDOW + 1))])  # of one token of so many
_FIRST_CODE = RARE + 1
_IS_DE, _ENUMERATES, _IS_HAN, _BEHIND_GAP = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)  # bits of a token's kind
_DE = ("的", "之")
_ENUMERATING = ("、", "和", "与", "及", "或", "以及", "/", "／")


class TermIndex(NamedTuple):
    """Finds terms in text by their words.

    coded_words: string, distinct, RARE + 1 is the code of the first; table: the keys of the terms as runs of codes, with their
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
        codes[is_word] = pc.index_in(parts.flatten(), value_set=coded_words).to_numpy() + _FIRST_CODE
        return cls(coded_words, word_table(word_keys(codes), np.ones(len(codes)), prefixes_of=codes), *codes.shape)

    def room(self) -> tuple[np.ndarray, np.ndarray]:
        """For the terms that begin at one token, and for their lengths: int64 [longest] each."""
        return np.empty(self.longest, np.int64), np.empty(self.longest, np.int64)


class CodedTokens(NamedTuple):
    """The tokens of some documents, and a break after each document.

    code: uint16, 0 at a break; document: int64, of each, from 0; kind: uint8, what a token is to its neighbours, in bits.
    """

    code: np.ndarray
    document: np.ndarray
    kind: np.ndarray


def coded(
    lists: pa.ListArray, coded_words: pa.StringArray, breaks: pa.ListArray | None = None, gaps: pa.ListArray | None = None
) -> CodedTokens:
    """All tokens as codes; what is no word is a break.

    lists: list<string>, the tokens of each document, best as a dictionary's indices; coded_words: as in `TermIndex`; breaks, gaps:
    list<int32>, the tokens of each document before which there is one (tokens/breaks.py).
    """
    flat = pc.dictionary_encode(lists.flatten())
    ids = pc.index_in(flat.dictionary, value_set=coded_words).fill_null(-1).to_numpy()
    document = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    is_word = are_words(flat.dictionary)
    code = np.where(ids >= 0, ids + _FIRST_CODE, np.where(is_word, RARE, 0)).astype(np.uint16)[flat.indices.to_numpy()]
    kind = _kinds(flat.dictionary)[flat.indices.to_numpy()]
    at = np.flatnonzero(np.diff(document, append=-1)) + 1
    inside = document[at - 1]
    starts = np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy())))
    if gaps is not None:
        kind[_positions(gaps, starts)[0]] |= _BEHIND_GAP
    if breaks is not None:
        at, inside = (np.append(a, b) for a, b in zip((at, inside), _positions(breaks, starts), strict=True))
    return CodedTokens(np.insert(code, at, 0), np.insert(document, at, inside), np.insert(kind, at, 0))


def _positions(numbers: pa.ListArray, starts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(int64 [k] among all tokens, int64 [k] the document) of tokens that are numbered within their documents, from `starts` on."""
    of_document = pc.list_parent_indices(numbers).to_numpy().astype(np.int64)
    return starts[of_document] + numbers.flatten().to_numpy(), of_document


def _kinds(tokens: pa.StringArray) -> np.ndarray:
    """The kind (uint8) of each token."""
    bits = (
        (_IS_DE, pc.is_in(tokens, value_set=pa.array(_DE, tokens.type))),
        (_ENUMERATES, pc.is_in(tokens, value_set=pa.array(_ENUMERATING, tokens.type))),
        (_IS_HAN, pc.match_substring_regex(tokens, r"\p{Han}")),
    )
    kinds = [bit * is_so.to_numpy(zero_copy_only=False).astype(np.uint8) for bit, is_so in bits]
    return np.bitwise_or.reduce(kinds).astype(np.uint8)


@njit(cache=True, inline="always")
def _terms_at(code, i, keys, ids, longest, terms, lengths):
    """Fill `terms` and `lengths` (int64 [longest]) with the ids and words of the terms that begin at i; returns how many."""
    count = 0
    key = np.uint64(0)
    for n in range(longest):
        if i + n >= len(code) or code[i + n] <= RARE:  # which also stands after each document
            break
        key = extended(key, code[i + n])
        slot = probe(keys, key)
        if is_free(keys, slot):
            if n == 0:  # prefixes of one word need not be in the table
                continue
            break
        if id_at(ids, slot) >= 0:
            terms[count], lengths[count] = id_at(ids, slot), n + 1
            count += 1
    return count


@njit(cache=True, inline="always")
def _add_context(tokens, han_before, i, end, first, last, e, figures):
    """Add what stands around the tokens i to end of the document first to last, an occurrence of term e."""
    kind = tokens.kind
    before = kind[i - 1] if i > first else np.uint8(0)
    after = kind[end] if end < last else np.uint8(0)
    figures[_AFTER_DE, e] += (before & _IS_DE) != 0
    figures[_ENUMERATED, e] += ((before | after) & _ENUMERATES) != 0
    figures[_BESIDE_HAN, e] += ((before | after) & _IS_HAN) != 0
    left, right = max(i - WINDOW, first), min(end + WINDOW, last)
    around = (i - left) + (right - end)
    han = (han_before[i] - han_before[left]) + (han_before[right] - han_before[end])
    figures[_HAN_AROUND, e] += _SHARES[around] * han
    figures[_SPACED, e] += _is_spaced(kind, i, end)


@njit(cache=True, inline="always")
def _is_spaced(kind, i, end):
    """Do some of the tokens i to end hold Han and others not, and is there a gap wherever one kind meets the other?"""
    seams = 0
    for k in range(i + 1, end):
        if (kind[k] ^ kind[k - 1]) & _IS_HAN:
            if not kind[k] & _BEHIND_GAP:
                return False
            seams += 1
    return seams > 0


class _Progress(NamedTuple):
    """What a tally has seen: figures int64 [10, terms] as FIGURES; last_document, last_chunk int64 [terms], that of each term."""

    figures: np.ndarray
    last_document: np.ndarray
    last_chunk: np.ndarray


@njit(cache=True, nogil=True)
def _tally(
    tokens,  # CodedTokens
    table,  # TableView
    longest,
    domain,  # bool
    chunks,  # so far
    first_document,  # the number of the first one
    progress,  # _Progress, added to
    han_before,  # int32 [tokens + 1], tokens with Han before each; or [0]: of general text
    terms,  # int64 [longest], worked in, like the next
    lengths,
):
    """Returns the number of chunks so far."""
    tokens, table, progress, terms, lengths = borrowed((tokens, table, progress, terms, lengths))
    han_before = borrowed(han_before)
    code, document = tokens.code, tokens.document
    keys, ids, _ = table
    figures, last_document, last_chunk = progress
    first = last = 0  # of the document
    for i in range(len(code)):
        if i == last:
            first = i
            while last < len(code) and document[last] == document[i]:
                last += 1
        if (i - first) % CHUNK == 0:
            chunks += 1
        for t in range(_terms_at(code, i, keys, ids, longest, terms, lengths)):
            e = terms[t]
            figures[_DOMAIN_COUNT if domain else _GENERAL_COUNT, e] += 1
            if last_document[e] != first_document + document[i]:
                last_document[e] = first_document + document[i]
                figures[_DOMAIN_DOCUMENTS if domain else _GENERAL_DOCUMENTS, e] += 1
            if domain:
                _add_context(tokens, han_before, i, i + lengths[t], first, last, e, figures)
                if last_chunk[e] != chunks:
                    last_chunk[e] = chunks
                    figures[_DOMAIN_CHUNKS, e] += 1
    return chunks


def _han_before(tokens: CodedTokens) -> np.ndarray:
    """How many tokens with Han stand before each, and before the end (int32 [tokens + 1])."""
    before = np.zeros(len(tokens.kind) + 1, np.int32)
    np.cumsum(tokens.kind & _IS_HAN != 0, out=before[1:])
    return before


class Tally:
    """What is counted of terms: figures int64 [10, terms] as FIGURES; chunks: of all text that was added."""

    def __init__(self, index: TermIndex) -> None:
        self.chunks = 0
        self._index, self._documents = index, 0
        figures = np.zeros((len(FIGURES), index.terms), np.int64)
        self._progress = _Progress(figures, np.full(index.terms, -1, np.int64), np.zeros(index.terms, np.int64))

    @property
    def figures(self) -> np.ndarray:
        """int64 [10, terms], as FIGURES."""
        return self._progress.figures

    def add(self, tokens: CodedTokens, *, domain: bool) -> int:
        """Count more documents; returns the chunks they have."""
        index, before, table = self._index, self.chunks, self._index.table.view
        han = _han_before(tokens) if domain else np.zeros(0, np.int32)
        self.chunks = _tally(tokens, table, index.longest, domain, before, self._documents, self._progress, han, *index.room())
        self._documents += int(tokens.document[-1]) + 1 if len(tokens.document) else 0
        return int(self.chunks - before)


@njit(cache=True, nogil=True)
def _fill_occurrences(
    tokens,  # CodedTokens
    table,  # TableView
    longest,
    terms,  # int64 [longest], worked in, like the next
    lengths,
    term,  # int64 [occurrences], filled, like the next; or [0]: only count
    where,
):
    """Returns how many occurrences there are."""
    tokens, table, terms, lengths = borrowed((tokens, table, terms, lengths))
    term, where = borrowed((term, where))
    code, document = tokens.code, tokens.document
    keys, ids, _ = table
    count = 0
    for i in range(len(code)):
        for e in terms[: _terms_at(code, i, keys, ids, longest, terms, lengths)]:
            if len(term):
                term[count], where[count] = e, document[i]
            count += 1
    return count


def occurrences(tokens: CodedTokens, index: TermIndex) -> tuple[np.ndarray, np.ndarray]:
    """(term int64 [k], document int64 [k]) of every occurrence of a term."""
    none = np.zeros(0, np.int64)
    count = _fill_occurrences(tokens, index.table.view, index.longest, *index.room(), none, none)
    term, where = np.empty(count, np.int64), np.empty(count, np.int64)
    if count:
        _fill_occurrences(tokens, index.table.view, index.longest, *index.room(), term, where)
    return term, where


@njit(cache=True, nogil=True)
def _fill_first_and_last(
    tokens,  # CodedTokens
    order,  # int64 [documents]
    table,  # TableView
    longest,
    terms,  # int64 [longest], worked in, like the next
    lengths,
    first,  # int64 [terms], -1; filled, like the next
    last,
):
    tokens, table, terms, lengths = borrowed((tokens, table, terms, lengths))
    order, first, last = borrowed((order, first, last))
    code, document = tokens.code, tokens.document
    keys, ids, _ = table
    for i in range(len(code)):
        d = document[i]
        if order[d] < 0:
            continue
        for e in terms[: _terms_at(code, i, keys, ids, longest, terms, lengths)]:
            if first[e] < 0 or order[d] < order[first[e]]:
                first[e] = d
            if last[e] < 0 or order[d] > order[last[e]]:
                last[e] = d


def first_and_last(tokens: CodedTokens, order: np.ndarray, index: TermIndex) -> tuple[np.ndarray, np.ndarray]:
    """(first int64 [terms], last int64 [terms]): the documents of least and greatest `order` that hold each term, or -1.

    order: int64 [documents], -1 for one that is passed over.
    """
    first, last = np.full(index.terms, -1, np.int64), np.full(index.terms, -1, np.int64)
    _fill_first_and_last(tokens, order, index.table.view, index.longest, *index.room(), first, last)
    return first, last
