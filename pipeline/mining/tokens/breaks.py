"""The white space between tokens. In: texts and their tokens. Out: breaks, where no term goes on, and gaps, which are no more than
a way of writing.

A break is the end of a line, or white space between Han characters: a title and the text behind it, the cells of a row and the
items of a list are parted by these alone. All other white space is a gap: T 细胞, Roth IRA.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.borrowing import borrowed
from wajue.arrays.strings import string_bytes

_NEWLINE = 10
_FIRST_HAN, _LAST_HAN = 0xE3, 0xE9  # what a Han character of the basic plane begins with, in UTF-8
_CHARACTER = 3  # its bytes


class Spacing(NamedTuple):
    """list<int32> of each text: the tokens, from 0, before which there is a break, and those before which there is a gap."""

    breaks: pa.ListArray
    gaps: pa.ListArray


@njit(cache=True, nogil=True)
def _fill_spacing(
    text,  # uint8, the bytes of all texts
    text_offsets,  # int64 [texts + 1]
    token,  # uint8, the bytes of all tokens
    token_offsets,  # int64 [tokens + 1]
    list_offsets,  # int64 [texts + 1], of each text's tokens
    spaces,  # does white space between Han characters break?
    marked,  # int32 [2, tokens], filled: numbers of tokens, from 0 in each text, with a break and with a gap before them
    offsets,  # int32 [2, texts + 1], filled
):
    text, text_offsets, token, token_offsets = borrowed((text, text_offsets, token, token_offsets))
    list_offsets, marked = borrowed((list_offsets, marked))
    count = np.zeros(2, np.int64)
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
                kind = 0 if newline or han else 1
                marked[kind, count[kind]] = j - list_offsets[i]
                count[kind] += 1
            at += size
        offsets[:, i + 1] = count


@njit(cache=True, inline="always")
def _equal(text, at, token, begin, size):
    for k in range(size):  # noqa: SIM110  numba compiles no generator here
        if text[at + k] != token[begin + k]:
            return False
    return True


def spacing(texts: pa.StringArray, tokens: pa.ListArray, *, spaces: bool) -> Spacing:
    """The white space of each text; spaces: does it break between Han characters?

    tokens: list<string>, those of each text, in order; between them the text holds white space alone.
    """
    text, token = string_bytes(texts), string_bytes(tokens.flatten())
    list_offsets = tokens.offsets.to_numpy().astype(np.int64)
    list_offsets -= list_offsets[0]
    marked, offsets = np.empty((2, list_offsets[-1]), np.int32), np.zeros((2, len(texts) + 1), np.int32)
    _fill_spacing(*text, *token, list_offsets, spaces, marked, offsets)
    return Spacing(*(pa.ListArray.from_arrays(pa.array(o), pa.array(m[: o[-1]])) for o, m in zip(offsets, marked, strict=True)))
