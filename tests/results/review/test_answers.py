"""Answers are written, re-rank what is open, and can be taken back."""

from pathlib import Path

import numpy as np
import pytest

from tests import workspaces
from wajue.errors import WajueError
from wajue.results.review.answers import Filters, Review
from wajue.results.review.listing import Listing, listing
from wajue.store.workspace import Workspace
from wajue.verdict_files import Stated, Verdict


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return workspaces.write(tmp_path_factory.mktemp("w"), workspaces.tables())


@pytest.fixture(scope="module")
def terms(workspace: Workspace) -> Listing:
    return listing(workspace, "term")


def review(terms: Listing, stated: list[Verdict] | None = None) -> tuple[Review, list[Verdict]]:
    written: list[Verdict] = []
    return Review(terms, [Stated(v, "x") for v in stated or []], "ann", written.extend), written


def shown(reviewed: Review, **filters: object) -> list[str]:
    return [row["word"] for row in reviewed.shown(Filters(**filters))["rows"]]  # type: ignore[arg-type]


def test_before_the_first_answer_the_list_is_in_the_order_of_its_score(terms: Listing) -> None:
    reviewed, _ = review(terms)
    assert shown(reviewed) == workspaces.NAMES[:50]
    assert reviewed.shown(Filters(), 50)["rows"][0]["word"] == workspaces.NAMES[50]
    assert reviewed.shown(Filters())["learned"] == []


def test_an_answer_is_written_and_moves_what_is_like_it(terms: Listing) -> None:
    reviewed, written = review(terms)
    first = terms.listed[1]  # 主联, one part
    alike = [w for w in terms.listed if w != first and w.endswith("联") and len(w) == 2]
    before = {w: shown(reviewed, text="联").index(w) for w in alike}
    reviewed.answer([first], "reject")
    [verdict] = written
    assert verdict[:5] == (first, "term", "reject", "", "ann") and verdict.time.endswith("+00:00")
    assert first not in shown(reviewed) and shown(reviewed, state="reject") == [first]
    assert np.all(reviewed.log_odds[terms.row(alike[0])] < review(terms)[0].log_odds[terms.row(alike[0])] + 1)
    assert before and reviewed.shown(Filters())["counts"]["reject"] == 1


def test_several_at_once_and_undo_of_all_of_them(terms: Listing) -> None:
    reviewed, written = review(terms)
    reviewed.answer(terms.listed[:3], "accept")
    reviewed.answer(terms.listed[:1], "reject")
    assert reviewed.undo() == terms.listed[:1] and reviewed.given[0].verdict == "accept"
    assert reviewed.undo() == terms.listed[:3] and not reviewed.given
    assert reviewed.undo() == []
    assert [v.verdict for v in written] == ["accept"] * 3 + ["reject"] + ["accept"] + ["withdrawn"] * 3
    times = [v.time for v in written]
    assert times == sorted(set(times)), "each line is later than the one before"


def test_what_the_disk_refused_does_not_count(terms: Listing) -> None:
    def full(_: list[Verdict]) -> None:
        raise WajueError("the disk is full")

    reviewed = Review(terms, [], "ann", full)
    with pytest.raises(WajueError, match="the disk is full"):
        reviewed.answer(terms.listed[:1], "accept")
    assert not reviewed.given and not reviewed.answered


def test_a_word_that_is_nowhere_gets_its_nearest_spellings(terms: Listing) -> None:
    reviewed, written = review(terms)
    with pytest.raises(WajueError, match=r"'主联络' is not in this list; there are .*主联"):
        reviewed.answer(["主联络"], "accept")
    with pytest.raises(WajueError, match="is not in this list"):
        reviewed.answer(terms.listed[:1], "variant", "无此词")
    with pytest.raises(WajueError, match="no variant of itself"):
        reviewed.answer(terms.listed[:1], "variant", terms.listed[0])
    with pytest.raises(WajueError, match="'yes' is no answer"):
        reviewed.answer(terms.listed[:1], "yes")
    assert written == []


def test_verdicts_of_before_stand_and_others_reviewers_do_not(terms: Listing, caplog: pytest.LogCaptureFixture) -> None:
    mine, theirs = Verdict(terms.listed[0], "term", "accept", "", "ann"), Verdict(terms.listed[1], "term", "reject", "", "bo")
    reviewed, _ = review(
        terms, [mine, theirs, Verdict("无此词", "term", "accept", "", "ann"), Verdict(terms.listed[2], "new_word", "accept")]
    )
    assert list(reviewed.given) == [0]
    assert "verdicts on 1 words that are not in this list stay in the file: 无此词" in caplog.text


def test_filters_by_score_by_why_and_by_text(terms: Listing) -> None:
    reviewed, _ = review(terms)
    assert shown(reviewed, least=6.9) == terms.listed[:2] and shown(reviewed, most=0.31) == terms.listed[67:]
    assert shown(reviewed, text=terms.listed[4]) == [terms.listed[4]]
    assert shown(reviewed, why="no such") == [] and len(shown(reviewed, why=reviewed.reasons()[0])) == 50
    reviewed.answer(terms.listed[:1], "later")
    assert shown(reviewed, state="later") == terms.listed[:1] and terms.listed[0] not in shown(reviewed)


def test_what_was_learned_is_told_in_words(terms: Listing) -> None:
    reviewed, _ = review(terms)
    reviewed.answer([w for w in terms.listed[:64] if w.endswith("联")], "reject")
    reviewed.answer([w for w in terms.listed[:64] if w.endswith("变")], "accept")
    told = reviewed.told()
    assert {t["kind"] for t in told} >= {"near"} and any(t["weight"] > 0 for t in told) and any(t["weight"] < 0 for t in told)
    assert [abs(t["weight"]) for t in told[:-2]] == sorted((abs(t["weight"]) for t in told[:-2]), reverse=True)


def test_new_words_are_reviewed_likewise(workspace: Workspace) -> None:
    words = listing(workspace, "new_word")
    reviewed = Review(words, [], "ann", lambda _: None)
    assert shown(reviewed)[:3] == workspaces.NAMES[:3]
    reviewed.answer(words.listed[:1], "accept")
    assert reviewed.answered == 1 and shown(reviewed)[0] != words.listed[0]


def test_no_terms_and_no_vectors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    tables = workspaces.tables()
    with pytest.raises(WajueError, match="no table 'terms' yet"):
        listing(workspaces.write(tmp_path / "a", {"lexicon": tables["lexicon"]}), "term")
    with pytest.raises(WajueError, match="holds no terms to review; --new-words reviews new words"):
        listing(workspaces.write(tmp_path / "b", {"terms": tables["terms"].slice(0, 0)}), "term")
    bare = listing(workspaces.write(tmp_path / "c", {"terms": tables["terms"]}), "term")
    assert "there are no word vectors" in caplog.text
    reviewed = Review(bare, [], "ann", lambda _: None)
    reviewed.answer(bare.listed[:1], "accept")
    assert all(t["kind"] != "near" for t in reviewed.told())
