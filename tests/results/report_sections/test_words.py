"""New words with their sentences, and how many of them are good."""

from pathlib import Path

from tests import workspaces
from tests.workspaces import HOSTILE, SEGMENTED, WORDS
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.words import words


def test_the_best_first_each_with_its_sentences(whole: Tables) -> None:
    facts = words(whole, {})
    first = facts["words"][0]
    assert (first["rank"], first["word"], first["score"]) == (1, "主变", 30.0)
    # the lexicon's clause; of the others the domain's first, from the stop before to the stop after, and none twice
    assert first["examples"] == ["换了主变再试", "先把主变修好", "别人的主变"]


def test_a_good_score_is_that_of_the_run(whole: Tables, tmp_path: Path) -> None:
    # scores are 30, 29.67, 29.33 ...: 67 are 8 and more, of 68; with min_score = 29 four are: 30, 29.67, 29.33, 29
    assert words(whole, {})["lexicon"] == {"words": 69, "new": len(WORDS) + len(HOSTILE), "good": 67, "least": "8"}
    few = {t: rows for t, rows in workspaces.tables().items() if t in ("raw_documents", "ingest_rejects", "files", "lexicon")}
    stricter = Tables(workspaces.write(tmp_path / "w", few, SEGMENTED | {"new_words": {"min_score": 29.0}}))
    counts = words(stricter, {})["lexicon"]
    assert (counts["good"], counts["least"]) == (4, "29")
