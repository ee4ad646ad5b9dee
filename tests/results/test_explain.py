"""Why a string is a word or none: a workspace in which each rule decides on one string."""

from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.results.explain import Finding, explain
from wajue.store.workspace import Workspace


def ngram(string: str, count: int, entropy: float = 2.0) -> dict[str, Any]:
    pmi = None if len(string) == 1 else 4.0
    return {"ngram": string, "n": len(string), "count": count, "pmi": pmi, "left_entropy": entropy, "right_entropy": entropy}


def word(string: str, count: int, used: int, **figures: Any) -> dict[str, Any]:
    entry = {
        "word": string,
        "count": count,
        "used": used,
        "domain_count": used,
        "general_count": 0,
        "log_prob": -5.0,
        "score": 20.0,
    }
    return entry | {"is_new": True, "role": "domain", "remainder_share": 0.25, "log_ratio": 4.0} | figures


# of 237 uses of words: 断路器 is one, 断路 is its part, 关断 is rare beside its parts
NGRAMS = [
    *(ngram(c, 200) for c in "断路器关的"),
    ngram("断路器", 90), ngram("断路", 100), ngram("路器", 90, 0.1), ngram("关断", 4), ngram("的关断的关", 5, 0.3), ngram("主变", 40), ngram("靠谱", 9),
]  # fmt: skip
LEXICON = [
    *(word(c, 200, 20, score=0.0, is_new=False) for c in "断路器关的"),
    word("断路器", 90, 88),
    word("主变", 40, 40, is_new=False),
    word("靠谱", 9, 9, role="both", log_ratio=0.5),
    word("从未出现", 0, 0, score=0.0),
]
RANKED = {"score": 3.0, "domain_count": 88, "general_count": 0}
TERMS = [
    RANKED | {"rank": 7, "term": "断路器", "evidence": 0.99, "is_listed": True},
    RANKED | {"rank": 9, "term": "油枕", "evidence": 0.5, "is_listed": False, "doubts": ["weak_word"]},
    RANKED | {"rank": 8, "term": "由市", "evidence": 0.99, "is_listed": False, "doubts": ["cut_badly"]},
]
DROPPED = {"term": "主变", "domain_count": 9, "general_count": 1, "npmi": 0.1, "nesting": 0.0}


@pytest.fixture(scope="module")
def mined(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return tiny.workspace(
        tmp_path_factory.mktemp("w") / "w",
        {"lexicon": {"new_words": {"reject": ["路器"]}}},
        clauses=[{"clauses": "断路器坏了\n两台断路器坏了", "role": "domain"}],
        ngrams=NGRAMS,
        lexicon=LEXICON,
        candidates=[DROPPED | {"filtered_by": "nested"}],
        terms=TERMS,
    )


def findings(mined: Workspace, string: str) -> list[Finding]:
    is_word, is_new, is_term = explain(mined, string)
    assert [f.question for f in (is_word, is_new, is_term)] == ["Is it a word?", "Is it a new word?", "Is it a term?"]
    return [is_word, is_new, is_term]


@pytest.mark.parametrize(
    ("string", "why", "change"),
    [
        ("断路器", "Yes: 断路器 is in the lexicon", "[new_words] reject"),
        ("从未出现", "Yes: [new_words] accept names it", ""),
        ("断，路", "No: it holds a mark", ""),
        ("断断断断断断断断断", "No: it has 9 symbols, more than [ngrams] max_length = 8", "max_length"),
        ("坏了", "No: its count in distinct clauses is 2, less than [ngrams] min_count = 3", "min_count"),
        ("水母", "No: it stands in no clause", ""),
        ("路器", "No: [new_words] reject names it", "take it out"),
        ("关断", "No: even were each occurrence this word, S =", "[new_words] accept"),
        ("断路", "No: 88% of its occurrences lie in longer words", "[new_words] accept"),
        ("的关断的关", "No: strings of more than 4 symbols are tried from [new_words] branching_entropy = 0.69 on", "below 0.30"),
    ],
)
def test_the_rule_that_decided_is_named(mined: Workspace, string: str, why: str, change: str) -> None:
    is_word, *_ = findings(mined, string)
    assert is_word.answer.startswith(why) and change in is_word.change


def test_the_gain_is_that_of_discovery(mined: Workspace) -> None:
    is_word, *_ = findings(mined, "断路器")
    # of 237 uses 88, its best split three symbols of 20 each: log 88/237 - 3 log 20/237 = -0.991 + 7.417; the ends stand alone in
    # 20.5/201 of their occurrences: 10 (2 * .102 - .5); its left autonomy is that of all three-symbol strings, so z = 0
    assert (
        "S = gain 6.43 - edges -2.96 + autonomy 0.00 - substitution 0.00 = 9.39, of a word of 3 symbols at least 9"
        in is_word.figures
    )
    assert "its best split: 断 | 路 | 器" in is_word.figures


def test_of_two_symbols_the_neighbours_count(mined: Workspace) -> None:
    is_word, *_ = findings(mined, "断路")
    # 器 stands behind it in two clauses, 200 of 1000 symbols, and behind 路 in no other word: half of 2 ln(4.1/(120 * .2))/100
    assert any("autonomy 0.00 - substitution -0.02 = " in figure for figure in is_word.figures)


def test_whose_new_word_it_is_and_at_which_place(mined: Workspace) -> None:
    assert "number 1 of 2 in new_words" in findings(mined, "断路器")[1].answer
    assert findings(mined, "靠谱")[1].answer.startswith("Not of the domain's own: general text uses it, too")
    assert "known words" in findings(mined, "主变")[1].answer and "no word" in findings(mined, "断路")[1].answer


def test_why_it_is_a_term_or_none(mined: Workspace) -> None:
    assert findings(mined, "断路器")[2].answer == "Yes: number 7 of the terms."
    dropped = findings(mined, "主变")[2]
    assert "the rule nested keeps it out: part of a longer candidate" in dropped.answer and "max_nesting" in dropped.change
    unsure = findings(mined, "油枕")[2]
    assert unsure.answer == "No: its evidence is below [terms] min_evidence = 0.95; by its score it is number 9."
    assert findings(mined, "由市")[2].answer == "No: its words are those of a piece of a sentence; by its score it is number 8."
    assert "doubts: weak_word" in unsure.figures and "min_evidence" in unsure.change
    assert "no run of 1 to 4 whole words" in findings(mined, "靠谱")[2].answer


def test_the_text_has_a_line_for_each_figure() -> None:
    assert Finding("Why?", "So.", ("a 1", "b 2"), "c").text == "Why? So.\n  a 1\n  b 2\n  to change it: c"


def test_without_a_lexicon_nothing_can_be_said(tmp_path: Path) -> None:
    with pytest.raises(WajueError, match="lexicon"):
        explain(tiny.workspace(tmp_path / "w", ngrams=[], clauses=[]), "断路器")
