"""What the demo shows, of a small workspace."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from tests import workspaces
from wajue.results import demo


def test_the_best_words_terms_and_neighbours_are_shown(tmp_path: Path) -> None:
    assert (demo.sample_folder() / "demo.toml").is_file()
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    output = Console(file=io.StringIO(), width=10_000)
    demo.show(workspace, output)
    shown = output.file.getvalue()  # type: ignore[attr-defined]
    assert "The ten best new words" in shown and "The ten best domain terms" in shown
    assert [line.split(":")[0] for line in shown.splitlines() if line.startswith("主")] == ["主变", "主联", "主枕"]
    assert f"wajue report {workspace.location}" in shown and ", terms, " in shown


def test_in_chinese(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    output = Console(file=io.StringIO(), width=10_000)
    demo.show(workspace, output, demo.Language.chinese)
    shown = output.file.getvalue()  # type: ignore[attr-defined]
    assert "得分最高的十个新词" in shown and "名次" in shown and "领域次数" in shown and "domain_count" not in shown
    assert f"打开报告：wajue report {workspace.location}" in shown and "结果都在" in shown


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"LANG": "zh_CN.UTF-8"}, demo.Language.chinese),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, demo.Language.english),
        ({"LANG": "", "LC_MESSAGES": "zh_TW"}, demo.Language.chinese),
        ({}, demo.Language.english),
    ],
)
def test_the_language_of_the_terminal(variables: dict[str, str], told: demo.Language, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert demo.language() == told
