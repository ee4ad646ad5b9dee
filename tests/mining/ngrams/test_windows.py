import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from wajue.mining.ngrams.windows import bucket, windows


def test_windows_that_overlap_are_sent_once() -> None:
    code = np.array([2, 3, 4, 5, 6, 7, 0, 8, 0], np.uint16)
    # one bucket: both clauses whole, each after a break
    assert [w.tolist() for w in windows(code, 1, 2)] == [[0, 2, 3, 4, 5, 6, 7, 0, 8]]


@given(st.lists(st.integers(0, 9).map(lambda c: c * 7919 % 65521), max_size=40), st.integers(1, 5), st.integers(1, 4))
def test_each_bucket_sees_its_symbols_with_their_neighbours(code: list[int], buckets: int, longest: int) -> None:
    text = [0, *code, *[0] * longest]
    bucket_of = bucket(np.arange(65536), buckets)
    for b, window in enumerate(windows(np.array(code, np.uint16), buckets, longest)):
        own = [i for i, c in enumerate(text) if c and bucket_of[c] == b]
        sent = [0, *window.tolist(), *[0] * longest]
        around = []
        for i in (i for i, c in enumerate(sent) if c and bucket_of[c] == b):
            around.append(_until_break(sent, i, longest))
        assert around == [_until_break(text, i, longest) for i in own]


def _until_break(code: list[int], i: int, longest: int) -> tuple[int, list[int]]:
    """The symbol before, and what follows up to the first break."""
    following = code[i : i + longest + 1]
    return code[i - 1], following[: following.index(0)] if 0 in following else following
