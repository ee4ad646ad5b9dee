"""One self-contained HTML page from a workspace, whole or not. In: a workspace. Out: report.html in it.

The page is pipeline/page: a Jinja template, a style sheet, scripts, and its texts in English and Chinese. Nothing in it is
loaded from elsewhere, and its content security policy allows these very scripts and styles alone, by their hashes.
"""

import base64
import hashlib
import json
import tomllib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pyarrow import fs

from wajue import console, schemas
from wajue.errors import WajueError
from wajue.results.report_data import Findings, Rows
from wajue.store.workspace import Workspace

NAME = "report.html"
_PAGE = Path(__file__).parent / "page"
_SCRIPTS = ("base.js", "listing.js", "plane.js", "curves.js", "main.js")
_POLICY = "default-src 'none'; script-src {script}; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'"
_LEADING = 14  # words named on the first screen
_LINES = str.maketrans({"\n": "↵"})
_INVISIBLE = str.maketrans({" ": "␣", "\n": "↵", "\t": "⇥", "\r": "␍", "\u3000": "□", "\u200b": "␣"})


def write(workspace: Workspace) -> str:
    """Write the page, and return where it lies. Raises WajueError if there is no workspace, or it cannot be written to."""
    html = page(Findings(workspace))
    files, root = workspace.files
    try:
        if files.get_file_info(f"{root}/{NAME}").type != fs.FileType.NotFound:
            files.delete_file(f"{root}/{NAME}")  # a link there is replaced, never followed
        with files.open_output_stream(f"{root}/{NAME}") as stream:
            stream.write(html.encode())
    except OSError as error:
        raise WajueError(f"cannot write {workspace.path(NAME)}: {error}") from None
    return workspace.path(NAME)


