"""Front matter: metadata before the text of a document, in YAML between lines of `---` or in TOML between lines of `+++`.

In: a document. Out: its fields, and where its text begins. What does not read as a mapping is no front matter, but text.
"""

import re
import tomllib
from typing import Any, NamedTuple

import yaml

_LONGEST = 1 << 16  # characters
_YAML = re.compile(r"\ufeff?---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_TOML = re.compile(r"\ufeff?\+\+\+[ \t]*\n(.*?\n)??\+\+\+[ \t]*(?:\n|\Z)", re.S)


class FrontMatter(NamedTuple):
    """source: as written, with its fences, empty if there is none; fields: by name."""

    source: str
    fields: dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Without aliases, of which a few lines can make gigabytes."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


def front_matter(document: str) -> FrontMatter:
    """The front matter of a document, with \\n for line ends."""
    beginning = document[:_LONGEST]
    for pattern, parse in ((_YAML, _from_yaml), (_TOML, tomllib.loads)):
        if match := pattern.match(beginning):
            try:
                fields = parse(match[1] or "")
            except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, TypeError, RecursionError):
                continue
            if isinstance(fields, dict) and (fields or not (match[1] or "").strip()):
                return FrontMatter(match[0], {str(name): value for name, value in fields.items()})
    return FrontMatter("", {})


def _from_yaml(source: str) -> Any:
    loader = _Loader(source)
    try:
        return loader.get_single_data() or {}
    finally:
        loader.dispose()
