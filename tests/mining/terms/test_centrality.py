import numpy as np
import pytest

from wajue.mining.terms import centrality


def test_the_rank_is_the_stationary_share_of_the_walk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(centrality, "NEIGHBOURS", 2)
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(30, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    start = rng.uniform(size=30)
    # the slow way: the whole matrix of steps, and the linear system that its rank solves
    cosine = vectors @ vectors.T - 2 * np.eye(30)
    step = np.zeros((30, 30))
    for i in range(30):
        two = np.argsort(-cosine[i])[:2]
        step[two, i] = np.maximum(cosine[i, two], 1e-6)
    step /= step.sum(axis=0)
    exact = np.linalg.solve(np.eye(30) - 0.85 * step, 0.15 * start / start.sum())
    assert np.exp(centrality.central(vectors, start)) == pytest.approx(exact, rel=0.02, abs=1e-3)


def test_good_company_counts() -> None:
    rng = np.random.default_rng(1)
    vectors = np.repeat(np.eye(2, 8, dtype=np.float32), 30, axis=0) + rng.normal(0, 0.1, (60, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    start = np.repeat([5.0, 1.0], 30)
    start[0], start[59] = 1.0, 5.0  # each in the other's company
    rank = centrality.central(vectors, start)
    assert rank[:30].mean() > rank[30:].mean() and rank[0] > rank[31:59].mean()
    assert centrality.central(vectors[:1], start[:1]).tolist() == [0.0]
