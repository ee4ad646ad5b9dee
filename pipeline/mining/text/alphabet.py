"""The alphabet: which pseudo-characters have a code of their own. In: counted symbols. Out: strings to codes, and back."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.ragged import Ragged
from wajue.arrays.strings import string_array, string_bytes
from wajue.mining.text.symbols import BREAK, HAN_RANGES, CodeTable, Units, code_table, is_han_text, plain_parts, units_of

# codes that no basic-plane Han character uses, low ones first
PSEUDO_CODES = np.concatenate(
    [np.arange(a, b, dtype=np.uint16) for a, b in ((2, 0x3007), (0x3008, 0x3400), (0xA000, 0xF900), (0xFB00, 0xFFFF))]
)

_LINKED, _POINTED = 0.25, 0.5  # share of its rarest part's uses that A/D or .NET has at least


@dataclass(frozen=True)
class Alphabet:
    """The pseudo-characters that have a code of their own, most frequent first.

    takes_all: it reads marks as if all pseudo-characters had one, which makes them countable.
    """

    pseudo: tuple[str, ...] = ()
    takes_all: bool = False

    @classmethod
    def from_symbols(cls, symbols: Iterable[tuple[str, int]]) -> "Alphabet":
        """From (symbol, count) of all single symbols; basic-plane Han characters need no entry and are passed over.

        There are codes for some 37 thousand pseudo-characters; the rarest beyond that stay RARE.
        """
        listed = sorted((-count, s) for s, count in symbols if not (len(s) == 1 and is_han_text(s)))
        return cls(tuple(s for _, s in listed[: len(PSEUDO_CODES)]))

    @cached_property
    def _table(self) -> CodeTable:
        return code_table(self.pseudo, PSEUDO_CODES[: len(self.pseudo)])

    def units(self, texts: pa.StringArray) -> Units:
        """The units of each text, in order; every text closes with a BREAK."""
        return units_of(texts, self._table, takes_all=self.takes_all)

    @cached_property
    def is_number(self) -> np.ndarray:
        """bool [65536]: the codes of numbers."""
        numbers = np.zeros(65536, bool)
        numbers[PSEUDO_CODES[: len(self.pseudo)]] = [s.isascii() and s.isdigit() for s in self.pseudo]
        return numbers

    @cached_property
    def _spelling(self) -> Ragged:
        """The UTF-8 (uint8) of every code, 65,536 runs."""
        names = [""] * 65536
        for first, last in HAN_RANGES:
            for c in range(first, last + 1):
                names[c] = chr(c)
        for code, symbol in zip(PSEUDO_CODES, self.pseudo, strict=False):
            names[code] = symbol
        return string_bytes(pa.array(names, pa.string()))

    def strings(self, codes: np.ndarray) -> pa.StringArray:
        """Strings from rows of codes (uint16 [strings, longest], 0 after the end of each)."""
        widths = self._spelling.sizes[codes]
        out = np.empty(int(widths.sum()), np.uint8)
        offsets = np.concatenate(([0], np.cumsum(widths.sum(axis=1)))).astype(np.int64)
        _spell(codes, self._spelling, out)
        return string_array(out, offsets)

    def codes(self, strings: pa.StringArray, longest: int) -> np.ndarray:
        """The inverse of `strings`: uint16 [strings, longest]; a string that is longer, or holds a break, is a row of zeros."""
        units = self.units(strings)
        out = np.zeros((len(strings), longest), np.uint16)
        _fill_rows(units, string_bytes(strings).offsets, out)
        return out


ALL = Alphabet(takes_all=True)


def recurring(symbols: Mapping[str, int]) -> dict[str, int]:
    """Counted symbols, all marks read, without the marked ones that are no units: their parts get their counts.

    A/D and .NET are units if a good share of the uses of their rarest part are in them: iOS/Android is two names. The others
    (C++, 1#, C-, -κB) have one part, which nothing parts them from, and count as they recur.
    """
    parts = {symbol: plain_parts(symbol) for symbol in symbols}
    totals = Counter(dict.fromkeys((part for of_symbol in parts.values() for part in of_symbol), 0))
    for symbol, count in symbols.items():
        totals.update(dict.fromkeys(parts[symbol], count))
    kept = {
        s
        for s, count in symbols.items()
        if parts[s] == [s] or count >= _least_share(s) * min((totals[p] for p in parts[s]), default=0)
    }
    counts = {s: symbols[s] for s in kept}
    for symbol in symbols.keys() - kept:
        for part in parts[symbol]:
            counts[part] = counts.get(part, 0) + symbols[symbol]
    return counts


def _least_share(symbol: str) -> float:
    """Of the occurrences of the rarest part, that a marked pseudo-character has at least."""
    return _LINKED if len(plain_parts(symbol)) > 1 else _POINTED if symbol.startswith(".") else 0.0


@njit(cache=True)
def _spell(codes, spelling, out):
    data, offsets = spelling
    k = 0
    for row in range(codes.shape[0]):
        for j in range(codes.shape[1]):
            for i in range(offsets[codes[row, j]], offsets[codes[row, j] + 1]):
                out[k] = data[i]
                k += 1


@njit(cache=True)
def _fill_rows(
    units,  # Units
    offsets,  # int64 [strings + 1], of the strings' bytes
    out,  # uint16 [strings, longest], zeros; filled
):
    code, start, stop, _ = units
    row, n = 0, 0
    good = True
    for u in range(len(code)):
        if start[u] == stop[u] and start[u] == offsets[row + 1]:  # the break that closes a string
            if not good or n > out.shape[1]:
                out[row, :] = 0
            row, n, good = row + 1, 0, True
            continue
        if code[u] == BREAK:
            good = False
        if n < out.shape[1]:
            out[row, n] = code[u]
        n += 1
