"""User dictionaries of Chinese segmenters. In: words with their counts, the best first. Out: lines.

A new dictionary is a function, and a row of DICTIONARIES. wajue mines no parts of speech: where a format wants one it is `nz`,
which HanLP itself gives to the user's words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_TAG = "nz"
_JAVA_INT = 2**31 - 1  # at a larger frequency HanLP refuses the whole file
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


@dataclass(frozen=True)
class Dictionary:
    """A segmenter's dictionary: the words that the segmenter could ever cut out as one, and the function that makes its lines."""

    holds: re.Pattern[str]
    lines: Callable[[Mapping[str, int]], Iterator[str]]


def _jieba(counts: Mapping[str, int]) -> Iterator[str]:
    """`word frequency tag`: the least frequency with which jieba keeps the word whole; a word that it knows keeps its own tag."""
    from wajue.mining.tokens import jieba_dictionary  # loads jieba
    from wajue.mining.tokens.jieba_frequencies import least_frequencies

    tags = jieba_dictionary.tags()
    for word, frequency in least_frequencies(counts, jieba_dictionary.frequencies()).items():
        yield f"{word} {frequency} {tags.get(word, _TAG)}"


def _hanlp(counts: Mapping[str, int]) -> Iterator[str]:
    """`word tag frequency`, as in HanLP's CustomDictionary.txt; HanLP 2 takes the first column."""
    for word, count in counts.items():
        yield f"{word} {_TAG} {min(count, _JAVA_INT)}"


def _ik(counts: Mapping[str, int]) -> Iterator[str]:
    """A word a line, also in lower case: IK turns the text into lower case, and only some of its versions the dictionary."""
    yield from dict.fromkeys(form for word in counts for form in (word, word.lower()))


def _pkuseg(counts: Mapping[str, int]) -> Iterator[str]:
    """A word a line, without a tag; pkuseg cuts out every one of them, the longest first."""
    yield from counts


DICTIONARIES = {
    # jieba cuts text into such blocks before it looks anything up
    "jieba": Dictionary(re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+"), _jieba),
    "hanlp": Dictionary(re.compile(r"\S+"), _hanlp),
    # the characters that IK's CharacterUtil calls useful; any other ends a word
    "ik": Dictionary(re.compile(f"[{_HAN}\u3040-\u30ff\uac00-\ud7afa-zA-Z0-9]+"), _ik),
    "pkuseg": Dictionary(re.compile(r"\S+"), _pkuseg),
}
