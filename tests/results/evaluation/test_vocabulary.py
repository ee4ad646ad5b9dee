"""The row of a word."""

import numpy as np

from wajue.results.evaluation.vocabulary import Vocabulary


def test_the_lower_case_stands_in_for_a_word_that_is_not_there() -> None:
    both = Vocabulary(["Bank", "bank", "tiger"], np.eye(3, dtype=np.float32))
    assert [both.row(w) for w in ("Bank", "bank", "BANK", "Tiger", "lion")] == [0, 1, 1, 2, -1]
