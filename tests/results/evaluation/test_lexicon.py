"""The lexicon against a segmented text and against a list, by hand."""

from collections import Counter
from pathlib import Path

from tests.results.evaluation.helpers import CUT_BY_LEXICON, WORDS, scores, written
from tests.tiny import workspace
from wajue.results.evaluation import lexicon


def test_what_is_scored_of_a_lexicon() -> None:
    types = Counter({"断路器": 5, "开关": 4, "的": 9, "变压器油枕": 9, "B超": 9})
    assert lexicon.gold_types(types) == {"断路器"}
    assert lexicon.hits(["器", "断路器", "B超", "关开", "开关"], types, 2) == 1  # 断路器 and 关开


def test_lexicon_against_a_segmented_text(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", CUT_BY_LEXICON, lexicon=WORDS)
    gold = written(tmp_path / "gold.txt", "断路器 与 开关 10KV\n\n斷路器 上油\n" + "断路器 与\n" * 4)
    words = scores(place, "lexicon", gold)
    # types of 2-4 characters five times: 断路器 (6 times); the lexicon's that are cut out five times: 断路器
    part = "words of 2 to 4 Han characters"
    assert [words[part, f]["value"] for f in ("precision", "recall", "F1")] == [1.0, 1.0, 1.0]
    # new, by score: 断路器 (gold), 器与, 合上
    assert words["new words by rank", "P@100"]["value"] == 0.01


def test_lexicon_against_a_list(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", CUT_BY_LEXICON, lexicon=WORDS)
    found = scores(place, "lexicon", written(tmp_path / "list.txt", "\ufeff断路器\t12\n合上\t3\n变压器\t1\n低压配电柜\t1\n与\t1\n"))
    # of two to four characters the lexicon has 断路器 开关 器与 合上, the list 断路器 合上 变压器
    part = "words of 2 to 4 Han characters"
    assert [found[part, f]["value"] for f in ("precision", "recall", "F1")] == [2 / 4, 2 / 3, 4 / 7]
    assert found["new words by rank", "P@300"]["found"] == 2 and found["new words by rank", "P@300"]["of"] == 300
