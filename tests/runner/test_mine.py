"""Mining from Python: which workspace it writes, and what it says of a config that is not there. Whole runs: test_run.py."""

from pathlib import Path
from typing import Any

import pytest

from wajue import mine
from wajue.errors import ConfigError
from wajue.runner import run
from wajue.store.workspace import Workspace


def test_the_workspace_is_that_of_the_config_or_the_one_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, load: Any) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(run, "run", lambda config, workspace, **options: asked.append((config, workspace, options)))
    config = load('workspace = "out"\n')
    assert mine(config, last="clean").location == str(tmp_path / "out")
    assert mine(tmp_path / "config.toml", Workspace("elsewhere")).location == "elsewhere"
    assert asked[0][0] is config and asked[0][2]["last"] == "clean" and asked[1][0] == config
    with pytest.raises(ConfigError, match="there is no config file"):
        mine(tmp_path / "none.toml")
