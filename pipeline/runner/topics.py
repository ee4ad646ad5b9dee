"""The step `topics`. In: sequences, JoSE's vectors of words, candidates. Out: `topics`, `topic_words`, `document_topics`.

1. The documents of [topics] role that have a word of the vocabulary are counted in, and so many of them drawn, evenly by doc_id.
2. Topics are fitted to those drawn.
3. All are put into topics, a piece of the table at a time: memory for the drawn ones, and 16 bytes a document.
4. Topics and groups are named by what the drawn documents hold.
"""

import logging
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Config
from wajue.errors import WajueError
from wajue.mining.tokens import jieba_dictionary
from wajue.mining.topics import clustering, labels, phrases, topic_table
from wajue.mining.topics.document_table import document_table
from wajue.mining.topics.embedding import Documents, Embedding, joined
from wajue.mining.topics.model import Anchors, Model, Placed, fit
from wajue.runner.progress import Watch
from wajue.schemas import TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

_MOST_STRINGS = 50_000  # words and terms that may name topics: those that most of the drawn documents hold
_EXAMPLES = 5  # documents that show a topic
_SEED_DOCUMENTS = 20  # nearest to the words of a seed, between which its topic begins


class _Counted(NamedTuple):
    """Which documents of `sequences` are put into topics: bool [documents] both."""

    of_role: np.ndarray
    known: np.ndarray  # of the role, and with a word of the vocabulary or more


class _Drawn(NamedTuple):
    """Documents that topics are fitted to and named from, and where they stand in the table, int64 [n], ascending."""

    positions: np.ndarray
    documents: Documents


class _Words(NamedTuple):
    """The vocabulary, by word_id, and what turns it into vectors."""

    strings: list[str]
    embedding: Embedding


def topics(workspace: Workspace, config: Config, absent: frozenset[str], watch: Watch) -> None:
    """Write the three tables, unfinished. absent: tables to do without. Raises WajueError if a seed has no word with a vector."""
    counted = _counted(workspace, config)
    drawn = _drawn(workspace, counted.known, config.topics.sample)
    vocabulary = _words(workspace, drawn.documents, config.topics.seed)
    vectors = vocabulary.embedding.of_documents(drawn.documents)
    model = fit(vectors, config.topics.count, config.topics.seed, _anchors(config.topics.seeds, vocabulary, vectors))
    watch.set(0.4, f"{len(model.centroids):,} topics")
    model, placed = _by_size(model, _placed(workspace, model, vocabulary.embedding, counted.known))
    sizes = np.bincount(placed.topic[counted.of_role], minlength=len(model.centroids) + 1)
    watch.set(0.7, "naming them")
    members = topic_table.Members(sizes, _examples(workspace, placed, len(model.centroids)))
    strings = _strings(workspace, vocabulary, drawn.documents, with_terms="candidates" not in absent)
    table = topic_table.build(model, vocabulary.embedding.origin, members, vectors, placed.topic[drawn.positions], strings)
    parquet.write(table, workspace, "topics")
    latent = {"word": vocabulary.strings, "vector": parquet.vectors(vocabulary.embedding.latent)}
    parquet.write(pa.table(latent), workspace, "topic_words")
    parquet.write_all(_document_tables(workspace, placed, counted.of_role), workspace, "document_topics")


def _counted(workspace: Workspace, config: Config) -> _Counted:
    """Of [topics] role, in the order of the table."""
    role = config.topics.role
    if role != "all" and not config.has_role(role):
        log.info('topics: no corpus has role = "%s", so the documents of all are taken', role)
        role = "all"
    corpora = pa.array([c.name for c in config.corpus if role in ("all", c.role)])
    of_role, known = [np.zeros(0, bool)], [np.zeros(0, bool)]
    for batch in parquet.batches(workspace, "sequences", ["corpus", "ids"]):
        of_role.append(pc.is_in(batch.column("corpus"), corpora).to_numpy())
        known.append(of_role[-1] & (pc.list_value_length(batch.column("ids")).to_numpy() > 0))
    return _Counted(np.concatenate(of_role), np.concatenate(known))


def _drawn(workspace: Workspace, known: np.ndarray, most: int) -> _Drawn:
    """At most so many of the documents that count, evenly: doc_ids are hashes, and the table lies in their order."""
    positions = np.flatnonzero(known)
    if len(positions) > most:
        positions = positions[np.linspace(0, len(positions) - 1, most).astype(np.int64)]
    return _Drawn(positions, joined(_documents(piece) for piece in _taken(workspace, ["ids"], positions)))


def _documents(piece: pa.Table) -> Documents:
    """The documents of rows of `sequences`."""
    lists = piece.column("ids")
    sizes = pc.list_value_length(lists).to_numpy()
    return Documents(pc.list_flatten(lists).to_numpy(), np.concatenate(([0], np.cumsum(sizes, dtype=np.int64))))


def _taken(workspace: Workspace, columns: list[str], positions: np.ndarray) -> Iterator[pa.Table]:
    """The rows of `sequences` at these positions (int64 [n], ascending), a piece at a time."""
    begin = 0
    for batch in parquet.batches(workspace, "sequences", columns):
        first, end = np.searchsorted(positions, (begin, begin + batch.num_rows))
        if first < end:
            yield batch.take(pa.array(positions[first:end] - begin))
        begin += batch.num_rows


def _words(workspace: Workspace, documents: Documents, seed: int) -> _Words:
    """JoSE wrote its words in the order of their ids."""
    trained = parquet.read(workspace, "jose_words")
    embedding = Embedding.of_words(parquet.matrix(trained), trained.column("count").to_numpy())
    strings = trained.column("word").to_pylist()
    return _Words(strings, embedding.fitted(documents, strings, seed))


