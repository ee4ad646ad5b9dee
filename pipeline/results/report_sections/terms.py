"""The section of terms: the ranked terms, what the form rules kept out, and frequencies on both sides of the contrast."""

from typing import Any

from wajue.results.report_sections.tables import Facts, Rows, Tables

TERMS = 5000  # shown; with their examples some 2 MB
_SHOWN = "COLUMNS(lambda c: NOT starts_with(c, 'by_') AND c <> 'is_listed')"  # the view `why` has the others
_DROPPED = 3000  # candidates that a rule kept out, which a search names with it; some 100 kB
_BACKGROUND = 80  # words that are not terms, drawn for comparison, in each half octave of frequency


def terms(tables: Tables, facts: Facts) -> Facts:
    """`terms`: those with evidence, the best first; `term_count`: how many have it, or None.

    `filtered`: each form rule with what it kept out; `dropped`: the most frequent of these, [candidate, rule]; `frequency`: of
    words on both sides, or None.
    """
    ranked = tables.select(f"SELECT {_SHOWN} FROM terms WHERE is_listed ORDER BY rank LIMIT {TERMS}")
    [counted] = tables.select("SELECT count(*) AS n FROM terms WHERE is_listed")
    return {
        "terms": ranked,
        "term_count": counted["n"] if tables.has("terms") else None,
        "filtered": _filtered(tables),
        "dropped": _dropped(tables),
        "frequency": _frequency(tables) if ranked else None,
    }


def _filtered(tables: Tables) -> Rows:
    """Each rule that kept candidates out of the terms: how many, and the most frequent of them."""
    return tables.select("""
        SELECT filtered_by AS rule, count(*) AS count, max_by(term, domain_count * 1e9 - length(term), 12) AS examples
        FROM candidates WHERE filtered_by IS NOT NULL GROUP BY rule ORDER BY count DESC, rule""")


def _dropped(tables: Tables) -> list[list[str]]:
    rows = tables.select(f"""
        SELECT term, filtered_by FROM candidates WHERE filtered_by IS NOT NULL
        ORDER BY domain_count DESC, term LIMIT {_DROPPED}""")
    return [[row["term"], row["filtered_by"]] for row in rows]


def _frequency(tables: Tables) -> dict[str, Any]:
    """The totals of both sides, and some words that are not terms: [word, domain count, general count].

    The words are drawn so that every range of frequency is shown equally, however many words share the low ones.
    """
    totals = {r["role"]: r["n"] for r in tables.select("SELECT role, sum(count) AS n FROM word_counts GROUP BY role")}
    others = tables.select(f"""
        WITH counts AS (
            SELECT word, coalesce(sum(count) FILTER (role = 'domain'), 0) AS domain,
                   coalesce(sum(count) FILTER (role = 'general'), 0) AS general
            FROM word_counts WHERE length(word) > 1 AND regexp_matches(word, '^[\\p{{L}}]+$')
              AND word NOT IN (SELECT term FROM terms) GROUP BY word),
        drawn AS (SELECT *, row_number() OVER (PARTITION BY floor(2 * log2(domain + general)) ORDER BY md5(word)) AS draw
                  FROM counts WHERE domain + general >= 4)
        SELECT word, domain, general FROM drawn WHERE draw <= {_BACKGROUND} ORDER BY domain + general DESC, word""")
    return {"totals": totals, "others": [[r["word"], r["domain"], r["general"]] for r in others]}
