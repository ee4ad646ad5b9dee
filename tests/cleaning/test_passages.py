import pytest

from wajue.cleaning import passages
from wajue.cleaning.passages import OMITTED, marked, resolved

NOTHING: frozenset[str] = frozenset()


def test_a_block_is_dropped_as_lines_and_a_formula_leaves_a_mark() -> None:
    text = "先看" + marked("code", "x = 1\ny = 2") + "再设" + marked("formula", "a^2") + "为面积"
    assert resolved(text, NOTHING) == (f"先看\n\n\n再设{OMITTED}为面积", {"code", "math"})


def test_what_is_kept_loses_its_marks_alone() -> None:
    text = "设" + marked("formula", "a") + "为" + marked("code", "f()")
    assert resolved(text, frozenset({"code", "formula"})) == ("设a为\nf()\n", set())


@pytest.mark.parametrize("source", ["a\ufff9b", "\ufff9code\ufffaa", "\ufffb\ufffa"])
def test_marks_of_the_source_are_no_marks(source: str) -> None:
    assert not set(passages.unmarked(source)) & set("\ufff9\ufffa\ufffb")
    assert resolved(source, NOTHING)[0] == passages.unmarked(source)  # nor is one without its end


def test_a_blank_passage_changes_nothing_that_counts() -> None:
    assert resolved(marked("code", "\n"), NOTHING)[1] == set()
