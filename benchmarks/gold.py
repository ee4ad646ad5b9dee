"""Segmented corpora and scores against them, over strings of Han characters.

The lexicon, as far as it stands at least 5 times in the text cut by it, is scored against the types of the corpus (2 to 4
characters, at least 5 times); segmentation by words whose both ends agree, numbers and Latin runs cut the same way for all;
new words, those that jieba's dictionary lacks, in the order of their score, by the share of the first k that are types of the
corpus. The corpora are normalised (NFKC), as the text is.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path

HAN = re.compile("[\u4e00-\u9fa5]+")
_RUNS = re.compile("([\u4e00-\u9fa5]+)|[0-9A-Za-z.%]+|.")
Cut = Callable[[list[str]], list[list[str]]]


def gold(path: Path) -> list[list[str]]:
    """The words of each line, normalised."""
    return [unicodedata.normalize("NFKC", line).split() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def _ends(words: list[str]) -> set[tuple[int, int]]:
    ends, at = set(), 0
    for word in words:
        ends.add((at, at + len(word)))
        at += len(word)
    return ends


def segmentation_f1(cut: Cut, lines: list[list[str]]) -> float:
    """F1 of words over all lines; only runs of Han characters are given to `cut`."""
    texts = ["".join(words) for words in lines]
    found = iter(cut([m[1] for text in texts for m in _RUNS.finditer(text) if m[1]]))
    right = given = wanted = 0
    for text, words in zip(texts, lines, strict=True):
        ours = _ends([w for m in _RUNS.finditer(text) for w in (next(found) if m[1] else [m[0]])])
        theirs = _ends(words)
        right, given, wanted = right + len(ours & theirs), given + len(ours), wanted + len(theirs)
    return 2 * right / (given + wanted)


def lexicon_f1(words: list[str], types: Counter[str]) -> float:
    """F1 of the words of 2 to 4 Han characters against the types that stand at least 5 times."""
    wanted = {w for w, n in types.items() if n >= 5 and 2 <= len(w) <= 4 and HAN.fullmatch(w)}
    given = {w for w in words if 2 <= len(w) <= 4 and HAN.fullmatch(w)}
    return 2 * len(wanted & given) / (len(wanted) + len(given))


def precision(new: list[str], types: Counter[str]) -> dict[str, float]:
    """Of the first 100, 300, 500 words, of two and more Han characters, the share that are types of the corpus."""
    new = [w for w in new if len(w) > 1 and HAN.fullmatch(w)]
    return {f"at_{k}": sum(w in types for w in new[:k]) / k for k in (100, 300, 500)}