def _anchors(seeds: dict[str, tuple[str, ...]], vocabulary: _Words, vectors: np.ndarray) -> Anchors:
    """Where the topics that the user names lie: amid the documents nearest to their words. Raises WajueError if none is known."""
    row_of = {string: row for row, string in enumerate(vocabulary.strings)} if seeds else {}
    directions = np.zeros((len(seeds), vectors.shape[1]), np.float32)
    for i, (name, listed) in enumerate(seeds.items()):
        known = [row_of[word] for word in listed if word in row_of]
        if not known:
            raise WajueError(
                f"[topics] seeds {name!r}: none of its words has a vector ({', '.join(listed)}); name words that documents hold "
                "[vocabulary] min_count times; wajue similar DIR WORD --vectors jose shows more like one"
            )
        if unknown := [word for word in listed if word not in row_of]:
            log.warning("topics: of the seed %r these words have no vector: %s", name, ", ".join(unknown))
        near = np.argsort(-(vectors @ vocabulary.embedding.of_parts([tuple(known)])[0]), kind="stable")[:_SEED_DOCUMENTS]
        directions[i] = clustering.unit(vectors[near].sum(axis=0, keepdims=True))[0]
    return Anchors(tuple(seeds), directions)


def _placed(workspace: Workspace, model: Model, embedding: Embedding, known: np.ndarray) -> Placed:
    """The topics of all documents; 0 and a similarity of NaN for those that have none."""
    size = len(known)
    placed = Placed(
        np.zeros(size, np.int32), np.full(size, np.nan, np.float32), np.zeros(size, np.int32), np.zeros(size, np.float32)
    )
    begin = 0
    for batch in parquet.batches(workspace, "sequences", ["ids"]) if len(model.centroids) else ():
        inside = np.flatnonzero(known[begin : begin + batch.num_rows])
        of_batch = model.place(embedding.of_documents(_documents(batch.take(pa.array(inside)))))
        for whole, piece in zip(placed, of_batch, strict=True):
            whole[begin + inside] = piece
        begin += batch.num_rows
    return placed


def _by_size(model: Model, placed: Placed) -> tuple[Model, Placed]:
    """The same with topics numbered by their size, the largest first."""
    sizes = np.bincount(placed.topic, minlength=len(model.centroids) + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    number = np.zeros(len(sizes) + 1, np.int32)
    number[order + 1] = np.arange(1, len(sizes) + 1)
    return model.take(order), placed._replace(topic=number[placed.topic], second=number[placed.second])


def _examples(workspace: Workspace, placed: Placed, topics: int) -> list[list[str]]:
    """The doc_ids of the documents nearest to each centroid, the nearest first."""
    nearest = [
        inside[np.argsort(-placed.similarity[inside], kind="stable")[:_EXAMPLES]]
        for inside in (np.flatnonzero(placed.topic == t) for t in range(1, topics + 1))
    ]
    positions = np.sort(np.concatenate([*nearest, np.zeros(0, np.int64)]))
    taken = _taken(workspace, ["doc_id"], positions)
    doc_ids = [doc_id for piece in taken for doc_id in piece.column("doc_id").to_pylist()]
    doc_id_at = dict(zip(positions.tolist(), doc_ids, strict=True))
    return [[doc_id_at[position] for position in of_topic.tolist()] for of_topic in nearest]


def _strings(workspace: Workspace, vocabulary: _Words, documents: Documents, *, with_terms: bool) -> topic_table.Strings:
    """What may name a topic, and which of the drawn documents hold it."""
    word_id_of = {string: word_id for word_id, string in enumerate(vocabulary.strings)}
    terms = [t for t in _terms(workspace) if all(part in word_id_of for part in t[1])] if with_terms else []
    parts = [tuple(word_id_of[part] for part in of_term) for _, of_term in terms]
    strings = vocabulary.strings + [term for term, _ in terms]
    presence = phrases.holds(documents, parts, len(vocabulary.strings))
    document_counts = np.bincount(presence.indices, minlength=len(strings))
    often = np.argsort(-document_counts, kind="stable")[
        : np.count_nonzero(document_counts >= min(labels.LEAST_DOCUMENTS, presence.shape[0]))
    ]
    tags = jieba_dictionary.tags()
    named = [i for i in often.tolist() if labels.may_name(strings[i], tags, jieba_dictionary.pieces)][:_MOST_STRINGS]
    unit = vocabulary.embedding.of_parts(
        [(i,) if i < len(vocabulary.strings) else parts[i - len(vocabulary.strings)] for i in named]
    )
    return topic_table.Strings([strings[i] for i in named], unit, presence[:, named])


def _terms(workspace: Workspace) -> list[tuple[str, list[str]]]:
    """(term, its words) of the candidates of several words that nothing speaks against."""
    only = (pc.field("filtered_by").is_null()) & (pc.list_value_length(pc.field("doubts")) == 0)
    sure = only & (pc.list_value_length(pc.field("parts")) > 1)
    return [
        (r["term"], r["parts"]) for b in parquet.batches(workspace, "candidates", ["term", "parts"], sure) for r in b.to_pylist()
    ]


def _document_tables(workspace: Workspace, placed: Placed, of_role: np.ndarray) -> Iterator[pa.Table]:
    """`document_topics`, a piece at a time: a row for each document of the role."""
    yield TABLES["document_topics"].schema.empty_table()
    begin = 0
    for batch in parquet.batches(workspace, "sequences", ["doc_id"]):
        inside = np.flatnonzero(of_role[begin : begin + batch.num_rows])
        yield document_table(batch.column("doc_id").take(pa.array(inside)), Placed(*(a[begin + inside] for a in placed)))
        begin += batch.num_rows
