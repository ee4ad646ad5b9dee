"""The concept scheme, read by rdflib and asked what qSKOS asks (Mader et al. 2012)."""

import random
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.results.samples import SENTENCE, TERMS
from wajue.results.export import export


def read(path: Path) -> Any:
    from rdflib import Graph

    return Graph().parse(path, format="turtle")


@pytest.fixture
def graph(exported: Any) -> Any:
    return read(exported("skos"))


def in_scheme(graph: Any) -> dict[str, Any]:
    """{preferred label in the text's language: concept}"""
    from rdflib import SKOS

    return {str(k): c for c, k in graph.subject_objects(SKOS.prefLabel) if k.language == "zh"}


def faults(graph: Any) -> list[str]:
    """What is wrong by the SKOS Reference, or questionable by qSKOS."""
    from rdflib import RDF, SKOS, Literal

    said = []
    concepts = set(graph.subjects(RDF.type, SKOS.Concept))
    [scheme] = graph.subjects(RDF.type, SKOS.ConceptScheme)
    broader, narrower, related = (set(graph.subject_objects(p)) for p in (SKOS.broader, SKOS.narrower, SKOS.related))
    said += ["not reciprocal"] * (broader != {(b, a) for a, b in narrower} or related != {(b, a) for a, b in related})
    said += ["leads outside"] * any({a, b} - concepts for a, b in broader | related)
    above = {c: set(graph.transitive_objects(c, SKOS.broader)) - {c} for c in concepts}
    said += [f"a cycle through {c}" for c in concepts if any(c in above[b] | {b} for b in graph.objects(c, SKOS.broader))]
    said += [f"{a} and {b} are related, and one is broader" for a, b in related if b in above[a] or a in above[b] or a == b]
    said += [f"{a} is twice below {b}" for a, b in broader if any(b in above[o] for o in graph.objects(a, SKOS.broader))]
    tops = {c for c in concepts if not above[c]}
    said += ["top concepts"] * (tops != set(graph.objects(scheme, SKOS.hasTopConcept)))
    said += ["top concepts"] * (tops != set(graph.subjects(SKOS.topConceptOf, scheme)))
    said += ["outside the scheme"] * (concepts != set(graph.subjects(SKOS.inScheme, scheme)))
    labels: dict[tuple[str, str | None], set[Any]] = {}
    for concept in concepts:
        preferred = [k.language for k in graph.objects(concept, SKOS.prefLabel)]
        said += [f"{concept} has {preferred} preferred labels"] * (len(preferred) != len(set(preferred)) or not preferred)
        both = set(graph.objects(concept, SKOS.prefLabel)) & set(graph.objects(concept, SKOS.altLabel))
        said += [f"{both} is preferred and not"] * bool(both)
        for label in (*graph.objects(concept, SKOS.prefLabel), *graph.objects(concept, SKOS.altLabel)):
            labels.setdefault((str(label), label.language), set()).add(concept)
    said += [f"{label} is of several concepts" for label, of in labels.items() if len(of) > 1]
    texts = [o for p, o in graph.predicate_objects() if isinstance(o, Literal) and p != SKOS.notation]
    said += [f"no language, or no text: {text!r}" for text in texts if not text.language or not text.strip()]
    notations = list(graph.objects(None, SKOS.notation))
    return said + ["notations"] * (len(set(notations)) != len(concepts))


def test_terms_their_other_names_and_what_is_broader(exported: Any, caplog: pytest.LogCaptureFixture) -> None:
    from rdflib import SKOS, Literal

    with caplog.at_level("INFO", logger="wajue"):
        graph = read(exported("skos"))
    assert "left out: 1 examples with characters that skos cannot hold" in caplog.text
    concept = in_scheme(graph)
    assert set(concept) == {t for t, _, _ in TERMS} - {"circuit breaker"}  # a name of 断路器
    breaker = concept["断路器"]
    assert set(graph.objects(breaker, SKOS.prefLabel)) == {Literal("断路器", lang="zh"), Literal("circuit breaker", lang="en")}
    assert set(graph.objects(breaker, SKOS.altLabel)) == {Literal("CB", lang="zh")}
    assert set(graph.objects(breaker, SKOS.definition)) == {Literal("能接通电流的开关", lang="zh")}
    notes = {str(note) for note in graph.objects(breaker, SKOS.note)}
    assert f"abbreviation CB (2): {SENTENCE} [a.md, line 7]" in notes and len(notes) == 3
    assert set(graph.objects(concept["SF6断路器"], SKOS.altLabel)) == {Literal("六氟化硫断路器", lang="zh")}
    assert graph.value(concept["SF6断路器"], SKOS.notation).toPython() == 2
    assert Literal("<b>断路器</b>&检修\n第二行", lang="zh") in set(graph.objects(breaker, SKOS.example))
    links = {(a, b) for a in concept for b in concept if (concept[a], SKOS.broader, concept[b]) in graph}
    assert links == {("SF6断路器", "断路器"), ("断路器操作机构", "操作机构")}
    related = {(a, b) for a in concept for b in concept if (concept[a], SKOS.related, concept[b]) in graph}
    assert related == {("断路器", "断路器操作机构"), ("断路器操作机构", "断路器")}


def test_the_scheme_is_consistent(graph: Any) -> None:
    assert faults(graph) == []


def test_without_relations_there_are_terms_and_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    term = {"rank": 1, "term": '断"路\\器', "parts": ['断"路\\器'], "score": 1.0, "source": "contrast", "is_listed": True}
    with caplog.at_level("WARNING", logger="wajue"):
        export(tiny.workspace(tmp_path / "w", terms=[term], raw_documents=[]), "skos", tmp_path / "t.ttl")
    assert "no table term_relations yet" in caplog.text
    graph = read(tmp_path / "t.ttl")
    assert list(in_scheme(graph)) == ['断"路\\器'] and faults(graph) == []


def test_many_terms_break_no_rule(tmp_path: Path) -> None:
    draw = random.Random(1)
    parts = ["".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(2)) for _ in range(400)]
    terms = {"".join(of): of for of in ([draw.choice(parts) for _ in range(n)] for n in (1, 2, 2, 3) for _ in range(430))}
    rows = [
        {
            "rank": i,
            "term": term,
            "parts": of,
            "examples": [f"{term}在这里。"] * 3,
            "score": 1.0,
            "source": "contrast",
            "is_listed": True,
        }
        for i, (term, of) in enumerate(terms.items(), 1)
    ]
    broader = [
        {"from_term": t, "to_term": of[-1], "kind": "broader", "score": 0.9, "count": 3}
        for t, of in terms.items()
        if of[-1] in terms and t != of[-1]
    ]
    glosses = [
        {"from_term": t, "to_term": f"name {i}", "kind": "gloss", "score": 0.5, "count": 1, "example": t, "doc_id": "d"}
        for i, t in enumerate(terms)
    ]
    workspace = tiny.workspace(tmp_path / "w", terms=rows, term_relations=broader + glosses, raw_documents=[], documents=[])
    export(workspace, "skos", tmp_path / "t.ttl")
    assert faults(read(tmp_path / "t.ttl")) == []