def page(findings: Findings) -> str:
    """The page as one string."""
    texts = tomllib.loads((_PAGE / "texts.toml").read_text(encoding="utf-8"))
    glossary = tomllib.loads((_PAGE / "glossary.toml").read_text(encoding="utf-8"))
    style = (_PAGE / "page.css").read_text(encoding="utf-8")
    script = '"use strict";\n' + "".join((_PAGE / name).read_text(encoding="utf-8") for name in _SCRIPTS)
    environment = Environment(
        autoescape=True, loader=FileSystemLoader(_PAGE), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    filters: dict[str, Callable[..., str]] = {
        "times": _times,
        "thousands": _thousands,
        "size": _whole(console.size),
        "seconds": _whole(console.seconds),
        "visible": _visible,
        "flat": _flat,
    }
    environment.filters |= filters
    environment.globals |= _texts(texts, glossary)
    facts = _facts(findings)
    name = findings.workspace.location.rstrip("/").rsplit("/", 1)[-1]
    return environment.get_template("page.html").render(
        **facts,
        name=name,
        title=texts["page"]["title"][0].format(name=name),
        place=findings.workspace.location,
        version=version("wajue"),
        style=Markup(style),
        script=Markup(script),
        policy=_POLICY.format(script=_hash(script), style=_hash(style)),
        data=_embedded(_data(findings, facts, name, texts, glossary)),
    )


def _hash(source: str) -> str:
    """A source of the content security policy that allows this inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _embedded(data: Any) -> Markup:
    """JSON that no HTML parser takes for markup, whatever stands in it."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _texts(texts: dict[str, Any], glossary: dict[str, Any]) -> dict[str, Any]:
    """Functions of the template that write a text which the language switch can replace."""

    def t(key: str, **values: Any) -> Markup:
        section, name = key.split(".")
        english = texts[section][name][0].format(**values)
        filled = Markup(' data-values="{}"').format(json.dumps(values, ensure_ascii=False)) if values else ""
        return Markup('<span data-t="{}"{}>{}</span>').format(key, filled, english)

    def label(key: str) -> Markup:
        section, name = key.split(".")
        return Markup('aria-label="{}" data-t-label="{}"').format(texts[section][name][0], key)

    def name_of(kind: str, name: str) -> Markup:
        """What a rule is called; its plain name where the glossary lacks it."""
        if name not in glossary[kind]:
            return Markup("<span>{}</span>").format(name)
        english, chinese = glossary[kind][name]
        return Markup('<span data-en="{}" data-zh="{}">{}</span>').format(english, chinese, english)

    return {"t": t, "label": label, "name_of": name_of}


def _facts(findings: Findings) -> dict[str, Any]:
    """What the template shows."""
    corpora, steps, rejects = findings.corpora(), findings.steps(), findings.rejects()
    words, terms, lexicon, changes = findings.words(), findings.terms(), findings.lexicon(), findings.changes()
    totals = {k: _sum(corpora, k) for k in ("files", "records", "kept", "characters")}
    for row in steps:
        row |= {"seconds_or_0": row["seconds"] or 0, "cpu_or_0": row["cpu_seconds"] or 0}
    mined = [(t, findings.count(t)) for t in ("ngrams", "lexicon", "candidates", "terms")]
    mined.insert(2, ("new", lexicon["new"] if findings.has("lexicon") else None))
    return {
        "count": findings.count,
        "missing": findings.missing(),
        "vectors": findings.has("sgns_words") or findings.has("jose_words"),
        "corpora": corpora,
        "totals": totals,
        "shown": {k: _thousands(v) for k, v in totals.items()},
        "funnel": _funnel(corpora),
        "mined": mined,
        "lexicon": lexicon,
        "words": words,
        "terms": terms,
        "leading_words": [r["word"] for r in words[:_LEADING]],
        "leading_terms": [r["term"] for r in terms[:_LEADING]],
        "filtered": findings.filtered(),
        "map": _map(findings, words, terms),
        "trends": findings.trends(),
        "periods": findings.periods(),
        "rejects": rejects,
        "most_rejects": max((r["count"] for r in rejects), default=1),
        "changes": changes,
        "boilerplate": findings.boilerplate(),
        "training": findings.training(),
        "steps": steps,
        "longest": max((max(r["seconds_or_0"], r["cpu_or_0"]) for r in steps), default=1),
        "largest": max((r["peak_rss_bytes"] or 0 for r in steps), default=1),
        "settings": findings.changed_settings(),
        "versions": findings.versions(),
        "finished": max((r["finished"] for r in steps if r["finished"]), default="")[:16].replace("T", " "),
    }


def _sum(rows: Rows, key: str) -> int | None:
    """Of a column; None where it is not known yet."""
    return sum(r[key] for r in rows) if rows and all(r[key] is not None for r in rows) else None


def _funnel(corpora: Rows) -> Rows:
    """What was left after each step, in either role."""
    rows: Rows = []
    left = {r["corpus"]: r["records"] for r in corpora}
    for key in ("read", "ingest", "clean", "dedup"):
        if key != "read":
            known = all(r[key] is not None for r in corpora)
            left = {r["corpus"]: left[r["corpus"]] - r[key] for r in corpora} if known and left else {}
        row = {role: sum(left.get(r["corpus"], 0) for r in corpora if r["role"] == role) for role in ("domain", "general")}
        total = sum(row.values()) if left else None
        lost = rows[-1]["total"] - total if rows and total is not None else None
        rows.append({"key": key, "total": total, "lost": lost, **row})
    return rows


def _map(findings: Findings, words: Rows, terms: Rows) -> dict[str, Any] | None:
    """The map of the terms; where there are none, of the new words and the most frequent words."""
    if terms:
        found, of = findings.map([r["term"] for r in terms], [r["parts"] for r in terms]), "terms"
    else:
        names = list(dict.fromkeys([r["word"] for r in words] + findings.frequent()))
        found, of = findings.map(names, [[n] for n in names]), "words"
    return found | {"of": of} if found else None


def _data(findings: Findings, facts: dict[str, Any], name: str, texts: dict[str, Any], glossary: dict[str, Any]) -> dict[str, Any]:
    """What the scripts show."""
    return {
        "name": name,
        "texts": texts,
        "words": _listing(facts["words"], "lexicon", facts["lexicon"]["new"], glossary, "words"),
        "terms": _listing(facts["terms"], "terms", findings.count("terms") or 0, glossary, "terms"),
        "frequency": findings.frequency() if facts["terms"] else None,
        "map": facts["map"],
        "training": facts["training"],
        "place": findings.workspace.location,
    }


def _listing(rows: Rows, table: str, total: int, glossary: dict[str, Any], kind: str) -> dict[str, Any]:
    """Rows of a table as lists, with what each column is called and means: as the glossary has it, else as declared."""
    declared = {c.name: c.meaning for c in schemas.TABLES[table].columns}
    columns = list(rows[0]) if rows else []
    meanings = glossary["meanings"][kind]
    return {
        "total": total,
        "columns": [
            {
                "key": c,
                "name": glossary["columns"].get(c, [c.replace("_", " ")] * 2),
                "why": meanings.get(c) or ([declared[c]] * 2 if c in declared and c not in _TOLD else None),
            }
            for c in columns
        ],
        "rows": [[_cell(c, r[c]) for c in columns] for r in rows],
    }


_TOLD = {"rank", "word", "term", "parts", "examples"}  # columns that need no explanation


def _cell(column: str, value: Any) -> Any:
    """A value as the page shows it: a number with as many digits as anyone reads; a list of texts, or one text for any other."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if column in ("parts", "examples"):
        return [v["text"] if isinstance(v, dict) else v for v in value or []]
    if isinstance(value, list):
        return "、".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value


def _thousands(value: int | None) -> str:
    return "–" if value is None else f"{value:,}"


def _whole(of: Callable[[Any], str]) -> Callable[[Any], str]:
    """A figure and its unit on one line."""
    return lambda value: of(value).replace(" ", "\N{NO-BREAK SPACE}")


def _times(bits: float) -> str:
    """How many times as frequent, of bits, positive or negative: 3.2, or 1/3.2."""
    shown = f"{float(f'{2 ** abs(bits):.2g}'):,.10g}"
    return shown if bits >= 0 else f"1/{shown}"


def _visible(text: str) -> str:
    """White space as signs, since a change of it would not show."""
    return text.translate(_INVISIBLE)


def _flat(text: str) -> str:
    """Text on one line, its line ends as signs."""
    return text.translate(_LINES)
