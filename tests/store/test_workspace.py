"""One folder a table, the manifest written last: what counts as finished, damaged or foreign."""

from pathlib import Path

import pytest

from tests import tiny
from wajue.errors import WajueError
from wajue.store.workspace import Workspace

WORDS = [{"word": "断路器", "count": 3}]


def test_a_table_is_whole_once_its_manifest_is_there(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=WORDS)
    assert workspace.whole("lexicon") and not workspace.whole("tokens")
    assert (
        workspace.manifests(("lexicon",)) == [workspace.manifest("lexicon")] and workspace.manifests(("lexicon", "tokens")) is None
    )
    (tmp_path / "w" / "lexicon" / "_step.json").unlink()
    assert not workspace.whole("lexicon")


def test_what_became_of_a_tables_files_is_said(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=WORDS)
    [path] = workspace.parquet_files("lexicon")
    assert workspace.fault("lexicon") is None and workspace.bytes("lexicon") == Path(path).stat().st_size
    Path(path).write_bytes(Path(path).read_bytes() + b"x")
    size = Path(path).stat().st_size
    assert workspace.fault("lexicon") == f"part-00000.zstd.parquet has {size:,} bytes, {size - 1:,} were written"
    Path(path).rename(path.replace("00000", "00001"))
    assert workspace.fault("lexicon") == "part-00000.zstd.parquet is gone"
    with pytest.raises(WajueError, match=r"table lexicon of .* is damaged"):
        workspace.must_have("lexicon")


def test_a_missing_table_names_the_step_that_writes_it(tmp_path: Path) -> None:
    with pytest.raises(WajueError, match="there is no workspace"):
        Workspace(str(tmp_path / "none")).must_have("lexicon")
    workspace = tiny.workspace(tmp_path / "w", lexicon=WORDS)
    with pytest.raises(WajueError, match="no table 'terms' yet; wajue run CONFIG --until terms writes it"):
        workspace.must_have("terms")


def test_a_folder_that_wajue_did_not_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokens").mkdir()
    (tmp_path / "tokens" / "thesis.docx").touch()
    with pytest.raises(WajueError, match=r"holds 'thesis\.docx', which wajue did not write"):
        Workspace(str(tmp_path)).prepare()


def test_what_a_killed_run_left_goes_before_the_next(tmp_path: Path) -> None:
    for left in ("_unfinished/lexicon", "_spilled/large"):
        (tmp_path / left).mkdir(parents=True)
    Workspace(str(tmp_path)).prepare()
    assert [p.name for p in tmp_path.iterdir()] == ["_unfinished"] and not any((tmp_path / "_unfinished").iterdir())


def test_rows_that_stay_are_carried_over(tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", lexicon=WORDS)
    unfinished = tmp_path / "w" / "_unfinished" / "lexicon"
    unfinished.mkdir(parents=True)
    (unfinished / "part-new.parquet").write_bytes(b"x")
    assert workspace.carry_over("lexicon") == ["part-new.parquet"]
    assert sorted(p.name for p in unfinished.iterdir()) == ["part-00000.zstd.parquet", "part-new.parquet"]
    workspace.discard("lexicon")
    assert not (tmp_path / "w" / "lexicon").exists()
