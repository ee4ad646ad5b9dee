"""The map's geometry: cosines by hand, groups that are plain to see, the same picture twice."""

import numpy as np

from wajue.mining.topics.clustering import unit
from wajue.results import semantic_map

RNG = np.random.default_rng(2)
GROUPS = unit((RNG.normal(size=(60, 8)) / 10 + np.eye(8)[np.arange(60) % 3]).astype(np.float32))


def test_neighbours_by_cosine_equal_ones_in_the_pools_order() -> None:
    pool = np.array([[0, 1], [1, 0], [0.6, 0.8], [1, 0]], np.float32)
    nearest, cosines = semantic_map.neighbours(np.array([[1, 0]], np.float32), pool, 3)
    assert nearest.tolist() == [[1, 3, 2]] and np.allclose(cosines, [[1, 1, 0.6]])
    assert semantic_map.neighbours(pool[:1], pool, 9)[0].shape == (1, 4)


def test_clusters_are_the_groups_the_largest_first() -> None:
    vectors = np.concatenate([GROUPS, GROUPS[:1]])  # 61 points: the first group has 21; 61 // 12 = 5 clusters are asked for
    cluster, centrality = semantic_map.clusters(vectors)
    sizes = np.bincount(cluster)
    assert len(sizes) == 5 and (np.diff(sizes) <= 0).all() and (centrality <= 1.000001).all()
    assert all(len({int(i) % 3 for i in np.flatnonzero(cluster[:60] == c)}) == 1 for c in range(5)), "none mixes two groups"


def test_coordinates_are_within_the_square_and_the_same_again() -> None:
    points = semantic_map.coordinates(GROUPS)
    assert points.shape == (60, 2) and np.abs(points).max() == 1 and (semantic_map.coordinates(GROUPS) == points).all()
