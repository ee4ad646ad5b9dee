"""What makes a candidate a term. In: columns of candidates, and word vectors. Out: nesting, scores. Arrays only.

The rank score, found by experiment on eight fields and judged on a panel of others (figures in docs/dev/experiments/terms.md), is
a sum of standard scores, less what its doubts cost:

    score = z(log_ratio_low) + z(centrality) + 3/4 (z(burst) + z(similarity))
            + 1/2 (z(npmi) + z(entropy) + z(after_de) + z(enumerated)) - doubts

    entropy     the lesser of left_entropy and right_entropy
    npmi        for a single word 1/4: it is bound, but terms of several words are more often terms
    similarity  cosine to the centroid of the best candidates by all of these but centrality, and of the user's seeds
    centrality  ln of the PageRank among neighbours by meaning, personalised by all but similarity

Weights tuned on six fields did worse on a seventh than plain ones, so they are kept plain. Mean and deviation are those of the
candidates that no figure doubts. A term's vector is the sum of its words' unit vectors; where it has none, similarity adds 0.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from wajue.mining.terms.centrality import central
from wajue.mining.text.word_table import find_words, word_keys, word_table

WEIGHTS = {
    "log_ratio_low": 1.0,
    "burst": 0.75,
    "npmi": 0.5,
    "entropy": 0.5,
    "after_de": 0.5,
    "enumerated": 0.5,
    "similarity": 0.75,
    "centrality": 1.0,
}
# what a doubt costs. Those of figures were filters once, and lost 被告人, 存储过程 and 教学方法
FIGURE_DOUBTS = {"low_entropy": 3.0, "low_npmi": 1.0, "frequent_edge": 1.0, "edge_stop_word": 1.0}
DOUBTS = FIGURE_DOUBTS | {
    "cut_badly": 3.0,
    "closed_class": 3.0,
    "weak_word": 1.0,
    "weak_first": 1.0,
    "weak_inner": 1.0,
    "weak_last": 1.0,
    "unknown_first": 0.5,
    "unknown_last": 0.5,
    "verb_first": 0.5,
}
_HOPELESS = 3.0  # a doubt of that cost
WORD_NPMI = 0.25
_FEW = 20  # candidates; of so few no centroid is typical
_MOST_BURST = 0.9  # quantile; beyond it a burst counts for no more
MOST_NODES = 10_000  # of the graph of neighbours: some seconds; what is beyond them is far down the list
_LEAST_Z, _MOST_Z = -4.0, 6.0  # one ingredient alone must not decide
# of these z counts so far: shares of uses, which two uses of seven carry six deviations away
_MOST_SHARE_Z = {"after_de": 1.5, "enumerated": 1.5}


def nesting(codes: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share float64 [n], container int64 [n], -1 for none): how much of each n-gram lies inside its most frequent container.

    codes: uint16 [n, longest]; count: int64 [n]. A container is longer by one word at either end.
    """
    table = word_table(word_keys(codes), np.ones(len(codes)))
    length = (codes != 0).sum(axis=1)
    most, container = np.zeros(len(codes), np.int64), np.full(len(codes), -1, np.int64)
    for n in range(2, codes.shape[1] + 1):
        longer = np.flatnonzero(length == n)
        longer = longer[np.argsort(count[longer], kind="stable")]  # the most frequent is written last, and stays
        for inside in (codes[longer, : n - 1], codes[longer, 1:n]):
            nested = find_words(table, word_keys(inside))
            better = (nested >= 0) & (count[longer] > most[np.maximum(nested, 0)])
            most[nested[better]] = count[longer[better]]
            container[nested[better]] = longer[better]
    return most / np.maximum(count, 1), container


