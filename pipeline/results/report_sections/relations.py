"""Other names, definitions, broader and narrower terms, which the page shows where a word or term is opened."""

from wajue.results.relations import KINDS, told
from wajue.results.report_sections.excerpts import masked
from wajue.results.report_sections.tables import Facts, Tables

_MOST = 12  # of one kind: a frequent head has hundreds of narrower terms


def relations(tables: Tables, facts: Facts) -> Facts:
    """`relations`: {word or term: [[kind, other name, the sentence that says so, or None], ...]} of those that the page lists."""
    listed = {row["term"] for row in facts["terms"]} | {row["word"] for row in facts["words"]}
    rows = tables.select("SELECT from_term, to_term, kind, score, example FROM term_relations")
    of_term = told(row for row in rows if row["from_term"] in listed or row["to_term"] in listed)
    return {
        "relations": {
            term: [
                [kind, other, masked(example) if example else None]
                for kind in KINDS
                for other, example in list(sides.get(kind, {}).items())[:_MOST]
            ]
            for term, sides in of_term.items()
            if term in listed
        }
    }
