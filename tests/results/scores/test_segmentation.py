"""Words whose both ends agree, by hand."""

from collections import Counter

from wajue.results.scores import segmentation


def test_agreement_by_hand() -> None:
    # gold 0-3 3-4 4-6, cut 0-3 3-6: one right of 2 cut and 3 gold; F1 = 2 * 1 / (2 + 3)
    # second line: both of 2 right; the lexicon lacks 开关 (missed), 变压器 (found); A1 holds no Han
    lines = [["断路器", "与", "开关"], ["变压器", "A1"]]
    cuts = {"断路器与开关": ["断路器", "与开关"], "变压器A1": ["变压器", "A1"]}
    found = segmentation.agreement(lambda texts: [cuts[t] for t in texts], lines, {"断路器", "与"})
    assert found == segmentation.Agreement(right=3, cut=4, gold=5, unknown_right=1, unknown=2)
    assert found.f1 == 2 * 3 / (4 + 5)


def test_only_han_leaves_numbers_and_latin_whole() -> None:
    seen: list[str] = []

    def cut(texts: list[str]) -> list[list[str]]:
        seen.extend(texts)
        return [list(t) for t in texts]

    assert segmentation.only_han(cut)(["开关10.5%，B超", "", "A"]) == [["开", "关", "10.5%", "，", "B", "超"], [], ["A"]]
    assert seen == ["开关", "超"]


def test_what_is_scored_of_a_lexicon() -> None:
    types = Counter({"断路器": 5, "开关": 4, "的": 9, "变压器油枕": 9, "B超": 9})
    assert segmentation.gold_types(types) == {"断路器"}
    assert segmentation.hits(["器", "断路器", "B超", "关开", "开关"], types, 2) == 1  # 断路器 and 关开
