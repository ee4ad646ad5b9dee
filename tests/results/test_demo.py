"""What the demo shows, of a small workspace."""

import io
from pathlib import Path

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
