"""The trainers as `wajue run` calls them: from tables to tables, killed and gone on with, and from another workspace."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from gensim.models import KeyedVectors

from wajue.config import Config
from wajue.dag import STEPS
from wajue.errors import WajueError
from wajue.runner import run, trainers
from wajue.runner.spark_step import Order
from wajue.schemas import FORMAT_VERSION
from wajue.store import checkpoints, parquet
from wajue.store.workspace import Workspace

Load = Callable[..., Config]


def filled(folder: Path, words: int = 20, documents: int = 200) -> Workspace:
    """A workspace with a vocabulary and sequences of two topics."""
    workspace = Workspace(str(folder))
    rng = np.random.default_rng(0)
    topic = np.arange(documents)[:, None] % 2
    ids = (rng.integers(0, words // 2, (documents, 30)) + words // 2 * topic).astype(np.int32)
    count = np.bincount(ids.ravel(), minlength=words)
    vocabulary = {"word_id": pa.array(np.arange(words, dtype=np.int32)), "word": [f"w{i}" for i in range(words)], "count": count}
    lists = pa.array([*ids.tolist(), []], pa.list_(pa.int32()))
    sequences = {"doc_id": [f"d{i}" for i in range(documents + 1)], "corpus": ["c"] * (documents + 1), "ids": lists}
    for name, columns in (("vocabulary", vocabulary), ("sequences", sequences)):
        parquet.write(pa.table(columns), workspace, name)
        workspace.finish({name: {"format_version": FORMAT_VERSION, "run_id": f"{name} {words}"}})
    return workspace


def order(name: str, config: Config, workspace: Workspace) -> Order:
    step = next(s for s in STEPS if s.name == name)
    return Order(step, config, workspace, None, frozenset(), "fingerprint", (), False, {})


def train(name: str, config: Config, workspace: Workspace) -> None:
    run._train(order(name, config, workspace), "auto")


def vectors(workspace: Workspace, table: str) -> np.ndarray:
    return parquet.matrix(parquet.read(workspace, table))


@pytest.mark.parametrize("name", ["sgns", "jose"])
def test_a_killed_run_goes_on_and_ends_in_the_same_vectors(
    name: str, load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = load(f"[{name}]\ndim = 8\nepochs = 4\ndeterministic = true\ncheckpoint_seconds = 1e-9\n")
    whole, killed = filled(tmp_path / "whole"), filled(tmp_path / "killed")
    train(name, config, whole)
    saves = 0
    save = checkpoints.save

    def save_and_die(*state: object) -> None:
        nonlocal saves
        save(*state)  # type: ignore[arg-type]
        saves += 1
        if saves == 9:
            raise KeyboardInterrupt

    monkeypatch.setattr(checkpoints, "save", save_and_die)
    with pytest.raises(KeyboardInterrupt):
        train(name, config, killed)
    assert not killed.whole(f"{name}_words") and (tmp_path / "killed/_checkpoint" / name / "progress.json").exists()
    progress = json.loads((tmp_path / "killed/_checkpoint" / name / "progress.json").read_text())["progress"]
    assert 0 < progress["epoch"] < 4
    monkeypatch.setattr(checkpoints, "save", save)
    train(name, config, killed)
    for table in next(s.writes for s in STEPS if s.name == name):
        assert np.array_equal(vectors(whole, table), vectors(killed, table))
    assert not (tmp_path / "killed/_checkpoint").exists()


def test_the_manifest_tells_speed_and_losses(load: Load, tmp_path: Path) -> None:
    workspace = filled(tmp_path)
    train("sgns", load("[sgns]\ndim = 8\n"), workspace)
    manifest = workspace.manifest("sgns_words") or {}
    assert manifest["words_per_second"] > 0 and manifest["train_seconds"] > 0 and manifest["rows_in"] == 201
    assert manifest["losses"][-1] < manifest["losses"][0]


def test_documents_keep_their_ids_and_their_topic(load: Load, tmp_path: Path) -> None:
    workspace = filled(tmp_path)
    train("jose", load("[jose]\ndim = 8\nepochs = 30\nsubsample_threshold = 0\n"), workspace)
    rows = parquet.read(workspace, "jose_documents")
    assert rows.column("doc_id").to_pylist() == [f"d{i}" for i in range(201)]
    found = parquet.matrix(rows)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    near = found[:200] @ found[:200].T
    assert near[::2, ::2].mean() > near[::2, 1::2].mean() + 0.5


def test_gensim_loads_the_vectors(load: Load, tmp_path: Path) -> None:
    workspace = filled(tmp_path)
    train("sgns", load("[sgns]\ndim = 8\nepochs = 20\nsubsample_threshold = 0\n"), workspace)
    rows = parquet.read(workspace, "sgns_words")
    keyed = KeyedVectors(8)
    keyed.add_vectors(rows.column("word").to_pylist(), parquet.matrix(rows))
    assert {int(w[1:]) < 10 for w, _ in keyed.most_similar("w3", topn=5)} == {True}
    assert not hasattr(keyed, "train")


def test_training_goes_on_from_another_workspace_with_more_words(load: Load, tmp_path: Path) -> None:
    old, grown = filled(tmp_path / "old"), filled(tmp_path / "grown", words=24)
    train("sgns", load("[sgns]\ndim = 8\n"), old)
    config = load('[sgns]\ndim = 8\nepochs = 1\nlearning_rate = 1e-9\ninitial = "old"\n')
    train("sgns", config, grown)
    before, after = vectors(old, "sgns_words"), vectors(grown, "sgns_words")
    assert after.shape == (24, 8) and np.allclose(after[:20], before, atol=1e-6) and after[20:].any()
    with pytest.raises(WajueError, match=r"\[sgns\] dim = 9, but the vectors of .*old have 8"):
        train("sgns", load('[sgns]\ndim = 9\ninitial = "old"\n'), grown)
    (tmp_path / "old" / "sgns_words" / trainers.CONTEXTS).unlink()
    with pytest.raises(WajueError, match=f"is damaged: {trainers.CONTEXTS} is gone"):
        train("sgns", config, grown)
    manifest = tmp_path / "old" / "sgns_words" / "_step.json"
    manifest.write_text(json.dumps({k: v for k, v in json.loads(manifest.read_text()).items() if k != "files"}))
    with pytest.raises(WajueError, match="cannot be trained further"):
        train("sgns", config, grown)
