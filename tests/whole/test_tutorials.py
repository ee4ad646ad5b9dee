"""The tutorials of docs/tutorials, each run from its first line to its last.

A block of `sh` runs in a shell, one of `python` in the page's own Jupyter kernel; a block with a title is a file. A block of `text`
without one shows lines that the block before it must have printed, in this order. All pages work in one folder, as one person does who
reads them one after the other: what one has mined, the next finds done.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

FOLDER = Path(__file__).parents[2] / "docs" / "tutorials"
PAGES = ("researcher", "data-team", "search-engineer")  # the last one changes the config that the first one runs
_BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_TIME = re.compile(r"^\d\d:\d\d:\d\d ")


class Block(NamedTuple):
    """A block of code: its language, the file that it makes, and its text."""

    language: str
    path: str
    text: str


def blocks(page: str, folder: Path = FOLDER) -> list[Block]:
    """The blocks of a page, in order."""
    return [Block(*b) for b in _BLOCK.findall((folder / f"{page}.md").read_text(encoding="utf-8"))]


def lines(text: str) -> list[str]:
    """Lines without the time of the log, and with single spaces."""
    return [line for line in (" ".join(_TIME.sub("", raw).split()) for raw in text.splitlines()) if line]


def shows(printed: str, promised: str) -> bool:
    """Do all promised lines stand in the lines that were printed, in this order, each whole or as a part of one?"""
    rest = iter(lines(printed))
    return all(any(promise in line for line in rest) for promise in lines(promised))


def test_a_promise_that_is_not_kept_is_noticed() -> None:
    assert shows("12:00:00 a  b\nc\nd\n", "a b\nd\n") and not shows("c\na\n", "a\nc\n") and not shows("", "a\n")


def test_every_tutorial_has_its_place() -> None:
    assert sorted(PAGES) == sorted(p.stem for p in FOLDER.glob("*.md") if not p.stem.endswith(".zh"))
    for page in PAGES:
        kinds = [b.language for b in blocks(page)]
        assert {"sh", "python", "text"} <= set(kinds) <= {"sh", "python", "text", "toml", "csv", "json"}, page
        promises = [i for i, b in enumerate(blocks(page)) if b.language == "text" and not b.path]
        assert all(kinds[i - 1] in ("sh", "python") for i in promises), page


@pytest.mark.parametrize("page", PAGES)
def test_a_chinese_tutorial_has_the_same_code(page: str) -> None:
    assert blocks(f"{page}.zh") == blocks(page)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the reader works: with `wajue` and `python` on the path."""
    made = tmp_path_factory.mktemp("tutorials")
    for name, module in (("python", ""), ("wajue", "-m wajue")):
        script = made / "bin" / name
        script.parent.mkdir(exist_ok=True)
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {module} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    return made


@pytest.fixture
def kernel(folder: Path) -> Iterator[Any]:
    """A notebook's kernel, in the reader's folder."""
    manager = pytest.importorskip("jupyter_client.manager")
    with manager.run_kernel(cwd=str(folder), env=dict(os.environ), kernel_name="python3") as client:
        yield client


def in_shell(code: str, folder: Path) -> str:
    """What a block of `sh` prints; its first failure ends it."""
    environment = os.environ | {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{code}\n{done.stderr[-3000:]}"
    return done.stderr + done.stdout


def in_notebook(code: str, kernel: Any) -> str:
    """What a cell prints or shows."""
    shown: list[str] = []

    def keep(message: dict[str, Any]) -> None:
        content = message["content"]
        shown.append(content.get("text") or content.get("data", {}).get("text/plain") or "\n".join(content.get("traceback", ())))

    reply = kernel.execute_interactive(code, timeout=600, output_hook=keep)
    assert reply["content"]["status"] == "ok", f"{code}\n{''.join(shown)[-3000:]}"
    return "\n".join(shown)


@pytest.mark.cluster  # whole runs in processes of their own
@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_a_tutorial_does_what_it_says(page: str, folder: Path, kernel: Any) -> None:
    printed = ""
    for language, path, text in blocks(page):
        if path:
            (folder / path).write_text(text, encoding="utf-8")
        elif language == "sh":
            printed = in_shell(text, folder)
        elif language == "python":
            printed = in_notebook(text, kernel)
        elif language == "text":
            assert shows(printed, text), f"promised:\n{text}\nprinted:\n{printed}"
