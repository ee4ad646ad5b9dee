from pathlib import Path

import numpy as np
import pytest

from wajue.store import checkpoints
from wajue.store.checkpoints import State
from wajue.store.workspace import Workspace

PROGRESS = {"epoch": 1, "block": 2, "chunk": 3, "tokens": 4}


def matrices(value: float) -> dict[str, np.ndarray]:
    return {"words": np.full((3, 16), value, np.float32), "documents": np.full((0, 16), value, np.float32)}


@pytest.mark.parametrize("uri", [False, True])
def test_what_is_saved_is_loaded_and_the_latest_counts(tmp_path: Path, uri: bool) -> None:
    workspace = Workspace(tmp_path.as_uri() if uri else str(tmp_path))
    assert checkpoints.load(workspace, "sgns", "k") is None
    for value in (1.0, 2.0):
        checkpoints.save(workspace, "sgns", "k", State(PROGRESS, matrices(value)))
    progress, saved = checkpoints.load(workspace, "sgns", "k") or ({}, {})
    assert progress == PROGRESS and saved["words"].shape == (3, 16) and (saved["words"] == 2).all()
    assert saved["documents"].shape == (0, 16)
    assert checkpoints.load(workspace, "sgns", "other text or settings") is None
    assert checkpoints.load(workspace, "jose", "k") is None
    checkpoints.discard(workspace, "sgns")
    assert not list(tmp_path.iterdir())


def test_a_run_killed_while_saving_keeps_the_state_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = Workspace(str(tmp_path))
    checkpoints.save(workspace, "sgns", "k", State(PROGRESS, matrices(1.0)))
    written = checkpoints._write
    monkeypatch.setattr(checkpoints, "_write", lambda *a: (written(*a), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        checkpoints.save(workspace, "sgns", "k", State(PROGRESS, matrices(2.0)))
    assert (checkpoints.load(workspace, "sgns", "k") or ({}, {}))[1]["words"][0, 0] == 1


def test_a_run_killed_between_removing_and_moving_keeps_the_new_state(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    checkpoints.save(workspace, "sgns", "k", State(PROGRESS, matrices(1.0)))
    (tmp_path / "_checkpoint" / "sgns").rename(tmp_path / "_checkpoint" / "sgns.new")
    assert checkpoints.load(workspace, "sgns", "k") is not None


def test_rows_of_a_view_are_written_without_their_padding(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    matrix = np.arange(32, dtype=np.float32).reshape(2, 16)
    checkpoints.write_matrix(workspace, "m.float32", matrix[:, :5])
    assert np.array_equal(checkpoints.read_matrix(workspace, "m.float32", 2), matrix[:, :5])
    assert checkpoints.read_matrix(workspace, "missing.float32", 2) is None
