"""The topics of a workspace, and new documents put into them. In: a workspace, texts. Out: rows.

A new document is cut into words, and gets its vector and its topic from them as the documents of the workspace did: a text that is
there gets the topic that it has there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rich import box
from rich.table import Table as RichTable
from rich.text import Text

from wajue.config import NewWords
from wajue.console import printable
from wajue.errors import WajueError
from wajue.mining.tokens import tokenizers, word_sequences
from wajue.mining.topics.embedding import Documents, Embedding
from wajue.mining.topics.model import Model
from wajue.mining.topics.spread import SURE
from wajue.results import loaders, query
from wajue.schemas import TABLES
from wajue.store import parquet
from wajue.store.workspace import Workspace, WorkspaceOrFolder

_SURPRISES = 3  # periods, corpora and tags that are shown of each topic
_LISTED = ("topic", "parent", "size", "label", "terms", "coherence", "documents")


@dataclass(frozen=True)
class Topics:
    """The topics of a workspace. `load_topics` opens them."""

    workspace: Workspace
    table: pa.Table  # `topics`, without centroids
    model: Model
    labels: dict[int, str]  # by topic
    _words: list[str]
    _embedding: Embedding

    def assign(self, texts: Sequence[str]) -> pa.Table:
        """A row for each text: topic, label, similarity, second, second_label, second_similarity; as in `document_topics`.

        Raises WajueError if there is no topic.
        """
        if not len(self.model.centroids):
            raise WajueError(f"{self.workspace.location} has no topic to put documents into: no document has a word with a vector")
        tokens = self._tokenizer(pa.array(texts, pa.string())).tokens
        documents = Documents(*word_sequences.of_documents(tokens, pa.array(self._words, pa.string()), split=self._split))
        sizes = np.diff(documents.offsets)
        placed = self.model.place(self._embedding.of_documents(documents))
        topic, second = (np.where(sizes > 0, numbers, 0) for numbers in (placed.topic, placed.second))
        return pa.table(
            {
                "topic": pa.array(topic, pa.int32()),
                "label": [self.labels[t] for t in topic.tolist()],
                "similarity": pa.array(placed.similarity.astype(float), mask=sizes == 0),
                "second": pa.array(second, pa.int32(), mask=second == 0),
                "second_label": [self.labels[t] if t else None for t in second.tolist()],
                "second_similarity": pa.array(placed.second_similarity.astype(float), mask=second == 0),
            }
        )

    def vectors(self, documents: Documents) -> np.ndarray:
        """float32 [documents, dim], rows of length 1, from which topics are told."""
        return self._embedding.of_documents(documents)

    @cached_property
    def _split(self) -> bool:
        """As the step `vocabulary` read rare words."""
        rule = self.workspace.settings("sequences", "vocabulary").get("split_rare", "never")
        if rule != "auto":
            return bool(rule == "always")
        self.workspace.must_have("word_counts", "tokens")
        sql = "SELECT (SELECT sum(count)::BIGINT FROM word_counts) AS words, (SELECT count(*) FROM tokens) AS documents"
        [row] = query.select(self.workspace, sql).to_pylist()
        return word_sequences.are_split(rule, row["words"], row["documents"])

    @cached_property
    def _tokenizer(self) -> tokenizers.Tokenizer:
        """As the step `segment` cut the documents."""
        method = self.workspace.settings("tokens", "segment").get("method")
        if method == "whitespace":
            return tokenizers.by_whitespace(offsets=False)
        if method == "jieba":
            return tokenizers.Jieba(_mined_words(self.workspace))
        return tokenizers.by_lexicon(loaders.load_segmenter(self.workspace), offsets=False)


def load_topics(workspace: WorkspaceOrFolder) -> Topics:
    """Raises WajueError if there are no topics, or nothing to place documents by."""
    workspace = Workspace.of(workspace)
    table = parquet.read(workspace, "topics").sort_by("topic")
    leaves = table.filter(pc.is_valid(table.column("least_similarity")))
    centroids = parquet.matrix(leaves)
    no_groups = np.zeros(len(leaves), np.int64)
    model = Model(centroids, leaves.column("least_similarity").to_numpy().astype(np.float32), no_groups, ("",) * len(leaves))
    labels = dict(zip(table.column("topic").to_pylist(), table.column("label").to_pylist(), strict=True))
    vectors = loaders.load_vectors(workspace, "jose")
    [origin] = parquet.matrix(table.filter(pc.equal(table.column("topic"), 0)))
    latent = parquet.matrix(parquet.read(workspace, "topic_words"))
    mean = origin[: vectors.matrix.shape[1]]
    embedding = Embedding.of_words(vectors.matrix, vectors.counts)._replace(mean=mean, latent=latent)
    return Topics(workspace, table.drop_columns(["vector"]), model, labels, vectors.vocabulary, embedding)


def _mined_words(workspace: Workspace) -> list[tuple[str, int]]:
    """(word, count) of those that jieba was given."""
    rules = NewWords(**workspace.settings("tokens", "new_words"))
    lexicon = parquet.read(workspace, "lexicon", ["word", "count", "is_new", "score"]).to_pylist()
    return [
        (r["word"], r["count"]) for r in lexicon if (r["is_new"] and r["score"] >= rules.min_score) or r["word"] in rules.accept
    ]


def listing(workspace: Workspace) -> pa.Table:
    """Groups with their topics below them, the largest first, and then 0; `more_in` says where each has more documents than by
    chance. Raises WajueError if there are none.
    """
    topics = parquet.read(workspace, "topics", list(_LISTED)).to_pylist()
    size_of = {row["topic"]: row["size"] for row in topics}
    parents = {row["parent"] for row in topics}

    def order(row: dict[str, int]) -> tuple[int, ...]:
        top = row["parent"] or row["topic"]
        return (row["topic"] == 0, -size_of[top], top, row["topic"] not in parents, -row["size"], row["topic"])

    more_in = _more_in(workspace)
    rows = [row | {"more_in": more_in.get(row["topic"], [])} for row in sorted(topics, key=order)]
    fields = [pa.field(c.name, c.type) for c in TABLES["topics"].columns if c.name in _LISTED]
    return pa.Table.from_pylist(rows, schema=pa.schema([*fields, pa.field("more_in", pa.list_(pa.string()))]))


def _more_in(workspace: Workspace) -> dict[int, list[str]]:
    """{topic: the periods, corpora and tags in which it has more documents than by chance, the most surprising first}"""
    sql = f"""
        SELECT topic, list(value ORDER BY surprise DESC, kind, value)[:{_SURPRISES}] AS more_in
        FROM topic_trends WHERE surprise >= {SURE} GROUP BY topic"""
    return {row["topic"]: row["more_in"] for row in query.select(workspace, sql).to_pylist()}


def render(listed: pa.Table) -> RichTable:
    """The rows of `listing` for people."""
    shown = RichTable("topic", "documents", "label", "terms", "coherence", "more in", box=box.SIMPLE)
    for column in (0, 1, 4):
        shown.columns[column].justify = "right"
    parents = set(listed.column("parent").to_pylist())
    for row in listed.to_pylist():
        label = row["label"] if row["parent"] is None else f"  {row['label']}"
        coherence = "" if row["coherence"] is None else f"{row['coherence']:.2f}"
        cells = (str(row["topic"]), f"{row['size']:,}", label, "、".join(row["terms"][3:]), coherence, "、".join(row["more_in"]))
        shown.add_row(*(Text(printable(cell)) for cell in cells), style="bold" if row["topic"] in parents else "")
    return shown


def assigned(workspace: Workspace, texts: list[str]) -> pa.Table:
    """Each text a document: its line from 1, what `Topics.assign` says of it, and the text."""
    rows = load_topics(workspace).assign(texts)
    return rows.add_column(0, "line", pa.array(range(1, len(texts) + 1), pa.int64())).append_column(
        "text", pa.array(texts, pa.string())
    )
