"""A config to begin with, as a commented TOML file. In: corpora as they were made out. Out: text that config.load reads.

What stands in a comment after a setting says what it means (config.py's own words), or what it was made out from.
"""

import json
from collections.abc import Sequence
from typing import Any

from wajue.config import Config, Corpus
from wajue.reading.guessing import Guess

_OFFERED = (  # settings that people change first, shown with their defaults
    ("clean", "script"),
    ("clean", "min_length"),
    ("dedup", "threshold"),
    ("new_words", "known"),
    ("new_words", "accept"),
    ("new_words", "reject"),
    ("terms", "seeds"),
    ("terms", "reject"),
    ("sgns", "dim"),
    ("trends", "period"),
)
_CARRIED = ("id", "url", "date", "tags")
_SHOWN = 24  # characters of a value
_WIDTH = 30  # columns before a comment


def config_text(guesses: Sequence[Guess], workspace: str, name: str) -> str:
    """The whole file. workspace: its setting; name: of the file, for the commands that the first comment names."""
    parts = [
        f"# Check it with `wajue check {name}`, run it with `wajue run {name}`. All settings: `wajue settings`.",
        _line("workspace", workspace, "folder of the results"),
        *(line for guess in guesses for line in ("", *_corpus(guess))),
    ]
    if not any(g.corpus.role == "general" for g in guesses):
        parts += ["", "# Terms need general text to contrast the domain with:", "# [[corpus]]", '# name = "general"']
        parts += ['# role = "general"', '# paths = ["news/**/*"]']
    section = ""
    for named, setting in _OFFERED:
        if named != section:
            parts += ["", f"# [{named}]"]
            section = named
        field = Config.model_fields[named].annotation.model_fields[setting]  # type: ignore[union-attr]
        parts.append("# " + _line(setting, field.default, field.description or ""))
    return "\n".join(parts) + "\n"


def _corpus(guess: Guess) -> list[str]:
    corpus, sample = guess.corpus, guess.sampled[0].fields
    lines = ["[[corpus]]", _line("name", corpus.name, _meaning("name")), _line("role", corpus.role, _meaning("role"))]
    lines.append(_line("paths", corpus.paths, _files(guess)))
    if corpus.may_be_empty:
        lines.append(_line("may_be_empty", corpus.may_be_empty, _meaning("may_be_empty")))
    lines.append(_line("encoding", corpus.encoding, _meaning("encoding")))
    if not sample:
        return lines
    lines.append(_line("text", corpus.text, "fields that hold the text; the records begin with"))
    lines += [f"#   {toml(field)}: {_value(value)}" for field, value in sample[0].items()]
    for setting in _CARRIED:
        chosen = getattr(corpus, setting)
        line = _line(setting, chosen or "FIELD", _meaning(setting))
        lines.append(line if chosen else f"# {line}")
    return lines


def _files(guess: Guess) -> str:
    """How many files there are, in which formats and encodings."""
    kinds = [f"{format_} in {e}: {n:,}" for format_, by in sorted(guess.counted().items()) for e, n in sorted(by.items())]
    return f"files, {', '.join(kinds)}"


def _meaning(setting: str) -> str:
    return Corpus.model_fields[setting].description or ""


def _line(setting: str, value: Any, comment: str) -> str:
    return f"{f'{setting} = {toml(value)}':{_WIDTH}} # {comment}"


def toml(value: Any) -> str:
    """A string, number, boolean or tuple of strings as TOML writes it."""
    if isinstance(value, tuple):
        return f"[{', '.join(map(toml, value))}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON escapes what TOML does, but for DEL


def _value(value: Any) -> str:
    """A value on one line, cut where it is long."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return toml(text) if len(text) <= _SHOWN else f"{toml(text[:_SHOWN])} ... ({len(text)} characters)"
