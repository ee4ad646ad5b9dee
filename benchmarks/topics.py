"""Topics beside other ways to make them, on documents with labels: NMI and ARI with as many topics as labels, CPU seconds.

python -m benchmarks topics. All see the same words, of jieba's cut or between spaces, five times or more; JoSE has its defaults.
"""

import csv
import json
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jieba
import numpy as np
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, LatentDirichletAllocation, TruncatedSVD
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score
from sklearn.preprocessing import normalize

from benchmarks.common import corpora, record_means, timed
from benchmarks.sgns import encode
from wajue.arrays.text_blocks import in_memory
from wajue.config import Jose
from wajue.mining.topics import clustering
from wajue.mining.topics.embedding import Documents, Embedding
from wajue.mining.topics.model import Anchors, fit
from wajue.models import jose

_MOST = 4000  # documents of a set, drawn by a fixed seed
_ROUNDS = 3
_FEWCLUE = "general/fewclue_unlabeled_train_dev/datasets"
Labelled = list[tuple[str, str]]  # (text, label)


class _Set(NamedTuple):
    """Documents as word ids, their label, and the vectors of JoSE."""

    documents: Documents
    labels: np.ndarray  # int64 [documents]
    counts: np.ndarray  # int64 [words]
    words: np.ndarray  # float32 [words, dim]
    document_vectors: np.ndarray  # float32 [documents, dim]
    counted: np.ndarray  # bool [documents]: with a word

    @property
    def topics(self) -> int:
        """As many as there are labels."""
        return len(np.unique(self.labels))


def _fewclue(name: str, text: str, label: str) -> Labelled:
    folder = corpora() / _FEWCLUE / name
    files = [(folder / f"{part}_few_all.json").read_text(encoding="utf-8") for part in ("dev", "train")]
    lines = [line for file in files for line in file.split("\n") if line.strip()]  # texts hold U+2028
    return [(row[text], str(row[label])) for row in map(json.loads, lines)]


def _titles() -> Labelled:
    lines = (corpora() / "cluster/thucnews_titles_dev40k.txt").read_text(encoding="utf-8").splitlines()
    return [(text, label) for text, _, label in (line.partition("\t") for line in lines)]


def _reviews() -> Labelled:
    with open(corpora() / "general/online_shopping_10_cats.csv", encoding="utf-8", newline="") as rows:
        return [(row["review"], row["cat"]) for row in csv.DictReader(rows) if row["review"].strip()]


def _newsgroups() -> Labelled:
    texts = (corpora() / "cluster/20news_bydate_18846.txt").read_text(encoding="utf-8").splitlines()
    labels = (corpora() / "cluster/jose_20news_label.txt").read_text(encoding="utf-8").split()
    return list(zip(texts, labels, strict=True))


SETS: dict[str, Callable[[], Labelled]] = {
    "csldcp": lambda: _fewclue("csldcp", "content", "label"),
    "iflytek": lambda: _fewclue("iflytek", "sentence", "label_des"),
    "tnews": lambda: _fewclue("tnews", "sentence", "label_desc"),
    "thucnews titles": _titles,
    "online_shopping": _reviews,
    "20news": _newsgroups,
}


def _prepared(name: str) -> _Set:
    """The set, drawn, cut, and trained."""
    labelled = SETS[name]()
    drawn = [labelled[i] for i in np.random.default_rng(1).permutation(len(labelled))[:_MOST]]
    cut: Callable[[str], Iterator[str]] = (lambda t: iter(t.split())) if name == "20news" else jieba.cut
    tokens = [[word for word in cut(text) if word.strip()] for text, _ in drawn]
    _, counts, ids, offsets = encode(tokens)
    words, _, vectors = jose.train(in_memory(ids, offsets), len(tokens), counts, config=Jose(deterministic=True))
    labels = np.unique([label for _, label in drawn], return_inverse=True)[1]
    return _Set(Documents(ids, offsets), labels, counts, words, vectors, np.diff(offsets) > 0)


def _ours(data: _Set, seed: int) -> np.ndarray:
    embedding = Embedding.of_words(data.words, data.counts).centred(data.documents)
    return _clustered(embedding.of_documents(data.documents), data, seed)


def _clustered(vectors: np.ndarray, data: _Set, seed: int) -> np.ndarray:
    unit = clustering.unit(vectors)[data.counted]
    model = fit(unit, data.topics, seed, Anchors((), np.zeros((0, unit.shape[1]), np.float32)))
    return clustering.nearest(unit, model.centroids).topic


def _term_counts(data: _Set) -> sparse.csr_matrix:
    ids, offsets = data.documents
    counts = sparse.csr_matrix((np.ones(len(ids)), ids.copy(), offsets.copy()), (len(offsets) - 1, len(data.counts)))
    counts.sum_duplicates()
    return counts


def _tf_idf(data: _Set) -> sparse.csr_matrix:
    counts = _term_counts(data)
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data = (1 + np.log(counts.data)) * np.log(counts.shape[0] / np.maximum(documents, 1))[counts.indices]
    return normalize(counts)[data.counted]


def _svd(data: _Set, seed: int) -> np.ndarray:
    vectors = normalize(TruncatedSVD(100, random_state=seed).fit_transform(_tf_idf(data)))
    return KMeans(data.topics, n_init=1, random_state=seed).fit_predict(vectors)


def _nmf(data: _Set, seed: int) -> np.ndarray:
    return NMF(data.topics, init="nndsvda", max_iter=100, random_state=seed).fit_transform(_tf_idf(data)).argmax(axis=1)


def _lda(data: _Set, seed: int) -> np.ndarray:
    model = LatentDirichletAllocation(data.topics, learning_method="online", max_iter=5, random_state=seed)
    return model.fit_transform(_term_counts(data)[data.counted]).argmax(axis=1)


SYSTEMS: dict[str, Callable[[_Set, int], np.ndarray]] = {
    "wajue": _ours,
    "wajue's clusters of JoSE's documents": lambda data, seed: _clustered(data.document_vectors, data, seed),
    "TF-IDF, SVD, k-means": _svd,
    "NMF": _nmf,
    "LDA, online": _lda,
}


def _scored(cluster: Callable[[_Set, int], np.ndarray], data: _Set, seed: int) -> dict[str, float]:
    truth = data.labels[data.counted]
    topic: list[np.ndarray] = []
    cpu = timed(lambda: topic.append(cluster(data, seed)))[1]
    return {"nmi": normalized_mutual_info_score(truth, topic[0]), "ari": adjusted_rand_score(truth, topic[0]), "cpu": cpu}


def main() -> None:
    """A row a set, system and figure: means over seeds."""
    jieba.setLogLevel(60)
    for name in SETS:
        data = _prepared(name)
        seeds = range(1, _ROUNDS + 1)
        figures = {system: [_scored(cluster, data, seed) for seed in seeds] for system, cluster in SYSTEMS.items()}
        record_means("topics", "", f"{name}, {data.counted.sum():,} documents, {data.topics} labels", figures)


if __name__ == "__main__":
    main()
