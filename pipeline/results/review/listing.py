"""What is reviewed: terms or new words, the best first, with all that is known of them. In: a workspace. Out: a `Listing`.

Everything is read once; an answer needs no table again.
"""

import difflib
import logging
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from wajue.errors import WajueError
from wajue.mining.review.features import Features, features, standard
from wajue.mining.terms.term_table import SUMMANDS, WordVectors
from wajue.results import new_words, query
from wajue.store import parquet
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

MOST = 100_000  # rows: re-ranking so many takes a tenth of a second
_SYMBOL = re.compile(r"[\u3007\u3400-\u9fff]|[A-Za-z0-9]+|.")
# of new words, what stands in for the summands that terms have: the factors of their score
_FACTORS = ("word_score", "gain", "log_ratio", "left_entropy", "right_entropy", "remainder_share", "pmi")
_TERM_FIGURES = ("log_ratio_low", "evidence", "burst", "npmi", "similarity", "centrality")


@dataclass(frozen=True)
class Listing:
    """Rows in the order of their rank; all columns have as many entries as `words`.

    kind: term or new_word. summands: figures by name, float64 [rows], NaN for none: of terms what adds up to the score.
    vectors: float32 [rows, dim], or None where none were trained. units: the rows of length 1 of `neighbours_of`'s words.
    """

    kind: str
    listed: list[str]
    scores: np.ndarray
    examples: list[list[str]]
    doubts: list[list[str]]
    counts: list[tuple[int, int]]  # in the domain, in general text
    summands: dict[str, np.ndarray]
    features: Features
    word_vectors: WordVectors

    def __len__(self) -> int:
        return len(self.listed)

    @cached_property
    def row_of(self) -> dict[str, int]:
        """The row of each word."""
        return {word: row for row, word in enumerate(self.listed)}

    @cached_property
    def z(self) -> np.ndarray:
        """Scores in standard deviations, float64 [rows]."""
        return standard(self.scores)

    def row(self, word: str) -> int:
        """Raises WajueError for a word that is not in the list, with the nearest spellings."""
        if word in self.row_of:
            return self.row_of[word]
        near = difflib.get_close_matches(word, self.listed, n=5, cutoff=0.5)
        hint = f"; there are {'、'.join(near)}" if near else ""
        raise WajueError(f"{word!r} is not in this list{hint}; wajue explain DIR {word} says why a string is no word or term")


def listing(workspace: Workspace, kind: str) -> Listing:
    """Terms or new words under review. Raises WajueError if their table is not there or holds none."""
    made = _terms(workspace) if kind == "term" else _new_words(workspace)
    if not len(made):
        other = "" if kind == "new_word" else "; --new-words reviews new words"
        raise WajueError(f"{workspace.location} holds no {'terms' if kind == 'term' else 'new words'} to review{other}")
    if not made.word_vectors.row_of:
        log.warning("there are no word vectors: answers teach by figures and words alone; the step sgns makes vectors")
    return made


def _terms(workspace: Workspace) -> Listing:
    table = parquet.read(workspace, "terms").sort_by("rank").slice(0, MOST)
    parts = table.column("parts").to_pylist()
    vectors = _vectors(workspace)
    doubts = [names or [] for names in table.column("doubts").to_pylist()]
    summands = {name: _floats(table, name) for name in SUMMANDS}
    words = table.column("term").to_pylist()
    figures = summands | {name: _floats(table, name) for name in _TERM_FIGURES}
    figures |= _of_form(words, parts) | _of_counts(table)
    return Listing(
        "term",
        words,
        _floats(table, "score"),
        [texts or [] for texts in table.column("examples").to_pylist()],
        doubts,
        _counts(table),
        summands,
        features(figures, doubts, parts, vectors.of_terms(parts)),
        vectors,
    )


def _new_words(workspace: Workspace) -> Listing:
    workspace.must_have("lexicon")
    role = new_words.shown_role(workspace)
    table = query.select(workspace, f"FROM {new_words.view(role)} ORDER BY rank LIMIT {MOST}")
    listed = table.column("word").to_pylist()
    symbols = [_SYMBOL.findall(word) for word in listed]
    vectors = _vectors(workspace)
    summands = {name: _floats(table, name) for name in _FACTORS}
    figures = summands | _of_form(listed, symbols) | _of_counts(table)
    return Listing(
        "new_word",
        listed,
        _floats(table, "score"),
        [[text] if text else [] for text in table.column("example").to_pylist()],
        [[] for _ in listed],
        _counts(table),
        summands,
        features(figures, [[] for _ in listed], symbols, vectors.of_terms([[word] for word in listed])),
        vectors,
    )


def listed_words(workspace: Workspace) -> dict[str, set[str]]:
    """{kind: all words of its table}, of the tables that are there."""
    tables = {"term": ("terms", "term"), "new_word": ("lexicon", "word")}
    return {
        kind: set(parquet.read(workspace, table, [column]).column(column).to_pylist()) if workspace.whole(table) else set()
        for kind, (table, column) in tables.items()
    }


def _vectors(workspace: Workspace) -> WordVectors:
    trained = parquet.read(workspace, "sgns_words", ["word", "vector"]) if workspace.whole("sgns_words") else None
    return WordVectors.from_table(trained)


def _floats(table: pa.Table, name: str) -> np.ndarray:
    """A column as float64 [rows], NaN for null."""
    return np.asarray(table.column(name).to_numpy(), float)


def _counts(table: pa.Table) -> list[tuple[int, int]]:
    return list(zip(*(table.column(f"{role}_count").to_pylist() for role in ("domain", "general")), strict=True))


def _of_counts(table: pa.Table) -> dict[str, np.ndarray]:
    return {f"{role}_count": np.log1p(_floats(table, f"{role}_count")) for role in ("domain", "general")}


def _of_form(words: list[str], parts: list[list[str]]) -> dict[str, np.ndarray]:
    """What a string looks like: how long it is, of how many words, and whether it holds Latin letters."""
    return {
        "characters": np.array([len(word) for word in words], float),
        "words": np.array([len(p) for p in parts], float),
        "latin": np.array([bool(re.search("[A-Za-z]", word)) for word in words], float),
    }


def neighbours(vectors: WordVectors, direction: np.ndarray, most: int) -> list[str]:
    """The words whose vectors point most along a direction (float [dim]), for a reader who wants it in words."""
    toward: Any = vectors.matrix @ direction
    words = list(vectors.row_of)
    return [words[i] for i in np.argsort(-toward, kind="stable")[:most]]
