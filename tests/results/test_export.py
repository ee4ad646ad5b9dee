"""What all exports share: the same file each time, whole or as it was, and errors that say what is missing."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests import tiny
from tests.results.samples import WORDS
from wajue.errors import WajueError
from wajue.results.export import FORMATS, export
from wajue.results.formats.dictionaries import DICTIONARIES, Dictionary
from wajue.store.workspace import Workspace


@pytest.mark.parametrize("form", FORMATS)
def test_the_same_results_make_the_same_file_over_an_older_one(exported: Any, form: str) -> None:
    made = []
    for _ in range(2):
        path = exported(form)
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        made.append([f.read_bytes() for f in files])
        for file in files:
            file.write_text("older")
    assert made[0] == made[1]
    assert not list(path.parent.rglob(".*"))  # nothing unfinished stays


def test_an_export_that_fails_leaves_what_was_there(mined: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("older")

    def errno_full() -> str:
        raise OSError(28, "No space left on device")

    (tmp_path / "empty").mkdir()
    lexicon = tiny.workspace(tmp_path / "w", lexicon=[], sgns_words=[])
    with pytest.raises(WajueError, match="--until terms writes it"):
        export(lexicon, "csv", tmp_path / "a.txt")
    with pytest.raises(WajueError, match="--until jose writes it"):
        export(lexicon, "word2vec", tmp_path / "a.txt", model="jose")
    with pytest.raises(WajueError, match="holds no vector"):
        export(lexicon, "word2vec", tmp_path / "a.txt")
    with pytest.raises(WajueError, match="is a folder"):
        export(mined, "csv", tmp_path / "empty")
    with pytest.raises(WajueError, match="cannot write"):
        export(mined, "csv", tmp_path / "a.txt" / "b.csv")
    with pytest.raises(WajueError, match="cannot write"):
        export(mined, "projector", tmp_path / "a.txt")
    full = Dictionary(re.compile(".*"), lambda counts: (errno_full() for _ in counts))
    monkeypatch.setitem(DICTIONARIES, "ik", full)
    with pytest.raises(WajueError, match=r"cannot write .*a\.txt: No space left"):
        export(mined, "ik", tmp_path / "a.txt")
    assert (tmp_path / "a.txt").read_text() == "older" and sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "empty", "w"]


def test_a_lexicon_alone_makes_a_dictionary(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    rows = [{"word": w, "count": n, "score": s, "is_new": True, "role": "domain"} for w, n, s in WORDS]
    workspace = tiny.workspace(tmp_path / "w", lexicon=rows)
    with caplog.at_level("INFO", logger="wajue"):
        export(workspace, "hanlp", tmp_path / "d.txt")
    assert "no table terms yet" in caplog.text
    assert (tmp_path / "d.txt").read_text(encoding="utf-8").split("\n")[0] == "手机 nz 90"
