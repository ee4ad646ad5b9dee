"""One self-contained HTML page from a workspace, whole or not. In: a workspace. Out: report.html in it.

What the page shows is computed in report_sections/, one module for each section. page/ has the template, the style sheet, the
scripts, and all texts in English and Chinese. A new section is a module there, a row of SECTIONS, and a <section> of page.html.
The page loads nothing from elsewhere: its content security policy allows its own scripts and styles alone, by their hashes.
"""

import base64
import hashlib
import json
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from wajue.results.report_sections.document_map import document_map
from wajue.results.report_sections.listing import listing
from wajue.results.report_sections.map import map as map_section
from wajue.results.report_sections.overview import overview
from wajue.results.report_sections.relations import relations
from wajue.results.report_sections.run import run
from wajue.results.report_sections.tables import Facts, Tables
from wajue.results.report_sections.template_filters import FILTERS
from wajue.results.report_sections.terms import terms
from wajue.results.report_sections.text import text
from wajue.results.report_sections.topics import topics
from wajue.results.report_sections.training import training
from wajue.results.report_sections.trends import trends
from wajue.results.report_sections.words import words
from wajue.store import whole_files
from wajue.store.workspace import Workspace

# each may use the facts of those before it: the map shows terms and words, the overview counts all
SECTIONS: tuple[Callable[[Tables, Facts], Facts], ...] = (
    *(words, terms, relations, topics, document_map, trends, map_section, text, training, run, overview),
)
NAME = "report.html"
_PAGE = Path(__file__).parent / "page"
_SCRIPTS = ("base.js", "listing.js", "plane.js", "curves.js", "documents.js", "main.js")
_POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"


def write(workspace: Workspace) -> str:
    """Write the page, and return its path. Raises WajueError if there is no workspace, or the page cannot be written."""
    html = page(workspace)
    files, root = workspace.files
    whole_files.write(files, f"{root}/{NAME}", html.encode())
    return workspace.path(NAME)


def page(workspace: Workspace) -> str:
    """The page as one string."""
    tables = Tables(workspace)
    texts = tomllib.loads((_PAGE / "texts.toml").read_text(encoding="utf-8"))
    glossary = tomllib.loads((_PAGE / "glossary.toml").read_text(encoding="utf-8"))
    style = (_PAGE / "page.css").read_text(encoding="utf-8")
    script = '"use strict";\n' + "".join((_PAGE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    facts = _facts(tables)
    name = workspace.location.rstrip("/").rsplit("/", 1)[-1]
    data = {"name": name, "texts": texts, "place": workspace.location, **_script_data(tables, facts, glossary)}
    return _template(texts, glossary).render(
        **facts,
        name=name,
        title=texts["page"]["title"][0].format(name=name),
        place=workspace.location,
        version=version("wajue"),
        style=Markup(style),
        script=Markup(script),
        policy=_POLICY.format(script=_hash(script), style=_hash(style)),
        data=_embedded(data),
    )


def _facts(tables: Tables) -> Facts:
    """What the template shows."""
    facts: Facts = {"count": tables.count, "missing": tables.missing()}
    for section in SECTIONS:
        facts |= section(tables, facts)
    return facts


def _script_data(tables: Tables, facts: Facts, glossary: dict[str, Any]) -> dict[str, Any]:
    """What the scripts show."""
    return {
        "words": listing(facts["words"], "lexicon", facts["lexicon"]["new"], glossary, "words"),
        "terms": listing(facts["terms"], "terms", facts["term_count"] or 0, glossary, "terms"),
        **{name: facts[name] for name in ("frequency", "map", "training", "relations", "document_map")},
    }


def _template(texts: dict[str, Any], glossary: dict[str, Any]) -> Template:
    environment = Environment(
        autoescape=True, loader=FileSystemLoader(_PAGE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= FILTERS
    environment.globals |= _text_functions(texts, glossary)
    return environment.get_template("page.html")


def _hash(source: str) -> str:
    """A source of the content security policy that allows this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _embedded(data: Any) -> Markup:
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
