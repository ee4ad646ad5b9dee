"""How words in a row are written. In: words. Out: a string as it stands in text.

Chinese has no spaces. But two runs of Latin letters and digits are two words only because white space stood between them: Roth IRA.
"""

import re
from collections.abc import Iterable, Sequence

_LATIN = r"A-Za-z\u00c0-\u024f\u0370-\u03ff\u2160-\u2188"  # and Greek, and roman numerals
_ENDS_LATIN = re.compile(rf"[0-9{_LATIN}\u00b2\u00b3\u00b9\u2070-\u209c][+#]*\Z")
_BEGINS_LATIN = re.compile(rf"[.#]?[0-9{_LATIN}]")


def written(words: Sequence[str], joiner: str) -> str:
    """The words joined by `joiner`; where that is nothing, by a space between two that are not Han."""
    if joiner:
        return joiner.join(words)
    text = ""
    for word in words:
        text += f" {word}" if _ENDS_LATIN.search(text) and _BEGINS_LATIN.match(word) else word
    return text


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
