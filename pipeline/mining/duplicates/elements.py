"""A text as a run of elements, of which shingles are made: code points, or hashed words where it came segmented.

In: Arrow strings. Out: `Ragged` arrays of elements (uint32), and the same in 16 bits, half the bytes to shuffle.
"""

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.ragged import Ragged
from wajue.arrays.strings import decode, string_bytes


@njit(cache=True, nogil=True)
def _decode_texts(texts, values, value_offsets):
    data, offsets = texts
    n = 0
    for text in range(len(offsets) - 1):
        i = offsets[text]
        while i < offsets[text + 1]:
            code_point, width = decode(data, i)
            values[n] = code_point
            n += 1
            i += width
        value_offsets[text + 1] = n


def code_points(texts: pa.StringArray) -> Ragged:
    """The code points (uint32) of each text."""
    strings = string_bytes(texts)
    offsets = strings.offsets
    values, value_offsets = np.empty(max(1, int(offsets[-1] - offsets[0])), np.uint32), np.zeros(len(offsets), np.int64)
    _decode_texts(strings, values, value_offsets)
    return Ragged(values[: value_offsets[-1]], value_offsets)


@njit(cache=True, nogil=True)
def _to_utf16(codes, units, unit_offsets):
    code_points, offsets = codes
    n = 0
    for text in range(len(offsets) - 1):
        for i in range(offsets[text], offsets[text + 1]):
            c = code_points[i]
            if c >= 0x10000:  # a surrogate pair
                units[n] = 0xD7C0 + (c >> 10)
                n += 1
                c = 0xDC00 | (c & 0x3FF)
            units[n] = c
            n += 1
        unit_offsets[text + 1] = n


@njit(cache=True, nogil=True)
def _from_utf16(utf16, code_points, code_offsets):
    units, offsets = utf16
    n = 0
    for text in range(len(offsets) - 1):
        i = offsets[text]
        while i < offsets[text + 1]:
            c = np.uint32(units[i])
            if 0xD800 <= c < 0xDC00:
                i += 1
                c = ((c - 0xD7C0) << 10) | (np.uint32(units[i]) & 0x3FF)
            code_points[n] = c
            n += 1
            i += 1
        code_offsets[text + 1] = n


def to_16_bits(elements: Ragged, *, of_words: bool) -> Ragged:
    """The elements as uint16: code points as UTF-16, hashed words as two halves each."""
    if of_words:
        return Ragged(elements.values.view(np.uint16), 2 * elements.offsets)
    units, unit_offsets = np.empty(2 * len(elements.values), np.uint16), np.zeros(len(elements.offsets), np.int64)
    _to_utf16(elements, units, unit_offsets)
    return Ragged(units[: unit_offsets[-1]], unit_offsets)


def from_16_bits(packed: Ragged, *, of_words: bool) -> Ragged:
    """The inverse of `to_16_bits`."""
    if of_words:
        return Ragged(packed.values.view(np.uint32), packed.offsets // 2)
    code_points, code_offsets = np.empty(len(packed.values), np.uint32), np.zeros(len(packed.offsets), np.int64)
    _from_utf16(packed, code_points, code_offsets)
    return Ragged(code_points[: code_offsets[-1]], code_offsets)
