"""Tokens of documents as codes. In: lists of tokens, and what stands between them. Out: `CodedTokens`.

A word has a 16-bit code here, as a symbol has elsewhere: 0 is a break, RARE a word that is part of no term.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.text.symbols import RARE
from wajue.mining.tokens.token_counts import are_words

FIRST_CODE = RARE + 1
IS_DE, ENUMERATES, IS_HAN, BEHIND_GAP = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)  # bits of a token's kind
_DE = ("的", "之")
_ENUMERATING = ("、", "和", "与", "及", "或", "以及", "/", "／")


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
    code = np.where(ids >= 0, ids + FIRST_CODE, np.where(is_word, RARE, 0)).astype(np.uint16)[flat.indices.to_numpy()]
    kind = _kinds(flat.dictionary)[flat.indices.to_numpy()]
    at = np.flatnonzero(np.diff(document, append=-1)) + 1
    inside = document[at - 1]
    starts = np.concatenate(([0], np.cumsum(pc.list_value_length(lists).to_numpy())))
    if gaps is not None:
        kind[_positions(gaps, starts)[0]] |= BEHIND_GAP
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
        (IS_DE, pc.is_in(tokens, value_set=pa.array(_DE, tokens.type))),
        (ENUMERATES, pc.is_in(tokens, value_set=pa.array(_ENUMERATING, tokens.type))),
        (IS_HAN, pc.match_substring_regex(tokens, r"\p{Han}")),
    )
    kinds = [bit * is_so.to_numpy(zero_copy_only=False).astype(np.uint8) for bit, is_so in bits]
    return np.bitwise_or.reduce(kinds).astype(np.uint8)
