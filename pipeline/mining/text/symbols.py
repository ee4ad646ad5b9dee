"""Text as 16-bit symbols, which counting, the lattice and the segmenter share.

In: Arrow string arrays (UTF-8). Out: arrays of *units*, each a symbol code and the bytes it covers.

A Han character of the basic plane is its own code point. A run of letters and digits that holds a letter (B, PD-1,
SF6, 10kV), a number of up to 3 digits (the 2 of 2型糖尿病), and a Han character beyond the basic plane, is one
*pseudo-character*; the frequent ones get a code that no basic-plane Han character uses, the others are RARE. Everything
else (punctuation, longer numbers, white space) is a BREAK.
RARE counts as a fresh neighbour each time and belongs to no n-gram, as a break does, but takes part in segmentation.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.strings import bytes_hash, decode, is_digit, span_array, string_bytes

BREAK, RARE = 0, 1
MAX_CLAUSE = 64  # symbols; bounds the underflow of a product of probabilities, and the memory of one lattice
HAN_RANGES = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_MOST_DIGITS = 3  # of a number that may belong to a word; longer ones name no kind of thing
_HASH_MULTIPLIER, _HASH_SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(20)
_MINUS, _POINT, _PLUS, _UNDERSCORE = 45, 46, 43, 95


@njit(cache=True, inline="always")
def is_han(c):
    """Is the code point a Han character of the basic plane?"""
    return 0x4E00 <= c <= 0x9FFF or 0x3400 <= c <= 0x4DBF or c == 0x3007 or 0xF900 <= c <= 0xFAFF


def is_han_text(text: str) -> bool:
    """Is every character a basic-plane Han character?"""
    return all(any(a <= ord(c) <= b for a, b in HAN_RANGES) for c in text)


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
def _joins(c):
    return c in (_MINUS, _POINT, _PLUS, _UNDERSCORE)


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
        elif not is_digit(c):
            if k == i or not _joins(c) or k + 1 >= end:
                break
            follower, _ = decode(data, k + 1)
            if not (_is_letter(follower) or is_digit(follower)):
                break
        k += width
    if letter:
        return k, True
    k = i
    while k < end and (is_digit(data[k]) or (data[k] == _POINT and k + 1 < end and is_digit(data[k + 1]) and k > i)):
        k += 1
    return k, False


@njit(cache=True, inline="always")
def _is_short_number(data, i, end):
    """Is data[i:end], a run without a letter, a number of few digits without a point?"""
    digits = 0
    for k in range(i, min(end, i + _MOST_DIGITS)):
        digits += is_digit(data[k])
    return digits == end - i


@njit(cache=True, inline="always")
def _first_slot(h, keys):
    return (h * _HASH_MULTIPLIER) >> _HASH_SHIFT & np.uint64(len(keys) - 1)


@njit(cache=True, inline="always")
def _code_of(data, i, stop, keys, codes):
    """The code of the pseudo-character data[i:stop], or RARE."""
    h = bytes_hash(data, i, stop)
    slot = _first_slot(h, keys)
    while keys[slot] != 0:
        if keys[slot] == h:
            return np.int64(codes[slot])
        slot = (slot + np.uint64(1)) & np.uint64(len(keys) - 1)
    return np.int64(RARE)


class CodeTable(NamedTuple):
    """The codes of pseudo-characters by the hash of their bytes, with open addressing.

    keys: uint64 [size], 0 where a slot is free, size a power of two; codes: uint16 [size].
    """

    keys: np.ndarray
    codes: np.ndarray


@njit(cache=True, nogil=True)
def _fill_code_table(strings, new_codes, table):
    data, offsets = strings
    keys, codes = table
    for row in range(len(new_codes)):
        h = bytes_hash(data, offsets[row], offsets[row + 1])
        slot = _first_slot(h, keys)
        while keys[slot]:
            slot = (slot + np.uint64(1)) & np.uint64(len(keys) - 1)
        keys[slot], codes[slot] = h, new_codes[row]


def code_table(pseudo: tuple[str, ...], codes: np.ndarray) -> CodeTable:
    """The table of these pseudo-characters; codes: uint16, one each."""
    size = 16
    while size < 2 * len(pseudo) + 2:
        size *= 2
    table = CodeTable(np.zeros(size, np.uint64), np.zeros(size, np.uint16))
    _fill_code_table(string_bytes(pa.array(pseudo, pa.string())), codes, table)
    return table


@njit(cache=True, nogil=True)
def _fill_units(
    texts,  # Ragged of uint8
    table,  # CodeTable
    out_code,  # uint16 [enough], filled, like the next two
    out_start,  # int64
    out_stop,
):
    """Returns how many units there are. Each text ends with a BREAK that covers no byte."""
    data, offsets = texts
    keys, codes = table
    u = 0
    for row in range(len(offsets) - 1):
        i, end = offsets[row], offsets[row + 1]
        while i < end:
            c, width = decode(data, i)
            code = np.int64(BREAK)
            stop = i + width
            if is_han(c):
                code = c
            elif _is_letter(c) or is_digit(c) or c >= 0x20000:
                pseudo = c >= 0x20000
                if pseudo:
                    pseudo = c < 0x40000  # planes 2 and 3 hold Han characters, the ones above do not
                else:
                    stop, pseudo = _run_end(data, i, end)
                    pseudo = pseudo or _is_short_number(data, i, stop)
                if pseudo:
                    code = _code_of(data, i, stop, keys, codes)
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


class Units(NamedTuple):
    """The units of some texts: code uint16, start and stop int64 (bytes into data uint8), all of one length."""

    code: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    data: np.ndarray


def units_of(texts: pa.StringArray, table: CodeTable) -> Units:
    """The units of each text, in order; every text closes with a BREAK."""
    strings = string_bytes(texts)
    most = int(strings.offsets[-1] - strings.offsets[0]) + len(strings.offsets)
    code, start, stop = np.empty(most, np.uint16), np.empty(most, np.int64), np.empty(most, np.int64)
    n = _fill_units(strings, table, code, start, stop)
    return Units(code[:n], start[:n], stop[:n], strings.values)


def pseudo_characters(units: Units) -> pa.StringArray:
    """Every occurrence of a pseudo-character without a code, in order."""
    rare = units.code == RARE
    return span_array(units.data, units.start[rare], units.stop[rare])
