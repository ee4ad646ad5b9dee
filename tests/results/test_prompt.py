"""The prompt, on a terminal and on a pipe: what it answers, and that it goes on after errors."""

import io
from pathlib import Path
from typing import Any

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from wajue.results import prompt
from wajue.store.workspace import Workspace


def asked(connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, text: str, *, terminal: bool) -> str:
    """What the prompt answers on stdout and stderr to this input."""
    out, said = Console(file=io.StringIO(), width=200), Console(file=io.StringIO(), width=200)
    monkeypatch.setattr(prompt.console, "terminal", said)
    stdin = io.StringIO(text)
    monkeypatch.setattr(stdin, "isatty", lambda: terminal)
    monkeypatch.setattr("sys.stdin", stdin)
    with create_pipe_input() as keys, create_app_session(input=keys, output=DummyOutput()):
        keys.send_text(text.replace("\n", "\r"))
        prompt.prompt(connection, workspace, out)
    return out.file.getvalue() + said.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("terminal", [True, False])
def test_the_prompt_answers_and_goes_on_after_errors(
    connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: bool
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    text = (
        "SELEC 1;\nSELECT count(*)\nAS n\nFROM lexicon;\nFROM range(1500);\nSELECT 40 + 1; SELECT 40 + 2;\nCOPY lexicon TO 'x';\n"
    )
    text += ".nothing\n.schema lexicon\n.schema nothing\n.tables\n.help\n.quit\nSELECT 99999;\n"
    shown = asked(connection, workspace, monkeypatch, text, terminal=terminal)
    for found in (
        'near "SELEC"',
        "│ n │",
        "│ 3 │",
        "the first 1000 rows",
        "│ 41 ",
        "│ 42 ",
        "COPY is refused",
        "no command .nothing",
    ):
        assert found in shown, found
    assert "is_new             BOOLEAN      absent from the known words" in shown and "no table 'nothing'" in shown
    assert "terms: a domain term (not written yet)" in shown and "Ctrl-D" in shown
    assert "99999" not in shown and "│ 1001 " not in shown
    if terminal:
        assert "SELECT count(*)" in (tmp_path / "wajue" / "history").read_text(encoding="utf-8")


def test_ctrl_c_drops_the_line_and_ctrl_d_leaves(
    connection: Any, workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))  # no folder can be made in it
    shown = asked(connection, workspace, monkeypatch, "SELECT 1,\x03SELECT 41 + 1;\n\x04", terminal=True)
    assert "stopped" in shown and "│ 42 " in shown and "no history is kept" in shown


@pytest.mark.parametrize(
    ("typed", "offered"), [("FROM lexi", "lexicon"), ("SELECT count(is_n", "is_new"), ("sel", "SELECT"), (".ta", ".tables")]
)
def test_tab_completes_tables_columns_and_commands(typed: str, offered: str) -> None:
    found = prompt.completer().get_completions(Document(typed), CompleteEvent())
    assert offered in [c.text for c in found]
