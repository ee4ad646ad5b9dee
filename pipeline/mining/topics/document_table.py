"""The table `document_topics`. In: doc_ids, and where each document was put. Out: its rows."""

import numpy as np
import pyarrow as pa

from wajue.mining.topics.model import Placed
from wajue.schemas import TABLES


def document_table(doc_ids: pa.ChunkedArray, placed: Placed) -> pa.Table:
    """The rows of these documents; a similarity of NaN, and a second of 0, are null."""
    columns = {
        "doc_id": doc_ids,
        "topic": pa.array(placed.topic, pa.int32()),
        "similarity": pa.array(placed.similarity.astype(float), mask=np.isnan(placed.similarity)),
        "second": pa.array(placed.second, pa.int32(), mask=placed.second == 0),
        "second_similarity": pa.array(placed.second_similarity.astype(float), mask=placed.second == 0),
    }
    return pa.table(columns, schema=TABLES["document_topics"].schema)
