"""The section of trends: what emerged, rose, faded, or had its time, and where corpora begin or end."""

from wajue.mining.trends.coverage import Break, breaks
from wajue.mining.trends.trend_table import periods_of_roles
from wajue.results import query
from wajue.results.report_sections.tables import Facts, Rows, Tables

_SHOWN = 12  # words and terms of each label
_READ = 60  # of each label, from which what says the same twice is left out
_ALIKE = 0.7  # of the occurrences, from which a string and a longer one that holds it say the same
LABELS = ("emerged", "rose", "faded", "burst")


def trends(tables: Tables, facts: Facts) -> Facts:
    """`trends`: [(label, its clearest words and terms)]; `periods`: (first, last, documents without a period), or None.

    `trends_of`: (role, its corpora with dates), or None; `breaks`: where these begin, end or change their share. The role is
    domain, or general where nothing of the domain has a date.
    """
    role = tables.select("SELECT min(role) AS role FROM periods WHERE period IS NOT NULL")[0]["role"]
    if role is None:
        return {"trends": [], "periods": None, "trends_of": None, "breaks": []}
    corpora, broken = _corpora(tables, role)
    return {"trends": _by_label(tables, role), "periods": _periods(tables, role), "trends_of": (role, corpora), "breaks": broken}


def _by_label(tables: Tables, role: str) -> list[tuple[str, Rows]]:
    """Each row has in `line` how often the word is used in every period, against its usual count in the corpora that have text
    then, from 0 to 1, the highest; None where no corpus that has the word has text.
    """
    moved = tables.select(f"""
        SELECT *, row_number() OVER (PARTITION BY label ORDER BY if(label = 'burst', burst, abs(z)) DESC, term) AS n
        FROM trends WHERE role = {query.literal(role)} AND label <> 'steady' AND length(term) > 1
        QUALIFY n <= {_READ} ORDER BY n""")
    grouped = [(label, _different([row for row in moved if row["label"] == label])[:_SHOWN]) for label in LABELS]
    lines = _lines(tables, role, [row["term"] for _, of_label in grouped for row in of_label])
    for _, of_label in grouped:
        for row in of_label:
            row["line"] = lines[row["term"]]
    return [(label, of_label) for label, of_label in grouped if of_label]


def _different(rows: Rows) -> Rows:
    """Without strings that hold, or lie in, one further up which has nearly as many occurrences."""
    kept: Rows = []
    for row in rows:
        same = (other for other in kept if row["term"] in other["term"] or other["term"] in row["term"])
        if all(min(row["count"], other["count"]) < _ALIKE * max(row["count"], other["count"]) for other in same):
            kept.append(row)
    return kept


def _lines(tables: Tables, role: str, terms: list[str]) -> dict[str, list[float | None]]:
    if not terms:
        return {}
    lines = tables.select(f"""
        WITH dated AS (FROM periods WHERE role = {query.literal(role)} AND period IS NOT NULL),
        sizes AS (SELECT corpus, sum(words) AS size FROM dated GROUP BY corpus),
        counts AS (FROM period_counts WHERE role = {query.literal(role)} AND period IS NOT NULL
                   AND term IN ({", ".join(map(query.literal, terms))})),
        totals AS (SELECT term, corpus, sum(count) AS total FROM counts GROUP BY ALL),
        cells AS (SELECT t.term, d.period, sum(total * words / greatest(size, 1)) AS usual, sum(coalesce(c.count, 0)) AS count
                  FROM totals t JOIN sizes USING (corpus) JOIN dated d USING (corpus)
                  LEFT JOIN counts c ON c.term = t.term AND c.corpus = d.corpus AND c.period = d.period GROUP BY ALL)
        SELECT t.term, list(if(usual > 0, count / usual, NULL) ORDER BY p.period) AS line
        FROM (SELECT DISTINCT term FROM totals) t CROSS JOIN (SELECT DISTINCT period FROM dated) p
        LEFT JOIN cells USING (term, period) GROUP BY t.term""")
    return {row["term"]: _scaled(row["line"]) for row in lines}


def _scaled(line: list[float | None]) -> list[float | None]:
    highest = max(times for times in line if times is not None)
    return [None if times is None else times / highest for times in line]


def _periods(tables: Tables, role: str) -> tuple[str, str, int]:
    [row] = tables.select(f"""
        SELECT min(period) AS first, max(period) AS last, coalesce(sum(documents) FILTER (period IS NULL), 0) AS without
        FROM periods WHERE role = {query.literal(role)}""")
    return row["first"], row["last"], int(row["without"])


def _corpora(tables: Tables, role: str) -> tuple[list[str], list[Break]]:
    dated = query.execute(
        tables.connection,
        f"SELECT role, corpus, period, words, 0 AS squares FROM periods WHERE role = {query.literal(role)} ORDER BY corpus, period",
    )
    periods = periods_of_roles(dated)[role]
    return periods.corpora, breaks(periods.names, periods.corpora, periods.tokens)
