"""Vectors to look up. In: words, counts, float32 [words, dim]. Out: a word's vector, its neighbours, gensim's KeyedVectors.

loaders.load_vectors reads them from a workspace. They cannot be trained further; models/ trains.
"""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from wajue.config import Terms
from wajue.errors import WajueError

if TYPE_CHECKING:
    from gensim.models import KeyedVectors


class UnknownWordError(WajueError, KeyError):
    """A word has no vector."""

    __str__ = Exception.__str__  # KeyError would show its message in quotes


@dataclass(frozen=True)
class Vectors:
    """Vectors of words, and of documents where the model has them."""

    model: str  # sgns or jose
    vocabulary: list[str]  # the word of each matrix row
    counts: np.ndarray  # int64 [words]
    matrix: np.ndarray  # float32 [words, dim]
    doc_ids: list[str] | None = None
    document_matrix: np.ndarray | None = None  # float32 [documents, dim]

    def __len__(self) -> int:
        return len(self.vocabulary)

    def __contains__(self, word: object) -> bool:
        return word in self._row_of

    def __getitem__(self, word: str) -> np.ndarray:
        """float32 [dim], as it was trained. Raises UnknownWordError, which is a KeyError."""
        return self.matrix[self._row(word)]

    @cached_property
    def _row_of(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(self.vocabulary)}

    @cached_property
    def unit(self) -> np.ndarray:
        """float32 [words, dim], rows of length 1."""
        return self.matrix / np.maximum(np.linalg.norm(self.matrix, axis=1, keepdims=True), np.float32(1e-12))

    def _row(self, word: str) -> int:
        row = self._row_of.get(word)
        if row is None:
            close = difflib.get_close_matches(word, self.vocabulary, n=3, cutoff=0.5)
            hint = f"; there are {'、'.join(close)}" if close else ""
            raise UnknownWordError(f"{word!r} has no vector: it is not in the vocabulary{hint}; see [vocabulary] min_count")
        return row

    def similarity(self, word: str, other: str) -> float:
        """Cosine, -1..1. Raises UnknownWordError."""
        return float(self.unit[self._row(word)] @ self.unit[self._row(other)])

    def most_similar(self, words: str | Sequence[str], *, without: Sequence[str] = (), top: int = 10) -> list[tuple[str, float]]:
        """The words nearest to a word, or to the sum of several minus those in `without`: [(word, cosine), ...].

        Raises UnknownWordError if a word has no vector.
        """
        near = [self._row(word) for word in ([words] if isinstance(words, str) else words)]
        far = [self._row(word) for word in without]
        sought = self.unit[near].sum(axis=0) - self.unit[far].sum(axis=0)
        cosine = self.unit @ (sought / max(float(np.linalg.norm(sought)), 1e-12))
        cosine[near + far] = -np.inf
        top = max(0, min(top, len(self) - len({*near, *far})))
        if not top:
            return []
        least = np.partition(cosine, -top)[-top]
        nearest = np.flatnonzero(cosine >= least)  # sorting all of a million takes ten times as long
        nearest = nearest[np.argsort(-cosine[nearest], kind="stable")][:top]
        return [(self.vocabulary[row], float(cosine[row])) for row in nearest.tolist()]

    def expand(self, seeds: Iterable[str], *, avoid: Iterable[str] = ()) -> list[tuple[str, float]]:
        """Words like the seeds, breadth first, as `[terms] seeds` finds them: [(word, cosine to the word that led to it), ...].

        Raises UnknownWordError if a word has no vector.
        """
        from wajue.mining.terms.seed_expansion import expand  # compiled, and slow to import

        seed_rows, avoided_rows = (np.array([self._row(word) for word in listed], np.int64) for listed in (seeds, avoid))
        rules = Terms()
        reached = expand(self.unit, seed_rows, avoided_rows, similarity=rules.expansion_similarity, most=rules.expansion_most)
        return [(self.vocabulary[row], step.similarity) for row, step in reached.items()]

    def to_gensim(self) -> "KeyedVectors":
        """gensim's KeyedVectors, with the counts."""
        from gensim.models import KeyedVectors

        keyed = KeyedVectors(self.matrix.shape[1], count=0, dtype=np.float32)
        keyed.lifecycle_events = None  # they hold the time of day, and the same vectors must make the same file
        keyed.add_vectors(self.vocabulary, self.matrix)
        for word, count in zip(self.vocabulary, self.counts.tolist(), strict=True):
            keyed.set_vecattr(word, "count", count)
        return keyed