def toward(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Cosine (float [n]) of every unit vector (float [n, dim]) to the centroid of some rows (int)."""
    centroid = vectors[rows].sum(axis=0)
    return vectors @ (centroid / max(np.linalg.norm(centroid), 1e-12))


def standard(x: np.ndarray, over: np.ndarray) -> np.ndarray:
    """x (float64 [n]) in standard deviations from its mean, both over the rows `over` (bool [n]); zeros where all are equal."""
    deviation = x[over].std() if over.any() else 0.0
    if deviation < 1e-9:
        return np.zeros(len(x))
    return np.clip((x - x[over].mean()) / deviation, _LEAST_Z, _MOST_Z)


def is_hopeless(doubts: Sequence[list[str]]) -> np.ndarray:
    """Which candidates (bool [n]) have a doubt that hardly any term has.

    On the panel they are a fifth to a third of the candidates, and hold 0 to 4 % of the gold in most fields.
    """
    return np.array([any(DOUBTS[name] >= _HOPELESS for name in names) for names in doubts], bool)


class Scored(NamedTuple):
    """What each ingredient adds to the score of each candidate (float64 [n] by name), and figures of meaning, NaN for none."""

    summands: dict[str, np.ndarray]
    similarity: np.ndarray
    centrality: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """The score, float64 [n]."""
        return np.sum(list(self.summands.values()), axis=0)


class Steering(NamedTuple):
    """Row numbers that the user gave, which are always among the seeds, or are to be avoided; and how many others are seeds."""

    seeds: np.ndarray
    avoid: np.ndarray
    seed_count: int


def score(
    figures: Mapping[str, np.ndarray],  # float64 [n], under each name of WEIGHTS but similarity and centrality
    doubts: Sequence[list[str]],
    typical: np.ndarray,  # bool [n], over which mean and deviation are taken, and from which seeds are chosen
    vectors: np.ndarray | None,  # float32 [n, dim], rows of length 1 or 0
    steering: Steering,
) -> Scored:
    """The score of every candidate, in its summands."""
    over = typical & ~np.array([not FIGURE_DOUBTS.keys().isdisjoint(names) for names in doubts], bool)
    burst = figures["burst"]
    capped = {**figures, "burst": np.minimum(burst, np.quantile(burst[over], _MOST_BURST) if over.any() else np.inf)}
    summands = {
        name: WEIGHTS[name] * np.minimum(standard(figure, over), _MOST_SHARE_Z.get(name, _MOST_Z))
        for name, figure in capped.items()
    }
    summands["doubts"] = -np.array([sum(DOUBTS[name] for name in names) for names in doubts], float)
    others = np.sum(list(summands.values()), axis=0)
    similarity = centrality = np.full(len(typical), np.nan)
    if vectors is not None and len(typical) >= _FEW:
        has_vector = np.linalg.norm(vectors, axis=1) > 0
        similarity = _similarity(others, vectors, has_vector, over & has_vector & ~is_hopeless(doubts), steering)
        centrality = _centrality(others, vectors, has_vector & typical, steering)
    for name, figure in (("similarity", similarity), ("centrality", centrality)):
        is_known = ~np.isnan(figure)
        summands[name] = np.where(is_known, WEIGHTS[name] * standard(np.nan_to_num(figure), over & is_known), 0.0)
    return Scored(summands, similarity, centrality)


def _similarity(
    others: np.ndarray, vectors: np.ndarray, has_vector: np.ndarray, seedable: np.ndarray, steering: Steering
) -> np.ndarray:
    """Cosine (float64 [n]) to the centroid of the seeds, less that to what is to be avoided; NaN without a vector."""
    best = np.argsort(-np.where(seedable, others, -np.inf), kind="stable")
    count = min(max(1, steering.seed_count), max(1, int(seedable.sum()) // 5), int(seedable.sum()))
    chosen = np.union1d(best[:count], steering.seeds).astype(np.int64)
    similarity = toward(vectors, chosen).astype(float)
    if len(steering.avoid):
        similarity = similarity - toward(vectors, steering.avoid)
    return np.where(has_vector, similarity, np.nan)


def _centrality(others: np.ndarray, vectors: np.ndarray, nodes: np.ndarray, steering: Steering) -> np.ndarray:
    """ln of the PageRank (float64 [n]) of the best MOST_NODES of the nodes (bool [n]); the others have the least, no nodes NaN."""
    start = np.exp(np.clip(others, _LEAST_Z, _MOST_Z))
    start[steering.seeds] = np.exp(_MOST_Z)
    start[steering.avoid] = 0.0
    best = np.argsort(-np.where(nodes, start, -1.0), kind="stable")[: min(int(nodes.sum()), MOST_NODES)]
    centrality = np.full(len(nodes), np.nan)
    if len(best):
        rank = central(vectors[best], start[best])
        centrality[nodes] = rank.min()
        centrality[best] = rank
    return centrality
