"""The step `topic_trends`. In: topics, document_topics, documents. Out: `topic_trends`.

Documents are joined to their topics by doc_id in memory: some 100 bytes a document.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Config
from wajue.mining.topics.spread import spread
from wajue.mining.trends import dates
from wajue.runner.progress import Watch
from wajue.schemas import TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace


def topic_trends(workspace: Workspace, config: Config, absent: frozenset[str], watch: Watch) -> None:
    """Write the table, unfinished. absent: none, since the step needs all that it reads."""
    del absent
    placed = parquet.read(workspace, "document_topics", ["doc_id", "topic"])
    documents = parquet.read(workspace, "documents", ["doc_id", "corpus", "date", "tags"]).combine_chunks()
    position = pc.index_in(documents.column("doc_id"), placed.column("doc_id").combine_chunks())
    documents = documents.filter(pc.is_valid(position))  # the others are not of [topics] role
    topic = placed.column("topic").take(position.drop_null()).to_numpy()
    watch.set(0.5, f"{len(topic):,} documents")
    groups = parquet.read(workspace, "topics", ["topic", "parent"]).to_pylist()
    parent_of = {row["topic"]: row["parent"] for row in groups if row["parent"] is not None}
    corpus = documents.column("corpus").combine_chunks().dictionary_encode().indices.to_numpy()
    tables = [
        spread(kind, topic, document, values, parent_of, corpus if kind == "period" else None)
        for kind, document, values in _values(documents, config.trends.period)
    ]
    parquet.write(pa.concat_tables([TABLES["topic_trends"].schema.empty_table(), *tables]), workspace, "topic_trends")


def _values(documents: pa.Table, period: str) -> Iterator[tuple[str, np.ndarray, pa.Array]]:
    """(kind, document int [n], value string [n]) of what the documents are of."""
    dated = documents.column("date").combine_chunks().dictionary_encode()
    days = [dates.parse(text) if text else None for text in dated.dictionary.to_pylist()]
    periods = pa.array([dates.period(day, period) if day else None for day in days], pa.string())
    tags = documents.column("tags").combine_chunks()
    numbers = np.arange(len(documents))
    of_document = periods.take(dated.indices)
    dated_ones = pc.is_valid(of_document).to_numpy(zero_copy_only=False)
    yield "period", numbers[dated_ones], of_document.drop_null()
    yield "corpus", numbers, documents.column("corpus").combine_chunks()
    yield "tag", pc.list_parent_indices(tags).to_numpy(), pc.list_flatten(tags)
