"""Nearest words by cosine. In: a workspace's vectors. Out: for each word its neighbours."""

import difflib

import numpy as np

from pipeline import arrow_io
from pipeline.errors import WajueError
from pipeline.workspace import Workspace


def nearest(workspace: Workspace, words: list[str], kind: str, top: int) -> dict[str, list[tuple[str, float]]]:
    """{word: [(neighbour, cosine), ...]}, the nearest first; kind: sgns or jose.

    Raises WajueError if the vectors are not there, or a word has none.
    """
    rows = arrow_io.read(workspace, f"{kind}_words", ["word", "vector"])
    known = rows.column("word").to_pylist()
    place = {w: i for i, w in enumerate(known)}
    for word in words:
        if word not in place:
            close = difflib.get_close_matches(word, known, n=3, cutoff=0.5)
            hint = f"; there are {'、'.join(close)}" if close else ""
            raise WajueError(f"{word!r} has no vector: it is not in the vocabulary{hint}; see [vocabulary] min_count")
    matrix = arrow_io.matrix(rows)
    matrix = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
    found: dict[str, list[tuple[str, float]]] = {}
    for word in words:
        cosine = matrix @ matrix[place[word]]
        order = [i for i in np.argsort(-cosine, kind="stable")[: top + 1].tolist() if i != place[word]][:top]
        found[word] = [(known[i], float(cosine[i])) for i in order]
    return found
