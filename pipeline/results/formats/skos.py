"""A SKOS concept scheme in Turtle, written concept by concept. W3C, SKOS Reference (2009), and RDF 1.1 Turtle (2014).

The notation of a concept is the rank of its term. Every label and note has its language.
"""

from pathlib import Path
from urllib.parse import quote

from wajue.results.formats.concepts import ENGLISH, Concept, Said
from wajue.results.formats.terminology import Terminology, figures

_PREFIXES = """\
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"})


def write_skos(terms: Terminology, path: Path) -> None:
    """The scheme, then its concepts by rank."""
    scheme = "urn:wajue:" + ":".join(quote(name, safe="") for name in terms.corpora)
    iris = [f"<{scheme}:term:{_iri(concept.row['term'])}>" for concept in terms.concepts]
    tops = [iri for iri, concept in zip(iris, terms.concepts, strict=True) if not concept.broader]
    with open(path, "w", encoding="utf-8", newline="\n") as out:
        out.write(_PREFIXES)
        labels = [("skos:prefLabel", _text(terms.title, ENGLISH))]
        out.write(_node(f"<{scheme}>", "skos:ConceptScheme", [*labels, *(("skos:hasTopConcept", top) for top in tops)]))
        for iri, concept in zip(iris, terms.concepts, strict=True):
            out.write(_node(iri, "skos:Concept", _statements(concept, f"<{scheme}>", iris, terms.language)))


def _node(subject: str, of_class: str, statements: list[tuple[str, str]]) -> str:
    said = [f"{subject} a {of_class}", *(f"    {predicate} {value}" for predicate, value in statements)]
    return "\n" + " ;\n".join(said) + " .\n"


def _statements(concept: Concept, scheme: str, iris: list[str], language: str) -> list[tuple[str, str]]:
    """(predicate, object) of a concept."""
    row = concept.row
    said = [("inScheme", scheme), ("prefLabel", _text(row["term"], language)), *_labels(concept)]
    said.append(("notation", f'"{row["rank"]}"^^xsd:int'))
    said += [("definition", _text(definition.text, language)) for definition in concept.definitions]
    said += [("example", _text(example, language)) for example in row["examples"] or []]
    said += [("note", _text(_note(told), language)) for told in concept.said if told.example]
    said.append(("editorialNote", _text(figures(row), ENGLISH)))
    for name in ("broader", "narrower", "related"):
        said += [(name, iris[i]) for i in getattr(concept, name)]
    if not concept.broader:
        said.append(("topConceptOf", scheme))
    return [(f"skos:{name}", value) for name, value in dict.fromkeys(said)]


def _labels(concept: Concept) -> list[tuple[str, str]]:
    """Other names; one is preferred in English."""
    english = concept.english
    return [("prefLabel" if k is english else "altLabel", _text(k.text, k.language)) for k in concept.labels]


def _note(said: Said) -> str:
    """Where the text says so."""
    source = f" [{said.source}]" if said.source else ""
    return f"{said.kind} {said.text} ({said.count}): {said.example}{source}"


def _text(text: str, language: str) -> str:
    return f'"{text.translate(_ESCAPES)}"@{language}'


def _iri(term: str) -> str:
    """The term as part of an IRI: letters of any script unchanged, everything else percent-encoded (RFC 3987)."""
    return "".join(c if c.isalnum() else quote(c, safe="-._") for c in term)
