"""How topics are spread over periods, corpora or tags. In: the topic of each document, and what it is of. Out: topic_trends.

A topic that has more documents in a period than chance would give it is news there. The measure that sets a word's use in two
corpora apart says how surprising that is: G2 of the topic's documents there, against those elsewhere. Periods are compared within
each corpus (trends/strata.py): the topics of a corpus that begins or grows are no news.
"""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from wajue.mining.trends import strata
from wajue.schemas import TABLES

SURE = 19.51  # of G2 with one degree of freedom: chance does so once in 100,000, and a table has thousands of rows
_MOST = 5_000  # values, those that most documents have: tags may be as many as documents


def spread(
    kind: str,
    topic: np.ndarray,  # int [documents]
    document: np.ndarray,  # int [n]
    values: pa.Array,  # string [n]
    parent_of: Mapping[int, int],
    stratum: np.ndarray | None = None,  # int [documents]
) -> pa.Table:
    """Rows of topic_trends for the topics that have a document of a value, and for their groups.

    kind: of the values, period, corpus or tag. document, values: pairs of a document and what it is of; a document may be of
    several tags, or of no period, and then does not count. stratum: within which values are compared, if not in all.
    """
    encoded = values.dictionary_encode()
    pairs = np.unique(np.stack([document, encoded.indices.to_numpy()]).astype(np.int64).T.reshape(-1, 2), axis=0)
    totals = np.bincount(pairs[:, 1], minlength=len(encoded.dictionary))
    kept = np.sort(np.argsort(-totals, kind="stable")[:_MOST])
    numbers, row_of = np.unique(topic, return_inverse=True)
    stratum = np.zeros(len(topic), np.int64) if stratum is None else stratum
    cells = np.zeros((len(numbers), int(stratum.max(initial=0)) + 1, len(totals)), np.int64)
    np.add.at(cells, (row_of[pairs[:, 0]], stratum[pairs[:, 0]], pairs[:, 1]), 1)
    inside = np.unique(pairs[:, 0])
    sizes = np.zeros(cells.shape[:2], np.int64)
    np.add.at(sizes, (row_of[inside], stratum[inside]), 1)
    of_all = cells.sum(axis=0)[:, kept]
    p = of_all / np.maximum(sizes.sum(axis=0), 1)[:, None]  # of the documents of each stratum, those of each value
    parts, names = [], encoded.dictionary.take(pa.array(kept))
    for number, members in _members(numbers.tolist(), parent_of).items():
        of_topic, size = cells[members][:, :, kept].sum(axis=0), sizes[members].sum(axis=0)[:, None]
        surprise = strata.likelihood_ratio(of_topic, size, p)
        parts.append(_rows(number, kind, names, of_topic.sum(axis=0), of_all.sum(axis=0), (size * p).sum(axis=0), surprise))
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


def _rows(
    number: int,
    kind: str,
    names: pa.Array,  # string [values]
    of_topic: np.ndarray,  # int [values]
    totals: np.ndarray,  # int [values]
    expected: np.ndarray,  # float64 [values]
    surprise: np.ndarray,  # float64 [values]
) -> pa.Table:
    """Of one topic or group, the values where it has documents."""
    some = np.flatnonzero(of_topic)
    columns = {
        "topic": pa.array(np.full(len(some), number), pa.int32()),
        "kind": pa.array([kind] * len(some), pa.string()),
        "value": names.take(pa.array(some)),
        "documents": pa.array(of_topic[some], pa.int64()),
        "share": pa.array(of_topic[some] / totals[some]),
        "expected": pa.array(expected[some]),
        "surprise": pa.array(surprise[some]),
    }
    return pa.table(columns, schema=TABLES["topic_trends"].schema)
