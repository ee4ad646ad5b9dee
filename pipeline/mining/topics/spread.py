"""How topics are spread over periods, corpora or tags. In: the topic of each document, and what it is of. Out: topic_trends.

A topic that has more documents in a period than chance would give it is news there. The measure that sets a word's use in two
corpora apart says how surprising that is: G2 of the topic's documents there, against those elsewhere.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from wajue.mining.terms.contrast_measures import keyness
from wajue.schemas import TABLES

SURE = 19.51  # of G2 with one degree of freedom: chance does so once in 100,000, and a table has thousands of rows
_MOST = 5_000  # values, those that most documents have: tags may be as many as documents


def spread(kind: str, topic: np.ndarray, document: np.ndarray, values: pa.Array, parent_of: Mapping[int, int]) -> pa.Table:
    """Rows of topic_trends for the topics that have a document of a value, and for their groups.

    kind: of the values, period, corpus or tag. topic: int [documents]. document int [n], values string [n]: pairs of a document and
    what it is of; a document may be of several tags, or of no period, and then does not count.
    """
    encoded = values.dictionary_encode()
    pairs = np.unique(np.stack([document, encoded.indices.to_numpy()]).astype(np.int64).T.reshape(-1, 2), axis=0)
    totals = np.bincount(pairs[:, 1], minlength=len(encoded.dictionary))
    kept = np.sort(np.argsort(-totals, kind="stable")[:_MOST])
    numbers, row_of = np.unique(topic, return_inverse=True)
    cells = np.zeros((len(numbers), len(totals)), np.int64)
    np.add.at(cells, (row_of[pairs[:, 0]], pairs[:, 1]), 1)
    inside = np.unique(pairs[:, 0])
    sizes = np.bincount(row_of[inside], minlength=len(numbers))
    parts = []
    for number, members in _members(numbers.tolist(), parent_of).items():
        of_topic = cells[members][:, kept].sum(axis=0)
        surprise = _surprise(of_topic, int(sizes[members].sum()), totals[kept], len(inside))
        parts.append(_rows(number, kind, encoded.dictionary.take(pa.array(kept)), of_topic, totals[kept], surprise))
    table = pa.concat_tables([TABLES["topic_trends"].schema.empty_table(), *parts])
    return table.sort_by([("topic", "ascending"), ("value", "ascending")])


def _members(numbers: list[int], parent_of: Mapping[int, int]) -> dict[int, list[int]]:
    """{topic or group: where its topics stand in the list}"""
    members: dict[int, list[int]] = {}
    for i, number in enumerate(numbers):
        members[number] = [i]
        if number in parent_of:
            members.setdefault(parent_of[number], []).append(i)
    return members


def _surprise(of_topic: np.ndarray, size: int, totals: np.ndarray, documents: int) -> np.ndarray:
    """float64 [values]; 0 where all documents are of one value: there is nothing to hold it against."""
    elsewhere = documents - totals
    surprise = np.zeros(len(totals))
    some = (elsewhere > 0) & (of_topic > 0)
    if some.any():
        surprise[some] = keyness(of_topic[some], size - of_topic[some], totals[some], elsewhere[some])
    return surprise


def _rows(number: int, kind: str, names: pa.Array, of_topic: np.ndarray, totals: np.ndarray, surprise: np.ndarray) -> pa.Table:
    """Of one topic or group, the values where it has documents."""
    some = np.flatnonzero(of_topic)
    columns = {
        "topic": pa.array(np.full(len(some), number), pa.int32()),
        "kind": pa.array([kind] * len(some), pa.string()),
        "value": names.take(pa.array(some)),
        "documents": pa.array(of_topic[some], pa.int64()),
        "share": pa.array(of_topic[some] / totals[some]),
        "surprise": pa.array(surprise[some]),
    }
    return pa.table(columns, schema=TABLES["topic_trends"].schema)
