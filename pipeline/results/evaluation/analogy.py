"""`--analogy`: a is to b as c is to d; do vectors find d? In: questions of four words. Out: accuracy by section.

3CosAdd: the word nearest to b - a + c (Mikolov, Yih and Zweig 2013).
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from wajue.results.evaluation import gold, vocabulary
from wajue.results.evaluation.common import Options, Row, by_name, share
from wajue.results.evaluation.vocabulary import Vocabulary
from wajue.store.workspace import Workspace

_QUESTIONS_AT_ONCE, _WORDS_AT_ONCE = 256, 65_536  # 64 MB of cosines


class Counts(NamedTuple):
    """Questions answered right; questions whose four words have vectors; all questions."""

    right: int
    known: int
    asked: int


def analogy(workspace: Workspace, files: list[str], options: Options) -> Iterator[Row]:
    """For each file the accuracy of each section and of all."""
    questions = {name: gold.questions(path) for name, path in by_name(files).items()}
    trained = vocabulary.read(workspace, options.vectors).first(options.restrict)
    for name, sections in questions.items():
        row: Row = {"gold": name, "vectors": options.vectors, "figure": "accuracy"}
        row |= {"note": f"among the {options.restrict} most frequent words"} if options.restrict else {}
        counts = answered(trained, sections)
        total = Counts(*map(sum, zip(*counts.values(), strict=True)))
        for section, n in [*counts.items(), ("total", total)]:
            yield row | {"part": section, "value": share(n.right, n.known), "found": n.known, "of": n.asked}
        value = share(total.right, total.asked)
        part = "total, wrong where a word has no vector"
        yield row | {"part": part, "value": value, "found": total.known, "of": total.asked}


def answered(trained: Vocabulary, questions: Mapping[str, list[list[str]]]) -> dict[str, Counts]:
    """{section: how many of its questions are answered right}"""
    counts: dict[str, Counts] = {}
    for section, asked in questions.items():
        question_rows = np.array([[trained.row(w) for w in question] for question in asked], np.int64).reshape(-1, 4)
        known = question_rows[(question_rows >= 0).all(axis=1)]
        right = int((answers(trained.unit, known[:, :3]) == known[:, 3]).sum())
        counts[section] = Counts(right, len(known), len(asked))
    return counts


def answers(unit: np.ndarray, asked: np.ndarray) -> np.ndarray:
    """int64 [questions]: the row nearest to b - a + c, other than a, b and c; the first of equals.

    unit: float32 [words, dim], rows of length 1; asked: int64 [questions, 3], the rows of a, b, c.
    """
    best = np.full(len(asked), -1, np.int64)
    for begin in range(0, len(asked), _QUESTIONS_AT_ONCE):
        block = slice(begin, begin + _QUESTIONS_AT_ONCE)
        best[block] = _answers_of_block(unit, asked[block])
    return best


def _answers_of_block(unit: np.ndarray, asked: np.ndarray) -> np.ndarray:
    a, b, c = asked.T
    target = unit[b] - unit[a] + unit[c]
    best, best_score = np.full(len(asked), -1, np.int64), np.full(len(asked), -np.inf, np.float32)
    for first_word in range(0, len(unit), _WORDS_AT_ONCE):
        scores = target @ unit[first_word : first_word + _WORDS_AT_ONCE].T
        for own in (a, b, c):
            inside = np.flatnonzero((own >= first_word) & (own < first_word + scores.shape[1]))
            scores[inside, own[inside] - first_word] = -np.inf
        top = scores.argmax(axis=1)
        top_score = scores[np.arange(len(asked)), top]
        better = top_score > best_score
        best[better], best_score[better] = top[better] + first_word, top_score[better]
    return best
