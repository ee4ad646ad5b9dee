import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.mining.topics.test_embedding import documents
from wajue.mining.topics import phrases

IDS = st.lists(st.integers(0, 3), max_size=8)


@given(st.lists(IDS, max_size=5), st.lists(st.lists(st.integers(0, 3), min_size=2, max_size=4).map(tuple), max_size=6, unique=True))
def test_it_says_what_looking_at_every_position_says(lists: list[list[int]], parts: list[tuple[int, ...]]) -> None:
    expected = [
        [float(w in d) for w in range(4)] + [float(any(tuple(d[i : i + len(p)]) == p for i in range(len(d)))) for p in parts]
        for d in lists
    ]
    held = phrases.holds(documents(*lists), parts, 4).toarray()
    assert np.array_equal(held, np.array(expected).reshape(len(lists), 4 + len(parts)))
