"""Where no term goes on: the ends of lines, and white space between Han characters. In: texts and their tokens. Out: breaks.

A title and the text behind it, the cells of a row and the items of a list are parted by these alone.
"""

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.strings import string_bytes

_NEWLINE = 10
_FIRST_HAN, _LAST_HAN = 0xE3, 0xE9  # what a Han character of the basic plane begins with, in UTF-8
_CHARACTER = 3  # its bytes


@njit(cache=True, nogil=True)
def _fill_breaks(
    text,  # uint8, the bytes of all texts
    text_offsets,  # int64 [texts + 1]
    token,  # uint8, the bytes of all tokens
    token_offsets,  # int64 [tokens + 1]
    list_offsets,  # int64 [texts + 1], of each text's tokens
    spaces,  # does white space between Han characters break?
    breaks,  # int32 [tokens], filled: numbers of tokens, from 0 in each text
    break_offsets,  # int32 [texts + 1], filled
):
    """Returns how many breaks there are."""
    count = 0
    for i in range(len(text_offsets) - 1):
        at = text_offsets[i]
        for j in range(list_offsets[i], list_offsets[i + 1]):
            begin, size = token_offsets[j], token_offsets[j + 1] - token_offsets[j]
            newline, gap = False, at
            while at + size <= text_offsets[i + 1] and not _equal(text, at, token, begin, size):
                newline |= text[at] == _NEWLINE
                at += 1
            if j > list_offsets[i] and at > gap:
                before, after = gap - _CHARACTER, at
                han = (
                    spaces
                    and before >= text_offsets[i]
                    and _FIRST_HAN <= text[before] <= _LAST_HAN
                    and _FIRST_HAN <= text[after] <= _LAST_HAN
                )
                if newline or han:
                    breaks[count] = j - list_offsets[i]
                    count += 1
            at += size
        break_offsets[i + 1] = count
    return count


@njit(cache=True, inline="always")
def _equal(text, at, token, begin, size):
    for k in range(size):  # noqa: SIM110  numba compiles no generator here
        if text[at + k] != token[begin + k]:
            return False
    return True


def breaks(texts: pa.StringArray, tokens: pa.ListArray, *, spaces: bool) -> pa.ListArray:
    """list<int32>: the tokens of each text before which a line ends or, with `spaces`, Han characters stand apart.

    tokens: list<string>, those of each text, in order; between them the text holds white space alone.
    """
    text, token = string_bytes(texts), string_bytes(tokens.flatten())
    list_offsets = tokens.offsets.to_numpy().astype(np.int64)
    list_offsets -= list_offsets[0]
    filled, offsets = np.empty(list_offsets[-1], np.int32), np.zeros(len(texts) + 1, np.int32)
    count = _fill_breaks(*text, *token, list_offsets, spaces, filled, offsets)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(filled[:count]))
