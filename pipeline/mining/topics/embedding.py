"""Documents on the sphere. In: their words, and the vectors and counts of all words. Out: unit vectors.

A document is the sum of its words' unit vectors, each with the weight (1 + log n) a / (a + p), n its occurrences in the document
and p its share of all occurrences (Arora et al. 2017). What all documents have in common, their mean, is taken away. JoSE's own
vectors of documents tell topics less well apart, the less so the shorter the documents are (docs/dev/experiments/topics.md).
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy import sparse

from wajue.mining.topics.clustering import unit

_RARE_SHARE = 1e-3  # a: of all occurrences; a word that makes up so much counts half


class Documents(NamedTuple):
    """Documents as word ids, one after the other: int32 [tokens], and where each begins, int64 [documents + 1]."""

    word_ids: np.ndarray
    offsets: np.ndarray


def joined(pieces: Iterable[Documents]) -> Documents:
    """Pieces one after the other."""
    listed = [Documents(np.zeros(0, np.int32), np.zeros(1, np.int64)), *pieces]
    sizes = np.concatenate([np.diff(p.offsets) for p in listed])
    return Documents(np.concatenate([p.word_ids for p in listed]), np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))))


class Embedding(NamedTuple):
    """The words' unit vectors with their weights, float32 [words, dim], and the mean of documents, float32 [dim]."""

    weighted: np.ndarray
    mean: np.ndarray

    @classmethod
    def of_words(cls, vectors: np.ndarray, counts: np.ndarray) -> "Embedding":
        """Not yet centred. vectors: float32 [words, dim]; counts: int64 [words], in all documents."""
        share = counts / max(int(counts.sum()), 1)
        weight = (_RARE_SHARE / (_RARE_SHARE + share)).astype(np.float32)
        return cls(unit(vectors) * weight[:, None], np.zeros(vectors.shape[1], np.float32))

    def centred(self, documents: Documents) -> "Embedding":
        """Measured from the mean of these documents."""
        sums = self._sums(documents)
        return self._replace(mean=sums.mean(axis=0, dtype=np.float64).astype(np.float32)) if len(sums) else self

    def of_documents(self, documents: Documents) -> np.ndarray:
        """float32 [documents, dim], rows of length 1; of a document without a word, the direction away from the mean."""
        return unit(self._sums(documents) - self.mean)

    def of_parts(self, parts: list[tuple[int, ...]]) -> np.ndarray:
        """float32 [terms, dim]: terms, by the ids of their words, as documents that hold nothing else."""
        word_ids = np.array([word_id for of_term in parts for word_id in of_term], np.int32)
        return self.of_documents(Documents(word_ids, np.concatenate(([0], np.cumsum([len(p) for p in parts], dtype=np.int64)))))

    def _sums(self, documents: Documents) -> np.ndarray:
        """float32 [documents, dim], rows of length 1, not centred."""
        size = len(documents.word_ids)
        shape = (len(documents.offsets) - 1, len(self.weighted))
        held = sparse.csr_array((np.ones(size, np.float32), documents.word_ids.copy(), documents.offsets.copy()), shape)
        held.sum_duplicates()
        held.data = 1 + np.log(held.data)
        return unit(held @ self.weighted)
