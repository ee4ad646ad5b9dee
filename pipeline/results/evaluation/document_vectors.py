"""Vectors of chosen documents. In: a workspace, doc_ids. Out: the doc_ids that have one, and float32 [documents, dim]."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from wajue.store import parquet
from wajue.store.workspace import Workspace


def document_vectors(workspace: Workspace, chosen: set[str], model: str) -> tuple[list[str], np.ndarray]:
    """(doc_ids, float32 [documents, dim]) of these documents: JoSE's own vectors, or the means of their words' SGNS vectors."""
    read = _jose_vectors if model == "jose" else _mean_sgns_vectors
    doc_ids: list[str] = []
    pieces: list[np.ndarray] = []
    for some_ids, vectors in read(workspace, pc.field("doc_id").isin(sorted(chosen))):
        doc_ids += some_ids
        pieces.append(vectors)
    return doc_ids, np.concatenate(pieces or [np.zeros((0, 1), np.float32)])


def _jose_vectors(workspace: Workspace, only: pc.Expression) -> Iterator[tuple[list[str], np.ndarray]]:
    for batch in parquet.batches(workspace, "jose_documents", ["doc_id", "vector"], only):
        yield batch.column("doc_id").to_pylist(), parquet.matrix(batch)


def _mean_sgns_vectors(workspace: Workspace, only: pc.Expression) -> Iterator[tuple[list[str], np.ndarray]]:
    """A document without a word of the vocabulary has no mean, and is left out."""
    word_vectors = _sgns_vectors(workspace)
    for batch in parquet.batches(workspace, "sequences", ["doc_id", "ids"], only):
        word_ids, sizes = (f(batch.column("ids")).to_numpy() for f in (pc.list_flatten, pc.list_value_length))
        offsets = np.concatenate(([0], np.cumsum(sizes)))
        share = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
        means = sparse.csr_array((share, word_ids, offsets), (len(sizes), len(word_vectors))) @ word_vectors
        with_words = np.flatnonzero(sizes)
        yield batch.column("doc_id").take(pa.array(with_words)).to_pylist(), means[with_words]


def _sgns_vectors(workspace: Workspace) -> np.ndarray:
    """float32 [words, dim]: the SGNS vector of each word_id; zeros for a word that was not trained."""
    trained = parquet.read(workspace, "sgns_words", ["word", "vector"])
    vocabulary = parquet.read(workspace, "vocabulary", ["word_id", "word"]).sort_by("word_id")
    row_of = pc.index_in(vocabulary.column("word"), trained.column("word").combine_chunks())
    matrix = parquet.matrix(trained)
    with_zeros = np.vstack([matrix, np.zeros((1, matrix.shape[1]), np.float32)])
    return with_zeros[row_of.fill_null(trained.num_rows).to_numpy()]
