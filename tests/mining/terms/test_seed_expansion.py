import numpy as np

from wajue.mining.terms.seed_expansion import expand, path


def test_expansion_keeps_to_its_threshold_and_away_from_what_to_avoid() -> None:
    angles = np.array([0.0, 0.3, 0.6, 1.4, -0.3])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    found = expand(vectors, np.array([0]), np.array([4]), similarity=0.6, most=9)
    assert set(found) == {1, 2}  # 3 is too far from all, 4 is to be avoided
    assert found[1].before == 0 and found[1].depth == 1 and np.isclose(found[1].similarity, np.cos(0.3))
    assert len(expand(vectors, np.array([0]), np.array([4]), similarity=0.6, most=1)) == 1


def test_the_path_of_an_expansion_leads_from_the_seed() -> None:
    angles = np.array([0.0, 0.5, 1.0, 1.4])
    vectors = np.stack((np.cos(angles), np.sin(angles)), axis=1).astype(np.float32)
    found = expand(vectors, np.array([0]), np.zeros(0, np.int64), similarity=0.6, most=9)
    # cos .5 = .878 reaches .6 at the first step; so does cos .5 = .878 the .718 of the second; cos .4 = .921 the .801 of the third
    assert path(found, 3) == [0, 1, 3] or path(found, 3) == [0, 1, 2, 3]
    assert found[2].before == 1 and path(found, 2) == [0, 1, 2]
