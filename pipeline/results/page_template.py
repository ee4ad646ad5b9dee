"""What the pages of results are made of: one file each, its style, scripts and data in it. In: templates of page/. Out: HTML.

Texts in English and Chinese come from a .toml file of page/. A page loads nothing from elsewhere: its policy allows
its own scripts and styles alone, by their hashes.
"""

import base64
import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

PAGE = Path(__file__).parent / "page"
_POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"


def source(*names: str) -> str:
    """Files of page/, one after the other."""
    return "".join((PAGE / name).read_text(encoding="utf-8") for name in names)


class Head(NamedTuple):
    """What head.html shows, and the script that its policy allows."""

    style: Markup
    script: Markup
    policy: str
    version: str


def head(styles: tuple[str, ...], scripts: tuple[str, ...]) -> Head:
    """Of a page with these files of page/ in it."""
    style, script = source(*styles), '"use strict";\n' + source(*scripts)
    policy = _POLICY.format(script=allowed(script), style=allowed(style))
    return Head(Markup(style), Markup(script), policy, version("wajue"))


def template(name: str, texts: dict[str, Any], glossary: dict[str, Any], filters: dict[str, Any]) -> Template:
    """A template of page/, in which everything is escaped; it has the functions t, label and name_of."""
    environment = Environment(
        autoescape=True, loader=FileSystemLoader(PAGE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= filters
    environment.globals |= _text_functions(texts, glossary)
    return environment.get_template(name)


def allowed(source: str) -> str:
    """A source of the content security policy that allows this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def embedded(data: Any) -> Markup:
    """JSON that no HTML parser takes for markup, whatever it contains."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _text_functions(texts: dict[str, Any], glossary: dict[str, Any]) -> dict[str, Any]:
    """The template's functions t, label and name_of, which write a text so that the language switch can replace it."""

    def t(key: str, **values: Any) -> Markup:
        section, name = key.split(".")
        english = texts[section][name][0].format(**values)
        filled = Markup(' data-values="{}"').format(json.dumps(values, ensure_ascii=False)) if values else ""
        return Markup('<span data-t="{}"{}>{}</span>').format(key, filled, english)

    def label(key: str) -> Markup:
        section, name = key.split(".")
        return Markup('aria-label="{}" data-t-label="{}"').format(texts[section][name][0], key)

    def name_of(kind: str, name: str) -> Markup:
        """What a rule is called; its own name if the glossary does not have it."""
        if name not in glossary[kind]:
            return Markup("<span>{}</span>").format(name)
        english, chinese = glossary[kind][name]
        return Markup('<span data-en="{}" data-zh="{}">{}</span>').format(english, chinese, english)

    return {"t": t, "label": label, "name_of": name_of}
