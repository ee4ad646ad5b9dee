import pyarrow as pa
import pytest

from wajue.mining.tokens.breaks import breaks


@pytest.mark.parametrize(
    ("text", "tokens", "with_spaces", "lines_alone"),
    [
        ("油枕\n检查油位", ["油枕", "检查", "油位"], [1], [1]),
        ("油枕 检查 SF6 断路器", ["油枕", "检查", "SF6", "断路器"], [1], []),  # Latin letters stand apart from Han as a rule
        ("Roth IRA 账户", ["Roth", "IRA", "账户"], [], []),
        ("甲\n\n乙  \n 丙", ["甲", "乙", "丙"], [1, 2], [1, 2]),
        ("，甲", ["，", "甲"], [], []),
        ("", [], [], []),
    ],
)
def test_lines_end_and_characters_stand_apart(text: str, tokens: list[str], with_spaces: list[int], lines_alone: list[int]) -> None:
    before, after = "前文\n一", "后 文"  # other texts of the batch
    texts = pa.array([before, text, after])
    lists = pa.array([["前文", "一"], tokens, ["后", "文"]], pa.list_(pa.string()))
    assert breaks(texts, lists, spaces=True).to_pylist() == [[1], with_spaces, [1]]
    assert breaks(texts, lists, spaces=False).to_pylist() == [[1], lines_alone, []]
    assert breaks(texts[1:], lists[1:], spaces=True).to_pylist() == [with_spaces, [1]]  # a slice
