"""Two reviewers: how far they agree, on what they do not, and what one file adds to the other."""

import pytest

from wajue.results.review import merging
from wajue.verdict_files import Stated, Verdict


def stated(reviewer: str, **verdicts: str) -> list[Stated]:
    return [Stated(Verdict(word, "term", verdict, reviewer=reviewer), "x") for word, verdict in verdicts.items()]


OURS = stated("ann", 甲="accept", 乙="accept", 丙="reject", 丁="reject", 戊="accept", 己="later")
THEIRS = stated("bo", 甲="accept", 乙="reject", 丙="reject", 丁="reject", 庚="accept", 己="accept")


def test_agreement_and_kappa() -> None:
    # on 甲乙丙丁 they agree three times in four; by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2; kappa (3/4 - 1/2)/(1/2) = 1/2
    terms, words = merging.agreement(OURS, THEIRS)
    assert terms == merging.Agreement("term", 5, 6, 4, 3, pytest.approx(0.5))
    assert terms.told() == "terms: 5 decided before, 6 in the file, 4 by both: 75% agreed, kappa 0.50, 1 conflicts"
    assert words == merging.Agreement("new_word", 0, 0, 0, 0, None)


def test_kappa_says_nothing_where_all_say_one_thing() -> None:
    assert merging.kappa([("accept", "accept")] * 3) is None and merging.kappa([]) is None


def test_conflicts_are_listed() -> None:
    [row] = merging.conflicts(OURS, THEIRS).to_pylist()
    assert list(row.values()) == ["term", "乙", "accept", "ann", "reject", "bo"]
    assert merging.conflicts(OURS, OURS).num_rows == 0


def test_new_lines_are_added_once() -> None:
    assert merging.new_lines(OURS, THEIRS) == [s.verdict for s in THEIRS]
    assert merging.new_lines([*OURS, *THEIRS], THEIRS) == []


def test_a_file_without_names_is_a_reviewer_of_its_own() -> None:
    [named] = merging.named([Stated(Verdict("甲", "term", "accept"), "x")], "carol")
    assert named.verdict.reviewer == "carol"


def test_who_is_in_both_files_agrees_with_nobody() -> None:
    assert merging.of_others([*OURS, *THEIRS], THEIRS) == OURS
    assert merging.conflicts(merging.of_others([*OURS, *THEIRS], THEIRS), THEIRS).column("word").to_pylist() == ["乙"]


def test_words_that_are_in_no_list() -> None:
    either = Stated(Verdict("辛", "", "accept"), "x")
    assert merging.unlisted([*OURS, either], {"term": {"甲", "乙", "丙"}, "new_word": {"丁", "辛"}}) == ["丁", "戊", "己"]
