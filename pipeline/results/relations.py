"""What the relations say of each term. In: rows of term_relations. Out: the other names, by term and side.

A relation has two sides: 高压断路器 has the broader term 断路器, and 断路器 the narrower one.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

# what the relation tells of the term that it leads from, and of the other one
SIDES = {
    "gloss": ("gloss", "alias"),
    "abbreviation": ("abbreviation", "full_form"),
    "alias": ("alias", "alias"),
    "variant": ("variant", "variant"),
    "definition": ("definition", None),
    "broader": ("broader", "narrower"),
}
KINDS = ("gloss", "abbreviation", "full_form", "alias", "variant", "definition", "broader", "narrower")  # as people read them

Told = dict[str, dict[str, dict[str, str | None]]]


def told(relations: Iterable[dict[str, Any]]) -> Told:
    """{term: {one of KINDS: {other name: the sentence that says so, if one does}}}, the surest first."""
    of_term: Told = defaultdict(lambda: defaultdict(dict))
    for r in sorted(relations, key=lambda r: (-r["score"], r["from_term"], r["to_term"])):
        forwards, back = SIDES[r["kind"]]
        of_term[r["from_term"]][forwards].setdefault(r["to_term"], r["example"])
        if back:
            of_term[r["to_term"]][back].setdefault(r["from_term"], r["example"])
    return of_term
