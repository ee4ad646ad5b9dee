import pytest

from wajue.reading.formats.joining import joined_lines, on_one_line


@pytest.mark.parametrize(
    ("lines", "paragraph"),
    [
        (["断路", "器"], "断路器"),
        (["断路器，", "拒动"], "断路器，拒动"),
        (["the circuit", "breaker"], "the circuit breaker"),
        (["使用", "Python"], "使用 Python"),
        (["他说：", "“好”", "了"], "他说：“好”了"),
        (["he said", "“no”"], "he said “no”"),
        (["", " 一 ", "  ", "二"], "一二"),
        ([], ""),
    ],
)
def test_a_space_comes_between_characters_that_are_not_wide(lines: list[str], paragraph: str) -> None:
    assert joined_lines(lines) == paragraph


def test_the_white_space_around_a_text_is_kept() -> None:
    assert on_one_line(" 断路\n器 \n") == " 断路器 \n" and on_one_line(" \n ") == " \n "
