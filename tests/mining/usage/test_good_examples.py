import pytest

from wajue.mining.usage import good_examples

GOOD = "检修人员应当在停电以后打开断路器的外壳并且检查触头。"


@pytest.mark.parametrize(
    "worse",
    [
        "断路器坏。",
        GOOD * 4,
        GOOD.rstrip("。"),
        f"3. {GOOD}",
        f"③{GOOD}",
        f"但{GOOD}",
        "检修母线、刀闸、断路器、地线、触头、外壳都应当先停电。",
        "检修人员应当在停电以后打开断路器的外壳（见图一并且检查触头。",
        "断路器的外壳应当在停电以后由检修人员打开并检查触头是否磨损。",  # the word is at the edge
        "检修 ABC-123 以后在 2021-03 打开断路器 XYZ 9988 的外壳 KK。",
    ],
)
def test_each_fault_costs(worse: str) -> None:
    assert 0 <= good_examples.score(worse, "断路器") < good_examples.score(GOOD, "断路器") <= 1


def test_sentences_keep_their_marks() -> None:
    assert list(good_examples.sentences("他说：“停电！”再修。\n标题\n好？")) == ["他说：“停电！”", "再修。", "标题", "好？"]


def test_the_best_come_from_different_documents_and_are_unlike() -> None:
    other = "操作以前请确认断路器的位置与模拟屏上的显示一致。"
    documents = [("a", f"短断路器。{GOOD}\n{other}"), ("b", GOOD), ("c", other), ("d", "没有。"), ("e", "断路器")]
    chosen = good_examples.best(documents, "断路器", 2)
    assert {s for _, s in chosen} == {GOOD, other} and len({d for d, _ in chosen}) == 2
    assert good_examples.best(documents, "母线", 3) == []
