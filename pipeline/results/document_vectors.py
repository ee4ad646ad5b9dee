"""Documents with their labels and vectors. In: a workspace. Out: doc_ids, tags, arrays."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy import sparse

from wajue.errors import WajueError
from wajue.store import parquet
from wajue.store.workspace import Workspace


def first_tags(workspace: Workspace) -> dict[str, str]:
    """{doc_id: the first tag} of documents that have tags. Raises WajueError if none has."""
    rows = [r for batch in parquet.batches(workspace, "documents", ["doc_id", "tags"]) for r in batch.to_pylist() if r["tags"]]
    if not rows:
        raise WajueError('--clusters tags: no document has tags; name their field with tags = "FIELD" in [[corpus]]')
    return {r["doc_id"]: r["tags"][0] for r in rows}


def document_vectors(workspace: Workspace, chosen: set[str], model: str) -> tuple[list[str], np.ndarray]:
    """(doc_ids, vectors float32 [documents, dim]) of these documents: JoSE's own, or the mean of their words' SGNS vectors."""
    found: list[str] = []
    pieces: list[np.ndarray] = []
    wanted = pc.field("doc_id").isin(sorted(chosen))
    if model == "jose":
        for batch in parquet.batches(workspace, "jose_documents", ["doc_id", "vector"], wanted):
            found += batch.column("doc_id").to_pylist()
            pieces.append(parquet.matrix(batch))
        return found, np.concatenate(pieces or [np.zeros((0, 1), np.float32)])
    matrix = _sgns_vectors(workspace)
    for batch in parquet.batches(workspace, "sequences", ["doc_id", "ids"], wanted):
        ids, sizes = (f(batch.column("ids")).to_numpy() for f in (pc.list_flatten, pc.list_value_length))
        ends = np.concatenate(([0], np.cumsum(sizes)))
        share = np.repeat(1 / np.maximum(sizes, 1), sizes).astype(np.float32)
        means = sparse.csr_array((share, ids, ends), (len(sizes), len(matrix))) @ matrix
        kept = np.flatnonzero(sizes)  # a document without a word has no mean
        found += batch.column("doc_id").take(pa.array(kept)).to_pylist()
        pieces.append(means[kept])
    return found, np.concatenate(pieces or [np.zeros((0, 1), np.float32)])


def _sgns_vectors(workspace: Workspace) -> np.ndarray:
    """float32 [words, dim]: the SGNS vector of each word id."""
    rows = parquet.read(workspace, "sgns_words", ["word", "vector"])
    known = parquet.read(workspace, "vocabulary", ["word_id", "word"]).sort_by("word_id")
    place = pc.index_in(known.column("word"), rows.column("word").combine_chunks()).fill_null(rows.num_rows).to_numpy()
    matrix = parquet.matrix(rows)
    return np.vstack([matrix, np.zeros((1, matrix.shape[1]), np.float32)])[place]  # zeros for a word that was not trained
