"""The section that the page opens with: totals, the first words and terms, what was left after each step."""

from wajue.results.report_sections.tables import Facts, Rows, Tables
from wajue.results.report_sections.template_filters import thousands

_LEADING = 14  # words and terms named on the first screen
_NAMED = 3  # corpora, in the heading


def overview(tables: Tables, facts: Facts) -> Facts:
    """`totals` (as text: `shown`), `leading_words`, `leading_terms`; `funnel`: records to documents, and the `most_characters` of a
    step; `mined`: then to terms; `heading`: what the page is called where nobody said so.
    """
    totals = {k: _sum(facts["corpora"], k) for k in ("files", "records", "kept", "characters")}
    mined = [(table, tables.count(table)) for table in ("ngrams", "lexicon", "candidates")]
    mined.append(("terms", facts["term_count"]))
    mined.insert(2, ("new", facts["lexicon"]["new"] if tables.has("lexicon") else None))
    funnel = _funnel(facts["corpora"], tables)
    return {
        "totals": totals,
        "shown": {k: thousands(v) for k, v in totals.items()},
        "leading_words": [r["word"] for r in facts["words"][:_LEADING]],
        "leading_terms": [r["term"] for r in facts["terms"][:_LEADING]],
        "funnel": funnel,
        "most_characters": max((bar["characters"] or 0 for bar in funnel), default=0),
        "heading": _heading(facts["corpora"], tables.workspace.name),
        "mined": mined,
    }


def _sum(corpora: Rows, key: str) -> int | None:
    """The sum of a column; None where it is not known yet."""
    return sum(r[key] for r in corpora) if corpora and all(r[key] is not None for r in corpora) else None


def _heading(corpora: Rows, workspace: str) -> str:
    """The names of the domain's corpora; that of the workspace where there are none, or more than fit."""
    names = [row["corpus"] for row in corpora if row["role"] == "domain"]
    return ", ".join(names) if 0 < len(names) <= _NAMED else workspace


def _funnel(corpora: Rows, tables: Tables) -> Rows:
    """What was left after each step: `total` records or documents, `lost` since the step before, `characters` of either role."""
    bars: Rows = []
    left = {r["corpus"]: r["records"] for r in corpora}
    for key, table in (("read", None), ("ingest", "raw_documents"), ("clean", "clean_documents"), ("dedup", "documents")):
        if key != "read":
            known = all(r[key] is not None for r in corpora)
            left = {r["corpus"]: left[r["corpus"]] - r[key] for r in corpora} if known and left else {}
        total = sum(left.values()) if left else None
        lost = bars[-1]["total"] - total if bars and total is not None else None
        of_role = _characters(tables, table) if table else {}
        characters = sum(of_role.values()) if table and tables.has(table) else None
        sides = {role: of_role.get(role, 0) for role in ("domain", "general")}
        bars.append({"key": key, "total": total, "lost": lost, "characters": characters, **sides})
    return bars


def _characters(tables: Tables, table: str) -> dict[str, int]:
    """{role: characters of its documents}"""
    rows = tables.select(f"SELECT role, sum(length(text))::BIGINT AS n FROM {table} GROUP BY role")
    return {row["role"]: row["n"] or 0 for row in rows}
