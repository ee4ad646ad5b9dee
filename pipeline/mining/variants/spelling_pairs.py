"""Words that are written nearly alike. In: words with their counts. Out: pairs that may be one word, and why.

    latin case     the same but for the case of Latin letters
    other form     the same once it is folded to simplified script and plain width
    same reading   the same pinyin with tones
    other tone     the same pinyin without them
    like reading   the same but for sounds that many speakers do not keep apart: zh z, ch c, sh s, l n, -ng -n
    transposed     two neighbouring characters changed places

Reading alone is right in 3 of 50 pairs (docs/dev/experiments/variants.md), so that a pair also needs a character in common, a word
that no dictionary knows on one side, and a far more frequent one on the other; contexts decide.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from pypinyin import Style, lazy_pinyin

from wajue.cleaning.characters import convert_script, normalize_in_place
from wajue.mining.text.symbols import is_han_text

LATIN_CASE, OTHER_FORM = "latin case", "other form"
SAME_READING, OTHER_TONE, LIKE_READING, TRANSPOSED = "same reading", "other tone", "like reading", "transposed"
SLIPS = (SAME_READING, OTHER_TONE, LIKE_READING, TRANSPOSED)
_LONGEST = 6  # characters of a word that is read
_LEAST_RATIO = 3  # times as often a word must stand for another one to be a slip of it
_ALIKE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))


class Word(NamedTuple):
    """A word of the lexicon; uses: how often it is cut out; is_new: no dictionary knows it."""

    string: str
    uses: int
    is_new: bool


class Pair(NamedTuple):
    """A word that may be a variant of another one, and why."""

    word: Word
    variant_of: Word
    reason: str


def spelling_pairs(words: Iterable[Word]) -> Iterator[Pair]:
    """The pairs, each with its first reason, in the order of the words; the more frequent spelling is what the other one varies."""
    listed = list(words)
    seen: set[tuple[str, str]] = set()
    for reason, key in _KEYS.items():
        groups: dict[str, list[Word]] = defaultdict(list)
        for word in listed:
            for name in key(word.string):
                groups[name].append(word)
        for group in groups.values():
            for pair in _pairs_of(group, reason):
                if (names := (pair.word.string, pair.variant_of.string)) not in seen:
                    seen.add(names)
                    yield pair


def _pairs_of(group: list[Word], reason: str) -> Iterator[Pair]:
    ordered = sorted(group, key=lambda w: (-w.uses, w.string))
    for i, word in enumerate(ordered):
        for standard in ordered[:i]:
            if word.string != standard.string and (reason not in SLIPS or _may_be_slip(word, standard, reason)):
                yield Pair(word, standard, reason)


def _may_be_slip(word: Word, standard: Word, reason: str) -> bool:
    if not word.is_new or word.uses * _LEAST_RATIO > standard.uses or len(word.string) != len(standard.string):
        return False
    differing = [a != b for a, b in zip(word.string, standard.string, strict=True)]
    if reason == TRANSPOSED:
        return sum(differing) == 2 and any(a and b for a, b in pairwise(differing))
    return sum(differing) == 1


def _folded_case(word: str) -> list[str]:
    return [word.casefold()] if word.casefold() != word.swapcase().casefold() or not is_han_text(word) else []


def _folded_form(word: str) -> list[str]:
    return [convert_script([normalize_in_place(word)], "simplified")[0]]


def _reading(word: str, style: Style = Style.TONE3) -> list[str]:
    """Its pinyin, if it is a word of Han characters."""
    if not 2 <= len(word) <= _LONGEST or not is_han_text(word):
        return []
    return [" ".join(lazy_pinyin(word, style=style, errors="ignore"))]


def _toneless(word: str) -> list[str]:
    return _reading(word, Style.NORMAL)


def _like_reading(word: str) -> list[str]:
    return [" ".join(map(_blurred, reading.split(" "))) for reading in _toneless(word)]


def _blurred(syllable: str) -> str:
    """The syllable as a speaker has it who does not keep these sounds apart."""
    for sound, other in _ALIKE:
        syllable = syllable.replace(sound, other)
    return re.sub("^l(?!$)", "n", syllable)


def _same_characters(word: str) -> list[str]:
    return ["".join(sorted(word))] if 2 <= len(word) <= _LONGEST and is_han_text(word) else []


_KEYS: dict[str, Callable[[str], list[str]]] = {
    LATIN_CASE: _folded_case,
    OTHER_FORM: _folded_form,
    SAME_READING: _reading,
    OTHER_TONE: _toneless,
    LIKE_READING: _like_reading,
    TRANSPOSED: _same_characters,
}
