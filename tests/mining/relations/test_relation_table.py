from collections import Counter

import pytest

from wajue.mining.relations.mentions import mentions
from wajue.mining.relations.naming import Names
from wajue.mining.relations.relation_table import Counted, Relation, of_reviewers, relations
from wajue.mining.tokens import jieba_dictionary

KNOWN = Names(dict.fromkeys(("循环神经网络", "断路器", "隔离开关", "所有权", "北京大学", "高斯分布"), 5), jieba_dictionary.tags())


def told(*texts: str) -> list[Relation]:
    counts = Counter(m for text in texts for m in mentions(text))
    return relations([Counted(*m[:4], n, m.example, f"of {m.example}") for m, n in counts.items()], KNOWN)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("我们使用循环神经网络（recurrent neural network，RNN）。", ("循环神经网络", "recurrent neural network", "gloss")),
        ("我们使用循环神经网络（RNN）。", ("循环神经网络", "RNN", "abbreviation")),
        ("即recurrent neural network（循环神经网络）。", ("循环神经网络", "recurrent neural network", "gloss")),
        (
            "方法称之为权吸引子传播算法（weight affinity propagation）。",
            ("权吸引子传播算法", "weight affinity propagation", "gloss"),
        ),
        ("使用JavaScript 对象表示法（JSON）。", ("JavaScript 对象表示法", "JSON", "abbreviation")),
        ("来自北京大学（以下简称“北大”）的人", ("北京大学", "北大", "abbreviation")),
        ("正态分布，也称为高斯分布，很常见。", ("正态分布", "高斯分布", "alias")),
        ("断路器是指能够接通和断开电流的开关设备。", ("断路器", "能够接通和断开电流的开关设备", "definition")),
    ],
)
def test_planted_relations(text: str, relation: tuple[str, str, str]) -> None:
    assert relation in [r[:3] for r in told(text)]


@pytest.mark.parametrize(
    "text",
    [
        "这是指上面说的那一种情况。",
        "如果出现故障，又称故障，",
        "剂量为每次5mg（儿童）",
        "上述方法（method）",
        "我们认为，简称我们，",
        "带开关的断路器（switch-based circuit breaker of a line）",  # the head of a longer name
        "断路器 (*breaker*) 的位置",  # a parameter of code, as the next two
        "*breaker*（断路器）的位置",
        "断路器 (unsigned long)-1",
        "breaker（断路器），switch（断路器）",  # a remark on any name
        "breaker（几乎）",
        "断路器（CBR）",  # as many letters as characters: the name is cut
        "Remix集成开发环境（IDE）",
        "断路器（OpenError）",
        "断路器（CB-1）",
        "10号断路器（CB）",
        "体重（kg）",
    ],
)
def test_what_tells_no_relation(text: str) -> None:
    assert told(text) == []


def test_scores_count_mentions_and_the_shortest_example_is_shown() -> None:
    (row,) = told("所有权（ownership）很重要", "所有权（ownership）")
    # two mentions: 1 - 1/(1 + 2)
    assert row == Relation("所有权", "ownership", "gloss", pytest.approx(2 / 3), 2, "所有权（ownership）", "of 所有权（ownership）")


def test_the_case_of_letters_makes_no_other_gloss() -> None:
    texts = ["断路器（Circuit breaker）", "断路器（circuit breaker）", "见断路器（circuit breaker）"]
    [relation] = told(*texts)
    assert relation.to_term == "circuit breaker" and relation.count == 3


def test_a_short_form_in_letters_has_no_gloss() -> None:
    known = Names({"断路器": 1, "PLC": 5}, jieba_dictionary.tags())
    counted = [Counted(*m[:4], 1, m.example, "d") for m in mentions("基于PLC（programmable logic controller）")]
    assert [r for r in relations(counted, known) if r.kind == "gloss"] == []


def test_no_mentions() -> None:
    assert relations([], KNOWN) == []


def test_what_reviewers_called_a_variant() -> None:
    assert of_reviewers({"刀闸": "隔离开关", "开关": "断路器"}, {"刀闸": 7, "隔离开关": 5}) == [
        Relation("刀闸", "隔离开关", "variant", 1.0, 5, None, None),
        Relation("开关", "断路器", "variant", 1.0, 0, None, None),
    ]
