"""Text as 16-bit symbols: the alphabet that counting, the lattice and the segmenter share.

In: Arrow string arrays (UTF-8). Out: arrays of *units*, each a symbol code and the bytes it covers.

A Han character of the basic plane is its own code point. A run of letters and digits that holds a letter (B, PD-1,
SF6, 10kV), a number of up to 3 digits (the 2 of 2型糖尿病), and a Han character beyond the basic plane, is one
*pseudo-character*; the frequent ones get a code that no basic-plane Han character uses, the others are RARE. Everything
else (punctuation, longer numbers, white space) is a BREAK.
RARE counts as a fresh neighbour each time and belongs to no n-gram, as a break does, but takes part in segmentation.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numba import njit

BREAK, RARE = 0, 1
MAX_CLAUSE = 64  # symbols; bounds the underflow of a product of probabilities, and the memory of one lattice
_HASH_START, _HASH_PRIME = np.uint64(0xCBF29CE484222325), np.uint64(0x100000001B3)
_MOST_DIGITS = 3  # of a number that may belong to a word; longer ones name no kind of thing

_HAN = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
# codes that no basic-plane Han character uses, low ones first
PSEUDO_CODES = np.concatenate(
    [np.arange(a, b, dtype=np.uint16) for a, b in ((2, 0x3007), (0x3008, 0x3400), (0xA000, 0xF900), (0xFB00, 0xFFFF))]
)


@njit(cache=True, inline="always")
def is_han(c):
    """Is the code point a Han character of the basic plane?"""
    return 0x4E00 <= c <= 0x9FFF or 0x3400 <= c <= 0x4DBF or c == 0x3007 or 0xF900 <= c <= 0xFAFF


@njit(cache=True, inline="always")
def _is_digit(c):
    return 48 <= c <= 57


@njit(cache=True, inline="always")
def _is_letter(c):
    """ASCII, Latin with diacritics, Greek (TNF-α)."""
    if c < 128:
        return 65 <= c <= 90 or 97 <= c <= 122
    return (0xC0 <= c <= 0x24F and c != 0xD7 and c != 0xF7) or 0x370 <= c <= 0x3FF


@njit(cache=True, inline="always")
def _is_space(c):
    """As str.isspace has it, so that Python code agrees."""
    if c < 0x1680:
        return c == 32 or 9 <= c <= 13 or 28 <= c <= 31 or c == 0x85 or c == 0xA0
    return 0x2000 <= c <= 0x200A or c in (0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@njit(cache=True, inline="always")
def decode(data, i):
    """(code point, width) of the UTF-8 character at byte i; the input is valid UTF-8, as Arrow guarantees."""
    b = data[i]
    if b < 0x80:
        return np.int64(b), 1
    if b < 0xE0:
        return (np.int64(b & 0x1F) << 6) | (data[i + 1] & 0x3F), 2
    if b < 0xF0:
        return (np.int64(b & 0xF) << 12) | (np.int64(data[i + 1] & 0x3F) << 6) | (data[i + 2] & 0x3F), 3
    c = (np.int64(b & 7) << 18) | (np.int64(data[i + 1] & 0x3F) << 12) | (np.int64(data[i + 2] & 0x3F) << 6)
    return c | (data[i + 3] & 0x3F), 4


@njit(cache=True)
def _run_end(data, i, end):
    """(end, holds a letter) of the run of letters and digits at byte i.

    - . + _ join two of them where the run holds a letter (PD-1); a run of digits alone takes in only its points (3.14).
    """
    letter = False
    k = i
    while k < end:
        c, width = decode(data, k)
        if _is_letter(c):
            letter = True
        elif not _is_digit(c):
            if k == i or not (c == 45 or c == 46 or c == 43 or c == 95) or k + 1 >= end:
                break
            follower, _ = decode(data, k + 1)
            if not (_is_letter(follower) or _is_digit(follower)):
                break
        k += width
    if letter:
        return k, True
    k = i
    while k < end and (_is_digit(data[k]) or (data[k] == 46 and k + 1 < end and _is_digit(data[k + 1]) and k > i)):
        k += 1
    return k, False


@njit(cache=True, inline="always")
def _is_short_number(data, i, end):
    """Is data[i:end], a run without a letter, a number of few digits without a point?"""
    digits = 0
    for k in range(i, min(end, i + _MOST_DIGITS)):
        digits += _is_digit(data[k])
    return digits == end - i


@njit(cache=True, inline="always")
def _bytes_hash(data, i, end):
    """64-bit FNV-1a of data[i:end], never 0."""
    h = _HASH_START
    for k in range(i, end):
        h = (h ^ np.uint64(data[k])) * _HASH_PRIME
    return h | np.uint64(1)


@njit(cache=True, nogil=True)
def _units(data, offsets, keys, codes, out_code, out_start, out_stop):
    """Fill code, start and stop of every unit; returns how many. Each row ends with a BREAK that covers no byte."""
    mask = np.uint64(len(keys) - 1)
    u = 0
    for row in range(len(offsets) - 1):
        i, end = offsets[row], offsets[row + 1]
        while i < end:
            c, width = decode(data, i)
            code = np.int64(BREAK)
            stop = i + width
            if is_han(c):
                code = c
            elif _is_letter(c) or _is_digit(c) or c >= 0x20000:
                pseudo = c >= 0x20000
                if pseudo:
                    pseudo = c < 0x40000  # planes 2 and 3 hold Han characters, the ones above do not
                else:
                    stop, pseudo = _run_end(data, i, end)
                    pseudo = pseudo or _is_short_number(data, i, stop)
                if pseudo:
                    code = np.int64(RARE)
                    h = _bytes_hash(data, i, stop)
                    slot = (h * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(20) & mask
                    while keys[slot] != 0:
                        if keys[slot] == h:
                            code = np.int64(codes[slot])
                            break
                        slot = (slot + np.uint64(1)) & mask
            elif _is_space(c):
                out_code[u], out_start[u], out_stop[u] = BREAK, i, i  # a break that covers no byte
                u += 1
                i = stop
                continue
            out_code[u], out_start[u], out_stop[u] = code, i, stop
            u += 1
            i = stop
        out_code[u], out_start[u], out_stop[u] = BREAK, end, end
        u += 1
    return u


def string_buffers(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The UTF-8 bytes (uint8) and the offsets (int64 [rows + 1]) of an Arrow string array, without a copy of the bytes."""
    if isinstance(texts, pa.ChunkedArray):
        texts = texts.combine_chunks()
    wide = pa.types.is_large_string(texts.type) or pa.types.is_large_binary(texts.type)
    if len(texts) == 0:
        return np.zeros(1, np.uint8), np.zeros(1, np.int64)
    offsets = np.frombuffer(texts.buffers()[1], np.int64 if wide else np.int32)
    offsets = offsets[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    data = np.frombuffer(texts.buffers()[2], np.uint8) if texts.buffers()[2] is not None else np.zeros(1, np.uint8)
    return data, offsets


def string_array(data: np.ndarray, offsets: np.ndarray) -> pa.StringArray:
    """The Arrow string array over bytes (uint8) and offsets (int64 [rows + 1])."""
    if offsets[-1] > 2**31 - 1:
        return pa.LargeStringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data)).cast("string")
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets.astype(np.int32)), pa.py_buffer(data))


