"""Writes docs/settings.md and docs/tables.md from config.py and schemas.py; a test compares them with the code.

python docs/generate.py
"""

from pathlib import Path
from typing import Any

from wajue.config import Config, Corpus
from wajue.dag import STEPS
from wajue.schemas import TABLES

HERE = Path(__file__).parent


def settings() -> str:
    """Every setting: name, default, range, meaning."""
    parts = [
        "# Settings\n\nGenerated from `pipeline/config.py`. A config is TOML; what it leaves out has the default shown here.\n"
    ]
    sections = {"[corpus]": Corpus} | {
        name: f.annotation for name, f in Config.model_fields.items() if hasattr(f.annotation, "model_fields")
    }
    for name, section in sections.items():
        doc = (section.__doc__ or "").split("\n")[0]
        parts.append(f"\n## [{name}]\n\n{doc}\n\n| setting | default | range | meaning |\n| --- | --- | --- | --- |\n")
        for key, field in section.model_fields.items():
            default = "required" if field.is_required() else f"`{_shown(field.default)}`"
            parts.append(f"| `{key}` | {default} | {_range(field)} | {field.description} |\n")
    return "".join(parts)


def _shown(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(list(value)) if isinstance(value, tuple) else str(value)


def _range(field: Any) -> str:
    bounds = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
    return " ".join(f"{sign} {getattr(m, name)}" for m in field.metadata for name, sign in bounds.items() if hasattr(m, name))


def tables() -> str:
    """Every table: who writes it, what a row is, its columns."""
    writers = {t: step.name for step in STEPS for t in step.writes}
    parts = ["# Tables\n\nGenerated from `pipeline/schemas.py`. Each is a folder of Parquet files, and a view in `wajue query`;\n"]
    parts.append("`rejects` is the union of ingest_rejects, clean_rejects and duplicates.\n")
    for table in TABLES.values():
        parts.append(f"\n## {table.name}\n\nOne row: {table.row}. Written by `{writers[table.name]}`.\n\n")
        parts.append("| column | type | meaning |\n| --- | --- | --- |\n")
        parts += [f"| `{c.name}` | {str(c.type).replace('item: ', '')} | {c.meaning} |\n" for c in table.columns]
    return "".join(parts)


FILES = {"settings.md": settings, "tables.md": tables}

if __name__ == "__main__":
    for name, text in FILES.items():
        (HERE / name).write_text(text(), encoding="utf-8")
