"""Similarity: numbers worked out by hand, then those of gensim."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from tests.results.evaluation.helpers import PLANE, scores, vectors, written
from tests.tiny import workspace
from wajue.results.evaluation.similarity import correlations
from wajue.results.evaluation.vocabulary import Vocabulary

# cosines to a: b .8, c .6, d 0, e -1
UNIT = Vocabulary(["a", "b", "c", "d", "e"], np.array([[2, 0], [4, 3], [3, 4], [0, 5], [-1, 0]], np.float32))


def test_spearman_with_ties_by_hand() -> None:
    # cosines b .8, c .6, d 0, e -1: ranks 4 3 2 1; judgements 9 5 5 1: ranks 4 2.5 2.5 1
    # both have mean 2.5; deviations 1.5 .5 -.5 -1.5 and 1.5 0 0 -1.5: sum of products 4.5, of squares 5 and 4.5
    # rho = 4.5 / sqrt(5 * 4.5) = .948683
    pairs = [("a", "b", 9.0), ("a", "c", 5.0), ("a", "d", 5.0), ("a", "e", 1.0)]
    assert correlations(UNIT, pairs) == (pytest.approx(0.948683, abs=1e-6),) * 2 + (4,)


def test_a_pair_without_a_vector_is_left_out_or_has_cosine_0() -> None:
    # left out: .8 .6 against 1 2 -> -1; all: .8 .6 0 against 1 2 3: ranks 3 2 1 against 1 2 3 -> -1;
    # with the third judged 0 instead: ranks 3 2 1 against 2 3 1: 1 - 6 * (1 + 1 + 0) / (3 * 8) = .5
    pairs = [("a", "b", 1.0), ("a", "c", 2.0)]
    assert correlations(UNIT, [*pairs, ("a", "x", 3.0)]) == (pytest.approx(-1), pytest.approx(-1), 2)
    assert correlations(UNIT, [*pairs, ("a", "x", 0.0)]) == (pytest.approx(-1), pytest.approx(0.5), 2)


def test_spearman_is_not_defined_for_one_pair_or_equal_judgements() -> None:
    assert correlations(UNIT, [("a", "b", 1.0)]) == (None, None, 1)
    assert correlations(UNIT, [("a", "b", 1.0), ("a", "c", 1.0)]) == (None, None, 2)


def test_similarity_of_either_model(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE, jose_words=vectors(man=[1, 0], king=[0, 1], woman=[1, 1]))
    pairs = written(tmp_path / "pairs.txt", "Man\tKing\t9\nman\twoman\t5\nman\tbishop\t1\n")
    # sgns: cosines .8 and 0, judged 9 and 5: 1; with 0 for man, bishop: ranks 3 1.5 1.5 against 3 2 1: deviations
    # 1 -.5 -.5 and 1 0 -1, 1.5 / sqrt(1.5 * 2) = .8660; jose: cosines 0 and .7071: -1
    found = scores(place, "similarity", pairs)
    assert found["pairs with vectors", "Spearman"]["value"] == pytest.approx(1)
    assert found["all pairs", "Spearman"]["value"] == pytest.approx(0.866025, abs=1e-6)
    assert {(r["found"], r["of"], r["vectors"]) for r in found.values()} == {(2, 3, "sgns")}
    assert scores(place, "similarity", pairs, vectors="jose")["pairs with vectors", "Spearman"]["value"] == pytest.approx(-1)


def test_the_correlation_is_gensims(tmp_path: Path) -> None:
    random = np.random.default_rng(3)
    names, matrix = [f"w{i}" for i in range(60)], random.normal(size=(60, 3)).astype(np.float32)
    keyed = KeyedVectors(3)
    keyed.add_vectors(names, matrix)
    pairs = [(names[a], names[b], float(j)) for j, (a, b) in enumerate(random.permutation(60).reshape(30, 2))]
    (tmp_path / "pairs.tsv").write_text("".join(f"{a}\t{b}\t{j}\n" for a, b, j in pairs))
    rho = keyed.evaluate_word_pairs(tmp_path / "pairs.tsv")[1][0]
    assert correlations(Vocabulary(names, matrix), pairs)[0] == pytest.approx(float(rho))
