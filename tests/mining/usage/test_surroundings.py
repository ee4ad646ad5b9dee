import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.usage.surroundings import SLOT, Surroundings, is_word


def around(word: list[str], *sentences: str) -> Surroundings:
    counted = Surroundings(word)
    for i, sentence in enumerate(sentences):
        counted.add(sentence.split(), f"d{i}")
    return counted


def test_neighbours_are_counted_by_side_and_span() -> None:
    counted = around(["主变"], "检修 主变 停电", "检修 ， 主变 停电 检修 检修")
    assert counted.occurrences == 2
    assert counted.pairs["left", "adjacent"] == {"检修": 1}  # the comma is no word
    assert counted.pairs["left", "window"] == {"检修": 2}
    assert counted.pairs["right", "adjacent"] == {"停电": 2}
    assert counted.pairs["right", "window"] == {"停电": 2, "检修": 1}  # once an occurrence
    assert counted.positions["right", "window"] == 1 + 3 and counted.positions["left", "adjacent"] == 2


def test_scores_are_those_of_the_formulae() -> None:
    counted = around(["主变"], "检修 主变", "检修 主变", "主变 坏")
    [left, _] = counted.collocates({"检修": 6}, total=100, most=5)
    # f(x, y) = 2, f(x) = 3, f(y) = 6: 14 + log2(4/9)
    assert (left.side, left.span, left.collocate, left.count) == ("left", "adjacent", "检修", 2)
    assert left.log_dice == pytest.approx(14 + math.log2(4 / 9))
    # 2 of 2 tokens before the word, 4 of the 98 others: 2 (2 ln(2/0.12) + 4 ln(4/5.88))
    assert left.keyness == pytest.approx(2 * (2 * math.log(2 / 0.12) + 4 * math.log(4 / 5.88)))


def test_a_term_of_several_tokens_is_met_whole_and_once() -> None:
    assert around(["断路", "器"], "断路 器 断路 检修 断路 器").occurrences == 2
    assert around(["哈", "哈"], "哈 哈 哈").occurrences == 1


def test_a_frame_in_a_longer_one_is_left_out() -> None:
    counted = around(["主变"], *["请 检修 主变 。"] * 4, "检修 主变 ， 停电")
    # 检修 ～ stands 5 times, 4 of them as 请 检修 ～
    assert counted.typical_frames(5) == [(("请", "检修", SLOT), 4, 4)]
    counted = around(["主变"], *["请 检修 主变"] * 4, *["检修 主变"] * 3)  # 4 * 2 > 7 * 1
    assert [f for f, *_ in counted.typical_frames(5)] == [("请", "检修", SLOT), ("检修", SLOT)]
    once = Surroundings(["主变"])
    for _ in range(4):
        once.add(["检修", "主变"], "d0")
    assert once.typical_frames(5) == []  # all in one document


@given(st.lists(st.sampled_from("甲乙丙，"), max_size=12))
def test_windows_are_what_looking_at_each_token_gives(sentence: list[str]) -> None:
    counted = Surroundings(["甲"])
    counted.add(sentence, "d")
    expected = sum(is_word(t) for i, s in enumerate(sentence) if s == "甲" for t in set(sentence[max(0, i - 5) : i]))
    assert counted.pairs["left", "window"].total() == expected
    assert counted.occurrences == sentence.count("甲")
