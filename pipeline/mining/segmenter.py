"""Text to words, by the lattice of a mined lexicon. In: texts. Out: the words of each, in order, no character lost.

Strings that the lexicon lacks compete by their spelling (pipeline/mining/discovery.py), so that unseen text is cut sensibly.
"""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.cleaning import rules
from wajue.mining import discovery, lattice
from wajue.mining.symbols import Alphabet, span_array, string_array, string_buffers
from wajue.mining.word_table import WordTable, word_keys, word_table


@njit(cache=True, nogil=True)
def _tokens(start, stop, word_end, row_ends, out_start, out_stop, out_rows):
    """Spans (bytes) of the tokens; a unit that covers no byte is no token. Returns how many."""
    n, row, begin = 0, 0, -1
    for u in range(len(start)):
        if start[u] == stop[u]:
            if start[u] == row_ends[row]:
                row += 1
                out_rows[row] = n
            continue
        if begin < 0:
            begin = start[u]
        if word_end[u]:
            out_start[n], out_stop[n] = begin, stop[u]
            n += 1
            begin = -1
    return n


@njit(cache=True, nogil=True)
def _characters(data, start, rows, offsets, out):
    """Bytes to characters, from the beginning of each row."""
    for row in range(len(rows) - 1):
        at, characters = offsets[row], 0
        for j in range(rows[row], rows[row + 1]):
            while at < start[j]:
                characters += (data[at] & 0xC0) != 0x80  # not a byte that continues a character
                at += 1
            out[j] = characters


@njit(cache=True, nogil=True)
def _copy_spaced(data, start, stop, rows, out, ends):
    """The tokens of each row with one space between them."""
    k = 0
    for row in range(len(rows) - 1):
        for j in range(rows[row], rows[row + 1]):
            if j > rows[row]:
                out[k] = 32
                k += 1
            for i in range(start[j], stop[j]):
                out[k] = data[i]
                k += 1
        ends[row + 1] = k


@dataclass(frozen=True)
class Segmenter:
    """A lexicon ready to cut text; cheap to send to workers. `from_lexicon` makes one."""

    alphabet: Alphabet
    single: np.ndarray
    table: WordTable
    words: int
    spelling: lattice.Spelling
    longest: int
    script: str = field(default="simplified")

    @classmethod
    def from_lexicon(cls, rows: pa.Table, *, unknown_share: float, script: str = "simplified") -> "Segmenter":
        """From the columns word, count and log_prob of the table `lexicon`.

        unknown_share: expected share of tokens outside the lexicon, 0 for none; script: what the lexicon is written in.
        """
        words = rows.column("word").combine_chunks()
        log_prob = rows.column("log_prob").to_numpy()
        count = rows.column("count").to_numpy()
        bare = Alphabet().units(words)
        length = np.diff(np.concatenate(([-1], np.flatnonzero((bare.start == bare.stop) & (bare.code == 0))))) - 1
        one = length == 1
        singles = words.filter(pa.array(one)).to_pylist()
        alphabet = Alphabet.from_symbols(zip(singles, count[one].tolist(), strict=True))
        longest = int(min(length.max(initial=2), 64))
        codes = alphabet.codes(words, longest)
        symbol_count = np.zeros(65536)
        symbol_count[codes[one, 0]] = count[one]
        single = np.full(65536, log_prob[one].min(initial=-20.0))
        single[codes[one, 0]] = log_prob[one]
        long_codes, weights = codes[~one], log_prob[~one]
        spelling = lattice.no_spelling()
        if unknown_share > 0 and len(long_codes):
            known = discovery.spelling(long_codes, length[~one], symbol_count, unknown_share)
            spelling = lattice.Spelling(np.log(known.position), np.log(np.maximum(known.share, 1e-300)))
        table = word_table(word_keys(long_codes), weights, prefixes_of=long_codes)
        return cls(alphabet, single, table, len(weights), spelling, longest, script)

    def spans(self, texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """(bytes uint8, start int64 [tokens], stop int64 [tokens], rows int64 [texts + 1]): the tokens of each text."""
        units = self.alphabet.units(texts)
        ends = lattice.viterbi(units.code, self.single, self.table, self.words, self.spelling, longest=self.longest).stop
        start, stop = np.empty(len(ends), np.int64), np.empty(len(ends), np.int64)
        rows = np.zeros(len(texts) + 1, np.int64)
        row_ends = string_buffers(texts)[1][1:]
        n = _tokens(units.start, units.stop, ends, np.append(row_ends, -1), start, stop, rows)
        return units.data, start[:n], stop[:n], rows

    def tokens(self, texts: pa.StringArray) -> pa.ListArray:
        """The tokens of each text, as written: words, numbers, punctuation; white space is left out."""
        data, start, stop, rows = self.spans(texts)
        return pa.ListArray.from_arrays(pa.array(rows.astype(np.int32)), span_array(data, start, stop))

    def tokens_and_starts(self, texts: pa.StringArray) -> tuple[pa.ListArray, pa.ListArray]:
        """The tokens, and where each begins: characters from the start of its text, int32."""
        data, start, stop, rows = self.spans(texts)
        places = np.empty(len(start), np.int32)
        _characters(data, start, rows, string_buffers(texts)[1], places)
        ends = pa.array(rows.astype(np.int32))
        return pa.ListArray.from_arrays(ends, span_array(data, start, stop)), pa.ListArray.from_arrays(ends, pa.array(places))

    def cut(self, sentence: str) -> list[str]:
        """The words of one text, as written; `spaced` is much faster for many."""
        return self.spaced([sentence])[0].split(" ") if sentence.strip() else []

    def spaced(self, texts: list[str]) -> list[str]:
        """Each text with one space between its words; nothing but white space is changed, added or lost.

        A text in another script or width is looked up in the lexicon's, and given back as it was.
        """
        looked_up = rules.convert_script([rules.normalize_in_place(t) for t in texts], self.script)
        looked_up = [a if len(a) == len(t) else t for a, t in zip(looked_up, texts, strict=True)]
        data, start, stop, rows = self.spans(pa.array(looked_up, pa.string()))
        out = np.empty(int((stop - start).sum()) + len(start), np.uint8)
        ends = np.zeros(len(texts) + 1, np.int64)
        _copy_spaced(data, start, stop, rows, out, ends)
        found = string_array(out, ends).to_pylist()
        return [s if a == t else _as_written(s, t) for s, a, t in zip(found, looked_up, texts, strict=True)]


def _as_written(spaced: str, original: str) -> str:
    """The cuts of a look-up form, in the characters of the original, which has as many that are not white space."""
    characters = iter([c for c in original if not c.isspace()])
    return "".join(" " if c == " " else next(characters, "") for c in spaced)
