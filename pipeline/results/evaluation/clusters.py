"""`--clusters`: do documents of one label have near vectors? In: labels of documents. Out: agreement of clusters and neighbours."""

import logging
from collections.abc import Iterator

import numpy as np

from wajue.errors import WajueError
from wajue.results.evaluation import gold
from wajue.results.evaluation.common import Options, Row, by_name
from wajue.results.evaluation.document_vectors import document_vectors
from wajue.store import parquet
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_MOST_DOCUMENTS = 20_000  # labelled ones; nearest neighbours compare each with each


def clusters(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each file of labels, or the word `tags`: how far clusterings agree with the labels, and whether neighbours tell them."""
    from wajue.results.evaluation import clusterings  # scikit-learn takes a second or two to load

    for name, path in by_name(files).items():
        labels = first_tags(workspace) if str(path) == "tags" else gold.labels(path)
        chosen, note = _chosen(sorted(labels))
        doc_ids, vectors = document_vectors(workspace, set(chosen), options.vectors)
        kinds, truth = np.unique([labels[d] for d in doc_ids], return_inverse=True)
        if len(kinds) < 2 or len(doc_ids) < clusterings.FOLDS or np.bincount(truth).max() < clusterings.FOLDS:
            raise WajueError(
                f"--clusters {name}: of {len(chosen)} labelled documents {len(doc_ids)} have a vector, with {len(kinds)} labels; "
                f"two labels are needed, and {clusterings.FOLDS} documents of one"
            )
        row = {"gold": name, "vectors": options.vectors, "found": len(doc_ids), "of": len(labels), "note": note}
        for (method, figure), (mean, deviation) in clusterings.clusterings(vectors, truth).items():
            part = f"{method}, {len(kinds)} clusters, {clusterings.SEEDS} seeds"
            yield row | {"part": part, "figure": figure, "value": mean, "spread": deviation}
        part = f"{clusterings.NEIGHBOURS} nearest neighbours, {clusterings.FOLDS} folds"
        for figure, value in clusterings.neighbours_f1(vectors, truth).items():
            yield row | {"part": part, "figure": figure, "value": value}


def _chosen(labelled: list[str]) -> tuple[list[str], str | None]:
    """(doc_ids to score, a note if they are a sample)"""
    if len(labelled) <= _MOST_DOCUMENTS:
        return labelled, None
    note = f"{_MOST_DOCUMENTS} of {len(labelled)} labelled documents, drawn at random"
    log.warning("clusters: %s", note)
    return np.random.default_rng(0).choice(labelled, _MOST_DOCUMENTS, replace=False).tolist(), note


def first_tags(workspace: Workspace) -> dict[str, str]:
    """{doc_id: its first tag} of the documents that have tags. Raises WajueError if none has."""
    labels: dict[str, str] = {}
    for batch in parquet.batches(workspace, "documents", ["doc_id", "tags"]):
        labels |= {row["doc_id"]: row["tags"][0] for row in batch.to_pylist() if row["tags"]}
    if not labels:
        raise WajueError('--clusters tags: no document has tags; name their field with tags = "FIELD" in [[corpus]]')
    return labels
