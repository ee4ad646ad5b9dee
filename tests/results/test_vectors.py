"""Vectors whose neighbours are known by construction, and what gensim answers."""

from collections.abc import Iterator

import numpy as np
import pytest

from wajue.errors import WajueError
from wajue.results.vectors import Vectors

# cosines to 甲 = (1, 0): 乙 1, 丙 .6, 丁 0, 戊 -1; 乙 differs from 甲 in length alone
ROWS = {"甲": (1, 0), "乙": (5, 0), "丙": (3, 4), "丁": (0, 2), "戊": (-1, 0)}
VECTORS = Vectors("sgns", list(ROWS), np.arange(5, 0, -1), np.array(list(ROWS.values()), np.float32))


def test_neighbours_by_cosine_the_word_itself_left_out() -> None:
    assert VECTORS.most_similar("甲") == [
        ("乙", 1.0),
        ("丙", pytest.approx(0.6)),
        ("丁", 0.0),
        ("戊", -1.0),
    ]
    assert VECTORS.most_similar("甲", top=1) == [("乙", 1.0)]
    assert VECTORS.most_similar("甲", top=0) == []
    assert VECTORS.most_similar(list(ROWS)) == []


def test_several_words_and_words_to_be_without() -> None:
    # 甲 + 丁 = (1, 1)/sqrt 2: 丙 (.6 + .8)/sqrt 2 = .990; without 甲, (0, 1): 丙 .8, then 乙 0 and 戊 0 in their order
    assert VECTORS.most_similar(["甲", "丁"], top=1) == [("丙", pytest.approx(0.98995))]
    assert VECTORS.most_similar(["甲", "丁"], without=["乙"], top=2) == [("丙", pytest.approx(0.8)), ("戊", pytest.approx(0.0))]


def test_equal_cosines_come_in_the_order_of_the_words() -> None:
    same = Vectors("sgns", [str(i) for i in range(1000)], np.ones(1000, np.int64), np.ones((1000, 3), np.float32))
    assert [word for word, _ in same.most_similar("3", top=5)] == ["0", "1", "2", "4", "5"]


def test_a_mapping_of_words_to_vectors() -> None:
    assert len(VECTORS) == 5 and "丙" in VECTORS and "己" not in VECTORS
    assert VECTORS["丙"].tolist() == [3, 4]  # as trained, not of length 1
    assert VECTORS.similarity("甲", "丙") == pytest.approx(0.6)
    with pytest.raises(KeyError):
        VECTORS["己"]
    with pytest.raises(WajueError, match=r"^'己' has no vector: it is not in the vocabulary; see"):
        VECTORS.most_similar("己")


def test_a_vector_of_zeros_is_like_nothing() -> None:
    zeros = Vectors("sgns", ["a", "b"], np.ones(2, np.int64), np.array([[0, 0], [1, 0]], np.float32))
    assert zeros.most_similar("a") == [("b", 0.0)]


def test_expansion_goes_from_neighbour_to_neighbour_and_keeps_off_what_is_to_be_avoided() -> None:
    # in a chain each word is .95 like the one before it, above .6 and .6 + .4(1 - e^-.35) = .718 and .801
    angle = np.arccos(0.95) * np.arange(9)
    chain = Vectors("sgns", list("abcdefghi"), np.ones(9, np.int64), np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32))
    found = dict(chain.expand(["a"]))
    assert list(found)[:2] == ["b", "c"] and "a" not in found
    assert "i" not in dict(chain.expand(["a"], avoid=["i"])) and set(chain.expand(["a"], avoid=["i"])) < set(found.items())


def test_gensim_finds_the_same_neighbours() -> None:
    rng = np.random.default_rng(5)
    words = [f"w{i}" for i in range(200)]
    ours = Vectors("sgns", words, np.arange(200, 0, -1), rng.standard_normal((200, 17)).astype(np.float32))
    keyed = ours.to_gensim()
    assert keyed.get_vecattr("w3", "count") == 197

    def both() -> Iterator[tuple[list[tuple[str, float]], list[tuple[str, float]]]]:
        yield ours.most_similar("w7", top=20), keyed.most_similar("w7", topn=20)
        yield (
            ours.most_similar(["w1", "w2"], without=["w3"], top=20),
            keyed.most_similar(positive=["w1", "w2"], negative=["w3"], topn=20),
        )

    for mine, theirs in both():
        assert [w for w, _ in mine] == [w for w, _ in theirs]
        np.testing.assert_allclose([c for _, c in mine], [c for _, c in theirs], atol=1e-6)