@dataclass(frozen=True)
class Units:
    """The units of some rows: code uint16, start and stop int64 (bytes into data uint8), all of one length."""

    code: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    data: np.ndarray


@dataclass(frozen=True)
class Alphabet:
    """The pseudo-characters that have a code of their own, most frequent first."""

    pseudo: tuple[str, ...] = ()

    @classmethod
    def from_symbols(cls, symbols: Iterable[tuple[str, int]]) -> "Alphabet":
        """From (symbol, count) of all single symbols; basic-plane Han characters need no entry and are passed over.

        There are codes for some 37 thousand pseudo-characters; the rarest beyond that stay RARE.
        """
        listed = sorted((-count, s) for s, count in symbols if not (len(s) == 1 and is_han_text(s)))
        return cls(tuple(s for _, s in listed[: len(PSEUDO_CODES)]))

    @cached_property
    def _hash_table(self) -> tuple[np.ndarray, np.ndarray]:
        size = 16
        while size < 2 * len(self.pseudo) + 2:
            size *= 2
        keys, codes = np.zeros(size, np.uint64), np.zeros(size, np.uint16)
        for code, symbol in zip(PSEUDO_CODES, self.pseudo, strict=False):
            raw = np.frombuffer(symbol.encode(), np.uint8)
            h = int(_bytes_hash(raw, 0, len(raw)))
            slot = ((h * 0x9E3779B97F4A7C15 & (2**64 - 1)) >> 20) & (size - 1)
            while keys[slot]:
                slot = (slot + 1) & (size - 1)
            keys[slot], codes[slot] = h, code
        return keys, codes

    def units(self, texts: pa.StringArray) -> Units:
        """The units of each text, in order; every row closes with a BREAK."""
        data, offsets = string_buffers(texts)
        room = int(offsets[-1] - offsets[0]) + len(offsets)
        code, start, stop = np.empty(room, np.uint16), np.empty(room, np.int64), np.empty(room, np.int64)
        n = _units(data, offsets, *self._hash_table, code, start, stop)
        return Units(code[:n], start[:n], stop[:n], data)

    @cached_property
    def numbers(self) -> np.ndarray:
        """bool [65536]: the codes of numbers."""
        found = np.zeros(65536, bool)
        found[PSEUDO_CODES[: len(self.pseudo)]] = [s.isascii() and s.isdigit() for s in self.pseudo]
        return found

    @cached_property
    def _spelling(self) -> tuple[np.ndarray, np.ndarray]:
        """The UTF-8 of every code: bytes (uint8) and offsets (int64 [65537])."""
        names = [""] * 65536
        for first, last in _HAN:
            for c in range(first, last + 1):
                names[c] = chr(c)
        for code, symbol in zip(PSEUDO_CODES, self.pseudo, strict=False):
            names[code] = symbol
        return string_buffers(pa.array(names, pa.string()))

    def strings(self, codes: np.ndarray) -> pa.StringArray:
        """Words from rows of codes (uint16 [words, longest], 0 after the end of each)."""
        data, offsets = self._spelling
        width = (offsets[1:] - offsets[:-1])[codes]
        out = np.empty(int(width.sum()), np.uint8)
        ends = np.concatenate(([0], np.cumsum(width.sum(axis=1)))).astype(np.int64)
        _spell(codes, data, offsets, out)
        return string_array(out, ends)

    def codes(self, words: pa.StringArray, longest: int) -> np.ndarray:
        """The inverse of `strings`: uint16 [words, longest]; a word that is longer, or holds a break, is a row of zeros."""
        units = self.units(words)
        out = np.zeros((len(words), longest), np.uint16)
        _rows(units.code, units.stop, units.start, string_buffers(words)[1], out)
        return out


