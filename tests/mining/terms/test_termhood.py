import numpy as np

from wajue.mining.terms import termhood

CODES = np.array([[2, 0, 0], [3, 0, 0], [4, 0, 0], [2, 3, 0], [2, 3, 4]], np.uint16)


def test_nesting_names_the_most_frequent_container() -> None:
    share, container = termhood.nesting(CODES, np.array([10, 8, 5, 6, 4]))
    assert container.tolist() == [3, 3, -1, 4, -1]  # 4 stands alone: no run of two holds it
    assert np.allclose(share, [0.6, 6 / 8, 0, 4 / 6, 0])


NOTHING = np.zeros(0, np.int64)


def figures(log_ratio_low: np.ndarray) -> dict[str, np.ndarray]:
    """Of candidates that differ in nothing else."""
    counted = termhood.WEIGHTS.keys() - {"similarity", "centrality"}
    return {name: np.ones(len(log_ratio_low)) for name in counted} | {"log_ratio_low": log_ratio_low}


def test_the_score_prefers_what_is_typical_and_like_the_seeds() -> None:
    rng = np.random.default_rng(1)
    n = 60
    typical = np.arange(n) < 30
    log_ratio_low = np.where(typical, rng.uniform(2, 3, n), rng.uniform(0, 1, n))
    vectors = rng.normal(0, 0.3, (n, 8)) + np.where(typical, 1.0, -1.0)[:, None]
    vectors[29] = -vectors[0]  # typical by count, but its company is general
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    every, steering = np.ones(n, bool), termhood.Steering(NOTHING, NOTHING, 10)
    scored = termhood.score(figures(log_ratio_low), [[]] * n, every, vectors, steering)
    assert scored.summands.keys() == {*termhood.WEIGHTS, "doubts"}
    assert {points.dtype for points in scored.summands.values()} == {np.dtype(float)}
    assert scored.total[:29].min() > scored.total[29] and scored.total[:29].min() > scored.total[30:].max()
    assert scored.similarity[0] > 0.5 > scored.similarity[29]
    plain = termhood.score(figures(log_ratio_low), [[]] * n, every, None, steering)
    assert np.isnan(plain.similarity).all() and (np.argsort(plain.total) == np.argsort(log_ratio_low)).all()
    towards = termhood.score(figures(log_ratio_low), [[]] * n, every, vectors, steering._replace(avoid=np.array([0])))
    assert towards.total[:5].mean() < scored.total[:5].mean()


def test_each_doubt_has_its_cost_and_those_of_figures_set_no_scale() -> None:
    log_ratio_low = np.array([1.0, 3.0, 100.0, 2.0])
    doubts = [[], [], ["low_entropy", "unknown_last"], ["closed_class"]]
    scored = termhood.score(figures(log_ratio_low), doubts, np.ones(4, bool), None, termhood.Steering(NOTHING, NOTHING, 10))
    assert scored.summands["doubts"].tolist() == [0, 0, -3.5, -3.0]
    # over 1, 3 and 2: mean 2, deviation sqrt(2/3); what is far beyond counts 6
    assert np.allclose(scored.summands["log_ratio_low"], [-np.sqrt(1.5), np.sqrt(1.5), 6, 0])
    assert not scored.summands["burst"].any()


def test_a_share_of_few_uses_counts_no_more_than_so_much() -> None:
    n = 50
    shares = np.r_[np.zeros(n - 1), 1.0]  # 49 / sqrt(49), that is 7, deviations from the mean
    for name, most in (("after_de", 1.5), ("enumerated", 1.5), ("npmi", 6.0)):
        counted = figures(np.ones(n)) | {name: shares}
        scored = termhood.score(counted, [[]] * n, np.ones(n, bool), None, termhood.Steering(NOTHING, NOTHING, 10))
        assert scored.summands[name][-1] == termhood.WEIGHTS[name] * most
