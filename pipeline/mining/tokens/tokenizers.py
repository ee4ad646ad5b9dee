"""Three ways to cut texts into tokens. In: texts. Out: the tokens of each text and, where that is asked for, their starts."""

import re
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import jieba
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays.strings import span_array
from wajue.mining.text.alphabet import ALL
from wajue.mining.text.symbols import BREAK
from wajue.mining.tokens import jieba_dictionary
from wajue.mining.tokens.granularity import FINE
from wajue.mining.tokens.segmenter import Segmenter, lists

_WORD = re.compile(r"[^ \t\n\x0b\f\r]+")
_LEAST_COUNT = 3  # jieba cuts a mined word out where it beats its parts; without a floor rare ones would never do so


def cut_by_lexicon(words: list[str]) -> list[str]:
    """Those of the words that the lexicon's lattice always cuts: at a mark, white space or a long number."""
    units = [ALL.units(pa.array([word], pa.string())).code[:-1] for word in words]
    return [word for word, code in zip(words, units, strict=True) if (code == BREAK).any()]


def cut_by_jieba(words: list[str]) -> list[str]:
    """Those of the words that jieba always cuts: at what its own expression does not take for a part of a word."""
    return [word for word in words if not jieba.re_han_default.fullmatch(word)]


class Tokens(NamedTuple):
    """list<string>, the tokens of each text; list<int32>, the characters of the text before each token, or None; where the
    lattice cut them, list<int32>, the characters of each piece, unless these are the tokens, list<int8>, its grade
    (granularity.py), and float32, the perplexity of each text (segmenter.Pieces).
    """

    tokens: pa.ListArray
    starts: pa.ListArray | None
    pieces: pa.ListArray | None = None
    grades: pa.ListArray | None = None
    perplexity: pa.FloatArray | None = None


Tokenizer = Callable[[pa.StringArray], Tokens]


def by_lexicon(segmenter: Segmenter, *, offsets: bool) -> Tokenizer:
    """Cuts texts with the mined lexicon; offsets: with the starts."""
    return partial(_words_of_lexicon, segmenter, offsets)  # Spark broadcasts what pickle can carry, which a lambda is not


def _words_of_lexicon(segmenter: Segmenter, offsets: bool, texts: pa.StringArray) -> Tokens:
    spans, grades, perplexity = pieces = segmenter.pieces(texts)
    tokens = spans if segmenter.grade == FINE else pieces.tokens(segmenter.grade)
    return Tokens(
        lists(tokens, span_array(*tokens[:3])),
        segmenter.starts(texts, tokens) if offsets else None,
        None if tokens is spans else lists(spans, pc.utf8_length(span_array(*spans[:3]))),
        lists(spans, pa.array(grades.astype(np.int8))),
        pa.array(perplexity, from_pandas=True),
    )


def by_whitespace(*, offsets: bool) -> Tokenizer:
    """Cuts texts at ASCII white space; offsets: with the starts, which takes longer."""
    return _words_and_starts if offsets else _words


def _words(texts: pa.StringArray) -> Tokens:
    pieces = pc.ascii_split_whitespace(texts)
    flat, doc_index = pieces.flatten(), pc.list_parent_indices(pieces).to_numpy()
    is_word = pc.not_equal(flat, "")  # the pieces before the first space and after the last may be empty
    sizes = np.bincount(doc_index[is_word.to_numpy(zero_copy_only=False)], minlength=len(texts))
    offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
    return Tokens(pa.ListArray.from_arrays(pa.array(offsets), flat.filter(is_word)), None)


def _words_and_starts(texts: pa.StringArray) -> Tokens:
    return _tokens([[(m[0], m.start()) for m in _WORD.finditer(text)] for text in texts.to_pylist()])


def _tokens(texts: list[list[tuple[str, int]]]) -> Tokens:
    """Of the (word, start) of each text."""
    tokens = pa.array([[word for word, _ in text] for text in texts], pa.list_(pa.string()))
    return Tokens(tokens, pa.array([[start for _, start in text] for text in texts], pa.list_(pa.int32())))


class Jieba:
    """Cuts texts with jieba, to whose dictionary the mined words are added. Tasks build the dictionary when they first need it.

    mined: words with their counts.
    """

    def __init__(self, mined: list[tuple[str, int]]) -> None:
        self.mined = mined
        self._tokenizer: jieba.Tokenizer | None = None

    def __getstate__(self) -> dict[str, object]:
        return {"mined": self.mined, "_tokenizer": None}

    def __call__(self, texts: pa.StringArray) -> Tokens:
        if self._tokenizer is None:
            self._tokenizer = self._loaded()
        cuts = map(self._tokenizer.tokenize, texts.to_pylist())
        return _tokens([[(word, start) for word, start, _ in cut if not word.isspace()] for cut in cuts])

    def _loaded(self) -> jieba.Tokenizer:
        tokenizer = jieba_dictionary.tokenizer()
        for word, count in self.mined:
            tokenizer.add_word(word, max(count, tokenizer.suggest_freq(word, tune=False), _LEAST_COUNT))
        return tokenizer
