"""Which steps are done, apart from what test_run.py sees of it in a whole run."""

from pathlib import Path

import pytest

from tests import tiny
from wajue.config import Config, Corpus
from wajue.errors import WajueError
from wajue.runner import freshness


def of(*paths: str) -> Config:
    return Config(corpus=(Corpus(name="a", role="domain", paths=paths),))


def test_a_workspace_is_that_of_a_config_which_shares_a_path(tmp_path: Path) -> None:
    shown = {"corpus": [c.model_dump(mode="json") for c in of("day1/*.txt").corpus]}
    workspace = tiny.workspace(tmp_path / "w", {"raw_documents": shown}, raw_documents=[])
    freshness.must_be_same_project(of("day1/*.txt", "day2/*.txt"), workspace)
    with pytest.raises(WajueError, match=r"written by another config, for other corpora \(a\)"):
        freshness.must_be_same_project(of("day2/*.txt"), workspace)


def test_to_name_a_field_makes_but_the_comparison_of_fields_anew(tmp_path: Path) -> None:
    def named(*fields: str) -> dict[str, str]:
        corpora = [Corpus(name=f"c{i}", role="domain", field=f, paths=("x",)) for i, f in enumerate(fields)]
        config = Config(corpus=(*corpora, Corpus(name="q", role="general", paths=("x",))))
        return freshness.fingerprints(config, tiny.workspace(tmp_path / "w", raw_documents=[]), [])

    before, after = named("law", "medicine"), named("law", "surgery")
    assert [step for step in before if before[step] != after[step]] == ["field_terms"]
