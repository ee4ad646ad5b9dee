"""Words as directions in which documents differ. In: documents by words. Out: vectors of words, of which a document's is the sum.

Latent semantic analysis (Deerwester et al. 1990): TF-IDF of documents of length 1, and its first singular vectors. A word has its
inverse document frequency in it already.
"""

import numpy as np
from scipy import sparse

_DIM = 100
_ITERATIONS = 5  # of the randomised method (Halko et al. 2011)


def word_vectors(frequency: sparse.csr_array, seed: int) -> np.ndarray:
    """float32 [words, at most 100, and one at least]; zeros where every word stands in all documents, or none in any.

    frequency: float32 [documents, words], 1 + log n where a document holds a word n times.
    """
    from sklearn.utils.extmath import randomized_svd  # takes two seconds to load, and what only reads topics does without
    from threadpoolctl import threadpool_limits

    document_counts = np.bincount(frequency.indices, minlength=frequency.shape[1])
    idf = np.log(frequency.shape[0] / np.maximum(document_counts, 1)).astype(np.float32)
    tf_idf = frequency.copy()
    tf_idf.data *= idf[tf_idf.indices]
    lengths = np.sqrt(tf_idf.multiply(tf_idf).sum(axis=1))
    if not lengths.any():
        return np.zeros((frequency.shape[1], 1), np.float32)
    tf_idf.data /= np.repeat(np.maximum(lengths, 1e-12), np.diff(tf_idf.indptr)).astype(np.float32)
    with threadpool_limits(1):  # the same vectors on every machine
        directions = randomized_svd(tf_idf, min(_DIM, *tf_idf.shape), n_iter=_ITERATIONS, random_state=seed)[2]
    vectors: np.ndarray = np.ascontiguousarray(directions.T * idf[:, None], np.float32)
    return vectors
