"""`wajue evaluate` as a whole: what is asked of it, what is missing, what it prints."""

import json
from pathlib import Path

import pytest

from tests.command import told, wajue
from tests.results.evaluation.helpers import PLANE, scores, written
from tests.tiny import workspace
from wajue.errors import ConfigError, WajueError
from wajue.results.evaluate import TESTS, by_test, evaluate
from wajue.results.evaluation.common import Options
from wajue.store.workspace import Workspace


@pytest.mark.parametrize(
    ("test", "step"),
    [
        ("similarity", "sgns"),
        ("analogy", "sgns"),
        ("clusters", "sgns"),
        ("segmentation", "new_words"),
        ("lexicon", "new_words"),
        ("terms", "terms"),
    ],
)
def test_a_missing_table_is_named_with_its_step(tmp_path: Path, test: str, step: str) -> None:
    place = workspace(tmp_path / "w", documents=[{"doc_id": "d", "tags": ["x"]}])
    text = {"similarity": "a b 1", "analogy": "a b c d", "clusters": "d\tx"}.get(test, "开关")
    with pytest.raises(WajueError, match=rf"wajue run CONFIG --until {step} "):
        scores(place, test, written(tmp_path / "gold.txt", text))


def test_nothing_asked_and_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--similarity, --analogy, --clusters, --segmentation, --lexicon, --terms"):
        evaluate(Workspace(str(tmp_path)), {test: [] for test in TESTS}, Options())
    with pytest.raises(WajueError, match="not a workspace"):
        evaluate(Workspace(str(tmp_path)), {"terms": ["x"]}, Options())


def test_each_test_is_a_table_of_its_own(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w", sgns_words=PLANE)
    files = {
        "similarity": [str(written(tmp_path / "p", "man king 1\n"))],
        "analogy": [str(written(tmp_path / "q", "man king woman queen\n"))],
    }
    first, second = by_test(evaluate(place, files, Options()))
    assert first.column("test").to_pylist() == ["similarity"] * 2 and "spread" not in first.schema.names
    assert second.schema.names == ["test", "gold", "vectors", "part", "figure", "value", "found", "of"]


def test_the_command(tmp_path: Path) -> None:
    workspace(tmp_path / "w", sgns_words=PLANE)
    written(tmp_path / "a.txt", "man king 9\nman woman 5\n")
    result = wajue("evaluate", "w", "--similarity", "a.txt", "a.txt", "--format", "json", folder=tmp_path)
    assert result.returncode == 0 and [r["part"] for r in json.loads(result.stdout)] == ["pairs with vectors", "all pairs"]
    shown = wajue("evaluate", "w", "--similarity", "a.txt", folder=tmp_path)
    assert "Spearman" in shown.stdout and "similarity: a.txt" in shown.stderr
    result = wajue("evaluate", "w", folder=tmp_path)
    assert result.returncode == 2 and "--terms" in told(result)
    written(tmp_path / "b.txt", "man king\n")
    result = wajue("evaluate", "w", "--similarity", "a.txt", "b.txt", folder=tmp_path)
    assert result.returncode == 1 and result.stdout == "" and "b.txt, line 1: two words and a score" in result.stderr
