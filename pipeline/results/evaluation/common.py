"""What every score shares: its options, its rows, gold files by name, gold text as the workspace has it."""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wajue.cleaning.characters import convert_script
from wajue.config import Clean
from wajue.store.workspace import Workspace

Row = dict[str, Any]  # one row of the result, as evaluate.SCHEMA has it, without the column `test`


@dataclass(frozen=True)
class Options:
    """Whose vectors, sgns or jose; how many of the most frequent words may answer an analogy, None for all."""

    vectors: str = "sgns"
    restrict: int | None = None


def share(part: int, whole: int) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def share_row(figure: str, part: int, whole: int) -> Row:
    """A figure that is a share, with the counts that it was computed from."""
    return {"figure": figure, "value": share(part, whole), "found": part, "of": whole}


def by_name(files: list[str]) -> dict[str, Path]:
    """{name to show: path}: the file's own name, or the whole path if two files have the same name."""
    names = Counter(Path(file).name for file in set(files))
    return {path.name if names[path.name] == 1 else str(path): path for path in map(Path, files)}


def as_mined(workspace: Workspace, texts: Iterable[str]) -> list[str]:
    """Gold text in the character width and script of the workspace's own text."""
    script = workspace.settings("clean_documents", "clean").get("script", Clean().script)
    return convert_script([unicodedata.normalize("NFKC", text) for text in texts], script)
