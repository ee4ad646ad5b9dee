from typing import Any

import pytest

from wajue.mining.relations.naming import Names
from wajue.mining.relations.term_forms import from_forms
from wajue.mining.tokens import jieba_dictionary

NAMES = Names({}, jieba_dictionary.tags())


def row(*parts: str, count: int = 3, **more: Any) -> dict[str, Any]:
    of_a_name = {"score": 1.0, "by_after_de": 0.1, "by_enumerated": -0.3, "doubts": []}
    return {"term": "".join(parts), "parts": list(parts), "domain_count": count} | of_a_name | more


def test_the_head_of_a_compound_is_broader() -> None:
    rows = [
        row("高压", "断路器"),
        row("断路器", count=9),
        row("真空", "高压", "断路器"),
        row("计算", "梯度"),
        row("梯度"),
        row("低", "电压"),
        row("病菌", "侵入"),
        row("侵入"),
        row("电压"),
        row("器"),
    ]
    pairs = {r[:3] for r in from_forms(rows, NAMES)}
    # the longest head, and none behind a verb
    assert pairs == {("高压断路器", "断路器", "broader"), ("真空高压断路器", "高压断路器", "broader")}
    assert from_forms(rows, NAMES)[1].score == pytest.approx(0.75)  # the rarer has 3: 1 - 1/(1 + 3)


def test_clauses_have_nothing_broader() -> None:
    rows = [
        row("函数", "断路器", score=-1.0),
        row("值", "用于", "断路器", doubts=["weak_inner"]),
        row("参数", "断路器", by_after_de=-0.1),
        row("真空", "断路器"),
        row("弹簧", "断路器", by_after_de=None, by_enumerated=None),  # an expansion
        row("断路器", score=-0.5),
    ]
    assert {r[:3] for r in from_forms(rows, NAMES)} == {("真空断路器", "断路器", "broader")}


def test_spellings_of_a_name() -> None:
    rows = [
        row("pytorch", count=2),
        row("PyTorch", count=7),
        row("CO"),
        row("Co"),
        row("x_alpha"),
        row("X_alpha"),
        row("one-hot"),
        row("onehot"),
    ]
    assert {r[:3] for r in from_forms(rows, NAMES)} == {("pytorch", "PyTorch", "variant"), ("one-hot", "onehot", "variant")}


def test_no_terms() -> None:
    assert from_forms([], NAMES) == []
