import pytest

from wajue.mining.terms import termhood
from wajue.mining.terms.fragments import doubts_of

TAGS = {
    "保险": "n",
    "是否": "v",
    "覆盖": "v",
    "部门": "n",
    "应当": "v",
    "会同": "p",
    "和": "c",
    "数据": "n",
    "完全": "ad",
    "点": "q",
    "突然": "ad",
    "市": "n",
}


@pytest.mark.parametrize(
    ("words", "doubts"),
    [
        (["保险", "部门"], []),
        (["和", "数据"], ["closed_class"]),
        (["数据", "和", "部门"], ["closed_class"]),
        (["数据", "点"], []),  # a measure by its tag; in terms a point
        (["覆盖", "数据"], ["verb_first"]),
        (["完全", "数据"], ["weak_first"]),
        (["保险", "覆盖", "部门"], ["weak_inner"]),
        (["断路器", "数据"], ["unknown_first"]),
        (["数据", "断路器"], ["unknown_last"]),
        (["断路器"], []),  # unknown, but nothing beside it was cut wrongly
        (["和"], ["closed_class"]),
        (["由市"], ["cut_badly"]),
        (["市和区", "数据"], ["cut_badly"]),
        (["原因是"], ["cut_badly"]),
        (["PLC", "数据"], []),
        (["数据", "表明"], ["closed_class"]),
        (["市", "所示"], ["closed_class"]),
        (["显示"], []),
    ],
)
def test_parts_of_speech_raise_doubts(words: list[str], doubts: list[str]) -> None:
    assert doubts_of(words, TAGS) == doubts
    assert termhood.DOUBTS.keys() >= set(doubts)


def test_without_a_dictionary_there_is_no_doubt() -> None:
    assert doubts_of(["和", "数据"], {}) == []
