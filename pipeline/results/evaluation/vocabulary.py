"""Words whose vectors are scored. In: a workspace. Out: unit vectors float32 [words, dim], and the row of each word."""

import numpy as np

from wajue.store import parquet
from wajue.store.workspace import Workspace


class Vocabulary:
    """Words and their unit vectors, float32 [words, dim]; the most frequent word first."""

    def __init__(self, strings: list[str], matrix: np.ndarray) -> None:
        self.unit = matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-12)
        self._row_of = {string: row for row, string in enumerate(strings)}

    def row(self, word: str) -> int:
        """The row of the word, else of the word in lower case, else -1."""
        row = self._row_of.get(word, -1)
        return row if row >= 0 else self._row_of.get(word.lower(), -1)

    def first(self, size: int | None) -> "Vocabulary":
        """The most frequent words alone."""
        return self if size is None else Vocabulary(list(self._row_of)[:size], self.unit[:size])


def read(workspace: Workspace, model: str) -> Vocabulary:
    """The words of a model, sgns or jose. Raises WajueError if it has no vectors."""
    trained = parquet.word_vectors(workspace, model).sort_by([("count", "descending"), ("word", "ascending")])
    return Vocabulary(trained.column("word").to_pylist(), parquet.matrix(trained))
