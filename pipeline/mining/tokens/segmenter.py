"""Text to words, by the lattice of a mined lexicon. In: texts. Out: the words of each, in order, no character lost.

Strings that the lexicon lacks compete by their spelling (`lattice.spelling_of`), so that unseen text is cut sensibly. What the
lattice cuts are the *pieces*; tokens are one or more of them, as `granularity` says.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.strings import span_array, string_array, string_bytes
from wajue.cleaning import characters
from wajue.mining.lattice.viterbi import Cut, best_cut
from wajue.mining.lattice.weights import Weights, log_spelling, no_spelling, spelling_of
from wajue.mining.text.alphabet import ALL, Alphabet
from wajue.mining.text.symbols import BREAK, Units
from wajue.mining.text.word_table import word_keys, word_table
from wajue.mining.tokens.granularity import FINE, GRADES, Granularity, Joins, graded_ends, joins_of, no_joins, unit_codes

_SPACE = 32
_SURROGATE = re.compile("[\ud800-\udfff]")
_RAREST = -20.0  # nats: the log probability of an unseen character where the lexicon has no single one
_LONGEST = 64


class TokenSpans(NamedTuple):
    """Where tokens stand: data uint8, the bytes of the texts; start, stop int64 [tokens]; offsets int64 [texts + 1], of each text's
    tokens.
    """

    data: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    offsets: np.ndarray


class Pieces(NamedTuple):
    """What the lattice cuts.

    spans, of the pieces; grades uint8 [pieces], the coarsest granularity at which a token ends there; perplexity float32 [texts],
    exp of the nats that a symbol takes in the cut, NaN where there is none.
    """

    spans: TokenSpans
    grades: np.ndarray
    perplexity: np.ndarray

    def tokens(self, grade: int) -> TokenSpans:
        """Where the tokens of a granularity stand."""
        data, start, stop, offsets = self.spans
        last = np.flatnonzero(self.grades >= grade)
        first = np.concatenate((np.zeros(1, np.int64), last[:-1] + 1))[: len(last)]
        return TokenSpans(data, start[first], stop[last], np.searchsorted(last, offsets))


@njit(cache=True, nogil=True)
def _fill_spans(
    units,  # symbols.Units
    word_ends,  # uint8 [units], 1 where a word ends
    text_ends,  # int64 [texts + 1], where each text ends (bytes), and -1
    spans,  # TokenSpans, filled
):
    """Returns how many tokens there are; a unit that covers no byte is no token."""
    _, unit_start, unit_stop, _ = units
    _, start, stop, offsets = spans
    n, text, begin = 0, 0, -1
    for u in range(len(unit_start)):
        if unit_start[u] == unit_stop[u]:
            if unit_start[u] == text_ends[text]:
                text += 1
                offsets[text] = n
            continue
        if begin < 0:
            begin = unit_start[u]
        if word_ends[u]:
            start[n], stop[n] = begin, unit_stop[u]
            n += 1
            begin = -1
    return n


@njit(cache=True, nogil=True)
def _fill_perplexity(
    units,  # symbols.Units
    log_probability,  # float64 [breaks], as in viterbi.Cut
    text_ends,  # int64 [texts + 1], where each text ends (bytes), and -1
    perplexity,  # float32 [texts], filled
):
    code, unit_start, unit_stop, _ = units
    text, passed, symbols, total = 0, 0, 0, 0.0
    for u in range(len(code)):
        if code[u] != BREAK:
            symbols += 1
            continue
        total += log_probability[passed]
        passed += 1
        if unit_start[u] == unit_stop[u] == text_ends[text]:
            perplexity[text] = np.exp(-total / symbols) if symbols else np.nan
            text, symbols, total = text + 1, 0, 0.0


@njit(cache=True, nogil=True)
def _count_characters(
    spans,  # TokenSpans
    text_offsets,  # int64 [texts + 1], bytes
    out,  # int32 [tokens], filled: characters before each token, from the beginning of its text
):
    data, start, _, offsets = spans
    for text in range(len(offsets) - 1):
        at, characters = text_offsets[text], 0
        for j in range(offsets[text], offsets[text + 1]):
            while at < start[j]:
                characters += (data[at] & 0xC0) != 0x80  # not a byte that continues a character
                at += 1
            out[j] = characters


@njit(cache=True, nogil=True)
def _copy_spaced(
    spans,  # TokenSpans
    out,  # uint8, filled: the tokens of each text with one space between them
    out_offsets,  # int64 [texts + 1], filled
):
    data, start, stop, offsets = spans
    k = 0
    for text in range(len(offsets) - 1):
        for j in range(offsets[text], offsets[text + 1]):
            if j > offsets[text]:
                out[k] = _SPACE
                k += 1
            for i in range(start[j], stop[j]):
                out[k] = data[i]
                k += 1
        out_offsets[text + 1] = k


@dataclass(frozen=True)
class Segmenter:
    """A lexicon ready to cut text; cheap to send to workers. `from_lexicon` makes one."""

    alphabet: Alphabet
    weights: Weights
    word_count: int
    longest: int
    script: str = field(default="simplified")
    joins: Joins = field(default_factory=no_joins)
    grade: int = field(default=FINE)

    @classmethod
    def from_lexicon(
        cls,
        lexicon: pa.Table,
        *,
        unknown_share: float,
        script: str = "simplified",
        granularity: Granularity = "fine",
        units: pa.Array | None = None,
    ) -> "Segmenter":
        """From the columns word, count and log_prob of the table `lexicon`, and for more than the fine cut `used`.

        unknown_share: expected share of tokens outside the lexicon, 0 for none; script: what the lexicon is written in; units:
        strings that hold together, which the coarse cut lists beside the words (`granularity.holding_together`).
        """
        strings = lexicon.column("word").combine_chunks()
        log_prob, count = lexicon.column("log_prob").to_numpy(), lexicon.column("count").to_numpy()
        length = _lengths(strings)
        one = length == 1
        single_strings = strings.filter(pa.array(one)).to_pylist()
        alphabet = Alphabet.from_symbols(zip(single_strings, count[one].tolist(), strict=True))
        longest = int(min(length.max(initial=2), _LONGEST))
        codes = alphabet.codes(strings, longest)
        symbol_count, single = np.zeros(65536), np.full(65536, log_prob[one].min(initial=_RAREST))
        symbol_count[codes[one, 0]], single[codes[one, 0]] = count[one], log_prob[one]
        long_codes, long_log_prob = codes[~one], log_prob[~one]
        spelling = no_spelling()
        if unknown_share > 0 and len(long_codes):
            spelling = log_spelling(spelling_of(long_codes, length[~one], symbol_count, unknown_share))
        table = word_table(word_keys(long_codes), long_log_prob, prefixes_of=long_codes)
        joins = no_joins()
        if "used" in lexicon.column_names:
            of_units = unit_codes(pa.array([], pa.string()) if units is None else units, alphabet)
            joins = joins_of(codes, length, lexicon.column("used").to_numpy(), of_units)
        return cls(alphabet, Weights(single, table, spelling), len(long_codes), longest, script, joins, GRADES[granularity])

    def pieces(self, texts: pa.StringArray) -> Pieces:
        """What the lattice cuts each text into, and what is joined to tokens."""
        units, cut, spans = self._cut(texts)
        grades = graded_ends(units.code, cut.ends, self.joins)[(cut.ends > 0) & (units.start < units.stop)]
        perplexity = np.empty(len(texts), np.float32)
        _fill_perplexity(units, cut.log_probability, _text_ends(texts), perplexity)
        return Pieces(spans, grades, perplexity)

    def _cut(self, texts: pa.StringArray) -> tuple[Units, Cut, TokenSpans]:
        """The units of the texts, the lattice's cut of them, and where its words stand."""
        units = self.alphabet.units(texts)
        cut = best_cut(units.code, self.weights, self.word_count, longest=self.longest)
        start, stop = np.empty(len(cut.ends), np.int64), np.empty(len(cut.ends), np.int64)
        spans = TokenSpans(units.data, start, stop, np.zeros(len(texts) + 1, np.int64))
        n = _fill_spans(units, cut.ends, _text_ends(texts), spans)
        return units, cut, spans._replace(start=start[:n], stop=stop[:n])

    def spans(self, texts: pa.StringArray) -> TokenSpans:
        """The tokens of each text."""
        return self._cut(texts)[2] if self.grade == FINE else self.pieces(texts).tokens(self.grade)

    def tokens(self, texts: pa.StringArray) -> pa.ListArray:
        """The tokens of each text, as written: words, numbers, punctuation; white space is left out."""
        spans = self.spans(texts)
        return lists(spans, span_array(*spans[:3]))

    def starts(self, texts: pa.StringArray, spans: TokenSpans) -> pa.ListArray:
        """Where tokens begin: characters from the start of their text, int32."""
        characters = np.empty(len(spans.start), np.int32)
        _count_characters(spans, string_bytes(texts).offsets, characters)
        return lists(spans, pa.array(characters))

    def cut(self, sentence: str) -> list[str]:
        """The words of one text, as written; `spaced` is much faster for many."""
        return self.spaced([sentence])[0].split(" ") if sentence.strip() else []

    def spaced(self, texts: list[str]) -> list[str]:
        """Each text with one space between its words; nothing but white space is changed, added or lost.

        A text in another script or width is looked up in the lexicon's, and given back as it was; so is half a surrogate pair,
        which no UTF-8 can hold.
        """
        whole = [_SURROGATE.sub("\ufffd", t) for t in texts]
        converted = characters.convert_script([characters.normalize_in_place(t) for t in whole], self.script)
        looked_up = [a if len(a) == len(t) else t for a, t in zip(converted, whole, strict=True)]
        spans = self.spans(pa.array(looked_up, pa.string()))
        out = np.empty(int((spans.stop - spans.start).sum()) + len(spans.start), np.uint8)
        out_offsets = np.zeros(len(texts) + 1, np.int64)
        _copy_spaced(spans, out, out_offsets)
        cut = string_array(out, out_offsets).to_pylist()
        return [s if a == t else _as_written(s, t) for s, a, t in zip(cut, looked_up, texts, strict=True)]


def _text_ends(texts: pa.StringArray) -> np.ndarray:
    """Where each text ends (bytes), and -1; int64 [texts + 1]."""
    return np.append(string_bytes(texts).offsets[1:], -1)


def _lengths(strings: pa.StringArray) -> np.ndarray:
    """How many symbols each string has (int64 [strings])."""
    units = ALL.units(strings)
    ends = np.flatnonzero((units.start == units.stop) & (units.code == 0))
    return np.diff(np.concatenate(([-1], ends))) - 1


def lists(spans: TokenSpans, values: pa.Array) -> pa.ListArray:
    """One value for each token, as a list for each text."""
    return pa.ListArray.from_arrays(pa.array(spans.offsets.astype(np.int32)), values)


def _as_written(spaced: str, original: str) -> str:
    """The cuts of a look-up form, in the characters of the original, which has as many that are not white space."""
    characters = iter([c for c in original if not c.isspace()])
    return "".join(" " if c == " " else next(characters, "") for c in spaced)
