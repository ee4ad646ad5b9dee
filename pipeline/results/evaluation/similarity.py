"""`--similarity`: do words that people call alike have near vectors? In: word pairs with judgements. Out: rank correlation.

Rank correlation of cosines with judgements: Spearman 1904.
"""

from collections.abc import Iterator

import numpy as np
from scipy.stats import spearmanr

from wajue.results.evaluation import gold, vocabulary
from wajue.results.evaluation.common import Options, Row, by_name
from wajue.results.evaluation.vocabulary import Vocabulary
from wajue.store.workspace import Workspace


def similarity(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each file the correlation over the pairs that have vectors, and over all pairs."""
    judged = {name: gold.pairs(path) for name, path in by_name(files).items()}
    trained = vocabulary.read(workspace, options.vectors)
    for name, pairs in judged.items():
        of_known, of_all, known = correlations(trained, pairs)
        row = {"gold": name, "vectors": options.vectors, "figure": "Spearman", "found": known, "of": len(pairs)}
        yield row | {"part": "pairs with vectors", "value": of_known}
        yield row | {"part": "all pairs", "value": of_all, "note": "cosine 0 where a word has no vector"}


def correlations(trained: Vocabulary, pairs: list[tuple[str, str, float]]) -> tuple[float | None, float | None, int]:
    """(Spearman over the pairs whose words have vectors, over all pairs with cosine 0 for the others, number of the former).

    None where it is not defined: with fewer than two pairs, or if all values are equal.
    """
    pair_rows = np.array([(trained.row(a), trained.row(b)) for a, b, _ in pairs], np.int64).reshape(-1, 2)
    judgements = np.array([score for _, _, score in pairs])
    known = (pair_rows >= 0).all(axis=1)
    dots = np.einsum("ij,ij->i", trained.unit[pair_rows[:, 0]], trained.unit[pair_rows[:, 1]])
    cosine = np.where(known, dots, 0.0)
    return _spearman(cosine[known], judgements[known]), _spearman(cosine, judgements), int(known.sum())


def _spearman(a: np.ndarray, b: np.ndarray) -> float | None:
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(spearmanr(a, b).statistic)
