"""Terms that name the same thing become one concept, and nothing contradicts itself."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wajue.results.formats.concepts import SAME_THING, Concept, Label, concepts


def rows(*terms: str) -> list[dict[str, Any]]:
    return [{"rank": i, "term": term, "parts": [term], "nested_in": None} for i, term in enumerate(terms, 1)]


def relation(kind: str, a: str, b: str, score: float = 0.5) -> dict[str, Any]:
    return {"kind": kind, "from_term": a, "to_term": b, "score": score, "count": 1, "example": None, "source": None}


def named(made: list[Concept]) -> dict[str, list[tuple[str, ...]]]:
    return {concept.row["term"]: [tuple(label) for label in concept.labels] for concept in made}


def test_names_of_one_thing_stand_together() -> None:
    told = [
        relation("gloss", "循环神经网络", "recurrent neural network", 0.9),
        relation("abbreviation", "循环神经网络", "RNN", 0.8),
        relation("abbreviation", "recurrent neural network", "RNN", 0.7),  # neither is a listed term
        relation("variant", "pytorch", "PyTorch"),
        relation("alias", "正态分布", "高斯分布"),
        relation("definition", "正态分布", "一种分布"),
    ]
    made = concepts(rows("pytorch", "循环神经网络", "PyTorch", "高斯分布"), told, "zh")
    assert named(made) == {
        "循环神经网络": [("recurrent neural network", "gloss", "en"), ("RNN", "abbreviation", "zh")],
        "PyTorch": [("pytorch", "variant", "zh")],
        "高斯分布": [("正态分布", "alias", "zh")],
    }
    assert made[0].english == Label("recurrent neural network", "gloss", "en")
    assert made[2].definitions == []  # the definition is of a name that is not listed


def test_a_short_form_gets_its_long_form() -> None:
    [concept] = concepts(rows("RNN"), [relation("abbreviation", "recurrent neural network", "RNN")], "zh")
    assert concept.labels == [Label("recurrent neural network", "full form", "en")]


def test_of_several_long_forms_those_of_one_thing_count() -> None:
    told = [
        relation("abbreviation", "固态硬盘", "SSD", 0.9),
        relation("abbreviation", "solid state drive", "SSD", 0.8),
        relation("gloss", "固态硬盘", "solid state drive", 0.8),
        relation("abbreviation", "表面覆盖成像", "SSD", 0.5),
    ]
    [concept] = concepts(rows("SSD"), told, "zh")
    assert [label.text for label in concept.labels] == ["固态硬盘", "solid state drive"] and len(concept.said) == 3


def test_names_of_names_are_not_joined_but_related() -> None:
    told = [relation("alias", "甲", "乙", 0.9), relation("alias", "乙", "丙", 0.5)]
    made = concepts(rows("甲", "乙", "丙"), told, "zh")
    assert named(made) == {"甲": [("乙", "alias", "zh")], "丙": []}
    assert made[0].related == [1] and made[1].related == [0]


def test_a_label_is_of_the_surest_concept_and_noted_of_the_others() -> None:
    told = [relation("gloss", "图像", "image", 0.6), relation("gloss", "镜像", "Image", 0.9)]
    made = concepts(rows("图像", "镜像"), told, "zh")
    assert named(made) == {"图像": [], "镜像": [("Image", "gloss", "en")]}
    assert [said.text for said in made[0].said] == ["image"]


def test_a_broader_one_that_another_implies_is_not_named() -> None:
    told = [relation("broader", "甲", "乙"), relation("broader", "乙", "丙"), relation("broader", "甲", "丙")]
    made = concepts(rows("甲", "乙", "丙"), told, "zh")
    assert [c.broader for c in made] == [[1], [2], []] and [c.narrower for c in made] == [[], [0], [1]]


def test_a_term_is_related_to_those_that_it_stands_in_unless_they_are_narrower() -> None:
    listed = rows("断路器", "断路器柜", "高压断路器")
    listed[1]["parts"], listed[2]["parts"] = ["断路器", "柜"], ["高压", "断路器"]
    made = concepts(listed, [relation("broader", "高压断路器", "断路器")], "zh")
    assert [c.related for c in made] == [[1], [0], []]


NAMES = st.sampled_from("甲乙丙丁戊")
KINDS = st.sampled_from([*SAME_THING, "broader", "definition"])


@given(
    st.lists(NAMES, unique=True),
    st.lists(st.builds(relation, KINDS, NAMES, NAMES, st.sampled_from([0.5, 0.75, 0.9])), max_size=12),
)
def test_concepts_are_consistent_whatever_the_relations(terms: list[str], told: list[dict[str, Any]]) -> None:
    made = concepts(rows(*terms), told, "zh")
    labels = [(k.text, k.language) for c in made for k in c.labels] + [(c.row["term"], "zh") for c in made]
    assert len(labels) == len(set(labels))
    assert set(terms) <= {text for text, _ in labels}  # no listed term is lost
    for i, concept in enumerate(made):
        above: set[int] = set()
        for _ in made:
            above |= {b for a in {i, *above} for b in made[a].broader}
        assert i not in above
        assert all(i in made[b].narrower for b in concept.broader) and all(i in made[b].broader for b in concept.narrower)
        assert all(i in made[b].related for b in concept.related)
        assert not above & set(concept.related) and i not in concept.related
