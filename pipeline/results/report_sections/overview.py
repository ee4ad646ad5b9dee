"""The section that the page opens with: totals, the first words and terms, what was left after each step."""

from wajue.results.report_sections.tables import Facts, Rows, Tables
from wajue.results.report_sections.template_filters import thousands

_LEADING = 14  # words and terms named on the first screen


def overview(tables: Tables, facts: Facts) -> Facts:
    """`totals` (as text: `shown`), `leading_words`, `leading_terms`; `funnel`: records to documents; `mined`: then to terms."""
    totals = {k: _sum(facts["corpora"], k) for k in ("files", "records", "kept", "characters")}
    mined = [(table, tables.count(table)) for table in ("ngrams", "lexicon", "candidates")]
    mined.append(("terms", facts["term_count"]))
    mined.insert(2, ("new", facts["lexicon"]["new"] if tables.has("lexicon") else None))
    return {
        "totals": totals,
        "shown": {k: thousands(v) for k, v in totals.items()},
        "leading_words": [r["word"] for r in facts["words"][:_LEADING]],
        "leading_terms": [r["term"] for r in facts["terms"][:_LEADING]],
        "funnel": _funnel(facts["corpora"]),
        "mined": mined,
    }


def _sum(corpora: Rows, key: str) -> int | None:
    """The sum of a column; None where it is not known yet."""
    return sum(r[key] for r in corpora) if corpora and all(r[key] is not None for r in corpora) else None


def _funnel(corpora: Rows) -> Rows:
    """What was left after each step, in either role."""
    bars: Rows = []
    left = {r["corpus"]: r["records"] for r in corpora}
    for key in ("read", "ingest", "clean", "dedup"):
        if key != "read":
            known = all(r[key] is not None for r in corpora)
            left = {r["corpus"]: left[r["corpus"]] - r[key] for r in corpora} if known and left else {}
        bar = {role: sum(left.get(r["corpus"], 0) for r in corpora if r["role"] == role) for role in ("domain", "general")}
        total = sum(bar.values()) if left else None
        lost = bars[-1]["total"] - total if bars and total is not None else None
        bars.append({"key": key, "total": total, "lost": lost, **bar})
    return bars
