"""Segmented corpora and scores against them, over strings of Han characters.

The lexicon, as far as it stands at least 5 times in the text cut by it, is scored against the types of the corpus (2 to 4
characters, at least 5 times); segmentation by words whose both ends agree, numbers and Latin runs cut the same way for all;
new words, those that jieba's dictionary lacks, in the order of their score, by the share of the first k that are types of the
corpus. The corpora are normalised (NFKC), as the text is. `wajue evaluate` computes the same.
"""

import unicodedata
from collections import Counter
from pathlib import Path

from wajue.results.evaluation.lexicon import gold_types, hits, of_scored_length
from wajue.results.evaluation.segmentation import HAN, Cut, agreement, only_han

__all__ = ["HAN", "Cut", "gold", "lexicon_f1", "precision", "segmentation_f1"]


def gold(path: Path) -> list[list[str]]:
    """The words of each line, normalised."""
    return [unicodedata.normalize("NFKC", line).split() for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def segmentation_f1(cut: Cut, lines: list[list[str]]) -> float:
    """F1 of words over all lines; only runs of Han characters are given to `cut`."""
    return agreement(only_han(cut), lines).f1


def lexicon_f1(words: list[str], types: Counter[str]) -> float:
    """F1 of the words of 2 to 4 Han characters against the types that stand at least 5 times."""
    wanted, given = gold_types(types), of_scored_length(words)
    return 2 * len(wanted & given) / (len(wanted) + len(given))


def precision(new: list[str], types: Counter[str]) -> dict[str, float]:
    """Of the first 100, 300, 500 words, of two and more Han characters, the share that are types of the corpus."""
    return {f"at_{k}": hits(new, types, k) / k for k in (100, 300, 500)}
