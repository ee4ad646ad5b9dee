"""A synonyms file for Elasticsearch, OpenSearch, Solr and Lucene. In: rows of term_relations. Out: lines.

Solr's format: a line is a list of equivalent names, between commas; a backslash keeps what has a meaning of its own: `,`, `=>`, and
a `#` at the beginning (Lucene, SolrSynonymParser).
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

KINDS = ("gloss", "abbreviation", "alias", "variant")  # that name the same thing
_MARKS = re.compile(r"[\\,#]|=>")


def lines(relations: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A line for each term: its name, then the others, the surest first. Names of names are not joined: an error would spread."""
    others: dict[str, dict[str, float]] = {}
    for row in relations:
        if row["kind"] in KINDS:
            scores = others.setdefault(row["from_term"], {})
            scores[row["to_term"]] = max(row["score"], scores.get(row["to_term"], 0.0))
    for term, scores in sorted(others.items()):
        yield ", ".join(map(_kept, [term, *sorted(scores, key=lambda name: (-scores[name], name))]))


def _kept(name: str) -> str:
    return _MARKS.sub(r"\\\g<0>", name)
