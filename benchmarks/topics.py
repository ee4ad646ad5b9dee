"""Topics beside other ways to make them, on documents with labels and with as many topics as labels.

NMI, ARI and purity against the labels; coherence of the ten first words of each topic on documents held out, by gensim (c_npmi,
and c_v of Röder et al. 2015); CPU seconds of making topics and naming them, and the same with JoSE's training where it is needed.
All see the same words, jieba's or those between spaces, and name topics by the same ones of them; JoSE has its defaults. Products
of matrices run in one thread: on a shared machine two of them spend most of their time on waiting.

python -m benchmarks topics
"""

import csv
import json
import resource
from collections.abc import Callable, Iterator
from typing import NamedTuple

import jieba
import numpy as np
from gensim.corpora import Dictionary
from gensim.matutils import Sparse2Corpus
from gensim.models import CoherenceModel, LdaMulticore
from scipy import sparse
from sklearn.cluster import KMeans
from sklearn.decomposition import NMF, TruncatedSVD
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS
from sklearn.metrics import adjusted_rand_score, confusion_matrix, normalized_mutual_info_score
from sklearn.preprocessing import normalize
from threadpoolctl import threadpool_limits

from benchmarks.common import corpora, record_means
from benchmarks.sgns import encode
from wajue.arrays.text_blocks import in_memory
from wajue.config import Jose
from wajue.mining.tokens import jieba_dictionary
from wajue.mining.topics import clustering, labels
from wajue.mining.topics.embedding import Documents, Embedding
from wajue.mining.topics.model import Anchors, fit
from wajue.models import jose

SEEDS = range(1, 6)
_MOST = 8000  # documents in topics, those with a label first, drawn by a fixed seed
_MOST_HELD_OUT = 10_000  # and never more than a quarter of all
_FIRST_WORDS = 10  # of a topic, whose coherence is measured
_PASSES = 5  # of LDA over the documents; more change its NMI little
_CHUNK = 500  # documents after which it learns
_FEWCLUE = "general/fewclue_unlabeled_train_dev/datasets"
_UNLABELLED = ""
Labelled = list[tuple[str, str]]  # (text, label)


class Collection(NamedTuple):
    """Documents as word ids, and what is known of them."""

    documents: Documents
    labels: np.ndarray  # int64 [documents], -1 where a document has none
    counts: np.ndarray  # int64 [words]
    strings: list[str]  # [words]
    naming: np.ndarray  # int64: word ids of those that may name a topic
    held_out: list[list[str]]  # the words of other documents

    @property
    def topic_count(self) -> int:
        """As many as there are labels."""
        return int(self.labels.max()) + 1


class Trained(NamedTuple):
    """JoSE's vectors, and the CPU seconds that they took."""

    words: np.ndarray  # float32 [words, dim]
    documents: np.ndarray  # float32 [documents, dim]
    cpu: float


class Topics(NamedTuple):
    """The topic of each document, from 0, and the first words of each topic."""

    topic: np.ndarray  # int [documents]
    words: list[list[str]]


System = Callable[[Collection, Trained, int], Topics]


def _lines(name: str, part: str, text: str, label: str) -> Labelled:
    """Texts of one file of FewCLUE; a text may hold U+2028, so lines end at the line feed alone."""
    file = (corpora() / _FEWCLUE / name / f"{part}.json").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in file.split("\n") if line.strip()]
    return [(row[text], str(row.get(label, _UNLABELLED))) for row in rows]


def _fewclue(name: str, text: str, label: str, *more: str) -> Labelled:
    return [row for part in ("dev_few_all", "train_few_all", *more) for row in _lines(name, part, text, label)]


def _titles() -> Labelled:
    lines = (corpora() / "cluster/thucnews_titles_dev40k.txt").read_text(encoding="utf-8").splitlines()
    return [(text, label) for text, _, label in (line.partition("\t") for line in lines)]


def _reviews() -> Labelled:
    with open(corpora() / "general/online_shopping_10_cats.csv", encoding="utf-8", newline="") as rows:
        return [(row["review"], row["cat"]) for row in csv.DictReader(rows)]


def _newsgroups() -> Labelled:
    texts = (corpora() / "cluster/20news_bydate_18846.txt").read_text(encoding="utf-8").splitlines()
    return list(zip(texts, (corpora() / "cluster/jose_20news_label.txt").read_text(encoding="utf-8").split(), strict=True))


