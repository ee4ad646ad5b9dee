"""Scores of a segmenter and its lexicon against text that was segmented by hand. In: words of each line. Out: figures.

A word is right if both its ends are (Sproat and Emerson 2003). Only the words of two to four Han characters of a lexicon are
scored: the rest is a matter of convention.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

HAN = re.compile("[\u4e00-\u9fa5]+")
LEAST = 5  # occurrences from which a type of the gold text counts
_RUNS = re.compile("([\u4e00-\u9fa5]+)|[0-9A-Za-z.%]+|.")
Cut = Callable[[list[str]], list[list[str]]]


@dataclass(frozen=True)
class Agreement:
    """Words that are right; words cut; words of the gold text; of these, those of Han that a lexicon lacks, found and all."""

    right: int
    cut: int
    gold: int
    unknown_right: int
    unknown: int

    @property
    def f1(self) -> float:
        """The harmonic mean of precision (right / cut) and recall (right / gold)."""
        return 2 * self.right / max(1, self.cut + self.gold)


def agreement(cut: Cut, lines: list[list[str]], known: Collection[str] = ()) -> Agreement:
    """Cut the lines, without their spaces, and compare; known: the words that are not out of vocabulary."""
    right = given = wanted = unknown_right = unknown = 0
    for words, found in zip(lines, cut(["".join(words) for words in lines]), strict=True):
        ours, theirs = _ends(found), _ends(words)
        right, given, wanted = right + len(ours & theirs), given + len(ours), wanted + len(theirs)
        missing = {e for e, w in zip(_in_order(words), words, strict=True) if w not in known and HAN.fullmatch(w)}
        unknown_right, unknown = unknown_right + len(ours & missing), unknown + len(missing)
    return Agreement(right, given, wanted, unknown_right, unknown)


def _in_order(words: list[str]) -> list[tuple[int, int]]:
    ends, at = [], 0
    for word in words:
        ends.append((at, at + len(word)))
        at += len(word)
    return ends


def _ends(words: list[str]) -> set[tuple[int, int]]:
    return set(_in_order(words))


def only_han(cut: Cut) -> Cut:
    """Give `cut` the runs of Han characters alone; numbers and Latin runs stay whole, whoever cuts."""

    def cut_runs(texts: list[str]) -> list[list[str]]:
        runs = [[(m[0], bool(m[1])) for m in _RUNS.finditer(text)] for text in texts]
        found = iter(cut([run for line in runs for run, is_han in line if is_han]))
        return [[w for run, is_han in line for w in (next(found) if is_han else [run])] for line in runs]

    return cut_runs


def gold_types(types: Counter[str]) -> set[str]:
    """The words of 2 to 4 Han characters that stand at least LEAST times."""
    return scored(word for word, count in types.items() if count >= LEAST)


def scored(words: Iterable[str]) -> set[str]:
    """The words of 2 to 4 Han characters."""
    return {w for w in words if 2 <= len(w) <= 4 and HAN.fullmatch(w)}


def hits(new: list[str], gold: Collection[str], first: int) -> int:
    """How many of the first so many words, of two and more Han characters, are gold."""
    return sum(w in gold for w in [w for w in new if len(w) > 1 and HAN.fullmatch(w)][:first])
