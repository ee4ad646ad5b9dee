"""What is known of each word of a list, as numbers with a name. In: columns, parts, vectors. Out: a sparse matrix.

Each feature comes times the width of its prior, which says how far answers may move its weight. Widths were chosen on four fields:
wider ones learn too much from fifty answers (docs/dev/experiments/terms.md).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from wajue.mining.terms import termhood

FIGURE_WIDTH, DOUBT_WIDTH, PART_WIDTH, MEANING_WIDTH = 0.1, 0.2, 0.3, 0.7
_MOST_DEVIATIONS = 4.0


class Feature(NamedTuple):
    """kind: figure, doubt, first, last, part (a word that a term begins with, ends with, holds) or meaning; name: which."""

    kind: str
    name: str


class Features(NamedTuple):
    """names: of the columns; matrix: float64 [rows, features], times the widths."""

    names: list[Feature]
    matrix: sp.csr_matrix


def features(
    figures: Mapping[str, np.ndarray],  # float64 [rows], NaN where a row has none
    doubts: Sequence[Iterable[str]],  # of each row
    parts: Sequence[Sequence[str]],  # the words, or symbols, of each row
    vectors: np.ndarray | None,  # float32 [rows, dim], rows of length 1, or 0 where a row has none
) -> Features:
    """All features of all rows."""
    doubted = [[Feature("doubt", name) for name in names] for names in doubts]
    wordings = [
        [Feature("first", p[0]), Feature("last", p[-1]), *(Feature("part", w) for w in dict.fromkeys(p))] if len(p) else []
        for p in parts
    ]
    blocks = [
        _dense([Feature("figure", name) for name in figures], np.stack([standard(f) for f in figures.values()], 1), FIGURE_WIDTH),
        _indicators(doubted, DOUBT_WIDTH),
        _indicators(wordings, PART_WIDTH),
    ]
    if vectors is not None:
        blocks.append(_dense([Feature("meaning", str(i)) for i in range(vectors.shape[1])], vectors, MEANING_WIDTH))
    return Features([n for b in blocks for n in b.names], sp.hstack([b.matrix for b in blocks], format="csr"))


def standard(figure: np.ndarray) -> np.ndarray:
    """A column (float64 [rows]) in standard deviations from its mean; 0 where there is no figure, or all are equal."""
    is_known = ~np.isnan(figure)
    deviations = termhood.standard(np.nan_to_num(figure), is_known)
    return np.where(is_known, np.clip(deviations, -_MOST_DEVIATIONS, _MOST_DEVIATIONS), 0.0)


def _dense(names: list[Feature], columns: np.ndarray, width: float) -> Features:
    return Features(names, sp.csr_matrix(width * columns.astype(float)))


def _indicators(of_rows: Sequence[Sequence[Feature]], width: float) -> Features:
    """A column for each feature that some row has."""
    number_of: dict[Feature, int] = {}
    columns = [number_of.setdefault(feature, len(number_of)) for row in of_rows for feature in row]
    offsets = np.concatenate([[0], np.cumsum([len(row) for row in of_rows])])
    cells = np.full(len(columns), width)
    return Features(list(number_of), sp.csr_matrix((cells, columns, offsets), shape=(len(of_rows), len(number_of))))
