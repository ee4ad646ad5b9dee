"""One self-contained HTML page from a workspace, whole or not. In: a workspace. Out: report.html in it.

What the page shows is computed in report_sections/, one module for each section. page/ has the template, the style sheet, the
scripts, and all texts in English and Chinese. A new section is a module there, a row of SECTIONS, and a <section> of page.html.
The page loads nothing from elsewhere: its content security policy allows its own scripts and styles alone, by their hashes.
"""

import tomllib
from collections.abc import Callable
from typing import Any

from wajue.results import page_template
from wajue.results.glossary import glossary
from wajue.results.report_sections.document_map import document_map
from wajue.results.report_sections.fields import fields
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
    *(words, terms, fields, relations, topics, document_map, trends, map_section, text, training, run, overview),
)
NAME = "report.html"
_SCRIPTS = ("base.js", "taking.js", "listing.js", "plane.js", "curves.js", "documents.js", "main.js")


def write(workspace: Workspace, title: str | None = None) -> str:
    """Write the page, and return its path. Raises WajueError if there is no workspace, or the page cannot be written.

    title: what it is called, if not the names of the domain's corpora.
    """
    html = page(workspace, title)
    files, root = workspace.files
    whole_files.write(files, f"{root}/{NAME}", html.encode())
    return workspace.path(NAME)


def page(workspace: Workspace, title: str | None = None) -> str:
    """The page as one string."""
    tables = Tables(workspace)
    texts, names = tomllib.loads(page_template.source("texts.toml")), glossary()
    facts = _facts(tables)
    facts["heading"] = title or facts["heading"]
    data = {"name": facts["heading"], "texts": texts, "place": workspace.location, **_script_data(tables, facts, names)}
    return page_template.template("page.html", texts, names, FILTERS).render(
        **facts,
        title=texts["page"]["title"][0].format(name=facts["heading"]),
        place=workspace.location,
        **page_template.head(("page.css",), _SCRIPTS)._asdict(),
        data=page_template.embedded(data),
    )


def _facts(tables: Tables) -> Facts:
    """What the template shows."""
    facts: Facts = {"count": tables.count, "missing": tables.missing()}
    for section in SECTIONS:
        facts |= section(tables, facts)
    return facts


def _script_data(tables: Tables, facts: Facts, names: dict[str, Any]) -> dict[str, Any]:
    """What the scripts show."""
    return {
        "words": listing(facts["words"], "lexicon", facts["lexicon"]["new"], names, "words"),
        "terms": listing(facts["terms"], "terms", facts["term_count"] or 0, names, "terms")
        | {
            "dropped": facts["dropped"],
            "rules": {row["rule"]: names["filters"].get(row["rule"], [row["rule"]] * 2) for row in facts["filtered"]},
        },
        **{name: facts[name] for name in ("frequency", "map", "training", "relations", "document_map")},
    }
