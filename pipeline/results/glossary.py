"""What the names in tables and rules mean to people: page/glossary.toml. Out: names in English and Chinese, by section."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "page" / "glossary.toml"


@cache
def glossary() -> dict[str, dict[str, Any]]:
    """{section: {name: [English, Chinese]}}; in the section meanings a line of each for those who do not know it."""
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))
