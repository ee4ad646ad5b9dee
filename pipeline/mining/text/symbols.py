"""Text as 16-bit symbols, which counting, the lattice and the segmenter share.

In: Arrow string arrays (UTF-8). Out: arrays of *units*, each a symbol code and the bytes it covers.

A Han character of the basic plane is its own code point. A run of letters and digits that holds a letter (B, PD-1,
SF₆, 10kV, Ⅱ), a number of up to 3 digits (the 2 of 2型糖尿病), and a Han character beyond the basic plane, is one
*pseudo-character*; the frequent ones get a code that no basic-plane Han character uses, the others are RARE. Everything
else (punctuation, longer numbers, white space) is a BREAK.
RARE counts as a fresh neighbour each time and belongs to no n-gram, as a break does, but takes part in segmentation.

A mark may belong to a pseudo-character, which is then *marked*: A/D, AT&T, C++, C#, 1#, the C- of C-反应蛋白, the -κB of
核因子-κB, .NET, and the dot of 迈克尔·乔丹. One alone proves nothing: `takes_all` reads every mark that may belong, so that
marked ones are counted; then only those that have a code are read so, and the marks of all others are breaks.
"""

import re
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.arrays.strings import bytes_hash, decode, is_digit, span_array, string_bytes

BREAK, RARE = 0, 1
MAX_CLAUSE = 64  # symbols; bounds the underflow of a product of probabilities, and the memory of one lattice
HAN_RANGES = ((0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))
_HAN_TEXT = re.compile(f"[{''.join(f'{chr(a)}-{chr(b)}' for a, b in HAN_RANGES)}]*")
_MOST_DIGITS = 3  # of a number that may belong to a word; longer ones name no kind of thing
_HASH_MULTIPLIER, _HASH_SHIFT = np.uint64(0x9E3779B97F4A7C15), np.uint64(20)
_MINUS, _POINT, _PLUS, _UNDERSCORE, _SLASH, _AND, _NUMBER_SIGN = 45, 46, 43, 95, 47, 38, 35
_MARKS = re.compile(r"[/&#\u00b7\u2022\u2027\u30fb]|^[-.]|\++$|-$")  # the marks of marked ones; PD-1 and Node.js are none
_EDGE = -1  # in place of a character: there is none, the text begins or ends


@njit(cache=True)
def is_han(c):
    """Is the code point a Han character of the basic plane?"""
    return 0x4E00 <= c <= 0x9FFF or 0x3400 <= c <= 0x4DBF or c == 0x3007 or 0xF900 <= c <= 0xFAFF


def is_han_text(text: str) -> bool:
    """Is every character a basic-plane Han character?"""
    return _HAN_TEXT.fullmatch(text) is not None


@njit(cache=True)
def _is_letter(c):
    """ASCII, Latin with diacritics, Greek (TNF-α), roman numerals (Ⅱ)."""
    if c < 128:
        return 65 <= c <= 90 or 97 <= c <= 122
    return (0xC0 <= c <= 0x24F and c != 0xD7 and c != 0xF7) or 0x370 <= c <= 0x3FF or 0x2160 <= c <= 0x2188


@njit(cache=True)
def _is_script(c):
    """Superscripts and subscripts, which belong to the letter or digit before them: SF₆, Ca²⁺."""
    return 0x2070 <= c <= 0x209C or c == 0xB2 or c == 0xB3 or c == 0xB9


@njit(cache=True)
def _is_dot(c):
    """What stands between the names of foreign people: middle dot, bullet, hyphenation point, katakana's dot."""
    return c in (0xB7, 0x2022, 0x2027, 0x30FB)


@njit(cache=True)
def _is_space(c):
    """As str.isspace has it, so that Python code agrees."""
    if c < 0x1680:
        return c == 32 or 9 <= c <= 13 or 28 <= c <= 31 or c == 0x85 or c == 0xA0
    return 0x2000 <= c <= 0x200A or c in (0x1680, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000)


@njit(cache=True)
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
        elif not is_digit(c) and not (letter and _is_script(c)):
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


@njit(cache=True)
def _is_short_number(data, i, end):
    """Is data[i:end], a run without a letter, a number of few digits without a point?"""
    digits = 0
    for k in range(i, min(end, i + _MOST_DIGITS)):
        digits += is_digit(data[k])
    return digits == end - i


@njit(cache=True)
def _at(data, i, end):
    """The character at byte i, or _EDGE."""
    return decode(data, i)[0] if i < end else np.int64(_EDGE)


@njit(cache=True)
def _before(data, i, begin):
    """The character before byte i, or _EDGE."""
    if i <= begin:
        return np.int64(_EDGE)
    k = i - 1
    while data[k] & 0xC0 == 0x80:
        k -= 1
    return decode(data, k)[0]


@njit(cache=True)
def _is_inside(c):
    """Is it a letter or a digit?"""
    return _is_letter(c) or is_digit(c)


@njit(cache=True)
def _may_begin(c):
    """May a pseudo-character begin with it?"""
    mark = c in (_MINUS, _POINT, _NUMBER_SIGN)
    return mark or _is_inside(c) or c >= 0x20000 or _is_dot(c)


