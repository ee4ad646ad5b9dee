import numpy as np
import pytest
from scipy import sparse

from wajue.mining.topics import latent


def frequency(rows: list[list[float]]) -> sparse.csr_array:
    return sparse.csr_array(np.array(rows, np.float32))


def test_words_of_the_same_documents_have_the_same_direction() -> None:
    vectors = latent.word_vectors(frequency([[1, 1, 0, 0, 1], [1, 1, 0, 0, 1], [0, 0, 1, 1, 1], [0, 0, 1, 1, 1]]), 1)
    assert vectors.shape == (5, 4) and vectors.dtype == np.float32
    # idf ln 2 of the first four; a document of two such words has 1/sqrt 2 of each, and so has the singular vector that they share
    lengths = np.linalg.norm(vectors[:4, :2], axis=1)
    assert lengths == pytest.approx([np.log(2) / np.sqrt(2)] * 4, rel=1e-4)
    cosine = vectors[:, :2] @ vectors[:, :2].T / (np.log(2) ** 2 / 2)
    assert cosine[:4, :4] == pytest.approx(np.kron(np.eye(2), np.ones((2, 2))), abs=1e-4)
    assert vectors[4] == pytest.approx(0)  # all documents hold it


def test_documents_that_do_not_differ_have_no_direction() -> None:
    assert not latent.word_vectors(frequency([[1, 0], [1, 0]]), 1).any()
    assert latent.word_vectors(frequency([[1, 2, 1]]), 1).shape == (3, 1)


def test_a_seed_gives_the_same_vectors() -> None:
    drawn = sparse.csr_array(np.random.default_rng(3).poisson(0.2, (60, 300)).astype(np.float32))
    first = latent.word_vectors(drawn, 7)
    assert first.shape == (300, 60) and np.array_equal(first, latent.word_vectors(drawn, 7))
