"""The section of the map: terms (else new and frequent words) in the plane by their vectors, with clusters and neighbours."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from wajue.mining.topics.clustering import unit
from wajue.results import semantic_map
from wajue.results.report_sections.tables import Facts, Tables
from wajue.store import parquet

_MAPPED = 2000  # points; t-SNE takes some 2 s for them
_POOL = 100_000  # most frequent words among which neighbours are looked for
_NEIGHBOURS = 10
_NAMES_PER_CLUSTER = 12


def map(tables: Tables, facts: Facts) -> Facts:
    """`map`: points, clusters, neighbours, and what they are `of`; None if fewer than three names have a vector."""
    if facts["terms"]:
        names, parts, kind = [r["term"] for r in facts["terms"]], [r["parts"] for r in facts["terms"]], "terms"
    else:
        names, kind = list(dict.fromkeys([r["word"] for r in facts["words"]] + _frequent(tables))), "words"
        parts = [[name] for name in names]
    drawn = _drawn(tables, names, parts)
    return {"map": drawn | {"of": kind} if drawn else None, "vectors": tables.has("sgns_words") or tables.has("jose_words")}


def _frequent(tables: Tables) -> list[str]:
    """The most frequent words; single characters are left out."""
    vocabulary = tables.select(f"SELECT word FROM vocabulary WHERE length(word) > 1 ORDER BY word_id LIMIT {_MAPPED}")
    return [r["word"] for r in vocabulary]


@dataclass(frozen=True)
class _Trained:
    """Words, the most frequent first, and their vectors."""

    table: str
    strings: list[str]
    unit: np.ndarray  # float32 [words, dim], rows of length 1


def _trained(tables: Tables) -> _Trained | None:
    """The skip-gram vectors, else the spherical ones, else None."""
    table = next((t for t in ("sgns_words", "jose_words") if tables.has(t)), None)
    if table is None:
        return None
    vectors = parquet.read(tables.workspace, table, ["word", "count", "vector"])
    vectors = vectors.sort_by([("count", "descending"), ("word", "ascending")])
    return _Trained(table, vectors.column("word").to_pylist(), unit(parquet.matrix(vectors)))


def _drawn(tables: Tables, names: list[str], parts: list[list[str]]) -> dict[str, Any] | None:
    """The names whose parts all have a vector. A name of several words has the sum of their unit vectors, as in the ranking."""
    trained = _trained(tables)
    if trained is None:
        return None
    row_of = {string: row for row, string in enumerate(trained.strings)}
    known = [i for i, p in enumerate(parts) if p and all(w in row_of for w in p)][:_MAPPED]
    if len(known) < 3:
        return None
    known_parts = [parts[i] for i in known]
    units = unit(np.stack([trained.unit[[row_of[w] for w in p]].sum(axis=0) for p in known_parts]))
    cluster, centrality = semantic_map.clusters(units)
    coordinates = zip(known, semantic_map.coordinates(units), cluster, strict=True)
    return {
        "table": trained.table,
        "points": [[names[i], round(float(x), 4), round(float(y), 4), int(c)] for i, (x, y), c in coordinates],
        "neighbours": _neighbours(trained, units, known_parts),
        "clusters": _central_points(cluster, centrality),
    }


def _neighbours(trained: _Trained, units: np.ndarray, parts: list[list[str]]) -> list[list[tuple[str, float]]]:
    """[(word, cosine), ...] of each point, the nearest first, without the point's own parts."""
    more = _NEIGHBOURS + max(len(p) for p in parts)  # some are its own parts
    nearest, cosines = semantic_map.neighbours(units, trained.unit[:_POOL], more)
    of_point = []
    for own, word_rows, near in zip(parts, nearest, cosines, strict=True):
        strings = [(trained.strings[row], round(float(c), 3)) for row, c in zip(word_rows, near, strict=True)]
        of_point.append([(string, c) for string, c in strings if string not in own][:_NEIGHBOURS])
    return of_point


def _central_points(cluster: np.ndarray, centrality: np.ndarray) -> list[list[int]]:
    """The points that name each cluster: the most central ones of its better ranked third."""
    members = [np.flatnonzero(cluster == c) for c in range(int(cluster.max()) + 1)]
    leading = [m[: max(_NAMES_PER_CLUSTER, len(m) // 3)] for m in members]
    return [m[np.argsort(-centrality[m], kind="stable")[:_NAMES_PER_CLUSTER]].tolist() for m in leading]