@njit(cache=True)
def _marked_end(data, i, stop, letter, end):
    """The end of the marked pseudo-character that begins with the run data[i:stop]; `stop` if there is none.

    / & · link what holds a letter to a letter; + ++ # - may end it.
    """
    k = stop
    while letter and k < end:
        c, width = decode(data, k)
        if c not in (_SLASH, _AND, 0xB7) or not _is_letter(_at(data, k + width, end)):
            break
        k, _ = _run_end(data, k + width, end)
    c, follower = _at(data, k, end), _at(data, k + 1, end) if k < end else np.int64(_EDGE)
    if c == _PLUS and letter:
        if follower == _PLUS:
            return k + 2
        return k if _is_inside(follower) else k + 1
    if c == _NUMBER_SIGN and not _is_inside(follower) and (not letter or k - i == 1):
        return k + 1
    if c == _MINUS and (is_han(follower) or follower == _EDGE):
        return k + 1
    return k


@njit(cache=True)
def _prefixed_end(data, i, c, width, begin, end):
    """The end of the marked pseudo-character that begins with the mark c at byte i; i if there is none."""
    before, after = _before(data, i, begin), _at(data, i + width, end)
    if _is_dot(c):  # between Han, or Han and letters
        fits = (is_han(before) or _is_inside(before) or before == _EDGE) and (is_han(after) or _is_letter(after) or after == _EDGE)
        return i + width if fits and (is_han(before) or is_han(after) or before == after) else i
    if c == _MINUS and (is_han(before) or before == _EDGE) and _is_letter(after):
        return _run_end(data, i + 1, end)[0]
    if c == _POINT and not _is_inside(before) and before != _POINT and 65 <= after <= 90:
        return _run_end(data, i + 1, end)[0]
    if c == _NUMBER_SIGN and not _is_inside(before) and is_digit(after):
        stop, letter = _run_end(data, i + 1, end)
        follower = _at(data, stop, end)
        if not letter and _is_short_number(data, i + 1, stop) and (is_han(follower) or follower == _EDGE):
            return stop
    return i


@njit(cache=True)
def _first_slot(h, keys):
    return (h * _HASH_MULTIPLIER) >> _HASH_SHIFT & np.uint64(len(keys) - 1)


@njit(cache=True)
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


@njit(cache=True)
def _pseudo_character(data, i, c, width, begin, end, table, takes_all):
    """(end, code) of the pseudo-character at byte i, code BREAK where there is none; c, width: the character there.

    A marked one is read if it has a code, or if all are taken.
    """
    keys, codes = table
    if c >= 0x20000:  # planes 2 and 3 hold Han characters, the ones above do not
        return i + width, _code_of(data, i, i + width, keys, codes) if c < 0x40000 else np.int64(BREAK)
    if not _is_inside(c):
        stop = _prefixed_end(data, i, c, width, begin, end)
        if stop > i:
            code = _code_of(data, i, stop, keys, codes)
            if code != RARE or takes_all:
                return stop, code
        return i + width, np.int64(BREAK)
    stop, letter = _run_end(data, i, end)
    if not letter and not _is_short_number(data, i, stop):
        return stop, np.int64(BREAK)
    marked = _marked_end(data, i, stop, letter, end)
    if marked > stop:
        code = _code_of(data, i, marked, keys, codes)
        if code != RARE or takes_all:
            return marked, code
    return stop, _code_of(data, i, stop, keys, codes)


@njit(cache=True, nogil=True)
def _fill_units(
    texts,  # Ragged of uint8
    table,  # CodeTable
    takes_all,  # is every mark read that may belong to a pseudo-character?
    out_code,  # uint16 [enough], filled, like the next two
    out_start,  # int64
    out_stop,
):
    """Returns how many units there are. Each text ends with a BREAK that covers no byte."""
    texts, table, out_code, out_start, out_stop = borrowed((texts, table, out_code, out_start, out_stop))
    data, offsets = texts
    u = 0
    for row in range(len(offsets) - 1):
        i, end = offsets[row], offsets[row + 1]
        while i < end:
            c, width = decode(data, i)
            stop, code = i + width, np.int64(BREAK)
            if is_han(c):
                code = c
            elif _is_space(c):
                out_code[u], out_start[u], out_stop[u] = BREAK, i, i  # a break that covers no byte
                u += 1
                i = stop
                continue
            elif _may_begin(c):
                stop, code = _pseudo_character(data, i, c, width, offsets[row], end, table, takes_all)
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


def units_of(texts: pa.StringArray, table: CodeTable, *, takes_all: bool = False) -> Units:
    """The units of each text, in order; every text closes with a BREAK. takes_all: marks are read as if all pseudo-characters
    had a code.
    """
    strings = string_bytes(texts)
    most = int(strings.offsets[-1] - strings.offsets[0]) + len(strings.offsets)
    code, start, stop = np.empty(most, np.uint16), np.empty(most, np.int64), np.empty(most, np.int64)
    n = _fill_units(strings, table, takes_all, code, start, stop)
    return Units(code[:n], start[:n], stop[:n], strings.values)


def plain_parts(symbol: str) -> list[str]:
    """The pseudo-characters that a marked one falls into where its marks are breaks; of any other itself."""
    return [part for part in _MARKS.split(symbol) if part]


def pseudo_characters(units: Units) -> pa.StringArray:
    """Every occurrence of a pseudo-character without a code, in order."""
    rare = units.code == RARE
    return span_array(units.data, units.start[rare], units.stop[rare])
