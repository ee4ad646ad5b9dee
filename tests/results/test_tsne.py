"""t-SNE: its similarities and gradient against the slow formulas, groups that are plain to see."""

import numpy as np
import pytest

from wajue.results import tsne

RNG = np.random.default_rng(3)
GROUPS = (RNG.normal(size=(90, 8)) / 10 + np.eye(8)[np.arange(90) % 3]).astype(np.float32)


def test_each_point_has_neighbours_of_the_asked_perplexity() -> None:
    distance = RNG.uniform(0.1, 3, (20, 40))
    share = tsne._of_perplexity(distance, 8.0)
    entropy = -(share * np.log(np.maximum(share, 1e-300))).sum(axis=1)
    assert np.allclose(share.sum(axis=1), 1) and np.allclose(np.exp(entropy), 8, rtol=1e-6)
    similar = tsne._similarities(GROUPS, 10.0)
    assert similar.sum() == pytest.approx(1, rel=1e-5) and (similar == similar.T).all() and not similar.diagonal().any()


def test_the_gradient_is_that_of_the_divergence() -> None:
    points, similar = RNG.normal(size=(13, 2)).astype(np.float32), tsne._similarities(GROUPS[:13], 4.0)
    difference = points[:, None].astype(float) - points
    q = 1 / (1 + (difference**2).sum(axis=2))
    np.fill_diagonal(q, 0)
    for exaggeration in (1.0, 12.0):
        slow = 4 * ((exaggeration * similar - q / q.sum())[:, :, None] * q[:, :, None] * difference).sum(axis=1)
        assert np.allclose(tsne._gradient(points.T.copy(), similar, exaggeration), slow, atol=1e-6)


def test_groups_lie_apart_and_every_run_is_the_same() -> None:
    points = tsne.coordinates(GROUPS, 10.0)
    centres = np.stack([points[i::3].mean(axis=0) for i in range(3)])
    nearest = ((points[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == np.arange(90) % 3).all() and (tsne.coordinates(GROUPS, 10.0) == points).all()


@pytest.mark.parametrize("vectors", [np.ones((5, 4)), np.eye(3), np.zeros((4, 1)), np.arange(6.0)[:, None]])
def test_odd_vectors_have_finite_places(vectors: np.ndarray) -> None:
    assert np.isfinite(tsne.coordinates(vectors.astype(np.float32), 1.0)).all()
