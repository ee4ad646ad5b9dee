"""Document vectors against labels. In: vectors float32 [documents, dim], labels int64 [documents]. Out: figures.

Clusterings have as many clusters as there are labels. Their figures: mutual information, also normalised by the mean entropy,
adjusted Rand index (Hubert and Arabie 1985), purity. Spherical k-means: Dhillon and Modha 2001. Nearest neighbours: F1 over five
stratified folds.
"""

import warnings
from collections.abc import Callable

import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans, kmeans_plusplus
from sklearn.metrics import (
    adjusted_rand_score,
    f1_score,
    mutual_info_score,
    normalized_mutual_info_score,
)
from sklearn.metrics.cluster import contingency_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.neighbors import KNeighborsClassifier

SEEDS, FOLDS, NEIGHBOURS = 10, 5, 3
_ITERATIONS = 100


def unit(vectors: np.ndarray) -> np.ndarray:
    """float32 [n, dim], rows of length 1; rows of zeros stay."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


def kmeans(vectors: np.ndarray, clusters: int, seed: int) -> np.ndarray:
    """int64 [documents]: the cluster of each; one start by k-means++."""
    return KMeans(clusters, n_init=1, random_state=seed).fit_predict(vectors)


def spherical_kmeans(vectors: np.ndarray, clusters: int, seed: int) -> np.ndarray:
    """int64 [documents]: clusters by cosine; a centre is the direction of the sum of its unit vectors. One start by k-means++."""
    points = unit(vectors)
    centres = kmeans_plusplus(points, clusters, random_state=seed)[0]
    n = len(points)
    cluster_of = np.full(n, -1)
    for _ in range(_ITERATIONS):
        before, cluster_of = cluster_of, (points @ centres.T).argmax(axis=1)
        if (before == cluster_of).all():
            break
        members = sparse.csr_array((np.ones(n, points.dtype), (cluster_of, np.arange(n))), (clusters, n))
        sums, kept = members @ points, np.bincount(cluster_of, minlength=clusters) > 0
        centres = np.where(kept[:, None], unit(sums), centres)  # a cluster that lost all its members keeps its centre
    return cluster_of


def purity(labels: np.ndarray, cluster_of: np.ndarray) -> float:
    """The share of documents whose label is the most frequent one of their cluster."""
    return float(contingency_matrix(labels, cluster_of).max(axis=0).sum() / len(labels))


MEASURES: dict[str, Callable[[np.ndarray, np.ndarray], float]] = {
    "mutual information, nats": mutual_info_score,
    "NMI": normalized_mutual_info_score,
    "ARI": adjusted_rand_score,
    "purity": purity,
}
METHODS = {"k-means": kmeans, "spherical k-means": spherical_kmeans}


def clusterings(vectors: np.ndarray, labels: np.ndarray) -> dict[tuple[str, str], tuple[float, float]]:
    """{(method, measure): (mean, sample standard deviation)} over SEEDS seeds."""
    clusters = len(np.unique(labels))
    figures: dict[tuple[str, str], tuple[float, float]] = {}
    for name, method in METHODS.items():
        runs = [method(vectors, clusters, seed) for seed in range(SEEDS)]
        for measure, score in MEASURES.items():
            values = [score(labels, run) for run in runs]
            figures[name, measure] = (float(np.mean(values)), float(np.std(values, ddof=1)))
    return figures


def neighbours_f1(vectors: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Macro and micro F1 of labels that are told by the NEIGHBOURS nearest by cosine, among the documents of the other folds."""
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The least populated class")  # it is spread over fewer folds
        told = cross_val_predict(KNeighborsClassifier(NEIGHBOURS, algorithm="brute"), unit(vectors), labels, cv=folds)
    return {f"F1 {average}": float(f1_score(labels, told, average=average)) for average in ("macro", "micro")}
