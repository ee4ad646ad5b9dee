"""The table `topics`. In: a model, documents, and strings that may name topics. Out: a row for each topic, each group, and for 0.

Groups are numbered on from the last topic. Their centroid is the direction of the sum of their documents.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from scipy import sparse

from wajue.mining.topics import clustering, labels
from wajue.mining.topics.model import Model
from wajue.schemas import TABLES

OUTLIERS = "outliers"  # the label of 0
UNNAMED = "unnamed"  # of a topic whose documents hold nothing that may name it
_BETWEEN = " / "  # the terms of a label


class Strings(NamedTuple):
    """Words and terms that may name a topic."""

    strings: Sequence[str]
    unit: np.ndarray  # float32 [strings, dim], rows of length 1
    presence: sparse.csr_array  # float32 [documents, strings], 1 where a document holds a string


class Members(NamedTuple):
    """All documents of each topic: how many there are, int64 [topics + 1], 0 first; and the doc_ids of the nearest."""

    sizes: np.ndarray
    examples: list[list[str]]  # [topics]


def build(model: Model, origin: np.ndarray, members: Members, vectors: np.ndarray, topic: np.ndarray, strings: Strings) -> pa.Table:
    """`topics`. origin: float32 [dim], from which vectors are measured.

    vectors, topic: float32 [n, dim] and int [n], from 1, 0 for none, of the documents that `strings.presence` has.
    """
    topics = _rows(model.centroids, topic - 1, strings)
    for i, row in enumerate(topics):
        row |= {"topic": i + 1, "size": int(members.sizes[i + 1]), "documents": members.examples[i]}
        row |= {"label": model.names[i] or row["label"], "least_similarity": float(model.least_similarity[i])}
    listed = topics + (_groups(model, topics, vectors, topic, strings) if model.group_count else [])
    listed.append({"topic": 0, "size": int(members.sizes[0]), "label": OUTLIERS, "terms": [], "term_scores": [], "documents": []})
    centroids = pa.array(np.concatenate([row.pop("vector", origin) for row in listed]))
    table = pa.Table.from_pylist(listed, pa.schema([f for f in TABLES["topics"].schema if f.name != "vector"]))
    return table.append_column("vector", pa.FixedSizeListArray.from_arrays(centroids, len(origin)))


def _groups(
    model: Model, topics: list[dict[str, Any]], vectors: np.ndarray, topic: np.ndarray, strings: Strings
) -> list[dict[str, Any]]:
    """The rows of the groups; gives each topic its parent."""
    group = np.append(model.group, -1)[topic - 1]  # of each document; -1 where it is in none
    inside = group >= 0
    centroids = clustering.unit(clustering.sums(vectors[inside], group[inside], model.group_count))
    groups = _rows(centroids, group, strings)
    for i, row in enumerate(groups):
        own = [topics[t] for t in np.flatnonzero(model.group == i)]
        row |= {
            "topic": len(topics) + 1 + i,
            "size": sum(t["size"] for t in own),
            "documents": [d for t in own for d in t["documents"][:1]],
        }
        for each in own:
            each["parent"] = row["topic"]
    return groups


def _rows(centroids: np.ndarray, topic: np.ndarray, strings: Strings) -> list[dict[str, Any]]:
    """What names each, and its centroid; topic: int [documents], from 0, -1 for none."""
    if not len(centroids):
        return []
    score = labels.scores(strings.presence, topic, len(centroids), centroids @ strings.unit.T)
    named = labels.names(score, strings.strings, strings.presence)
    return [
        {
            "label": _BETWEEN.join(n.label) or UNNAMED,
            "terms": n.terms,
            "term_scores": n.scores,
            "coherence": n.coherence,
            "vector": centroid,
        }
        for n, centroid in zip(named, centroids, strict=True)
    ]
