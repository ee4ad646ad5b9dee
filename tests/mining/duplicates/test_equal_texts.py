import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.duplicates.equal_texts import distinct, distinct_texts, text_order
from wajue.mining.duplicates.hashes import TextHashes

ROWS = st.lists(st.tuples(*[st.integers(0, 2)] * 3, st.integers(0, 99)), max_size=40)


def columns(rows: list[tuple[int, ...]]) -> tuple[TextHashes, np.ndarray]:
    high, low, text, position = (np.array([r[i] for r in rows], np.uint64) for i in range(4))
    return TextHashes(high, low, text), position


@given(ROWS)
def test_text_order_is_that_of_lexsort(rows: list[tuple[int, ...]]) -> None:
    order = text_order(*columns(rows))
    assert [rows[i] for i in order] == sorted(rows)


def test_many_ties_are_sorted_too() -> None:
    rows = [(i % 2, 0, i % 3, i) for i in range(3000)]  # 1500 texts share each first hash
    assert [rows[i] for i in text_order(*columns(rows))] == sorted(rows)


def test_copies_and_classes() -> None:
    # 0 and 3 are one text; 1 is another that is equal when folded; 2 stands alone
    found = distinct_texts(*columns([(5, 5, 1, 20), (5, 5, 2, 10), (7, 7, 3, 30), (5, 5, 1, 5)]))
    assert found.first.tolist() == [3, 1, 2]
    assert (found.copies.tolist(), found.copied.tolist()) == ([0], [3])  # position 20 is a copy of position 5
    assert found.class_members.tolist() == [3, 1]


def test_distinct_values() -> None:
    assert distinct(np.array([3, 1, 3], np.uint64)).tolist() == [1, 3] and len(distinct(np.zeros(0))) == 0
