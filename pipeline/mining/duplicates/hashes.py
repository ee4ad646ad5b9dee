"""Hashes of texts, as they stand and folded, and of their words. In: code points. Out: three 64-bit hashes a text; words.

Two texts are equal when folded if they differ only in width, case, white space, control characters and punctuation. Marks
count where they stand between two letters or digits: 3.5 is not 35, 10:30 is not 1030, 3~5 is not 35, a-b is not ab. Those of
numbers and names (. , : ' - / _) are told apart there, all others are one. The folded text has a hash of 128 bits, so that no
two texts are taken for equal by chance.

The mixing function is the finaliser of MurmurHash3 (A. Appleby).
"""

import unicodedata
from functools import cache
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.ragged import Ragged

_MULTIPLIER_1, _MULTIPLIER_2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)
FIRST_SEED, SECOND_SEED = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_DROPPED = np.uint32(0xFFFFFFFF)  # folds to nothing
_INNER_MARK = np.uint32(0x80000000)  # a flag: counts between two letters or digits alone
_INNER_MARKS = ".,:'-/_"
_ANY_MARK = ord("-")  # what the others count as
_KEPT_PUNCTUATION, _DROPPED_SYMBOLS = "#*%&@\u2030", "`^~|"
_SPACE, _NEW_LINE = 32, 10


@njit(cache=True, inline="always")
def mixed(h):
    """The 64-bit word, every bit of which now depends on every other."""
    h = np.uint64(h)
    h ^= h >> np.uint64(33)
    h *= _MULTIPLIER_1
    h ^= h >> np.uint64(33)
    h *= _MULTIPLIER_2
    return h ^ (h >> np.uint64(33))


@njit(cache=True, inline="always")
def absorbed(h, element):
    """The running hash with one element more."""
    return (((h ^ np.uint64(element)) * _MULTIPLIER_1) ^ (h >> np.uint64(29))) + FIRST_SEED


@cache
def _folding() -> np.ndarray:
    """What each code point of the basic plane folds to (uint32 [65536]): a code point, with _INNER_MARK or not, or _DROPPED."""
    table = np.arange(0x10000, dtype=np.uint32)
    for c in range(0x10000):
        char = unicodedata.normalize("NFKC", chr(c)).casefold()
        plain = char if len(char) == 1 else chr(c)
        category = unicodedata.category(plain)
        table[c] = ord(plain)
        if plain in _INNER_MARKS:
            table[c] |= _INNER_MARK
        elif category[0] in "ZC":
            table[c] = _DROPPED
        elif (category[0] == "P" and plain not in _KEPT_PUNCTUATION) or plain in _DROPPED_SYMBOLS:
            table[c] = _ANY_MARK | _INNER_MARK
    return table


@njit(cache=True, inline="always")
def _may_adjoin_mark(code):
    """Is it an ASCII letter or digit, lower case: between two of them an inner mark counts?"""
    return 48 <= code <= 57 or 97 <= code <= 122


@njit(cache=True, nogil=True)
def _hash_texts(
    codes,  # Ragged of uint32
    folding,  # uint32 [65536]
    folded_high,  # uint64 [texts], filled, like the next two
    folded_low,
    text,
):
    code_points, offsets = codes
    for row in range(len(offsets) - 1):
        high, low, plain = FIRST_SEED, SECOND_SEED, SECOND_SEED
        previous, waiting_mark = np.uint32(0), np.uint32(0)  # a mark waits for what follows it
        for i in range(offsets[row], offsets[row + 1]):
            c = code_points[i]
            plain = absorbed(plain, c)
            folded = folding[c] if c < 0x10000 else c
            if folded == _DROPPED:
                previous, waiting_mark = np.uint32(0), np.uint32(0)
                continue
            if folded & _INNER_MARK:
                waiting_mark = folded if _may_adjoin_mark(previous) else np.uint32(0)
                previous = np.uint32(0)
                continue
            if waiting_mark and _may_adjoin_mark(folded):
                high, low = absorbed(high, waiting_mark), absorbed(low, waiting_mark)
            high, low = absorbed(high, folded), absorbed(low, folded)
            previous, waiting_mark = folded, np.uint32(0)
        folded_high[row], folded_low[row], text[row] = mixed(high), mixed(low), mixed(plain)


class TextHashes(NamedTuple):
    """uint64 [texts] each: the two halves of the folded text's hash, and the hash of the text as it stands."""

    folded_high: np.ndarray
    folded_low: np.ndarray
    text: np.ndarray

    def take(self, chosen: np.ndarray) -> "TextHashes":
        """Those of these texts (int [n])."""
        return TextHashes(*(column[chosen] for column in self))


def text_hashes(codes: Ragged) -> TextHashes:
    """The hashes of each text, from its code points."""
    hashes = TextHashes(*np.empty((3, len(codes.offsets) - 1), np.uint64))
    _hash_texts(codes, _folding(), *hashes)
    return hashes


@njit(cache=True, nogil=True)
def _hash_words(codes, values, value_offsets):
    code_points, offsets = codes
    n = 0
    for text in range(len(offsets) - 1):
        h, inside = SECOND_SEED, False
        for i in range(offsets[text], offsets[text + 1] + 1):
            if i == offsets[text + 1] or code_points[i] == _SPACE or code_points[i] == _NEW_LINE:
                if inside:
                    values[n] = np.uint32(mixed(h) >> np.uint64(32))
                    n += 1
                h, inside = SECOND_SEED, False
            else:
                h, inside = absorbed(h, code_points[i]), True
        value_offsets[text + 1] = n


def hashed_words(codes: Ragged) -> Ragged:
    """The words of each text, hashed to 32 bits (uint32), from its code points. Words stand between spaces or line breaks."""
    values, value_offsets = np.empty(len(codes.values) + 1, np.uint32), np.zeros(len(codes.offsets), np.int64)
    _hash_words(codes, values, value_offsets)
    return Ragged(values[: value_offsets[-1]], value_offsets)
