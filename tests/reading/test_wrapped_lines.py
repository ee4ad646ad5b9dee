"""Wrapped text is told from text whose lines are whole; the texts are made here."""

import gzip
import textwrap

import pytest

from tests.reading.read import read, told
from wajue.reading import wrapped_lines

SENTENCE = "变压器的油枕位于油箱的上方，它的作用是补偿油的体积变化，检修人员应当定期检查油位是否正常，并记录在案"
PARAGRAPHS = [SENTENCE * (1 + i % 3) + "末" * (i % 17) + "。" for i in range(40)]
ENGLISH = [
    ("the quick brown fox jumps over the lazy dog and " * (2 + i % 4) + "sleeps" + " well" * (i % 5) + ".") for i in range(30)
]


def wrapped(paragraphs: list[str], columns: int) -> list[str]:
    """Each paragraph cut after every columns / 2 characters."""
    return [p[k : k + columns // 2] for p in paragraphs for k in range(0, len(p), columns // 2)]


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_wrapped_chinese_is_told_and_joined(columns: int) -> None:
    lines = wrapped(PARAGRAPHS, columns)
    assert wrapped_lines.wrapped_at(lines) == columns
    assert [text for _, text in wrapped_lines.joined(lines, columns)] == PARAGRAPHS


def test_wrapped_english_is_joined_by_spaces_and_hyphens() -> None:
    lines = [line for p in ENGLISH for line in [*textwrap.wrap(p, 72), ""]]
    assert wrapped_lines.wrapped_at(lines) is not None
    assert [text for _, text in wrapped_lines.joined(lines, 72) if text] == ENGLISH
    assert [t for _, t in wrapped_lines.joined(["the trans-", "former"], 10)] == ["the transformer"]


@pytest.mark.parametrize(
    "lines",
    [
        PARAGRAPHS,  # a paragraph a line
        [f"第{i}款断路器新品上市包邮正品保证" + "优惠" * (i % 9) for i in range(60)],  # titles
        [("超值特惠断路器漏电保护开关家用" * 3)[: 30 - i % 2] for i in range(60)],  # titles cut at a length
        ["床前明月光，疑是地上霜。", "举头望明月，低头思故乡。"] * 20,
        [],
        ["好"],
    ],
)
def test_whole_lines_are_left_alone(lines: list[str]) -> None:
    assert wrapped_lines.wrapped_at(lines) is None


def test_paragraphs_keep_their_first_line_and_their_indent() -> None:
    lines = ["　　变压器的油枕位于油", "箱的上方。", "", "　　它的作用是补偿油的", "　　体积变化"]
    assert list(wrapped_lines.joined(lines, 20)) == [
        (1, "　　变压器的油枕位于油箱的上方。"),
        (3, ""),
        (4, "　　它的作用是补偿油的"),
        (5, "　　体积变化"),
    ]


@pytest.mark.parametrize(("unwrap", "records"), [("auto", 40), ("always", 40), ("never", None)])
def test_a_file_is_read_by_paragraphs(unwrap: str, records: int | None) -> None:
    lines = wrapped(PARAGRAPHS, 80)
    data = "\n".join(lines).encode()
    assert len(read(data, "a.txt", unwrap=unwrap)) == (records or len(lines))
    [document] = told(read(data, "a.txt", unwrap=unwrap, unit="file"))
    assert document["text"] == "\n".join(PARAGRAPHS if records else lines)


def test_lines_before_the_end_of_a_damaged_file_are_kept() -> None:
    data = gzip.compress("\n".join(f"第{i}行" for i in range(50_000)).encode())[:-2_000]
    assert len(read(data, "a.txt.gz", unwrap="auto")) == len(read(data, "a.txt.gz", unwrap="never")) > 100
