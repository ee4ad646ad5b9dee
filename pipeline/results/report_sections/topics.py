"""The section of topics: what the documents are about, with terms, examples, and the course over time of each topic."""

from collections import defaultdict

from wajue.mining.topics.spread import SURE
from wajue.results import query
from wajue.results.report_sections.excerpts import excerpt
from wajue.results.report_sections.tables import Facts, Rows, Tables
from wajue.results.semantic_map import MOST_CLUSTERS

_TERMS, _EXAMPLES, _SURPRISES = 12, 3, 8  # of each topic


def topics(tables: Tables, facts: Facts) -> Facts:
    """`topics`: groups, and topics in no group, the largest first, each with the topics `within` it; `documents_in_none`."""
    listed = tables.select(
        f"SELECT topic, parent, size, label, terms[:{_TERMS}] AS terms, documents[:{_EXAMPLES}] AS documents "
        "FROM topics ORDER BY topic"
    )
    texts = _texts(tables, [doc_id for row in listed for doc_id in row["documents"] or []])
    within: dict[int | None, Rows] = defaultdict(list)
    for row in listed:
        row["examples"] = [excerpt(texts[doc_id]) for doc_id in row["documents"] or [] if doc_id in texts]
        within[row["parent"]].append(row)
    lines, more_in = _lines(tables), _more_in(tables)
    for row in listed:
        row["within"] = within.get(row["topic"], [])
        row["line"], row["more_in"], row["colour"] = lines.get(row["topic"], []), more_in.get(row["topic"], []), None
    shown = sorted((row for row in within[None] if row["topic"]), key=lambda row: (-row["size"], row["topic"]))
    for colour, row in enumerate(shown[:MOST_CLUSTERS]):
        row["colour"] = colour  # also on the map of documents
    return {"topics": shown, "documents_in_none": sum(row["size"] for row in listed if not row["topic"])}


def _texts(tables: Tables, doc_ids: list[str]) -> dict[str, str]:
    """{doc_id: text}"""
    if not doc_ids:
        return {}
    listed = ", ".join(map(query.literal, sorted(set(doc_ids))))
    return {r["doc_id"]: r["text"] for r in tables.select(f"SELECT doc_id, text FROM documents WHERE doc_id IN ({listed})")}


def _lines(tables: Tables) -> dict[int, list[float]]:
    """{topic: its documents in every period over those that chance would give it, from 0 to 1, the highest}; nothing without two
    periods.
    """
    periods: dict[str, dict[int, float]] = defaultdict(dict)
    for row in tables.select(
        "SELECT value, topic, documents / expected AS times FROM topic_trends WHERE kind = 'period' ORDER BY value"
    ):
        periods[row["value"]][row["topic"]] = row["times"]
    most = {topic: max(of.get(topic, 0.0) for of in periods.values()) for of in periods.values() for topic in of}
    return {t: [of.get(t, 0.0) / most[t] for of in periods.values()] for t in most} if len(periods) > 1 else {}


def _more_in(tables: Tables) -> dict[int, Rows]:
    """{topic: the periods, corpora and tags in which it has more documents than by chance, the most surprising first}"""
    rows = tables.select(f"""
        SELECT topic, value, documents, share FROM topic_trends WHERE surprise >= {SURE}
        QUALIFY row_number() OVER (PARTITION BY topic ORDER BY surprise DESC, kind, value) <= {_SURPRISES}
        ORDER BY topic, surprise DESC, kind, value""")
    more: dict[int, Rows] = defaultdict(list)
    for row in rows:
        more[row["topic"]].append(row)
    return more
