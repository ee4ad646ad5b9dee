"""Every setting explained, out of config.py: for `wajue settings` and docs/settings.md. In: a name. Out: `Setting` rows."""

import difflib
from types import UnionType
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin

from wajue.config import Config, Corpus, Section
from wajue.errors import ConfigError

_BOUNDS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}


class Setting(NamedTuple):
    """One setting. section: as it stands in TOML's brackets; default: as docs show it; allowed: values or range, or nothing."""

    section: str
    name: str
    default: str
    allowed: str
    meaning: str


def sections() -> dict[str, type[Section]]:
    """{name between the brackets: section}."""
    others = {n: f.annotation for n, f in Config.model_fields.items() if hasattr(f.annotation, "model_fields")}
    return {"[corpus]": Corpus, **others}  # type: ignore[dict-item]


def listed() -> list[Setting]:
    """All settings, in the order of config.py."""
    return [_setting(name, key, field) for name, section in sections().items() for key, field in section.model_fields.items()]


def find(name: str) -> list[Setting]:
    """The settings of a section, or all of that name; `section.name` for one. Raises ConfigError, which names the nearest."""
    wanted = name.strip("[]").replace("] ", ".").replace("]", "").replace(" ", ".")
    named = {s: {s.section.strip("[]"), s.name, f"{s.section.strip('[]')}.{s.name}"} for s in listed()}
    if chosen := [s for s, names in named.items() if wanted in names]:
        return chosen
    known = list(dict.fromkeys(n for names in named.values() for n in sorted(names)))
    close = difflib.get_close_matches(wanted, known, n=3)
    hint = f"did you mean {', '.join(close)}?" if close else f"sections are {', '.join(s.strip('[]') for s in sections())}"
    raise ConfigError(f"there is no setting {name!r}; {hint}")


def _setting(section: str, name: str, field: Any) -> Setting:
    default = "required" if field.is_required() else shown(field.default)
    return Setting(section, name, default, allowed(field), field.description or "")


def shown(value: Any) -> str:
    """A default as the pages show it."""
    return str(value).lower() if isinstance(value, bool) else str(list(value)) if isinstance(value, tuple) else str(value)


def allowed(field: Any) -> str:
    """The values that a field takes, or its range; nothing where any value will do."""
    bounds = [f"{sign} {getattr(m, name)}" for m in field.metadata for name, sign in _BOUNDS.items() if hasattr(m, name)]
    return " ".join([*bounds, " | ".join(_values(field.annotation))]).strip()


def _values(annotation: Any) -> list[str]:
    """The values of a Literal, and of those that a union holds; the other types of a union by their names."""
    if get_origin(annotation) is Literal:
        return [str(v) for v in get_args(annotation)]
    if get_origin(annotation) in (UnionType, Union):
        literals = [v for kind in get_args(annotation) for v in _values(kind)]
        return [*literals, *(["a list"] if literals and any(get_origin(k) is tuple for k in get_args(annotation)) else [])]
    return ["true", "false"] if annotation is bool else []
