import numpy as np
import pyarrow as pa
import pytest

from wajue.mining.tokens.granularity import COARSE, FINE, STANDARD, holding_together
from wajue.mining.tokens.segmenter import Segmenter

# 相容性 可能性 重要性 are words, their stems too: 性 joins 30 times and stands alone 20 times, so it is a suffix. 的 joins no stem;
# 人 joins two alone.
USES = {
    "相容": 9, "可能": 9, "重要": 9, "相容性": 10, "可能性": 10, "重要性": 10, "性": 20, "的": 90, "兼容": 9, "未成年": 9, "工作": 9, "工作人": 9,
    "大学": 9, "大学人": 9, "人": 40, "数据": 9, "数据库": 20, "管理": 9, "系统": 9,
}  # fmt: skip
UNITS = ["数据库管理系统"]
TEXT = "兼容性的数据库管理系统。性的"


def segmenter(granularity: str, units: list[str] | None = UNITS) -> Segmenter:
    rows = pa.table({"word": list(USES), "count": list(USES.values()), "used": list(USES.values()), "log_prob": [-6.0] * len(USES)})
    listed = None if units is None else pa.array(units, pa.string())
    return Segmenter.from_lexicon(rows, unknown_share=0.0, granularity=granularity, units=listed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("granularity", "spaced"),
    [
        ("fine", "兼容 性 的 数据库 管理 系统 。 性 的"),
        ("standard", "兼容性 的 数据库 管理 系统 。 性 的"),
        ("coarse", "兼容性 的 数据库管理系统 。 性 的"),
    ],
)
def test_suffixes_are_joined_then_listed_units(granularity: str, spaced: str) -> None:
    assert segmenter(granularity).spaced([TEXT]) == [spaced]


def test_a_suffix_needs_three_stems_and_a_word_before_it() -> None:
    assert segmenter("standard").spaced(["管理人", "的性", "数据库性"]) == ["管理 人", "的 性", "数据库性"]


def test_no_join_across_white_space_or_a_break() -> None:
    assert segmenter("coarse").spaced(["兼容 性", "数据库，管理系统", "数据库 管理系统"]) == [
        "兼容 性",
        "数据库 ， 管理 系统",
        "数据库 管理 系统",
    ]


def test_a_unit_is_joined_from_whole_words_only() -> None:
    assert segmenter("coarse", ["据库管理", "库管理系"]).spaced(["数据库管理系统"]) == ["数据库 管理 系统"]
    assert segmenter("coarse", None).spaced(["数据库管理系统"]) == ["数据库 管理 系统"]


def test_each_end_of_a_coarser_cut_is_one_of_the_finer() -> None:
    spans, grades, _ = segmenter("fine").pieces(pa.array([TEXT, "", "性"]))
    sizes = np.diff(spans.offsets)
    assert sizes.tolist() == [9, 0, 1]
    assert grades.tolist() == [FINE, COARSE, COARSE, STANDARD, STANDARD, COARSE, COARSE, COARSE, COARSE, COARSE]


def test_tokens_of_every_grade_have_their_own_offsets() -> None:
    pieces = segmenter("fine").pieces(pa.array(["兼容性", "", "的数据库管理系统"]))
    assert [pieces.tokens(grade).offsets.tolist() for grade in (FINE, STANDARD, COARSE)] == [
        [0, 2, 2, 6],
        [0, 1, 1, 5],
        [0, 1, 1, 3],
    ]


def test_what_holds_together() -> None:
    rows = {
        "ngram": ["数据库管理系统", "一个人", "管理", "很少见", "半个词"],
        "n": [7, 3, 2, 3, 3],
        "count": [5, 90, 50, 4, 9],
        "pmi": [4.0, 3.9, 9.0, 9.0, 9.0],
        "left_entropy": [1.0, 2.0, 2.0, 2.0, 0.9],
        "right_entropy": [2.0, 2.0, 2.0, 2.0, 2.0],
    }
    assert holding_together(pa.RecordBatch.from_pydict(rows)).column("ngram").to_pylist() == ["数据库管理系统"]
