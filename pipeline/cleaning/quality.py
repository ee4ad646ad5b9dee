"""What a text is like, in figures. In: texts that are cleaned. Out: a figure of each kind for each text.

Verdicts are reached by these figures, and they stay beside each document that is kept: so other thresholds can be tried by a
query, without cleaning again.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.cleaning import characters
from wajue.cleaning.batch import TextBatch
from wajue.cleaning.characters import BROKEN, DIGIT, HAN, LATIN, MARK, SPACE

_FEW = 64  # runs of a text that are compared rather than sorted
_SHORT, _LONG = 6, 13  # characters; what repeats in a text is looked for in runs of these lengths
_NEWLINE = ord("\n")
_KINDS = np.array([SPACE, HAN, LATIN, DIGIT, MARK, BROKEN])
_TOGETHER = 500  # words in one expression
_DECIMALS = 3  # of a share in a table: the file stays small, and a threshold has no more


class Quality(NamedTuple):
    """Of each text; shares are float64, 0..1, and of the characters that are no white space unless it says otherwise.

    length           int64, characters
    line_length      float64, characters a line, on average
    han_share, latin_share, digit_share
    mark_share       of punctuation and symbols
    broken_share     of U+FFFD and private use, among all characters
    repeated_share   of its runs of 13 characters, those that stand in it more than once (after Chen et al. 2023)
    short_repeated_share  of its runs of 6 characters, those that stood in it before (after Rae et al. 2021, table A1)
    """

    length: np.ndarray
    line_length: np.ndarray
    han_share: np.ndarray
    latin_share: np.ndarray
    digit_share: np.ndarray
    mark_share: np.ndarray
    broken_share: np.ndarray
    repeated_share: np.ndarray
    short_repeated_share: np.ndarray

    @classmethod
    def of(cls, batch: TextBatch) -> "Quality":
        """Of the texts of a batch."""
        starts = batch.starts[: batch.size]  # a batch without texts has a separator, too
        length = np.diff(np.append(starts, len(batch.codes))) - 1
        counts, newlines = np.empty((len(_KINDS), batch.size), np.int64), np.empty(batch.size, np.int64)
        _count_kinds(characters.kinds(), batch.codes, starts, length, counts, newlines)
        space, han, latin, digits, marks, broken = counts
        solid = np.maximum(length - space, 1)
        again, several = np.empty(batch.size, np.int64), np.empty(batch.size, np.int64)
        hashed = np.empty(length.max(initial=0), np.uint64)
        _count_repeated(batch.codes, starts, length, hashed, again, several)
        return cls(
            length=length,
            line_length=(length - newlines) / (newlines + 1),
            han_share=han / solid,
            latin_share=latin / solid,
            digit_share=digits / solid,
            mark_share=marks / solid,
            broken_share=broken / np.maximum(length, 1),
            repeated_share=several / np.maximum(length - _LONG + 1, 1),
            short_repeated_share=again / np.maximum(length - _SHORT + 1, 1),
        )

    def columns(self) -> dict[str, pa.Array]:
        """The shares and the length of lines, by their names in a table of documents."""
        names = ("line_length", "han_share", "latin_share", "digit_share", "mark_share", "repeated_share")
        return {name: pa.array(getattr(self, name).round(_DECIMALS).astype(np.float32)) for name in names}


def flagged_words(texts: pa.StringArray, words: Sequence[str]) -> np.ndarray:
    """How many of the words stand in each text, each counted once (int32 [texts]); upper and lower case are one."""
    folded = [w.lower() for w in words]
    counts = np.zeros(len(texts), np.int32)
    for first in range(0, len(folded), _TOGETHER):
        some = folded[first : first + _TOGETHER]
        hit = pc.match_substring_regex(texts, "|".join(map(re.escape, some)), ignore_case=True)  # few texts have any
        for i in np.flatnonzero(hit.to_numpy(zero_copy_only=False)).tolist():
            text = texts[i].as_py().lower()
            counts[i] += sum(w in text for w in some)
    return counts


@njit(cache=True, nogil=True)
def _count_kinds(
    kinds,  # uint8, for each code point its kind
    codes,  # uint32, the texts, a separator before each
    starts,  # int64 [texts], where the separators stand
    length,  # int64 [texts]
    out,  # int64 [kinds, texts], filled, the kinds as in _KINDS
    newlines,  # int64 [texts], filled
):
    for text in range(len(starts)):
        of_kind = np.zeros(64, np.int64)
        lines = 0
        for code in codes[starts[text] + 1 : starts[text] + 1 + length[text]]:
            of_kind[kinds[code]] += 1
            lines += code == _NEWLINE
        newlines[text] = lines
        for j in range(len(_KINDS)):
            out[j, text] = of_kind[_KINDS[j]]


@njit(cache=True, inline="always")
def _stood_before(hashed):
    """How many of these hashes stood among them before; sorts them if there are many."""
    again = 0
    if len(hashed) <= _FEW:  # all with each other: no branch that cannot be foreseen
        for i in range(1, len(hashed)):
            met = False
            for k in range(i):
                met |= hashed[k] == hashed[i]
            again += met
    else:
        hashed.sort()
        for i in range(1, len(hashed)):
            again += hashed[i] == hashed[i - 1]
    return again


@njit(cache=True, inline="always")
def _stand_twice(hashed):
    """How many of these hashes, which it sorts, stand among them more than once."""
    hashed.sort()
    several = 0
    for i in range(len(hashed)):
        several += (i > 0 and hashed[i] == hashed[i - 1]) or (i + 1 < len(hashed) and hashed[i] == hashed[i + 1])
    return several


@njit(cache=True, inline="always")
def _hash_runs(codes, begin, size, hashed):
    """Fill `hashed` with 40 bits of a hash of each run of so many code points."""
    for i in range(len(hashed)):
        h = np.uint64(0)
        for k in range(size):
            h = (h ^ np.uint64(codes[begin + i + k])) * np.uint64(0x9E3779B97F4A7C15)
        hashed[i] = h >> np.uint64(24)


@njit(cache=True, nogil=True)
def _count_repeated(codes, starts, length, hashed, again, several):
    """again: int64 [texts], filled: of each text's runs of _SHORT characters, those that stood in it before; several: the same, of
    its runs of _LONG characters those that stand in it more than once. A long run that does holds short ones: few texts have any.

    hashed: uint64, as many as the longest text has characters, worked in.
    """
    codes, starts, length, hashed = borrowed((codes, starts, length, hashed))
    for text in range(len(starts)):
        runs = hashed[: max(0, length[text] - _SHORT + 1)]
        _hash_runs(codes, starts[text] + 1, _SHORT, runs)
        again[text], several[text] = _stood_before(runs), 0
        if again[text] > _LONG - _SHORT:
            runs = hashed[: length[text] - _LONG + 1]
            _hash_runs(codes, starts[text] + 1, _LONG, runs)
            several[text] = _stand_twice(runs)