@njit(cache=True)
def _spell(codes, data, offsets, out):
    k = 0
    for row in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            for i in range(offsets[codes[row, j]], offsets[codes[row, j] + 1]):
                out[k] = data[i]
                k += 1


@njit(cache=True)
def _rows(code, stop, start, offsets, out):
    row, n = 0, 0
    good = True
    for u in range(len(code)):
        if start[u] == stop[u] and start[u] == offsets[row + 1]:
            if not good or n > out.shape[1]:
                out[row, :] = 0
            row, n, good = row + 1, 0, True
            continue
        if code[u] == 0:
            good = False
        if n < out.shape[1]:
            out[row, n] = code[u]
        n += 1


def is_han_text(text: str) -> bool:
    """Is every character a basic-plane Han character?"""
    return all(any(a <= ord(c) <= b for a, b in _HAN) for c in text)


@njit(cache=True, nogil=True)
def _clauses(code, start, stop, data, longest, out, ends):
    """Copy every maximal run of symbols, cut after `longest` of them; returns the number of runs."""
    n, k, length = 0, 0, 0
    for u in range(len(code)):
        if code[u] == BREAK or length == longest:
            if length:
                n += 1
                ends[n] = k
            length = 0
            if code[u] == BREAK:
                continue
        for i in range(start[u], stop[u]):
            out[k] = data[i]
            k += 1
        length += 1
    return n


def clauses(texts: pa.StringArray) -> pa.StringArray:
    """Every clause of every text: a maximal run of symbols, cut at MAX_CLAUSE of them."""
    units = Alphabet().units(texts)
    out = np.empty(int((units.stop - units.start).sum()), np.uint8)
    ends = np.zeros(len(units.code) + 1, np.int64)
    n = _clauses(units.code, units.start, units.stop, units.data, MAX_CLAUSE, out, ends)
    return string_array(out, ends[: n + 1])


@njit(cache=True, nogil=True)
def _string_hashes(data, offsets, numbers_alike, out):
    for row in range(len(out)):
        h = _HASH_START
        for k in range(offsets[row], offsets[row + 1]):
            c = data[k]
            if numbers_alike and _is_digit(c):
                if k > offsets[row] and _is_digit(data[k - 1]):
                    continue
                c = np.uint8(1)
            h = (h ^ np.uint64(c)) * _HASH_PRIME
        out[row] = h | np.uint64(1)


def string_hashes(strings: pa.StringArray, *, numbers_alike: bool = False) -> np.ndarray:
    """A 64-bit hash of each string (uint64), FNV-1a; numbers_alike: the same whatever numbers stand in it."""
    data, offsets = string_buffers(strings)
    out = np.empty(len(strings), np.uint64)
    _string_hashes(data, offsets, numbers_alike, out)
    return out


def pseudo_characters(units: Units) -> pa.StringArray:
    """Every occurrence of a pseudo-character without a code, in order."""
    rare = units.code == RARE
    return span_array(units.data, units.start[rare], units.stop[rare])


def span_array(data: np.ndarray, start: np.ndarray, stop: np.ndarray) -> pa.StringArray:
    """The strings data[start:stop], one a span; data uint8, start and stop int64 [n]."""
    ends = np.concatenate(([0], np.cumsum(stop - start))).astype(np.int64)
    out = np.empty(int(ends[-1]), np.uint8)
    copy_spans(data, start, stop, out)
    return string_array(out, ends)


@njit(cache=True, nogil=True)
def copy_spans(data, start, stop, out):
    """data[start:stop] of every span, end to end."""
    k = 0
    for j in range(len(start)):
        for i in range(start[j], stop[j]):
            out[k] = data[i]
            k += 1
