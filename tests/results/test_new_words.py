"""Whose new words a list shows, in which order, and with which example."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue.results import new_words, query
from wajue.store.workspace import Workspace


def word(string: str, score: float, role: str, log_ratio: float | None, **figures: Any) -> dict[str, Any]:
    return {"word": string, "score": score, "role": role, "log_ratio": log_ratio, "is_new": True, **figures}


LEXICON = [
    word("吐槽", 30.0, "general", -8.0, example="他吐槽", general_example="他吐槽"),
    word("定值", 20.0, "domain", 3.0, example="改定值", domain_count=9, general_count=1),
    word("母联", 10.0, "domain", 9.0, example="断母联", general_example="有母联"),
    word("靠谱", 25.0, "both", 0.5),
    word("可以", 40.0, "domain", 5.0) | {"is_new": False},
]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny.workspace(tmp_path / "w", lexicon=LEXICON)


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("domain", [(1, "母联", 90.0, "断母联"), (2, "定值", 60.0, "改定值")]),  # scores times log ratios
        ("general", [(1, "吐槽", 240.0, "他吐槽")]),
        ("all", [(1, "吐槽", 30.0, "他吐槽"), (2, "靠谱", 25.0, None), (3, "定值", 20.0, "改定值"), (4, "母联", 10.0, "断母联")]),
    ],
)
def test_the_best_first_with_an_example_of_the_role(workspace: Workspace, role: str, shown: list[tuple[Any, ...]]) -> None:
    rows = query.select(workspace, f"SELECT * FROM {new_words.view(role)}").to_pylist()
    assert [(r["rank"], r["word"], r["score"], r["example"]) for r in rows] == shown


def test_where_all_text_is_of_one_side_the_score_ranks(tmp_path: Path) -> None:
    rows = [word("定值", 20.0, "domain", None), word("母联", 30.0, "domain", None)]
    found = query.select(tiny.workspace(tmp_path / "w", lexicon=rows), "SELECT word, score FROM new_words").to_pylist()
    assert [(r["word"], r["score"]) for r in found] == [("母联", 30.0), ("定值", 20.0)]


def test_general_text_is_shown_where_there_is_no_other(tmp_path: Path) -> None:
    for roles, shown in ((["domain", "general"], "domain"), (["general"], "general"), (["domain"], "domain")):
        corpora = {"raw_documents": {"corpus": [{"name": r, "role": r, "paths": [r]} for r in roles]}}
        assert new_words.shown_role(tiny.workspace(tmp_path / shown / roles[0], corpora, raw_documents=[])) == shown
    assert new_words.shown_role(tiny.workspace(tmp_path / "w", lexicon=LEXICON)) == "domain"


def test_a_view_of_a_lexicon_that_is_not_written_yet_is_missing_it(tmp_path: Path) -> None:
    empty = tiny.workspace(tmp_path / "w", clean_rejects=[])
    for name in new_words.VIEWS:
        assert query.missing(empty, f"SELECT * FROM {name}") == ["lexicon"]
        assert query.select(empty, f"SELECT * FROM {name}").num_rows == 0


def test_a_word_is_listed_once_with_its_spellings_behind_it(tmp_path: Path) -> None:
    spellings = [("母连", "母联", 3), ("母恋", "母联", 4), ("ct", "CT", 9)]
    variants = [{"word": w, "variant_of": of, "count": n, "reason": "same reading"} for w, of, n in spellings]
    lexicon = [word(w, 10.0, "domain", None) for w in ("母联", "母连", "母恋", "ct", "CT", "定值")]
    listed = query.select(tiny.workspace(tmp_path / "w", lexicon=lexicon, variants=variants), "FROM new_words").to_pylist()
    assert {r["word"]: r["variants"] for r in listed} == {"母联": ["母恋", "母连"], "CT": ["ct"], "定值": []}
