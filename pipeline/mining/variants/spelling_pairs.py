"""Words that are written nearly alike. In: words with their counts. Out: pairs that may be one word, and why.

    latin case     the same but for the case of Latin letters
    other form     the same once it is folded to simplified script and plain width
    same reading   the same pinyin with tones
    other tone     the same pinyin without them
    like reading   the same but for sounds that many speakers do not keep apart: zh z, ch c, sh s, l n, -ng -n
    like shape     the same but for one character and one of like shape (character_shapes.py): 冶疗, 治疗
    transposed     two neighbouring characters changed places

Reading alone is right in 3 of 50 pairs (docs/dev/experiments/variants.md), so that a pair also needs a character in common, a word
that no dictionary knows on one side, and a far more frequent one on the other; contexts decide.
"""

import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import NamedTuple

from wajue.cleaning.characters import convert_script, normalize_in_place
from wajue.mining.text.symbols import is_han_text
from wajue.mining.variants.character_shapes import shape_keys

LATIN_CASE, OTHER_FORM = "latin case", "other form"
SAME_READING, OTHER_TONE, LIKE_READING = "same reading", "other tone", "like reading"
LIKE_SHAPE, TRANSPOSED = "like shape", "transposed"
SLIPS = (SAME_READING, OTHER_TONE, LIKE_READING, LIKE_SHAPE, TRANSPOSED)
_MOST_RIVALS = 100
_LONGEST = 6  # characters of a word that is read
_LEAST_RATIO = 3  # times as often a word must stand for another one to be a slip of it
_DISTINCTIVE = 5  # pairs of known words; 上 and 下 tell 16 to 31 apart in five corpora, 冶 and 治 none, 版 and 板 1 to 3
_NUMERALS = frozenset("一二三四五六七八九十")
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

    @property
    def names(self) -> tuple[str, str]:
        """Both strings."""
        return self.word.string, self.variant_of.string


def spelling_pairs(words: Iterable[Word]) -> Iterator[Pair]:
    """The pairs, each with its first reason, in the order of the words; the more frequent spelling is what the other one varies."""
    listed = list(words)
    seen: set[tuple[str, str]] = set()
    for reason, key in _KEYS.items():
        groups = _grouped(listed, key)
        distinctive = _distinctive(groups) if reason == LIKE_SHAPE else frozenset()
        for pair in itertools.chain.from_iterable(_pairs_of(group, reason) for group in groups):
            if pair.names not in seen and (reason != LIKE_SHAPE or _may_be_mistaken(_differing(*pair.names), distinctive)):
                seen.add(pair.names)
                yield pair
    _pinyin.cache_clear()


def rivals(pairs: Iterable[Pair], lexicon: Iterable[Word]) -> Iterator[Pair]:
    """The words that a slip may stand for as well: one character away from it or from what it may be a slip of, three times as
    frequent as it, the most frequent ones. 哥方 is read as 各方 is, but may be to it as 俄方 is.
    """
    slips = [pair for pair in pairs if pair.reason in SLIPS]
    named = {frame for pair in slips for name in pair.names for frame in _frames(name)}
    members: dict[tuple[str, str], list[Word]] = {frame: [] for frame in named}
    for word in lexicon:
        for frame in named.intersection(_frames(word.string)):
            members[frame].append(word)
    for pair in slips:
        near = {word for name in pair.names for frame in _frames(name) for word in members[frame]}
        others = [w for w in near if w.uses >= _LEAST_RATIO * pair.word.uses and w.string not in pair.names]
        for other in sorted(others, key=lambda w: (-w.uses, w.string))[:_MOST_RIVALS]:
            yield Pair(pair.word, other, pair.reason)


def _frames(word: str) -> list[tuple[str, str]]:
    """What stands before and after each of its characters, if it is not longer than what is read."""
    return [(word[:i], word[i + 1 :]) for i in range(len(word))] if len(word) <= _LONGEST else []


def _grouped(words: list[Word], key: Callable[[str], list[str]]) -> list[list[Word]]:
    groups: dict[str, list[Word]] = defaultdict(list)
    for word in words:
        for name in key(word.string):
            groups[name].append(word)
    return [group for group in groups.values() if len(group) > 1]


def _distinctive(groups: list[list[Word]]) -> frozenset[frozenset[str]]:
    """Characters of like shape that tell many known words apart, as 上 and 下 do: who writes one for the other means the other."""
    known = ((w.string for w in group if not w.is_new) for group in groups)
    pairs = {pair for group in known for pair in itertools.combinations(sorted(group), 2)}
    alternating = Counter(differing for pair in pairs if len(differing := _differing(*pair)) == 2)
    return frozenset(pair for pair, count in alternating.items() if count >= _DISTINCTIVE)


def _may_be_mistaken(characters: frozenset[str], distinctive: frozenset[frozenset[str]]) -> bool:
    return characters not in distinctive and not characters & _NUMERALS


def _differing(word: str, other: str) -> frozenset[str]:
    """The characters that stand in the same place of both and differ."""
    return frozenset(c for pair in zip(word, other, strict=False) if pair[0] != pair[1] for c in pair)


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
        return sum(differing) == 2 and any(a and b for a, b in itertools.pairwise(differing))
    return sum(differing) == 1


def _folded_case(word: str) -> list[str]:
    return [word.casefold()] if word.casefold() != word.swapcase().casefold() or not is_han_text(word) else []


def _folded_form(word: str) -> list[str]:
    return [convert_script([normalize_in_place(word)], "simplified")[0]]


def _reading(word: str) -> list[str]:
    """Its pinyin, tones as digits, if it is a word of Han characters."""
    if not 2 <= len(word) <= _LONGEST or not is_han_text(word):
        return []
    return [_pinyin(word)]


@cache
def _pinyin(word: str) -> str:
    """Asked for by three keys; it takes most of the time of all."""
    from pypinyin import Style, lazy_pinyin  # slow to import

    return " ".join(lazy_pinyin(word, style=Style.TONE3, errors="ignore"))


def _toneless(word: str) -> list[str]:
    return [re.sub(r"\d", "", reading) for reading in _reading(word)]


def _like_reading(word: str) -> list[str]:
    return [" ".join(map(_blurred, reading.split(" "))) for reading in _toneless(word)]


def _blurred(syllable: str) -> str:
    """The syllable as a speaker has it who does not keep these sounds apart."""
    for sound, other in _ALIKE:
        syllable = syllable.replace(sound, other)
    return re.sub("^l(?!$)", "n", syllable)


def _like_shape(word: str) -> list[str]:
    if not 2 <= len(word) <= _LONGEST or not is_han_text(word):
        return []
    return [f"{word[:i]}({key}){word[i + 1 :]}" for i, character in enumerate(word) for key in shape_keys(character)]


def _same_characters(word: str) -> list[str]:
    return ["".join(sorted(word))] if 2 <= len(word) <= _LONGEST and is_han_text(word) else []


_KEYS: dict[str, Callable[[str], list[str]]] = {
    LATIN_CASE: _folded_case,
    OTHER_FORM: _folded_form,
    SAME_READING: _reading,
    OTHER_TONE: _toneless,
    LIKE_READING: _like_reading,
    LIKE_SHAPE: _like_shape,
    TRANSPOSED: _same_characters,
}
