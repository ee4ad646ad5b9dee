"""`wajue report`: the page's title, and the browser that is asked to show it. Exports have tests in tests/test_cli.py."""

import webbrowser
from pathlib import Path

import pytest

from tests import workspaces
from tests.command import told, wajue


def test_the_title_of_a_report_is_text_and_the_browser_is_asked_to_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspaces.write(tmp_path / "w", workspaces.tables())
    asked: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: asked.append(address) or bool(len(asked) < 2))
    result = wajue("report", "w", "--title", "<b>继电保护</b>", "--open", folder=tmp_path)
    page = tmp_path / "w" / "report.html"
    assert result.returncode == 0 and asked == [page.as_uri()]
    html = page.read_text(encoding="utf-8")
    assert "<title>&lt;b&gt;继电保护&lt;/b&gt;" in html and "<b>继电保护</b>" not in html
    opened = wajue("report", "w", "--open", folder=tmp_path)
    assert opened.returncode == 1 and "no browser could be opened; the page is" in opened.stderr
    assert told(wajue("report", "x", folder=tmp_path))
