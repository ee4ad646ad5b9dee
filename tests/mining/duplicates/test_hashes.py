import numpy as np
import pyarrow as pa
import pytest

from wajue.mining.duplicates.elements import code_points
from wajue.mining.duplicates.hashes import hashed_words, text_hashes


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        ("高压断路器怎么办？", "高压 断路器，怎么办!!", True),
        ("ＳＦ６断路器", "sf6断路器", True),
        ("版本3.5", "版本35", False),
        ("在10:30到", "在1030到", False),
        ("型号a-b", "型号ab", False),
        ("a, b", "ab", True),
        ("每次3~5片", "每次35片", False),
        ("10^6个", "106个", False),
        ("第1—2章", "第12章", False),
        ("3、5两组", "35两组", False),
        ("浓度3‰的", "浓度3的", False),
        ("3~5天", "3～5天", True),
        ("3—5天", "3～5天", True),
        ("C++怎么学", "C怎么学", False),
        ("C#怎么学", "C怎么学", False),
        ("结束.", "结束", True),
        ("3.结束", "3结束", True),
    ],
)
def test_what_is_equal_when_folded(one: str, other: str, equal: bool) -> None:
    hashes = text_hashes(code_points(pa.array([one, other])))
    assert (hashes.folded_high[0] == hashes.folded_high[1]) == (hashes.folded_low[0] == hashes.folded_low[1]) == equal
    assert hashes.text[0] != hashes.text[1]


def test_words_stand_between_white_space() -> None:
    words = hashed_words(code_points(pa.array(["the cat sat", "the  cat\nsat ", "", "a"])))
    assert words.offsets.tolist() == [0, 3, 6, 6, 7]
    assert np.array_equal(words.values[:3], words.values[3:6])
