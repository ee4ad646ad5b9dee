"""Documents on the sphere. In: their words, and the vectors and counts of all words. Out: unit vectors, of two parts.

The first is the sum of the words' unit vectors of JoSE, each with the weight (1 + log n) a / (a + p), n its occurrences in the
document and p its share of all occurrences (Arora et al. 2017), less what all documents have in common, their mean. The second is
that of the words' latent vectors (latent.py), and counts n / (n + 5) of the first, n the words of the document: many words say by
themselves what a document is about, and a few need the company that each of them keeps elsewhere. Single Han characters and numbers
have no latent vector: in titles each of 已, 将, 新 and 20 would be a direction, and a topic. JoSE's own vectors of documents
tell topics less well apart, the less so the shorter the documents are (docs/dev/experiments/topics.md).
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from wajue.mining.topics import latent
from wajue.mining.topics.clustering import unit

_RARE_SHARE = 1e-3  # a: of all occurrences; a word that makes up so much counts half
_HALF_LATENT = 5  # words of a document whose latent part counts half


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
    """What turns documents into vectors."""

    weighted: np.ndarray  # float32 [words, dim], unit vectors times their weights
    mean: np.ndarray  # float32 [dim], of documents
    latent: np.ndarray  # float32 [words, latent_dim]

    @classmethod
    def of_words(cls, vectors: np.ndarray, counts: np.ndarray) -> "Embedding":
        """Not yet fitted: no mean, nothing latent. vectors: float32 [words, dim]; counts: int64 [words], in all documents."""
        share = counts / max(int(counts.sum()), 1)
        weight = (_RARE_SHARE / (_RARE_SHARE + share)).astype(np.float32)
        return cls(unit(vectors) * weight[:, None], np.zeros(vectors.shape[1], np.float32), np.zeros((len(vectors), 1), np.float32))

    @property
    def origin(self) -> np.ndarray:
        """float32 [dim + latent_dim]: from which directions are measured."""
        return np.concatenate([self.mean, np.zeros(self.latent.shape[1], np.float32)])

    def fitted(self, documents: Documents, strings: Sequence[str], seed: int) -> "Embedding":
        """With the mean and the latent vectors of these documents; strings: the words."""
        if len(documents.offsets) == 1:
            return self
        frequency = self._log_frequency(documents)
        mean = unit(frequency @ self.weighted).mean(axis=0, dtype=np.float64).astype(np.float32)
        says_something = np.array([any(map(str.isalpha, s)) and (len(s) > 1 or s.isascii()) for s in strings], bool)
        frequency.data *= says_something[frequency.indices]
        frequency.eliminate_zeros()
        vectors = latent.word_vectors(frequency, seed)
        vectors[~says_something] = 0  # not only nearly
        return self._replace(mean=mean, latent=vectors)

    def of_documents(self, documents: Documents) -> np.ndarray:
        """float32 [documents, dim + latent_dim], rows of length 1; of one without a word, the direction away from the mean."""
        frequency = self._log_frequency(documents)
        words = np.diff(documents.offsets)[:, None]
        share = (words / (words + _HALF_LATENT)).astype(np.float32)
        return unit(np.hstack([unit(unit(frequency @ self.weighted) - self.mean), share * unit(frequency @ self.latent)]))

    def of_parts(self, parts: list[tuple[int, ...]]) -> np.ndarray:
        """float32 [terms, dim + latent_dim]: terms, by the ids of their words, as documents that hold nothing else."""
        word_ids = np.array([word_id for of_term in parts for word_id in of_term], np.int32)
        return self.of_documents(Documents(word_ids, np.concatenate(([0], np.cumsum([len(p) for p in parts], dtype=np.int64)))))

    def _log_frequency(self, documents: Documents) -> sparse.csr_array:
        """float32 [documents, words]: 1 + log n where a document holds a word n times."""
        size = len(documents.word_ids)
        shape = (len(documents.offsets) - 1, len(self.weighted))
        held = sparse.csr_array((np.ones(size, np.float32), documents.word_ids.copy(), documents.offsets.copy()), shape)
        held.sum_duplicates()
        held.data = 1 + np.log(held.data)
        return held
