import numpy as np
import pytest

from wajue.mining.trends.coverage import Break, breaks

MONTHS = [f"2024-{m:02d}" for m in range(1, 9)]


def test_corpora_that_begin_and_end_are_named() -> None:
    tokens = np.array([[900.0] * 8, [0, 0, 0, 300, 300, 300, 300, 300], [100, 100, 0, 0, 0, 0, 0, 0]])
    assert breaks(MONTHS, ["all", "late", "old"], tokens) == [Break("old", "ends", "2024-02"), Break("late", "begins", "2024-04")]


def test_a_share_that_changes_is_told_with_its_figures() -> None:
    tokens = np.array([[9000.0] * 8, [1000.0] * 4 + [9000.0] * 4])
    assert breaks(MONTHS, ["one", "two"], tokens) == [Break("two", "share", "2024-05", pytest.approx(0.1), 0.5)]


def test_one_corpus_and_even_growth_are_no_breaks() -> None:
    growing = np.arange(1.0, 9) * 1000
    assert breaks(MONTHS, ["one"], growing[None]) == []
    assert breaks(MONTHS, ["one", "two"], np.stack([growing, 3 * growing])) == []
