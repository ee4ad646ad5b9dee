"""Candidates for which another candidate stands. In: candidates and the rules that bar them. Out: the same, with these barred, too.

Only what may be a term stands for another: what lies in a piece of a sentence does not fall with it.
"""

from collections.abc import Sequence

import numpy as np

from wajue.mining.tokens.surface import key

_FRAGMENT = 0.9  # share of a word's occurrences within one longer term from which it is no term by itself


def without_fragments(
    filters: Sequence[str | None],
    nesting: np.ndarray,  # float64 [n], a share
    container: np.ndarray,  # int64 [n], of the candidates, -1 for none
    hopeless: np.ndarray,  # bool [n], of which next to none is a term
    known: Sequence[bool],  # which a dictionary knows as words: 防火墙 is one, though SQL防火墙 holds it each time
) -> list[str | None]:
    """With `nested` for each unknown candidate that nearly always lies in one longer one: words are judged as runs are."""
    whole = [name in (None, "nested") and not bad for name, bad in zip(filters, hopeless.tolist(), strict=True)]
    inside = [share >= _FRAGMENT and c >= 0 and whole[c] for share, c in zip(nesting.tolist(), container.tolist(), strict=True)]
    return [
        name or ("nested" if is_inside and not is_word else None)
        for name, is_inside, is_word in zip(filters, inside, known, strict=True)
    ]


def without_other_spellings(
    filters: Sequence[str | None],
    terms: Sequence[str],
    counts: np.ndarray,  # int64 [n]
) -> list[str | None]:
    """With `other_spelling` for each candidate that differs from a more frequent one in its spaces and capitals alone."""
    commonest: dict[str, int] = {}
    for i in sorted(range(len(terms)), key=lambda i: (-counts[i], terms[i])):
        if filters[i] is None:
            commonest.setdefault(key(terms[i]), i)
    return [
        name or (None if terms[commonest[key(term)]] == term else "other_spelling")
        for name, term in zip(filters, terms, strict=True)
    ]
