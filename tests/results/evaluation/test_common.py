"""Shares, names of files, and gold text in the workspace's own script."""

from pathlib import Path

from tests import tiny
from wajue.results.evaluation.common import as_mined, by_name, share, share_row


def test_a_share_of_nothing_is_not_defined() -> None:
    assert (share(1, 4), share(0, 0)) == (0.25, None)
    assert share_row("recall", 1, 4) == {"figure": "recall", "value": 0.25, "found": 1, "of": 4}


def test_two_files_of_one_name_are_told_apart_by_their_folders() -> None:
    assert list(by_name(["x/a.txt", "y/a.txt", "y/b.txt"])) == ["x/a.txt", "y/a.txt", "b.txt"]
    assert list(by_name(["x/a.txt", "x/a.txt"])) == ["a.txt"]


def test_gold_text_is_brought_to_the_width_and_script_of_the_run(tmp_path: Path) -> None:
    as_it_is = {"clean_documents": {"clean": {"script": "keep"}}}
    assert as_mined(tiny.workspace(tmp_path / "a", lexicon=[]), ["斷路器ＡＢ"]) == ["断路器AB"]
    assert as_mined(tiny.workspace(tmp_path / "b", as_it_is, clean_documents=[]), ["斷路器ＡＢ"]) == ["斷路器AB"]
