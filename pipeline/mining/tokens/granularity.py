"""Coarser cuts than the lattice's. In: symbols, where the lattice ends words, and a lexicon. Out: how coarse each of these ends is.

    fine      what the lattice cuts
    standard  a bound suffix is joined to the word before it: 相容 性, 被告 人
    coarse    adjacent words are joined to the longest unit that is listed: a word of the lexicon, or an n-gram that holds together

A suffix is a symbol c that the lexicon's own words join often enough. For words w c of the lexicon whose w is a word of it, too:

    joined(c) = their uses    types(c) = how many they are    c is a suffix where joined/(joined + its uses alone) is large

Every end of a coarse cut is one of the standard cut, and every end of that one of the fine cut.
"""

from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import WordTable, extended, find_words, is_free, probe, weight_at, word_keys, word_table

Granularity = Literal["fine", "standard", "coarse"]
FINE, STANDARD, COARSE = 1, 2, 3
GRADES: dict[str, int] = {"fine": FINE, "standard": STANDARD, "coarse": COARSE}
_SYMBOLS = 1 << 16
_LEAST_JOINED, _LEAST_TYPES = 0.5, 3  # docs/dev/experiments/discovery.md: lower, large lexicons join 人 地 大
_SHORTEST_STEM, _LONGEST_STEM = 2, 3  # symbols: 未成年人; F1 is the same without the longer ones
_LONGEST_UNIT = 8  # symbols
_LEAST_COUNT, _LEAST_PMI, _LEAST_ENTROPY = 5, 4.0, 1.0  # of an n-gram that holds together: occurrences, nats, nats


class Joins(NamedTuple):
    """What is joined: is_suffix, bool [65536], by symbol; units, the strings that are listed, whose prefixes weigh 0."""

    is_suffix: np.ndarray
    units: WordTable


def no_joins() -> Joins:
    """Nothing is joined: every granularity is the fine one."""
    return Joins(np.zeros(_SYMBOLS, bool), word_table(np.zeros(0, np.uint64), np.zeros(0)))


def joins_of(codes: np.ndarray, length: np.ndarray, used: np.ndarray, units: np.ndarray) -> Joins:
    """The joins of a lexicon. codes: uint16 [words, longest], symbols and words; length: int [words]; used: int64 [words], uses;
    units: uint16 [units, 8], strings that hold together beside the words.
    """
    listed = np.unique(np.concatenate((_padded(codes[length > 1]), units)), axis=0)
    return Joins(suffixes(codes, length, used), word_table(word_keys(listed), np.ones(len(listed)), prefixes_of=listed))


def _padded(codes: np.ndarray) -> np.ndarray:
    """Those of at most _LONGEST_UNIT symbols, as rows of so many."""
    fitting = codes[(codes[:, _LONGEST_UNIT:] == 0).all(axis=1), :_LONGEST_UNIT]
    return np.pad(fitting, ((0, 0), (0, _LONGEST_UNIT - fitting.shape[1])))


def suffixes(codes: np.ndarray, length: np.ndarray, used: np.ndarray) -> np.ndarray:
    """bool [65536], the symbols that are bound suffixes; parameters as in `joins_of`."""
    alone, ending = length == 1, np.flatnonzero(length >= 3)
    listed = word_table(word_keys(codes[length > 1]), np.zeros(int((length > 1).sum())))
    last, stems = codes[ending, length[ending] - 1], codes[ending].copy()
    stems[np.arange(len(ending)), length[ending] - 1] = 0
    formed = find_words(listed, word_keys(stems)) >= 0
    joined = np.bincount(last[formed], used[ending][formed], minlength=_SYMBOLS)
    types = np.bincount(last[formed], minlength=_SYMBOLS)
    cut = np.bincount(codes[alone, 0], used[alone], minlength=_SYMBOLS)
    is_suffix: np.ndarray = (types >= _LEAST_TYPES) & (joined > _LEAST_JOINED * (joined + cut))
    return is_suffix


def holding_together(ngrams: pa.RecordBatch) -> pa.RecordBatch:
    """The rows of `ngrams` that are listed as units; two symbols are no unit, that is left to the lexicon."""
    entropy = pc.min_element_wise(ngrams.column("left_entropy"), ngrams.column("right_entropy"))
    is_free, is_tied = pc.greater_equal(entropy, _LEAST_ENTROPY), pc.greater_equal(ngrams.column("pmi"), _LEAST_PMI)
    is_frequent = pc.greater_equal(ngrams.column("count"), _LEAST_COUNT)
    is_long = pc.greater_equal(ngrams.column("n"), 3)
    return ngrams.filter(pc.and_(pc.and_(is_free, is_tied), pc.and_(is_frequent, is_long)))


def unit_codes(units: pa.Array, alphabet: Alphabet) -> np.ndarray:
    """The symbols of each unit that the alphabet can write: uint16 [units, 8]."""
    codes = alphabet.codes(units, _LONGEST_UNIT)
    return codes[(codes[:, 0] > 0) & (codes != RARE).all(axis=1)]


@njit(cache=True, inline="always")
def _join_suffixes(code, ends, is_suffix, grades):
    """Grade the ends FINE where a suffix follows, all others COARSE."""
    size, before = 0, 0  # symbols of the word that goes on, and of the one before it
    for i in range(len(code)):
        grades[i] = COARSE if ends[i] else 0
        if code[i] == 0:
            size, before = 0, 0
            continue
        size += 1
        if not ends[i]:
            continue
        if size == 1 and _SHORTEST_STEM <= before <= _LONGEST_STEM and is_suffix[code[i]]:
            grades[i - 1] = FINE
            size += before
        size, before = 0, size


@njit(cache=True, inline="always")
def _last_of_unit(code, begin, units, grades):
    """Where the longest unit that begins here ends: with the first word, or with a later one if all of it is listed."""
    first_end = begin
    while grades[first_end] < STANDARD:
        first_end += 1
    last, key = first_end, np.uint64(code[begin])
    for i in range(begin + 1, min(begin + _LONGEST_UNIT, len(code))):
        if code[i] == 0:
            break
        key = extended(key, code[i])
        slot = probe(units.keys, key)
        if is_free(units.keys, slot):
            break
        if i > first_end and grades[i] >= STANDARD and weight_at(units.weights, slot) > 0:
            last = i
    return last


@njit(cache=True, nogil=True)
def _grade(
    code,  # uint16 [n], 0 between clauses
    ends,  # uint8 [n], 1 where the lattice ends a word
    is_suffix,  # bool [65536]
    units,  # TableView
    grades,  # uint8 [n], filled
):
    code, ends, is_suffix, units, grades = borrowed((code, ends, is_suffix, units, grades))
    _join_suffixes(code, ends, is_suffix, grades)
    begin = 0
    while begin < len(code):
        last = begin
        if code[begin] != 0:
            last = _last_of_unit(code, begin, units, grades)
            for i in range(begin, last):
                grades[i] = min(grades[i], STANDARD)
        begin = last + 1


def graded_ends(code: np.ndarray, ends: np.ndarray, joins: Joins) -> np.ndarray:
    """uint8 [n]: 0 where no word ends after a symbol, else the coarsest grade at which one does: FINE, STANDARD or COARSE.

    code: uint16 [n], clauses with 0 between and after them; ends: uint8 [n], 1 where the lattice ends a word.
    """
    grades = np.empty(len(code), np.uint8)
    _grade(code, ends, joins.is_suffix, joins.units.view, grades)
    return grades
