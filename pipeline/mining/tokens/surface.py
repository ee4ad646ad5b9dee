"""How words in a row are written. In: words. Out: a string as it stands in text.

Chinese has no spaces. But two runs of Latin letters and digits are two words only because white space stood between them: Roth IRA.
Between Han and what is not Han some write a space: T 细胞.
"""

import re
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise

_LATIN = r"A-Za-z\u00c0-\u024f\u0370-\u03ff\u2160-\u2188"  # and Greek, and roman numerals
_ENDS_LATIN = re.compile(rf"[0-9{_LATIN}\u00b2\u00b3\u00b9\u2070-\u209c][+#]*\Z")
HAN = re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff]")
_BEGINS_LATIN = re.compile(rf"[.#]?[0-9{_LATIN}]")


def written(words: Sequence[str], joiner: str, gaps: Container[int] = ()) -> str:
    """The words joined by `joiner`; where that is nothing, by a space between two that are not Han, and before the words `gaps`."""
    if joiner:
        return joiner.join(words)
    text = ""
    for i, word in enumerate(words):
        text += f" {word}" if i in gaps or (_ENDS_LATIN.search(text) and _BEGINS_LATIN.match(word)) else word
    return text


def seams(words: Sequence[str]) -> list[int]:
    """Those of the words, from 0, which hold Han behind one that does not, or the other way round."""
    return [i for i, (a, b) in enumerate(pairwise(map(_holds_han, words)), 1) if a != b]


def _holds_han(word: str) -> bool:
    return HAN.search(word) is not None


def key(text: str) -> str:
    """What two strings share that differ in spaces and in capitals alone."""
    return "".join(text.split()).casefold()


def as_listed(listed: Sequence[str], terms: Iterable[str]) -> dict[str, list[str]]:
    """For each of the listed words the terms that are it, whatever their spaces and capitals; in the order of the terms."""
    terms_of: dict[str, list[str]] = {key(word): [] for word in listed}
    for term in terms:
        if (same := terms_of.get(key(term))) is not None:
            same.append(term)
    return {word: terms_of[key(word)] for word in listed}
