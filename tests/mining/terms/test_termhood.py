import numpy as np

from wajue.mining.terms import termhood

CODES = np.array([[2, 0, 0], [3, 0, 0], [4, 0, 0], [2, 3, 0], [2, 3, 4]], np.uint16)


def test_nesting_names_the_most_frequent_container() -> None:
    share, container = termhood.nesting(CODES, np.array([10, 8, 5, 6, 4]))
    assert container.tolist() == [3, 3, -1, 4, -1]  # 4 stands alone: no run of two holds it
    assert np.allclose(share, [0.6, 6 / 8, 0, 4 / 6, 0])


def test_the_score_prefers_what_is_typical_and_like_the_seeds() -> None:
    rng = np.random.default_rng(1)
    n = 60
    log_ratio = np.concatenate((rng.uniform(2, 3, 30), rng.uniform(-2, 1, 30)))
    vectors = rng.normal(0, 0.3, (n, 8)) + np.where(np.arange(n) < 30, 1.0, -1.0)[:, None]
    vectors[29] = -vectors[0]  # typical by count, but its company is general
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    none = np.zeros(0, np.int64)
    same = np.ones(n)
    score, similarity = termhood.score(log_ratio, same, same, same > 0, vectors, seeds=none, avoid=none, seed_count=10)
    assert score[:29].min() > score[29] and score[:29].min() > score[30:].max()
    assert similarity[0] > 0.5 > similarity[29]
    plain, nothing = termhood.score(log_ratio, same, same, same > 0, None, seeds=none, avoid=none, seed_count=10)
    assert np.isnan(nothing).all() and (np.argsort(plain) == np.argsort(log_ratio)).all()
