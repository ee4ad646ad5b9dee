"""Verdicts are lines on the disk before they count; the table says what stands."""

import errno
import os
from pathlib import Path

import pytest

from tests import tiny
from wajue.errors import ConfigError, WajueError
from wajue.results import query
from wajue.store import lock, parquet, verdicts
from wajue.store.workspace import Workspace
from wajue.verdict_files import HEADER, Verdict

YES = Verdict("断路器", "term", "accept", "", "ann", "2026-11-28T10:00:00.000+00:00")
NO = Verdict("的说", "term", "reject", "", "ann", "2026-11-28T10:00:01.000+00:00")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return tiny.workspace(tmp_path / "w", term_relations=[])


def given(workspace: Workspace) -> list[Verdict]:
    return [s.verdict for s in verdicts.read(workspace)]


def test_a_verdict_is_synced_before_append_returns(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts.append(workspace, [YES])
    synced = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_size) or real(descriptor))
    verdicts.append(workspace, [NO])
    assert synced == [verdicts.path_of(workspace).stat().st_size]
    assert given(workspace) == [YES, NO]


def test_the_table_holds_what_stands(workspace: Workspace) -> None:
    assert query.select(workspace, "FROM verdicts").num_rows == 0  # and no error before the first verdict
    verdicts.append(workspace, [YES, NO, NO._replace(verdict="withdrawn", time="2026-11-28T10:00:02+00:00")])
    verdicts.refresh(workspace)
    row = {
        "word": "断路器",
        "kind": "term",
        "verdict": "accept",
        "variant_of": None,
        "reviewer": "ann",
        "time": YES.time,
        "note": None,
    }
    assert query.select(workspace, "FROM verdicts").to_pylist() == [row]
    assert parquet.read(workspace, "verdicts").to_pylist() == [row]
    verdicts.append(workspace, [NO._replace(time="2026-11-28T10:00:03+00:00")])
    verdicts.refresh(workspace)
    assert query.select(workspace, "SELECT count(*) AS n FROM verdicts").to_pylist() == [{"n": 2}]


def test_a_run_neither_removes_nor_refuses_them(workspace: Workspace) -> None:
    verdicts.append(workspace, [YES])
    verdicts.refresh(workspace)
    workspace.prepare()
    workspace.close()
    assert given(workspace) == [YES] and workspace.whole("verdicts")


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16"])
def test_a_file_that_a_spreadsheet_saved_is_written_anew_before_a_line_follows(workspace: Workspace, encoding: str) -> None:
    verdicts.path_of(workspace).write_bytes("word\tverdict\r\n断路器\taccept\r\n".encode(encoding))
    verdicts.append(workspace, [NO])
    assert given(workspace) == [Verdict("断路器", "", "accept"), NO]
    assert verdicts.path_of(workspace).read_bytes().startswith(b"\xef\xbb\xbf" + HEADER.encode())


def test_a_last_line_without_an_end_gets_one(workspace: Workspace) -> None:
    verdicts.path_of(workspace).write_text(HEADER + "断路器,term,accept,,ann,,")
    verdicts.append(workspace, [NO])
    assert given(workspace) == [YES._replace(time=""), NO]


def test_a_full_disk_leaves_the_file_as_it_was(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts.append(workspace, [YES])
    before = verdicts.path_of(workspace).read_bytes()

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(WajueError, match="No space left on device; the verdict was not taken, give it again"):
            verdicts.append(workspace, [NO])
    assert verdicts.path_of(workspace).read_bytes() == before


def test_a_file_that_is_none_is_not_written_to(workspace: Workspace) -> None:
    verdicts.path_of(workspace).write_text("wrd,verdict\n断路器,accept\n")
    with pytest.raises(ConfigError, match="did you mean 'word'"):
        verdicts.append(workspace, [NO])
    assert verdicts.path_of(workspace).read_text() == "wrd,verdict\n断路器,accept\n"


def test_one_review_at_a_time_and_a_run_beside_it(workspace: Workspace) -> None:
    with lock.reviewing(workspace.location):
        with workspace.locked():
            pass
        with (
            pytest.raises(WajueError, match=r"another review \(process \d+ .*end it with Ctrl-C"),
            lock.reviewing(workspace.location),
        ):
            pass
    with lock.reviewing(workspace.location):
        pass


def test_only_local_workspaces_are_reviewed() -> None:
    with pytest.raises(WajueError, match="is not local"):
        from pyarrow import fs

        from wajue.store import file_systems

        file_systems.register("memory://x/y", fs.SubTreeFileSystem("/", fs.LocalFileSystem()))
        verdicts.path_of(Workspace("memory://x/y"))


def test_what_to_do_for_a_table_that_people_write(workspace: Workspace) -> None:
    with pytest.raises(WajueError, match=r"no table 'verdicts' yet; wajue review DIR writes it$"):
        workspace.must_have("verdicts")
