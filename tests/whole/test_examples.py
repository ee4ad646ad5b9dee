"""The worked examples of docs/dev/examples.md, each applied to a copy of the package, where its test then passes.

A block with a title is a file: `python` or `toml` blocks are whole new files, `diff` blocks change one that is there. What a
diff keeps and takes away must stand in the file exactly once, so a change of the code that the page does not follow is noticed.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "dev" / "examples.md").read_text(encoding="utf-8")
CACHES = shutil.ignore_patterns("*.pyc")  # compiled kernels go along: they are found by name, size and time of their sources


class Block(NamedTuple):
    """A block of code: its language, the file that it makes or changes, and its lines."""

    language: str
    path: str
    text: str


def example(text: str) -> list[Block]:
    """The blocks of one example that have a title."""
    return [Block(*b) for b in re.findall(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', text, re.MULTILINE | re.DOTALL)]


EXAMPLES = {heading: example(text) for heading, text in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)}


def changed(text: str, diff: str) -> str:
    """The text with each hunk of a diff applied."""
    for hunk in re.split(r"^@@.*\n", diff, flags=re.MULTILINE):
        lines = hunk.splitlines()
        if not lines:
            continue
        before = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("+"))
        after = "".join(f"{line[1:]}\n" for line in lines if not line.startswith("-"))
        assert text.count(before) == 1, f"stands {text.count(before)} times:\n{before}"
        text = text.replace(before, after)
    return text


def test_a_hunk_that_does_not_fit_is_noticed() -> None:
    assert changed("a\nb\nc\n", " a\n-b\n+x\n c\n") == "a\nx\nc\n"
    assert changed("a\nb\nc\n", "@@\n-a\n+y\n@@\n c\n+d\n") == "y\nb\nc\nd\n"
    with pytest.raises(AssertionError, match="stands 0 times"):
        changed("a\nb\n", "-c\n+d\n")
    with pytest.raises(AssertionError, match="stands 2 times"):
        changed("a\na\n", " a\n+d\n")


def test_every_example_has_a_test() -> None:
    assert list(EXAMPLES) == ["A rule of cleaning", "A file format", "A term score", "A stage", "An export"]
    for heading, blocks in EXAMPLES.items():
        assert [b for b in blocks if b.path.startswith("tests/")], heading
        assert [b for b in blocks if b.path.startswith("pipeline/")], heading


def test_the_worked_examples_fit(tmp_path: Path) -> None:
    applied(tmp_path)


@pytest.mark.cluster  # compiles and starts Spark in a process of its own
@pytest.mark.spark
def test_the_worked_examples_work(tmp_path: Path) -> None:
    """All of them in one copy of the package, which their tests import, in one process: Spark and Numba start once."""
    tests = [b.path for b in applied(tmp_path) if b.path.startswith("tests/") and b.language == "python"]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (tmp_path / ".types", tmp_path)))}
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-5000:]


def applied(tmp_path: Path) -> list[Block]:
    """Apply all examples to a copy of the tree, in which ruff finds no fault; returns their blocks."""
    for folder in ("pipeline", "tests", "data"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=CACHES)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    (tmp_path / ".types").mkdir()
    (tmp_path / ".types" / "wajue").symlink_to("../pipeline")
    blocks = [block for blocks in EXAMPLES.values() for block in blocks]
    for block in blocks:
        apply(block, tmp_path)
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", *{b.path for b in blocks}]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout[-5000:] + checked.stderr[-5000:]
    return blocks


def apply(block: Block, root: Path) -> None:
    """Make or change the file of a block."""
    path = root / block.path
    if block.language == "diff":
        path.write_text(changed(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
    else:
        assert not path.exists(), f"{block.path} is there already: show a diff"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
