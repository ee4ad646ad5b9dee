"""The table `terms`, as far as it comes from candidates and word vectors. In: rows of `candidates`. Out: them, scored and ranked.

Candidates that the contrast found come first, then words that are like the user's seeds.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from wajue.config import Terms
from wajue.errors import WajueError
from wajue.mining.terms import seed_expansion, termhood

_NOT_CARRIED = ("domain_documents", "general_documents", "left_entropy", "right_entropy", "nesting", "filtered_by")


class Guidance(NamedTuple):
    """What the user says of words and terms in [terms]: seeds and avoid steer the ranking, accept and reject are verdicts."""

    seeds: list[str]
    avoid: list[str]
    accept: list[str]
    reject: list[str]


class WordVectors(NamedTuple):
    """row_of: the matrix row of each word; matrix: float32 [words, dim], rows of length 1 or 0."""

    row_of: dict[str, int]
    matrix: np.ndarray

    @classmethod
    def from_table(cls, table: pa.Table | None) -> "WordVectors":
        """Of rows of (word, vector); None or no rows: there are no vectors."""
        if table is None or not table.num_rows:
            return cls({}, np.zeros((0, 1), np.float32))
        flat = table.column("vector").combine_chunks()
        matrix = flat.flatten().to_numpy(zero_copy_only=False).reshape(table.num_rows, -1)
        row_of = {word: row for row, word in enumerate(table.column("word").to_pylist())}
        return cls(row_of, _of_length_1(matrix).astype(np.float32))

    def of_terms(self, parts: list[list[str]]) -> np.ndarray | None:
        """The vectors of terms, zeros where one of the words has none; None if there are no vectors at all."""
        if not self.row_of:
            return None
        vectors = np.zeros((len(parts), self.matrix.shape[1]), np.float32)
        for i, words_of_term in enumerate(parts):
            rows_of_term = [self.row_of[word] for word in words_of_term if word in self.row_of]
            if len(rows_of_term) == len(words_of_term):
                vectors[i] = self.matrix[rows_of_term].sum(axis=0)
        return _of_length_1(vectors)

    def known(self, words: list[str]) -> np.ndarray:
        """The matrix rows (int64) of those of the words that have one."""
        return _indices(words, self.row_of)


def _of_length_1(vectors: np.ndarray) -> np.ndarray:
    lengths: np.ndarray = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.maximum(lengths, 1e-12)


def _indices(words: list[str], index_of: dict[str, int]) -> np.ndarray:
    return np.array([index_of[word] for word in words if word in index_of], np.int64)


def rank(candidates: pa.Table, vectors: WordVectors, guidance: Guidance, rules: Terms) -> pa.Table:
    """The candidates that the domain uses more, or that are accepted, by [terms] score, the best first."""
    terms, parts = candidates.column("term").to_pylist(), candidates.column("parts").to_pylist()
    index_of = {term: i for i, term in enumerate(terms)}
    log_ratio = candidates.column("log_ratio").to_numpy()
    combined, similarity = termhood.score(
        log_ratio * np.log(2),
        candidates.column("burst").to_numpy(),
        candidates.column("npmi").to_numpy(),
        np.array([len(p) == 1 for p in parts], bool),
        vectors.of_terms(parts),
        seeds=_indices(guidance.seeds + guidance.accept, index_of),
        avoid=_indices(guidance.avoid, index_of),
        seed_count=rules.seed_count,
    )
    accept = set(guidance.accept)
    listed = np.flatnonzero((log_ratio > 0) | np.array([term in accept for term in terms], bool))
    score = _score(candidates, combined, similarity, rules.score)
    return _ranked(candidates.take(pa.array(listed)), score[listed], similarity[listed])


def _score(candidates: pa.Table, combined: np.ndarray, similarity: np.ndarray, name: str) -> np.ndarray:
    """The score (float64 [n]) that [terms] score names; by similarity, a candidate without a vector is last."""
    if name == "combined":
        return combined
    if name != "similarity":
        column: np.ndarray = candidates.column(name).to_numpy()
        return column
    if len(similarity) and np.isnan(similarity).all():
        raise WajueError('[terms] score = "similarity" needs word vectors: let the step sgns run, or choose another score')
    return np.nan_to_num(similarity, nan=-1.0)


class Expansion(NamedTuple):
    """Words that are like the user's seeds. steps: how each was found, by its matrix row; row_of: of those to be listed."""

    steps: dict[int, seed_expansion.Reached]
    row_of: dict[str, int]


def expand(vectors: WordVectors, listed: set[str], guidance: Guidance, rules: Terms) -> Expansion:
    """Words like the seeds, without those that are `listed` already."""
    seeds, avoid = vectors.known(guidance.seeds), vectors.known(guidance.avoid)
    steps = seed_expansion.expand(vectors.matrix, seeds, avoid, similarity=rules.expansion_similarity, most=rules.expansion_most)
    word_at = {row: word for word, row in vectors.row_of.items()}
    return Expansion(steps, {word_at[row]: row for row in steps if word_at[row] not in listed})


def rank_expansion(candidates: pa.Table, expansion: Expansion, vectors: WordVectors, floor: float) -> pa.Table:
    """The rows of `terms` of these candidates, which the expansion found; floor: the score that all of theirs are below."""
    rows_of_terms = [expansion.row_of[term] for term in candidates.column("term").to_pylist()]
    similarity = np.array([expansion.steps[row].similarity for row in rows_of_terms])
    word_at = {row: word for word, row in vectors.row_of.items()}
    paths = [[word_at[row] for row in seed_expansion.path(expansion.steps, last)] for last in rows_of_terms]
    return _ranked(candidates, similarity - 1 + floor, similarity, "expansion", paths)


def _ranked(
    candidates: pa.Table,
    score: np.ndarray,  # float64 [n]
    similarity: np.ndarray,  # float64 [n], NaN for none
    source: str = "contrast",
    paths: Sequence[list[str] | None] | None = None,
) -> pa.Table:
    """Sorted, with all columns of `terms` that depend on nothing else."""
    columns = {
        "score": pa.array(score.astype(float)),
        "similarity": pa.array(similarity.astype(float), mask=np.isnan(similarity)),
        "source": pa.array([source] * len(score), pa.string()),
        "path": pa.array(paths if paths else [None] * len(score), pa.list_(pa.string())),
    }
    table = candidates.select([name for name in candidates.column_names if name not in _NOT_CARRIED])
    for name, values in columns.items():
        table = table.append_column(name, values)
    return table.sort_by([("score", "descending"), ("domain_count", "descending"), ("term", "ascending")])
