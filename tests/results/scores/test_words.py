"""Similarity and analogies: numbers worked out by hand, then those of gensim."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from wajue.results.scores import words
from wajue.results.scores.words import Vocabulary

# cosines to a: b .8, c .6, d 0, e -1
PLANE = Vocabulary(["a", "b", "c", "d", "e"], np.array([[2, 0], [4, 3], [3, 4], [0, 5], [-1, 0]], np.float32))


def test_spearman_with_ties_by_hand() -> None:
    # cosines b .8, c .6, d 0, e -1: ranks 4 3 2 1; judgements 9 5 5 1: ranks 4 2.5 2.5 1
    # both have mean 2.5; deviations 1.5 .5 -.5 -1.5 and 1.5 0 0 -1.5: sum of products 4.5, of squares 5 and 4.5
    # rho = 4.5 / sqrt(5 * 4.5) = .948683
    pairs = [("a", "b", 9.0), ("a", "c", 5.0), ("a", "d", 5.0), ("a", "e", 1.0)]
    assert words.similarity(PLANE, pairs) == (pytest.approx(0.948683, abs=1e-6),) * 2 + (4,)


def test_a_pair_without_a_vector_is_left_out_or_has_cosine_0() -> None:
    # left out: .8 .6 against 1 2 -> -1; all: .8 .6 0 against 1 2 3: ranks 3 2 1 against 1 2 3 -> -1;
    # with the third judged 0 instead: ranks 3 2 1 against 2 3 1: 1 - 6 * (1 + 1 + 0) / (3 * 8) = .5
    pairs = [("a", "b", 1.0), ("a", "c", 2.0)]
    assert words.similarity(PLANE, [*pairs, ("a", "x", 3.0)]) == (pytest.approx(-1), pytest.approx(-1), 2)
    assert words.similarity(PLANE, [*pairs, ("a", "x", 0.0)]) == (pytest.approx(-1), pytest.approx(0.5), 2)


def test_spearman_is_not_defined_for_one_pair_or_equal_judgements() -> None:
    assert words.similarity(PLANE, [("a", "b", 1.0)]) == (None, None, 1)
    assert words.similarity(PLANE, [("a", "b", 1.0), ("a", "c", 1.0)]) == (None, None, 2)


def test_the_lower_case_stands_in_for_a_word_that_is_not_there() -> None:
    both = Vocabulary(["Bank", "bank", "tiger"], np.eye(3, dtype=np.float32))
    assert [both.row(w) for w in ("Bank", "bank", "BANK", "Tiger", "lion")] == [0, 1, 1, 2, -1]


def test_analogies_by_hand() -> None:
    # b - a + c of unit vectors: man (1, 0), king (.8, .6), woman (0, 1): king - man + woman = (-.2, 1.6)
    # nearest but for the three: queen (-.6, .8) 1.4, apple (-1, 0) .2
    unit = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [-1, 0]]
    vocabulary = Vocabulary(["man", "king", "woman", "queen", "apple"], np.array(unit, np.float32))
    asked = {"royal": [["man", "king", "woman", "queen"], ["man", "king", "woman", "apple"]], "x": [["man", "king", "woman", "x"]]}
    assert words.analogies(vocabulary, asked) == {"royal": (1, 2, 2), "x": (0, 0, 1)}
    assert words.analogies(vocabulary.first(3), asked)["royal"] == (0, 0, 2)


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_as_gensim_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(words, "_QUESTIONS", block)
    monkeypatch.setattr(words, "_WORDS", block)
    random = np.random.default_rng(3)
    names, matrix = [f"w{i}" for i in range(60)], random.normal(size=(60, 3)).astype(np.float32)
    rows = [random.choice(62, 4, replace=False) for _ in range(40)]  # w60 and w61 have no vector
    asked = {"first": [[f"w{i}" for i in r] for r in rows[:25]], "second": [[f"w{i}" for i in r] for r in rows[25:]]}
    for questions in asked.values():  # some that are right
        for q in questions[::3]:
            if all(w in names for w in q[:3]):
                a, b, c = (names.index(w) for w in q[:3])
                q[3] = names[words.answers(Vocabulary(names, matrix).unit, np.array([[a, b, c]]))[0]]
    path = tmp_path / "questions.txt"
    path.write_text("".join(f": {s}\n" + "".join(" ".join(q) + "\n" for q in qs) for s, qs in asked.items()))
    keyed = KeyedVectors(3)
    keyed.add_vectors(names, matrix)
    theirs = {
        s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in keyed.evaluate_word_analogies(path)[1]
    }
    ours = words.analogies(Vocabulary(names, matrix), asked)
    assert sum(right for right, _, _ in ours.values()) >= 10
    for section, (right, known, _) in ours.items():
        assert (right, known) == theirs[section]
    pairs = [(names[a], names[b], float(j)) for j, (a, b) in enumerate(random.permutation(60).reshape(30, 2))]
    (tmp_path / "pairs.tsv").write_text("".join(f"{a}\t{b}\t{j}\n" for a, b, j in pairs))
    rho = keyed.evaluate_word_pairs(tmp_path / "pairs.tsv")[1][0]
    assert words.similarity(Vocabulary(names, matrix), pairs)[0] == pytest.approx(float(rho))
