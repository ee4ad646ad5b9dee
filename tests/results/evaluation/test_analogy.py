"""Analogies: numbers worked out by hand, then those of gensim."""

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

from tests.results.evaluation.helpers import PLANE, scores, written
from tests.tiny import workspace
from wajue.results.evaluation import analogy
from wajue.results.evaluation.vocabulary import Vocabulary


def test_analogies_by_hand() -> None:
    # b - a + c of unit vectors: man (1, 0), king (.8, .6), woman (0, 1): king - man + woman = (-.2, 1.6)
    # nearest but for the three: queen (-.6, .8) 1.4, apple (-1, 0) .2
    unit = [[1, 0], [0.8, 0.6], [0, 1], [-0.6, 0.8], [-1, 0]]
    vocabulary = Vocabulary(["man", "king", "woman", "queen", "apple"], np.array(unit, np.float32))
    asked = {"royal": [["man", "king", "woman", "queen"], ["man", "king", "woman", "apple"]], "x": [["man", "king", "woman", "x"]]}
    assert analogy.answered(vocabulary, asked) == {"royal": (1, 2, 2), "x": (0, 0, 1)}
    assert analogy.answered(vocabulary.first(3), asked)["royal"] == (0, 0, 2)


def test_analogies_by_section(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE[::-1])  # the order of the rows does not matter, the counts do
    text = ": royal\nman king woman queen\nman king woman apple\n: fruit\nman king woman pear\n"
    found = scores(place, "analogy", written(tmp_path / "q.txt", text))
    assert {part: (r["value"], r["found"], r["of"]) for (part, _), r in found.items()} == {
        "royal": (0.5, 2, 2),
        "fruit": (None, 0, 1),
        "total": (0.5, 2, 3),
        "total, wrong where a word has no vector": (1 / 3, 2, 3),
    }
    few = scores(place, "analogy", tmp_path / "q.txt", restrict=4)  # without apple
    assert few["royal", "accuracy"]["found"] == 1 and few["royal", "accuracy"]["note"] == "among the 4 most frequent words"


@pytest.mark.parametrize("block", [1, 7, 1000])
def test_answers_are_gensims(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr(analogy, "_QUESTIONS_AT_ONCE", block)
    monkeypatch.setattr(analogy, "_WORDS_AT_ONCE", block)
    random = np.random.default_rng(3)
    names, matrix = [f"w{i}" for i in range(60)], random.normal(size=(60, 3)).astype(np.float32)
    rows = [random.choice(62, 4, replace=False) for _ in range(40)]  # w60 and w61 have no vector
    asked = {"first": [[f"w{i}" for i in r] for r in rows[:25]], "second": [[f"w{i}" for i in r] for r in rows[25:]]}
    for questions in asked.values():  # some that are right
        for q in questions[::3]:
            if all(w in names for w in q[:3]):
                a, b, c = (names.index(w) for w in q[:3])
                q[3] = names[analogy.answers(Vocabulary(names, matrix).unit, np.array([[a, b, c]]))[0]]
    path = tmp_path / "questions.txt"
    path.write_text("".join(f": {s}\n" + "".join(" ".join(q) + "\n" for q in qs) for s, qs in asked.items()))
    keyed = KeyedVectors(3)
    keyed.add_vectors(names, matrix)
    theirs = {
        s["section"]: (len(s["correct"]), len(s["correct"]) + len(s["incorrect"])) for s in keyed.evaluate_word_analogies(path)[1]
    }
    ours = analogy.answered(Vocabulary(names, matrix), asked)
    assert sum(right for right, _, _ in ours.values()) >= 10
    for section, (right, known, _) in ours.items():
        assert (right, known) == theirs[section]
