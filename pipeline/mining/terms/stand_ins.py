"""Candidates for which another candidate stands. In: candidates and the rules that bar them. Out: the same, with these barred, too.

Only what may be a term stands for another: what lies in a piece of a sentence does not fall with it.
"""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.tokens.surface import key

# share of its occurrences within one longer term from which a string is no term by itself, and the same for a word of a dictionary
_FRAGMENT, _WORD = 0.9, 0.98


def without_fragments(
    filters: Sequence[str | None],
    nesting: np.ndarray,  # float64 [n], a share
    container: np.ndarray,  # int64 [n], of the candidates, -1 for none
    hopeless: np.ndarray,  # bool [n], of which next to none is a term
    known: Sequence[bool],  # which a dictionary knows as words: 中枢神经 is one, though 中枢神经系统 holds most of it
) -> list[str | None]:
    """With `nested` for each candidate that nearly always lies in one longer one, as 代数 does in 线性代数."""
    whole = [name in (None, "nested") and not bad for name, bad in zip(filters, hopeless.tolist(), strict=True)]
    least = np.where(np.asarray(known, bool), _WORD, _FRAGMENT)
    inside = [is_much and c >= 0 and whole[c] for is_much, c in zip((nesting >= least).tolist(), container.tolist(), strict=True)]
    return [name or ("nested" if is_inside else None) for name, is_inside in zip(filters, inside, strict=True)]


def without_other_spellings(
    filters: Sequence[str | None],
    terms: Sequence[str],
    counts: np.ndarray,  # int64 [n]
) -> list[str | None]:
    """With `other_spelling` for each candidate that differs from a more frequent one in its spaces and capitals alone."""
    spelling = pc.dictionary_encode(pa.array([key(term) for term in terms])).indices.to_numpy()
    by_count = [("count", "descending"), ("term", "ascending")]
    ranked = pc.sort_indices(pa.table({"count": counts, "term": terms}), by_count).to_numpy()
    unbarred = ranked[np.array([name is None for name in filters], bool)[ranked]]
    spellings, first = np.unique(spelling[unbarred], return_index=True)
    commonest = np.full(len(terms), -1)  # of the terms of a spelling; there is one wherever a term is not barred
    commonest[spellings] = unbarred[first]
    return [
        name or (None if terms[stand_in] == term else "other_spelling")
        for name, term, stand_in in zip(filters, terms, commonest[spelling].tolist(), strict=True)
    ]
