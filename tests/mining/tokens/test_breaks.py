import pyarrow as pa
import pytest

from wajue.mining.tokens.breaks import spacing


@pytest.mark.parametrize(
    ("text", "tokens", "lines", "between_han", "others"),
    [
        ("油枕\n检查油位", ["油枕", "检查", "油位"], [1], [], []),
        ("油枕 检查 SF6 断路器", ["油枕", "检查", "SF6", "断路器"], [], [1], [2, 3]),  # Latin letters stand apart as a rule
        ("Roth IRA 账户", ["Roth", "IRA", "账户"], [], [], [1, 2]),
        ("甲\n\n乙  \n 丙", ["甲", "乙", "丙"], [1, 2], [], []),
        (" ，甲", ["，", "甲"], [], [], []),
        ("", [], [], [], []),
    ],
)
def test_lines_end_and_characters_stand_apart(
    text: str, tokens: list[str], lines: list[int], between_han: list[int], others: list[int]
) -> None:
    before, after = "前文\n一", "后 文"  # other texts of the batch
    texts = pa.array([before, text, after])
    lists = pa.array([["前文", "一"], tokens, ["后", "文"]], pa.list_(pa.string()))
    with_spaces, alone = (spacing(texts, lists, spaces=spaces) for spaces in (True, False))
    assert with_spaces.breaks.to_pylist() == [[1], sorted(lines + between_han), [1]]
    assert with_spaces.gaps.to_pylist() == [[], others, []]
    assert alone.breaks.to_pylist() == [[1], lines, []] and alone.gaps.to_pylist() == [[], sorted(between_han + others), [1]]
    assert spacing(texts[1:], lists[1:], spaces=True).gaps.to_pylist() == [others, []]  # a slice
