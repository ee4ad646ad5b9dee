"""Words whose both ends agree, by hand."""

from pathlib import Path

from tests.results.evaluation.helpers import CUT_BY_LEXICON, WORDS, scores, written
from tests.tiny import workspace
from wajue.results.evaluation import segmentation


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


def test_segmentation_by_the_mined_lexicon(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", CUT_BY_LEXICON, lexicon=WORDS)
    # cut as 断路器 与 开关 10 KV and 斷路器 (断路器 in the lexicon's script) 上 油; gold: 上油 is one word, 10KV too where all is cut
    gold = written(tmp_path / "gold.txt", "断路器 与 开关 10KV\n\n斷路器 上油\n" + "断路器 与\n" * 4)
    found = scores(place, "segmentation", gold)
    han = {figure: (r["value"], r["found"], r["of"]) for (part, figure), r in found.items() if part == "runs of Han characters"}
    # right: 断路器 与 开关 10KV, 断路器, and 断路器 与 four times: 13 of 15 cut, of 14 gold; 上油 alone is unknown
    assert han == {
        "precision": (13 / 15, 13, 15),
        "recall": (13 / 14, 13, 14),
        "F1": (26 / 29, None, None),
        "OOV recall": (0.0, 0, 1),
    }
