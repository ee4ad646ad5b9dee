"""Clusterings and neighbours of documents: figures by hand, then on groups that are plain to see."""

import numpy as np
import pytest

from wajue.results.evaluation import clusterings


def test_measures_by_hand() -> None:
    labels, found = np.array([0, 0, 0, 1, 1, 1]), np.array([0, 0, 1, 1, 1, 1])
    # clusters of 2 (both label 0) and 4 (one 0, three 1): purity (2 + 3) / 6
    assert clusterings.purity(labels, found) == pytest.approx(5 / 6)
    # MI = 1/3 ln(1/3 / (1/2 1/3)) + 1/6 ln(1/6 / (1/2 2/3)) + 1/2 ln(1/2 / (1/2 2/3)) = .231049 - .115525 + .202733 = .318257
    # entropies ln 2 = .693147 and 1/3 ln 3 + 2/3 ln 1.5 = .636514; NMI = .318257 / .664831 = .478704
    # ARI: pairs together in both 1 + 0 + 3 = 4; by label 6, by cluster 1 + 6 = 7, of 15: expected 2.8; (4 - 2.8) / (6.5 - 2.8) = .324324
    expected = {"mutual information, nats": 0.318257, "NMI": 0.478704, "ARI": 0.324324, "purity": 0.833333}
    assert {name: score(labels, found) for name, score in clusterings.MEASURES.items()} == pytest.approx(expected, abs=1e-6)


def groups(lengths: bool) -> tuple[np.ndarray, np.ndarray]:
    """Three directions, 20 documents around each; with `lengths` from .1 to 10 long."""
    random = np.random.default_rng(1)
    labels = np.repeat([0, 1, 2], 20)
    vectors = np.eye(3)[labels] + random.normal(scale=0.1, size=(60, 3))
    return (vectors * random.uniform(0.1, 10, (60, 1)) if lengths else vectors).astype(np.float32), labels


def test_groups_that_are_plain_to_see() -> None:
    vectors, labels = groups(lengths=True)
    for seed in range(5):
        first = clusterings.spherical_kmeans(vectors, 3, seed)
        assert clusterings.purity(labels, first) == 1.0  # length does not matter
        assert (first == clusterings.spherical_kmeans(vectors, 3, seed)).all()
    assert clusterings.neighbours_f1(vectors, labels) == {"F1 macro": 1.0, "F1 micro": 1.0}
    found = clusterings.clusterings(*groups(lengths=False))
    assert found["k-means", "ARI"] == found["spherical k-means", "NMI"] == (pytest.approx(1), pytest.approx(0))
    assert clusterings.clusterings(vectors, labels)["k-means", "ARI"][0] < 0.9  # here it does


def test_spherical_k_means_survives_fewer_distinct_points_than_clusters() -> None:
    vectors = np.array([[1, 0]] * 3 + [[0, 1]] * 3 + [[0, 0]], np.float32)
    found = clusterings.spherical_kmeans(vectors, 3, 0)
    assert len(set(found[:3])) == len(set(found[3:6])) == 1 and found[0] != found[3]


def test_f1_of_neighbours_with_a_rare_label() -> None:
    # 10 of one label in a heap, one of another beside it: all are told the first label
    # F1 of it 2 * 10 / (11 + 10), of the other 0: macro their mean; micro 10 of 11 right
    vectors = np.array([[1, 0.01 * i] for i in range(10)] + [[1, 0.05]], np.float32)
    found = clusterings.neighbours_f1(vectors, np.array([0] * 10 + [1]))
    assert found == pytest.approx({"F1 macro": 20 / 21 / 2, "F1 micro": 10 / 11})
