import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from wajue.mining.text.word_table import find_words, word_keys, word_table


def test_two_words_with_one_key_are_an_error() -> None:
    with pytest.raises(ValueError, match="key"):
        word_table(np.array([5, 5], np.uint64), np.ones(2))


@given(st.lists(st.lists(st.integers(2, 65535), min_size=1, max_size=8), max_size=30, unique_by=tuple))
def test_listed_words_are_found_and_others_are_not(words: list[list[int]]) -> None:
    codes = np.array([[*w, *[0] * 8][:8] for w in words], np.uint16).reshape(-1, 8)
    keys = word_keys(codes)
    assume(len(set(keys.tolist())) == len(keys))
    built = word_table(keys, np.ones(len(keys)))
    assert find_words(built, keys).tolist() == list(range(len(keys)))
    assert (find_words(built, keys + np.uint64(1)) < len(keys)).all()
