"""The section of topics: what the documents are about, with terms, examples, and the course over time of each topic."""

from collections import Counter, defaultdict
from typing import Any

from wajue.config import Trends
from wajue.mining.trends import dates
from wajue.results import query
from wajue.results.report_sections.excerpts import excerpt
from wajue.results.report_sections.tables import Facts, Rows, Tables

_TERMS, _EXAMPLES = 12, 3  # of each topic


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
    lines = _lines(tables)
    for row in listed:
        row["within"] = within.get(row["topic"], [])
        row["line"] = lines(t["topic"] for t in row["within"] or [row])
    shown = sorted((row for row in within[None] if row["topic"]), key=lambda row: (-row["size"], row["topic"]))
    return {"topics": shown, "documents_in_none": sum(row["size"] for row in listed if not row["topic"])}


def _texts(tables: Tables, doc_ids: list[str]) -> dict[str, str]:
    """{doc_id: text}"""
    if not doc_ids:
        return {}
    listed = ", ".join(map(query.literal, sorted(set(doc_ids))))
    return {r["doc_id"]: r["text"] for r in tables.select(f"SELECT doc_id, text FROM documents WHERE doc_id IN ({listed})")}


def _lines(tables: Tables) -> Any:
    """A function of topics: their share of the documents in every period, from 0 to 1, the highest; [] without two periods."""
    period = tables.settings().get("trends", {}).get("period", Trends().period)
    counted = tables.select("""
        SELECT topic, date, count(*) AS n FROM document_topics JOIN documents USING (doc_id)
        WHERE date IS NOT NULL GROUP BY ALL""")
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for row in counted:
        day = dates.parse(row["date"])
        if day is not None and (name := dates.period(day, period)) is not None:
            counts[name][row["topic"]] += row["n"]

    def line(topics_of_row: Any) -> list[float]:
        own = list(topics_of_row)
        shares = [sum(counts[name][t] for t in own) / counts[name].total() for name in sorted(counts)]
        return [share / max(shares) for share in shares] if len(shares) > 1 and max(shares) > 0 else []

    return line