SETS: dict[str, Callable[[], Labelled]] = {
    "thucnews titles": _titles,
    "csldcp": lambda: _fewclue("csldcp", "content", "label"),  # abstracts by discipline; csl_abstracts has no labels
    "20news": _newsgroups,
    "online_shopping": _reviews,
    "iflytek": lambda: _fewclue("iflytek", "sentence", "label_des"),
    "tnews": lambda: _fewclue("tnews", "sentence", "label_desc", "unlabeled"),  # most titles have no label; topics are made of all
}


def prepared(name: str) -> Collection:
    """The set: drawn, cut, and encoded without documents that have no word of the vocabulary."""
    rows = SETS[name]()
    order = np.random.default_rng(1).permutation(len(rows)).tolist()
    drawn = [rows[i] for i in sorted(order, key=lambda i: rows[i][1] == _UNLABELLED)]
    cut: Callable[[str], Iterator[str]] = (lambda t: iter(t.split())) if name == "20news" else jieba.cut
    held_out_from = len(drawn) - min(_MOST_HELD_OUT, len(drawn) // 4)
    parts = drawn[: min(_MOST, held_out_from)], drawn[held_out_from:]
    fitted, held_out = ([[w for w in cut(text) if any(map(str.isalpha, w))] for text, _ in part] for part in parts)
    strings, counts, ids, offsets = encode(fitted)
    known = np.diff(offsets) > 0
    names, label = np.unique([row_label for _, row_label in parts[0]], return_inverse=True)
    tags = jieba_dictionary.tags()
    plain = [(i, string) for i, string in enumerate(strings) if string.lower() not in ENGLISH_STOP_WORDS]
    naming = [i for i, string in plain if labels.may_name(string, tags, jieba_dictionary.pieces)]
    offsets = np.concatenate(([0], offsets[1:][known]))
    label = (label - int(names[0] == _UNLABELLED))[known]
    return Collection(Documents(ids, offsets), label, counts, strings, np.array(naming), held_out)


def trained(data: Collection, seed: int) -> Trained:
    """By JoSE, in one thread."""
    ids, offsets = data.documents
    config, begun = Jose(deterministic=True, seed=seed), _cpu_seconds()
    words, _, documents = jose.train(in_memory(ids, offsets), len(offsets) - 1, data.counts, config=config)
    return Trained(words, documents, _cpu_seconds() - begun)


def _ours(data: Collection, vectors: Trained, seed: int) -> Topics:
    """As the step `topics` does it, without terms of several words."""
    embedding = Embedding.of_words(vectors.words, data.counts).fitted(data.documents, data.strings, seed)
    topic, centroids = _clustered(embedding.of_documents(data.documents), data.topic_count, seed)
    presence = sparse.csr_array(_term_counts(data)[:, data.naming] > 0, dtype=np.float32)
    near = centroids @ embedding.of_parts([(i,) for i in data.naming.tolist()]).T
    score = labels.scores(presence, topic, len(centroids), near)
    named = labels.names(score, [data.strings[i] for i in data.naming.tolist()], presence)
    return Topics(topic, [names.terms for names in named])


def _class_based(data: Collection, vectors: Trained, seed: int) -> Topics:
    """BERTopic's c-TF-IDF (Grootendorst 2022): tf log(1 + A / f); tf: share of a topic's words; f: in all; A: words a topic."""
    topic, centroids = _clustered(vectors.documents, data.topic_count, seed)
    tf = _sums_by(topic, len(centroids), _term_counts(data))
    weights = normalize(tf, "l1") * np.log(1 + tf.sum() / len(tf) / tf.sum(axis=0))
    return Topics(topic, _first_words(weights, data))


def _clustered(vectors: np.ndarray, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """(the topic of each document, centroids)."""
    unit = clustering.unit(vectors)
    centroids = fit(unit, count, seed, Anchors((), np.zeros((0, unit.shape[1]), np.float32))).centroids
    return clustering.nearest(unit, centroids).topic, centroids


def _k_means(data: Collection, vectors: Trained, seed: int) -> Topics:
    tf_idf = _tf_idf(data)
    reduced = normalize(TruncatedSVD(100, random_state=seed).fit_transform(tf_idf))
    topic = KMeans(data.topic_count, n_init=1, random_state=seed).fit_predict(reduced)
    return Topics(topic, _first_words(_sums_by(topic, data.topic_count, tf_idf), data))


def _nmf(data: Collection, vectors: Trained, seed: int) -> Topics:
    model = NMF(data.topic_count, init="nndsvda", max_iter=100, random_state=seed)
    return Topics(model.fit_transform(_tf_idf(data)).argmax(axis=1), _first_words(model.components_, data))


def _lda(data: Collection, vectors: Trained, seed: int) -> Topics:
    texts = Sparse2Corpus(_term_counts(data), documents_columns=False)
    names = dict(enumerate(data.strings))
    model = LdaMulticore(texts, data.topic_count, names, workers=2, chunksize=_CHUNK, passes=_PASSES, random_state=seed)
    return Topics(model.inference(list(texts))[0].argmax(axis=1), _first_words(model.get_topics(), data))


SYSTEMS: dict[str, System] = {
    "wajue": _ours,
    "JoSE's documents, c-TF-IDF": _class_based,
    "TF-IDF, SVD, k-means": _k_means,
    "NMF": _nmf,
    "gensim LdaMulticore": _lda,
}
_ON_VECTORS = (_ours, _class_based)  # whose CPU seconds are those of JoSE, too


def _term_counts(data: Collection) -> sparse.csr_matrix:
    ids, offsets = data.documents
    counts = sparse.csr_matrix((np.ones(len(ids)), ids.copy(), offsets.copy()), (len(offsets) - 1, len(data.counts)))
    counts.sum_duplicates()
    return counts


def _tf_idf(data: Collection) -> sparse.csr_matrix:
    counts = _term_counts(data)
    documents = np.bincount(counts.indices, minlength=counts.shape[1])
    counts.data = (1 + np.log(counts.data)) * np.log(counts.shape[0] / documents)[counts.indices]
    return normalize(counts)


def _sums_by(topic: np.ndarray, count: int, rows: sparse.csr_matrix) -> np.ndarray:
    """float64 [count, words]: the sum of the rows of each topic."""
    return (sparse.csr_matrix((np.ones(len(topic)), (topic, np.arange(len(topic)))), (count, len(topic))) @ rows).toarray()


def _first_words(weights: np.ndarray, data: Collection) -> list[list[str]]:
    """Those of the greatest weight that may name a topic; weights: float [topics, words]."""
    order = data.naming[np.argsort(-weights[:, data.naming], axis=1, kind="stable")[:, :_FIRST_WORDS]]
    return [[data.strings[i] for i in first if of_topic[i] > 0] for first, of_topic in zip(order, weights, strict=True)]


def scored(data: Collection, topic: np.ndarray) -> dict[str, float]:
    """Against the labels of those documents that have one."""
    truth, given = data.labels[data.labels >= 0], topic[data.labels >= 0]
    purity = confusion_matrix(truth, given).max(axis=0).sum() / len(truth)
    return {"nmi": normalized_mutual_info_score(truth, given), "ari": adjusted_rand_score(truth, given), "purity": purity}


def coherences(data: Collection, lists: list[list[list[str]]]) -> list[dict[str, float]]:
    """Of each list of topics, the mean over those that have two words or more in the documents held out."""
    dictionary = Dictionary(data.held_out)
    known = [[[w for w in words if w in dictionary.token2id] for words in topics] for topics in lists]
    told = [[words for words in topics if len(words) > 1] for topics in known]
    every, ends = [words for topics in told for words in topics], np.cumsum([len(topics) for topics in told])[:-1]
    of_measure = {}
    for measure in ("c_npmi", "c_v"):
        model = CoherenceModel(topics=every, texts=data.held_out, dictionary=dictionary, coherence=measure, processes=1)
        of_measure[measure] = [float(np.mean(piece)) for piece in np.split(model.get_coherence_per_topic(), ends)]
    return [dict(zip(of_measure, values, strict=True)) for values in zip(*of_measure.values(), strict=True)]


def _cpu_seconds() -> float:
    """Of this process and of its children that have ended."""
    spent = [resource.getrusage(of) for of in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in spent)


def _run(system: System, data: Collection, vectors: Trained, seed: int) -> tuple[dict[str, float], list[list[str]]]:
    begun = _cpu_seconds()
    with threadpool_limits(1):
        made = system(data, vectors, seed)
    cpu = _cpu_seconds() - begun
    return scored(data, made.topic) | {"cpu": cpu, "cpu_all": cpu + vectors.cpu * (system in _ON_VECTORS)}, made.words


def main() -> None:
    """A row a set, system and figure: means over seeds."""
    jieba.setLogLevel(60)
    for name in SETS:
        data = prepared(name)
        of_seeds = [(seed, trained(data, seed)) for seed in SEEDS]
        runs = {name: [_run(system, data, vectors, seed) for seed, vectors in of_seeds] for name, system in SYSTEMS.items()}
        coherent = iter(coherences(data, [words for of_system in runs.values() for _, words in of_system]))
        figures = {system: [found | next(coherent) for found, _ in of_system] for system, of_system in runs.items()}
        size = f"{len(data.labels):,} documents, {data.topic_count} labels"
        record_means("topics", "", f"{name}, {size}, {len(data.held_out):,} held out", figures)


if __name__ == "__main__":
    main()
