"""The section of trends: what emerged, rose, faded, or had its time, and the periods that are compared."""

from wajue.results.report_sections.tables import Facts, Rows, Tables

_SHOWN = 12  # words and terms of each label
LABELS = ("emerged", "rose", "faded", "burst")


def trends(tables: Tables, facts: Facts) -> Facts:
    """`trends`: [(label, its clearest words and terms)]; `periods`: (first, last, documents without a period), or None."""
    return {"trends": _by_label(tables), "periods": _periods(tables)}


def _by_label(tables: Tables) -> list[tuple[str, Rows]]:
    """Each row has its share in every period as `line`, from 0 to 1, the highest.

    They are the domain's; those of the general corpora where nothing of the domain has a date. Words are shown if no term is.
    """
    moved = tables.select(f"""
        WITH shown AS (SELECT *, row_number() OVER (
                PARTITION BY label ORDER BY if(label = 'burst', burst, abs(z)) DESC, term) AS n
            FROM trends WHERE role = (SELECT min(role) FROM trends) AND label <> 'steady' AND length(term) > 1
            AND (rank IS NOT NULL OR NOT EXISTS (FROM trends WHERE rank IS NOT NULL)))
        SELECT s.*, list(coalesce(c.count, 0) / greatest(p.words, 1) ORDER BY p.period) AS line
        FROM shown s JOIN periods p ON p.role = s.role AND p.period IS NOT NULL
        LEFT JOIN period_counts c ON c.role = s.role AND c.term = s.term AND c.period = p.period
        WHERE n <= {_SHOWN} GROUP BY ALL ORDER BY n""")
    for row in moved:
        row["line"] = [share / max(row["line"]) for share in row["line"]]
    grouped = [(label, [row for row in moved if row["label"] == label]) for label in LABELS]
    return [(label, of_label) for label, of_label in grouped if of_label]


def _periods(tables: Tables) -> tuple[str, str, int] | None:
    row = tables.select("""
        SELECT min(period) AS first, max(period) AS last, coalesce(sum(documents) FILTER (period IS NULL), 0) AS without
        FROM periods WHERE role = (SELECT min(role) FROM periods WHERE period IS NOT NULL)""")[0]
    return (row["first"], row["last"], int(row["without"])) if row["first"] else None
