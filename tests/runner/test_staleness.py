"""Which setting, file or table made a step stale, each named."""

from pathlib import Path
from typing import Any

from tests import tiny
from wajue import dag
from wajue.config import Config, Corpus, Ngrams
from wajue.reading.corpora import CorpusFile
from wajue.runner import staleness
from wajue.runner.manifests import section_as_json
from wajue.store.workspace import Workspace

STEPS = {s.name: s for s in dag.STEPS}
CORPUS = Corpus(name="a", role="domain", paths=("*.txt",))
FILE = CorpusFile("a", "a.txt", "/a.txt", 5, 1, "utf-8")


def made(folder: Path, step: str, config: Config, monkeypatch: Any, **inputs: Any) -> Workspace:
    """A workspace in which the step was done with this config and these inputs."""
    shown = {s: section_as_json(getattr(config, s)) for s in STEPS[step].sections}
    workspace = tiny.workspace(folder / "w", dict.fromkeys(STEPS[step].writes, shown), **{t: [] for t in STEPS[step].writes})
    manifest = Workspace.manifest

    def with_inputs(self: Workspace, table: str) -> dict[str, Any] | None:
        read = manifest(self, table)
        return read | {"inputs": inputs} if read and table in STEPS[step].writes else {"run_id": f"run of {table}"}

    monkeypatch.setattr(Workspace, "manifest", with_inputs)
    return workspace


def test_a_setting_is_named_with_both_values(tmp_path: Path, monkeypatch: Any) -> None:
    step = STEPS["ngrams"]
    reads = {t: f"run of {t}" for t in step.reads}
    workspace = made(tmp_path, "ngrams", Config(corpus=(CORPUS,)), monkeypatch, **reads)
    now = Config(corpus=(CORPUS,), ngrams=Ngrams(min_count=7))
    assert staleness.why(now, workspace, step, None, ()) == "[ngrams] min_count: 3 -> 7"
    same = Config(corpus=(CORPUS,))
    assert staleness.why(same, workspace, step, None, ()) == "a word list or a workspace that the config names was changed"
    assert staleness.why(same, workspace, step, None, {"documents"}) == "it reads documents, which is stale"


def test_a_table_that_was_written_anew_is_named(tmp_path: Path, monkeypatch: Any) -> None:
    step = STEPS["ngrams"]
    workspace = made(tmp_path, "ngrams", Config(corpus=(CORPUS,)), monkeypatch, **dict.fromkeys(step.reads, "an earlier run"))
    assert "documents was written anew" in staleness.why(Config(corpus=(CORPUS,)), workspace, step, None, ())


def test_files_and_corpora_are_named(tmp_path: Path, monkeypatch: Any) -> None:
    files = [["a", "a.txt", 4, 1, "utf-8"], ["a", "b.txt", 4, 1, "utf-8"]]
    workspace = made(tmp_path, "ingest", Config(corpus=(CORPUS,)), monkeypatch, files=files)
    said = staleness.why(Config(corpus=(CORPUS,)), workspace, STEPS["ingest"], [FILE], ())
    assert "a.txt" in said and "b.txt" in said
    changed = Config(corpus=(CORPUS.model_copy(update={"text": ("title", "body")}),))
    assert "[[corpus]] a text: [text] -> [title, body]" in staleness.why(changed, workspace, STEPS["ingest"], None, ())
