"""User dictionaries of Chinese segmenters. In: words with their counts, the best first. Out: lines.

No part of speech is mined: where a format wants one it is `nz`, what HanLP itself gives words of the user's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

_TAG = "nz"
_JAVA_INT = 2**31 - 1  # of a larger frequency HanLP says that it cannot read the file, and takes none of it
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


@dataclass(frozen=True)
class Dictionary:
    """A segmenter's dictionary: the words that it could ever cut out as one, and the lines that hold them."""

    holds: re.Pattern[str]
    lines: Callable[[Mapping[str, int]], Iterator[str]]


def _jieba(counts: Mapping[str, int]) -> Iterator[str]:
    """`word frequency tag`, with a frequency from which jieba keeps the word whole.

    Short words first: a longer one has to beat them as parts of it.
    """
    import jieba

    jieba.setLogLevel(60)
    tokenizer = jieba.Tokenizer()
    frequencies: dict[str, int] = {}
    for word in sorted(counts, key=len):
        frequencies[word] = max(counts[word], tokenizer.suggest_freq(word))
        tokenizer.add_word(word, frequencies[word])
    for word in counts:
        yield f"{word} {frequencies[word]} {_TAG}"


def _hanlp(counts: Mapping[str, int]) -> Iterator[str]:
    """`word tag frequency`, as in HanLP's CustomDictionary.txt; HanLP 2 takes the first column."""
    for word, count in counts.items():
        yield f"{word} {_TAG} {min(count, _JAVA_INT)}"


def _ik(counts: Mapping[str, int]) -> Iterator[str]:
    """A word a line, and its lower case: IK lowers the text, and only some of its versions the dictionary."""
    yield from dict.fromkeys(form for word in counts for form in (word, word.lower()))


def _pkuseg(counts: Mapping[str, int]) -> Iterator[str]:
    """A word a line, without a tag; pkuseg cuts every one of them out, the longest first."""
    yield from counts


DICTIONARIES = {
    # the blocks that jieba cuts text into before it looks anything up
    "jieba": Dictionary(re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%\-]+"), _jieba),
    "hanlp": Dictionary(re.compile(r"\S+"), _hanlp),
    # the characters that IK's CharacterUtil does not call useless; at any other it ends a word
    "ik": Dictionary(re.compile(f"[{_HAN}\u3040-\u30ff\uac00-\ud7afa-zA-Z0-9]+"), _ik),
    "pkuseg": Dictionary(re.compile(r"\S+"), _pkuseg),
}
