import numpy as np
import pytest

from wajue.mining.lexicon.word_roles import log_ratio, roles


def test_a_word_is_the_sides_that_uses_it_four_times_as_often() -> None:
    domain, general = np.array([30, 5, 1, 0, 64]), np.array([0, 5, 9, 40, 146])  # 100 and 200 uses of words
    # the shares times 300, plus 1: 91 16 4 1 193 against 1 8.5 14.5 61 220
    assert log_ratio(domain, general) == pytest.approx(np.log2([91, 16 / 8.5, 4 / 14.5, 1 / 61, 193 / 220]))
    assert roles(domain, general) == ["domain", "both", "both", "general", "both"]


@pytest.mark.parametrize("others", [10, 1_000_000])
def test_what_one_side_lacks_is_the_others_however_large_they_are(others: int) -> None:
    domain, general = np.array([3, 0, 1000]), np.array([0, 3, others])
    assert roles(domain, general)[:2] == ["domain", "general"]


def test_where_all_text_is_of_one_side_so_are_all_words() -> None:
    uses, none = np.array([3, 0]), np.zeros(2, np.int64)
    assert roles(uses, none) == ["domain"] * 2 and roles(none, uses) == ["general"] * 2
    assert np.isnan(log_ratio(uses, none)).all()
