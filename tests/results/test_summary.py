from pathlib import Path

from tests import workspaces
from wajue.results import summary


def test_a_run_ends_with_its_best(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    new, terms, grids, other, near, dropped, took, following = summary.lines(workspace, 75)
    assert new.startswith("new words of the domain: 主变、") and new.count("、") == 9 and new.endswith("(68)")
    assert grids.startswith("terms of grids: ") and grids.count("、") == 9 and grids.endswith("... (18)")
    assert other.startswith("terms of </script>")
    assert terms.startswith("terms: 主变、") and near.startswith("near 主变: ")
    assert dropped == "68 documents kept, 6 dropped: 5 clean too_short, 1 dedup near_duplicate"
    assert took == "took 1 min 15 s" and following == f"next: wajue report {tmp_path}/w, or wajue show {tmp_path}/w 主变"


def test_a_run_that_ended_early_says_what_is_left(tmp_path: Path) -> None:
    raw = {"doc_id": "d", "text": "断路器"}
    workspace = workspaces.write(tmp_path / "w", {"raw_documents": workspaces.rows_of("raw_documents", [raw])})
    dropped, _, following = summary.lines(workspace, 1)
    assert dropped == "1 documents kept, 0 dropped" and following.startswith("next: go on without --until: ingest")


def test_a_list_without_entries_says_so(tmp_path: Path) -> None:
    rows = workspaces.rows_of("lexicon", [{"word": "手机", "is_new": False}])
    assert next(summary.lines(workspaces.write(tmp_path / "w", {"lexicon": rows}), 1)) == "new words of the domain: none"
