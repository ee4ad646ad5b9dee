from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wajue import dag
from wajue.config import Config
from wajue.errors import ConfigError
from wajue.runner.elsewhere import difference, must_be_others
from wajue.store.workspace import Workspace, versions

Load = Callable[..., Config]
AGAINST = next(s.other for s in dag.STEPS if s.name == "dedup")


def manifest(config: Config, **more: Any) -> dict[str, Any]:
    sections = {s: getattr(config, s).model_dump(mode="json") for s in ("dedup", "segment")}
    return {"config": sections, "versions": versions(), **more}


def test_signatures_of_the_same_settings_and_versions_are_read(load: Load) -> None:
    assert AGAINST is not None
    assert difference(manifest(load()), AGAINST, load()) == ""
    assert difference(manifest(load("[dedup]\nmax_bucket = 5\n")), AGAINST, load()) == "", "no signature depends on it"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("[dedup]\nthreshold = 0.7", "was made with [dedup] threshold = 0.7, here it is 0.8"),
        ("[dedup]\nshingle_size = 3", "shingle_size = 3"),
        ("[dedup]\nbands = 3\nrows_per_band = 3", "bands = 3"),
        ("[dedup]\nnear = false", "near = False"),
        ("[dedup]\npassage_length = 40", "[dedup] passage_length = 40 changed its documents"),
        ('[segment]\nmethod = "whitespace"', "[segment] method = whitespace"),
    ],
)
def test_others_are_not_and_why(load: Load, settings: str, said: str) -> None:
    assert AGAINST is not None
    assert said in difference(manifest(load(settings)), AGAINST, load())


def test_none_and_those_of_other_versions_are_not(load: Load) -> None:
    assert AGAINST is not None
    assert difference(None, AGAINST, load()) == "it has no table signatures"
    assert "other versions" in difference(manifest(load(), versions={"wajue": "0"}), AGAINST, load())


def test_a_workspace_is_not_earlier_than_itself(load: Load, tmp_path: Path) -> None:
    config = load('[dedup]\nagainst = ["other", "out"]\n')
    (tmp_path / "link").symlink_to("out")
    for own in ("out", "link"):
        with pytest.raises(ConfigError, match=r"\[dedup\] against names .*, the workspace of this run"):
            must_be_others(config, Workspace(str(tmp_path / own)))
    must_be_others(config, Workspace(str(tmp_path / "third")))
    remote = load('[dedup]\nagainst = ["hdfs://one/data/out"]\n')
    must_be_others(remote, Workspace("hdfs://two/data/out"))
    with pytest.raises(ConfigError, match="no earlier one"):
        must_be_others(remote, Workspace("hdfs://one/data/out/"))
