"""Average precision and occurrences: by hand, and against str.find."""

import random

import pytest

from wajue.results.scores import terms


def test_average_precision_by_hand() -> None:
    # wanted at ranks 1 and 3, a third is not ranked: (1/1 + 2/3 + 0) / 3 = .555556
    assert terms.average_precision(["a", "x", "b"], {"a", "b", "c"}) == pytest.approx(5 / 9)
    assert terms.average_precision(["x"], {"a"}) == 0.0
    assert terms.average_precision(["x"], set()) is None


def test_lengths() -> None:
    listed = ["断路", "断路器", "高压开关", "高压断路器", "高压断路器柜"]
    assert [len(terms.of_length(listed, *bounds)) for bounds in terms.LENGTHS.values()] == [5, 1, 1, 1, 2]


def test_occurrences_are_those_of_find(monkeypatch: pytest.MonkeyPatch) -> None:
    assert terms.occurrences(["啊啊啊", "断路", "器"], ["啊啊", "断路器", "𠮷"]) == {"啊啊": 2}  # overlapping; not across texts
    assert terms.occurrences([], ["开关"]) == terms.occurrences(["开关"], []) == {}
    assert terms.occurrences(["a" * 3, "𠮷野家"], ["𠮷野家𠮷野家", "𠮷"]) == {"𠮷": 1}
    monkeypatch.setattr(terms, "_BLOCK", 50)
    draw = random.Random(5)
    texts = ["".join(draw.choices("甲乙丙𠮷", k=draw.randrange(40))) for _ in range(60)]
    listed = {"".join(draw.choices("甲乙丙𠮷", k=draw.randrange(1, 9))) for _ in range(120)}
    slow = {t: sum(text.startswith(t, i) for text in texts for i in range(len(text))) for t in listed}
    assert terms.occurrences(texts, listed) == {t: n for t, n in slow.items() if n}
