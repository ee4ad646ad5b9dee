"""The map of documents: in the plane by their vectors, in the colours of their topics.

A sample of them: those with the least doc_id, which is a hash.
"""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.topics.embedding import Documents
from wajue.results import query, semantic_map
from wajue.results.report_sections.excerpts import masked
from wajue.results.report_sections.tables import Facts, Tables
from wajue.results.topics import load_topics

_MAPPED = 800  # documents; t-SNE takes some .4 s for them
_BEGINS = 120  # characters of each that are shown
_NEEDED = ("topics", "document_topics", "sequences", "documents", "jose_words", "topic_words", "vocabulary")


def document_map(tables: Tables, facts: Facts) -> Facts:
    """`document_map`: points [x, y, topic, text, source], `labels` {topic: its name}, `colours` {topic: number}; None: fewer than
    three documents have a word. The largest of the page's topics have a colour, which the topics within them share.
    """
    sample = _sample(tables) if tables.has(*_NEEDED) else []
    if len(sample) < 3:
        return {"document_map": None}
    colours = {t["topic"]: i for i, row in enumerate(facts["topics"][: semantic_map.MOST_CLUSTERS]) for t in (row, *row["within"])}
    places = semantic_map.coordinates(_vectors(tables, sample))
    points = [
        [round(float(x), 4), round(float(y), 4), row["topic"], masked(row["text"]), _source(row["source"])]
        for row, (x, y) in zip(sample, places, strict=True)
    ]
    labels = {row["topic"]: row["label"] for row in tables.select("SELECT topic, label FROM topics WHERE topic > 0")}
    return {"document_map": {"points": points, "labels": labels, "colours": colours}}


def _sample(tables: Tables) -> list[dict[str, Any]]:
    """The documents that are nearest to their topic first: these name it."""
    drawn: list[dict[str, Any]] = query.execute(
        tables.connection,
        f"""
        WITH drawn AS (
            SELECT doc_id, topic, similarity FROM document_topics WHERE similarity IS NOT NULL ORDER BY doc_id LIMIT {_MAPPED})
        SELECT doc_id, topic, left(text, {_BEGINS}) AS text, documents.source AS source, ids
        FROM drawn JOIN documents USING (doc_id) JOIN sequences USING (doc_id) ORDER BY similarity DESC, doc_id""",
    ).to_pylist()
    return drawn


def _vectors(tables: Tables, sample: list[dict[str, Any]]) -> np.ndarray:
    """float32 [documents, dim], as the step `topics` made them."""
    ids = pa.array([row["ids"] for row in sample], pa.list_(pa.int32()))
    offsets = np.concatenate(([0], np.cumsum(pc.list_value_length(ids).to_numpy(), dtype=np.int64)))
    return load_topics(tables.workspace).vectors(Documents(pc.list_flatten(ids).to_numpy(), offsets))


def _source(source: dict[str, Any] | None) -> str:
    return source["file"] if source else ""
