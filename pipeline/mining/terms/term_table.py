"""The table `terms`, as far as it comes from candidates and word vectors. In: rows of `candidates`. Out: them, scored and ranked.

Candidates that the contrast found come first, then words that are like the user's seeds.
"""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Terms
from wajue.errors import WajueError, unusable_vectors
from wajue.mining.terms import seed_expansion, termhood
from wajue.mining.terms.candidate_table import CHINESE
from wajue.mining.tokens.surface import HAN, as_listed
from wajue.schemas import TABLES

log = logging.getLogger(__name__)

_NAMED = 20  # words in a message
_CARRIED = tuple(c.name for c in TABLES["terms"].columns if c.name in TABLES["candidates"].schema.names)
SUMMANDS = tuple(c.name for c in TABLES["terms"].columns if c.name.startswith("by_"))


class Guidance(NamedTuple):
    """What the user says of words and terms in [terms]: seeds and avoid steer the ranking, accept and reject are verdicts."""

    seeds: list[str]
    avoid: list[str]
    accept: list[str]
    reject: list[str]


def guidance(listed: Guidance, terms: list[str]) -> Guidance:
    """The listed words, each followed by the terms that it is but for spaces and capitals; terms: of candidates."""
    lists = [as_listed(words, terms) for words in listed]
    return Guidance(*([w for word, same in of_list.items() for w in dict.fromkeys((word, *same))] for of_list in lists))


def warn_of_unknown(accept: list[str], terms: list[str]) -> None:
    """Warn of accepted words that are no candidates; terms: of candidates."""
    if missing := [word for word, same in as_listed(accept, terms).items() if not same]:
        log.warning(
            "[terms] accept: %s%s: no candidates, so they are not listed; they must stand [contrast] min_count times in the domain "
            "as 1 to max_words whole words, which [new_words] accept makes of them; wajue explain says what one lacks",
            "、".join(missing[:_NAMED]),
            f" and {len(missing) - _NAMED} more" if len(missing) > _NAMED else "",
        )


def not_barred(candidates: pa.Table, guidance: Guidance, stop_words: set[str]) -> pa.Table:
    """The candidates that are not rejected, and that no stop word is, begins or ends unless they are accepted."""
    accept, reject = set(guidance.accept), set(guidance.reject)

    def is_kept(term: str, parts: list[str]) -> bool:
        return term not in reject and (term in accept or stop_words.isdisjoint((term, parts[0], parts[-1])))

    pairs = zip(candidates.column("term").to_pylist(), candidates.column("parts").to_pylist(), strict=True)
    return candidates.filter(pa.array([is_kept(*pair) for pair in pairs], pa.bool_()))


class WordVectors(NamedTuple):
    """row_of: the matrix row of each word; matrix: float32 [words, dim], rows of length 1 or 0."""

    row_of: dict[str, int]
    matrix: np.ndarray

    @classmethod
    def from_table(cls, table: pa.Table | None) -> "WordVectors":
        """Of rows of (word, vector); None or no rows: there are no vectors. Raises WajueError if a component is no number."""
        if table is None or not table.num_rows:
            return cls({}, np.zeros((0, 1), np.float32))
        flat = table.column("vector").combine_chunks()
        matrix = flat.flatten().to_numpy(zero_copy_only=False).reshape(table.num_rows, -1)
        if not (is_usable := np.isfinite(matrix).all(axis=1)).all():
            raise unusable_vectors(int((~is_usable).sum()))
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
    more_in_domain = candidates.column("log_ratio").to_numpy() > 0
    seeds, avoid = (_indices(words, index_of) for words in (guidance.seeds + guidance.accept, guidance.avoid))
    doubts = candidates.column("doubts").to_pylist()
    scored = termhood.score(
        figures_of(candidates),
        doubts,
        more_in_domain & _written_like_most(terms),
        vectors.of_terms(parts),
        termhood.Steering(seeds, avoid, rules.seed_count),
    )
    accept = set(guidance.accept)
    is_accepted = np.array([term in accept for term in terms], bool)
    ranked = np.flatnonzero(more_in_domain | is_accepted)
    is_sure = candidates.column("evidence").to_numpy() >= rules.min_evidence
    is_listed = is_accepted | (is_sure & ~termhood.is_hopeless(doubts))
    columns = {f"by_{name}": pa.array(points[ranked]) for name, points in scored.summands.items()}
    centrality = scored.centrality[ranked]
    columns["centrality"] = pa.array(centrality, mask=np.isnan(centrality))
    columns["is_listed"] = pa.array(is_listed[ranked])
    score = _score(candidates, scored, rules.score)
    return _ranked(candidates.take(pa.array(ranked)), score[ranked], scored.similarity[ranked], "contrast", columns)


def figures_of(candidates: pa.Table) -> dict[str, np.ndarray]:
    """What termhood.score sums: float64 [n] under each name of its WEIGHTS, but similarity and centrality."""
    names = ("log_ratio_low", "burst", "after_de", "enumerated", "npmi", "left_entropy", "right_entropy")
    figures = {name: candidates.column(name).to_numpy() for name in names}
    is_word = pc.list_value_length(candidates.column("parts")).to_numpy() == 1
    figures["npmi"] = np.where(is_word, termhood.WORD_NPMI, figures["npmi"])
    figures["entropy"] = np.minimum(figures.pop("left_entropy"), figures.pop("right_entropy"))
    return figures


def _written_like_most(terms: list[str]) -> np.ndarray:
    """Which terms hold Han (bool [n]); where next to none does, all of them count."""
    return np.array([HAN.search(term) is not None for term in terms], bool) if is_chinese(terms) else np.ones(len(terms), bool)


def is_chinese(terms: list[str]) -> bool:
    """Do so many of the terms hold Han that the text is Chinese?"""
    return sum(HAN.search(term) is not None for term in terms) >= CHINESE * len(terms)


def _score(candidates: pa.Table, scored: termhood.Scored, name: str) -> np.ndarray:
    """The score (float64 [n]) that [terms] score names; by similarity, a candidate without a vector is last."""
    similarity = scored.similarity
    if name == "combined":
        return scored.total
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
    columns = {
        **{name: pa.nulls(len(paths), pa.float64()) for name in (*SUMMANDS, "centrality")},
        "is_listed": pa.array([True] * len(paths), pa.bool_()),
        "path": pa.array(paths, pa.list_(pa.string())),
    }
    return _ranked(candidates, similarity - 1 + floor, similarity, "expansion", columns)


def _ranked(
    candidates: pa.Table,
    score: np.ndarray,  # float64 [n]
    similarity: np.ndarray,  # float64 [n], NaN for none
    source: str,
    columns: Mapping[str, pa.Array],  # by_..., centrality, is_listed, path
) -> pa.Table:
    """Sorted, with all columns of `terms` that depend on nothing else, in the order in which they are declared."""
    columns = {
        "path": pa.nulls(len(score), pa.list_(pa.string())),
        **columns,
        "score": pa.array(score.astype(float)),
        "similarity": pa.array(similarity.astype(float), mask=np.isnan(similarity)),
        "source": pa.array([source] * len(score), pa.string()),
    }
    table = candidates.select(_CARRIED)
    for name, values in columns.items():
        table = table.append_column(name, values)
    table = table.select([name for name in TABLES["terms"].schema.names if name in table.column_names])
    return table.sort_by([("score", "descending"), ("domain_count", "descending"), ("term", "ascending")])
