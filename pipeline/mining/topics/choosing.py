"""How many topics there are. In: small clusters and how they are joined. Out: a number.

Of all numbers that joining passes, the one with the greatest BIC (Schwarz 1978), as a mixture of von Mises-Fisher distributions
with one concentration k, each document in one component (Banerjee et al. 2005):

    n log c(k) + k R + sum n_t log(n_t / n) - (topics * dim / 2) log n,    R the sum of cosines to the centroids

So many documents show many topics, and few show few: a topic has to pay for its dim numbers.
"""

import numpy as np

from wajue.mining.topics.clustering import Join

MOST = 100  # topics: more are not read, and groups of them are as many as a group has topics
_GROUPED_FROM = 16  # topics: fewer are read at a glance
_CLOSEST = 0.999  # mean cosine, for documents that are all alike


def count_of_groups(topics: int) -> int:
    """Groups for so many topics: about as many as a group has topics; one, which is none, where topics are few."""
    return round(topics**0.5) if topics >= _GROUPED_FROM else 1


def count_of_topics(order: list[Join], sums: np.ndarray, sizes: np.ndarray) -> int:
    """The number of topics, from 1 to MOST. sums float64 [k, dim], sizes int [k]: of the clusters that are joined in this order."""
    cosines, left = float(np.linalg.norm(sums, axis=1).sum()), sizes.astype(float)
    best, best_score = 1, -np.inf
    for count in range(len(sums), 0, -1):
        score = _bic(cosines, left[left > 0], sums.shape[1])
        if count <= MOST and score > best_score:
            best, best_score = count, score
        if count > 1:
            join = order[len(sums) - count]
            cosines -= join.loss
            left[join.kept] += left[join.gone]
            left[join.gone] = 0
    return best


def _bic(cosines: float, sizes: np.ndarray, dim: int) -> float:
    """See above; cosines: R; sizes: documents of each topic, none of them 0."""
    documents = sizes.sum()
    mean = min(cosines / documents, _CLOSEST)
    concentration = mean * (dim - mean**2) / (1 - mean**2)  # Banerjee et al. 2005, equation 4.4
    likelihood = documents * _log_constant(concentration, dim) + concentration * cosines
    return float(likelihood + (sizes * np.log(sizes / documents)).sum() - len(sizes) * dim / 2 * np.log(documents))


def _log_constant(concentration: float, dim: int) -> float:
    """log c(k), without what does not depend on k; Bessel's function by its uniform expansion (Abramowitz & Stegun 9.7.7)."""
    order = max(dim / 2 - 1, 0.5)
    z = concentration / order
    root = np.sqrt(1 + z * z)
    log_bessel = order * (root + np.log(z / (1 + root))) - 0.5 * np.log(root)
    return float(order * np.log(concentration) - log_bessel)
