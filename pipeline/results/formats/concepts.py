"""Terms as concepts: what names the same thing stands together. In: listed terms, rows of term_relations. Out: concepts.

A terminology is about things, and a thing has several names: 循环神经网络, RNN, recurrent neural network. What the SKOS Reference
asks (S13, S14, S27), and what qSKOS looks for (Mader et al. 2012), holds by these rules:

- A listed term that is another name of a listed term joins its concept. Names of names are not joined: an error would spread.
- A label belongs to one concept, to that of which the text is surest.
- SSD is short for two things: of several long forms the surest counts, and those that the text calls the same.
- No concept is broader than itself, at any distance, and none is named as broader that another broader one implies.
- What is broader or narrower, at any distance, is not related.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wajue.mining.tokens.surface import HAN, written

SAME_THING = ("gloss", "abbreviation", "alias", "variant")  # the kinds of relations between names of one thing
ENGLISH = "en"


class Label(NamedTuple):
    """Another name. kind: of the relation that gives it; full form: the long name of an abbreviation."""

    text: str
    kind: str
    language: str  # BCP 47


class Said(NamedTuple):
    """What the text says of a concept. source: where the example stands; None where it is not known."""

    kind: str
    text: str
    count: int  # type: ignore[assignment]  # hides a method of tuples that nobody needs
    example: str | None
    source: str | None


@dataclass
class Concept:
    """row: of `terms`, its preferred name; broader, narrower, related: numbers of concepts in the list, ascending."""

    row: dict[str, Any]
    labels: list[Label] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    broader: list[int] = field(default_factory=list)
    narrower: list[int] = field(default_factory=list)
    related: list[int] = field(default_factory=list)

    @property
    def definitions(self) -> list[Said]:
        """The surest first."""
        return [said for said in self.said if said.kind == "definition"]

    @property
    def english(self) -> Label | None:
        """The surest English name; short forms are none."""
        return next((k for k in self.labels if k.language == ENGLISH and k.kind != "abbreviation"), None)


def concepts(ranked: Sequence[dict[str, Any]], relations: Iterable[dict[str, Any]], language: str) -> list[Concept]:
    """In the order of the terms. relations: rows of term_relations, and their `source`; language: of the text."""
    surest = sorted(relations, key=lambda r: (-r["score"], r["kind"], r["from_term"], r["to_term"]))
    owner = _owners([row["term"] for row in ranked], surest)
    number: dict[str, int] = {}
    made: list[Concept] = []
    for row in ranked:
        if owner[row["term"]] == row["term"]:
            number[row["term"]] = len(made)
            made.append(Concept(row))
    number = {term: number[name] for term, name in owner.items()}
    _name(made, number, surest, language)
    _link(made, number, surest, ranked)
    return made


def _owners(terms: list[str], relations: list[dict[str, Any]]) -> dict[str, str]:
    """{term: the term whose concept it belongs to, often itself}."""
    owner = {term: term for term in terms}
    heads = set()
    for r in relations:
        if r["kind"] not in SAME_THING:
            continue
        usual, other = (r["to_term"], r["from_term"]) if r["kind"] == "variant" else (r["from_term"], r["to_term"])
        if usual == owner.get(usual) and other == owner.get(other) and other not in heads and usual != other:
            owner[other] = usual
            heads.add(usual)
    return owner


def _name(made: list[Concept], number: dict[str, int], relations: list[dict[str, Any]], language: str) -> None:
    """Give concepts their labels, and what the text says of them."""
    holder = {(term.casefold(), language): i for term, i in number.items()}
    same = {frozenset((r["from_term"], r["to_term"])) for r in relations if r["kind"] in SAME_THING}
    for r in relations:
        told = set()
        for term, other, kind in _sides(r):
            i = number.get(term, -1)
            if i < 0 or i in told or other == made[i].row["term"]:
                continue
            told.add(i)
            made[i].said.append(Said(kind, other, r["count"], r["example"], r["source"]))
            label = Label(other, kind, _language(other, r, language))
            if _fits(label, made[i].labels, same) and holder.setdefault((other.casefold(), label.language), i) == i:
                made[i].labels.append(label)


def _fits(label: Label, known: list[Label], same: set[frozenset[str]]) -> bool:
    """Is it a name that the concept does not have yet, and no long form of another thing?"""
    is_new = all((label.text, label.language) != (k.text, k.language) for k in known)
    long_forms = [k.text for k in known if k.kind == label.kind == "full form"]
    return is_new and label.kind != "definition" and all({label.text, text} in same for text in long_forms)


def _sides(relation: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(a term, what the relation tells of it, as what)."""
    first, second, kind = relation["from_term"], relation["to_term"], relation["kind"]
    if kind in (*SAME_THING, "definition"):
        yield first, second, kind
    if kind in SAME_THING:
        yield second, first, "full form" if kind == "abbreviation" else kind


def _language(name: str, relation: dict[str, Any], language: str) -> str:
    """English are glosses, and short and long forms without a Han character: recurrent neural network, RNN."""
    is_gloss = relation["kind"] == "gloss" and name == relation["to_term"]
    is_latin = relation["kind"] == "abbreviation" and not HAN.search(relation["from_term"] + relation["to_term"])
    return ENGLISH if is_gloss or is_latin else language


def _link(made: list[Concept], number: dict[str, int], relations: list[dict[str, Any]], ranked: Sequence[dict[str, Any]]) -> None:
    """Give concepts their broader, narrower and related ones."""
    between = [r for r in relations if r["from_term"] in number and r["to_term"] in number]
    pairs = [(r["kind"], number[r["from_term"]], number[r["to_term"]]) for r in between]
    for kind, narrow, broad in pairs:
        if kind == "broader" and narrow != broad and narrow not in _above(made, broad):
            made[narrow].broader.append(broad)
    above = [_above(made, i) for i in range(len(made))]
    for i, concept in enumerate(made):
        concept.broader = sorted(b for b in set(concept.broader) if not any(b in above[other] for other in concept.broader))
        for broad in concept.broader:
            made[broad].narrower.append(i)
    near = {(a, b) for kind, a, b in pairs if kind != "broader"} | {(number[a], number[b]) for a, b in _inside(ranked)}
    for a, b in sorted({(min(pair), max(pair)) for pair in near}):
        if a != b and a not in above[b] and b not in above[a]:
            made[a].related.append(b)
            made[b].related.append(a)
    for concept in made:
        concept.related.sort()


def _above(made: list[Concept], i: int) -> set[int]:
    """All concepts broader than this one."""
    seen: set[int] = set()
    left = [i]
    while left:
        new = set(made[left.pop()].broader) - seen
        seen |= new
        left += new
    return seen


def _inside(ranked: Sequence[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """(part, whole): terms that occur in other terms."""
    names = {row["term"] for row in ranked}
    for row in ranked:
        if row["nested_in"] in names:
            yield row["term"], row["nested_in"]
        words = row["parts"] or []
        joiner = " " if row["term"] == " ".join(words) else ""
        ends = (written(words[i:], joiner) for i in range(1, len(words)))
        yield from ((part, row["term"]) for part in (*words, *ends) if part in names and part != row["term"])
