"""Writes what the pages repeat from elsewhere; a test fails where a page is not up to date.

docs/settings.md from config.py, docs/tables.md from schemas.py, the table of all experiments from their pages, and the tables
between `<!-- figures NAME -->` and `<!-- end -->` from benchmarks/results/results.csv, by docs/figures.py.

python docs/generate.py
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import figures

from wajue import config_reference
from wajue.dag import STEPS
from wajue.results.query import VIEWS
from wajue.schemas import KEPT, TABLES

DOCS = Path(__file__).parent
EXPERIMENTS = DOCS / "dev" / "experiments"
WITH_FIGURES = (DOCS.parent / "README.md", DOCS / "performance.md", DOCS / "cluster.md")
_FIGURES = re.compile(r"(<!-- figures (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
_EXPERIMENT = re.compile(r"^## (.+)\n\n(\d{4}-\d\d-\d\d), `(\w+)`\. \*\*(.+?)\*\*: (.+)\.$", re.MULTILINE)


def settings() -> str:
    """Every setting: name, default, range, meaning."""
    parts = [
        "# Settings\n\nGenerated from `pipeline/config.py`. A config is TOML; what it leaves out has the default shown here.\n"
    ]
    for name, section in config_reference.sections().items():
        doc = (section.__doc__ or "").split("\n")[0]
        parts.append(f"\n## [{name}]\n\n{doc}\n\n| setting | default | allowed | meaning |\n| --- | --- | --- | --- |\n")
        for s in (s for s in config_reference.listed() if s.section == name):
            default = s.default if s.default == "required" else f"`{s.default}`"
            parts.append(f"| `{s.name}` | {default} | {s.allowed.replace(' |', ',')} | {s.meaning} |\n")
    return "".join(parts)


def tables() -> str:
    """Every table: which step writes it, what a row is, its columns."""
    writers = {t: step.name for step in STEPS for t in step.writes} | dict.fromkeys(KEPT, "wajue review")
    parts = ["# Tables\n\nGenerated from `pipeline/schemas.py`. Each is a folder of Parquet files, and a view in `wajue query`;\n"]
    parts.append("`rejects` is the union of ingest_rejects, clean_rejects and duplicates. Views, and their rows:\n\n")
    parts += [f"- `{name}`: {row}\n" for name, row in VIEWS.items()]
    for table in TABLES.values():
        parts.append(f"\n## {table.name}\n\nOne row: {table.row}. Written by `{writers[table.name]}`.\n\n")
        parts.append("| column | type | meaning |\n| --- | --- | --- |\n")
        parts += [f"| `{c.name}` | {str(c.type).replace('item: ', '')} | {c.meaning} |\n" for c in table.columns]
    return "".join(parts)


def experiments() -> str:
    """The first page of the experiments: what each page holds, and a table of all ideas."""
    intro = """# Experiments

What was tried, failures too: look here before you try something. Each page holds one topic, newest first. A heading is one idea;
the line below it says when it was tried, the commit that recorded it, what came of it, and the figure that decided. Add yours in
the same form and run `python docs/generate.py`, which makes this table from the pages.

Figures are of 2 shared cores unless the page says otherwise. Trust ratios and CPU seconds.
"""
    parts = [intro]
    for page in sorted(p for p in EXPERIMENTS.glob("*.md") if p.name != "index.md"):
        text = page.read_text(encoding="utf-8")
        title = text.partition("\n")[0].removeprefix("# ")
        parts.append(f"\n## {title}\n\n| idea | date | verdict | figure | commit |\n| --- | --- | --- | --- | --- |\n")
        for idea, date, commit, verdict, figure in _EXPERIMENT.findall(text):
            parts.append(f"| [{idea}]({page.name}#{_anchor(idea)}) | {date} | {verdict.lower()} | {figure} | `{commit}` |\n")
    return "".join(parts)


def _anchor(heading: str) -> str:
    """The fragment that mkdocs gives a heading: ASCII word characters, joined by hyphens."""
    ascii_only = heading.encode("ascii", "ignore").decode()
    return re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", ascii_only).strip().lower())


def with_figures(page: Path) -> str:
    """The page with its tables of figures made anew."""
    return _FIGURES.sub(lambda m: f"{m[1]}\n{figures.TABLES[m[2]]()}\n\n{m[3]}", page.read_text(encoding="utf-8"))


def generated() -> Iterator[tuple[Path, str]]:
    """(page, what it should hold) for each page that is generated, or has tables that are."""
    yield DOCS / "settings.md", settings()
    yield DOCS / "tables.md", tables()
    yield EXPERIMENTS / "index.md", experiments()
    for page in WITH_FIGURES:
        yield page, with_figures(page)


if __name__ == "__main__":
    for page, text in generated():
        page.write_text(text, encoding="utf-8")
