"""The tables that the page's scripts sort and search. In: rows of `lexicon` or `terms`. Out: columns, their meanings, cells."""

import json
from typing import Any

from wajue import schemas
from wajue.results.report_sections.tables import Rows

PLAIN = {"rank", "word", "term", "parts", "examples"}  # columns that need no explanation


def listing(records: Rows, table: str, total: int, glossary: dict[str, Any], kind: str) -> dict[str, Any]:
    """`total`: rows of the whole table; `columns`: what each is called and means; `rows`: their cells.

    Names and meanings are the glossary's, which has those of `kind` (words or terms), else those that schemas.py declares.
    """
    declared = {c.name: c.meaning for c in schemas.TABLES[table].columns}
    columns = list(records[0]) if records else []
    meanings = glossary["meanings"][kind]
    return {
        "total": total,
        "columns": [
            {
                "key": c,
                "name": glossary["columns"].get(c, [c.replace("_", " ")] * 2),
                "why": meanings.get(c) or ([declared[c]] * 2 if c in declared and c not in PLAIN else None),
            }
            for c in columns
        ],
        "rows": [[cell(c, r[c]) for c in columns] for r in records],
    }


def cell(column: str, value: Any) -> Any:
    """A value as the page shows it: a number with as many digits as anyone reads; parts and examples as lists of texts."""
    if isinstance(value, float):
        return float(f"{value:.4g}")
    if column in ("parts", "examples"):
        return [v["text"] if isinstance(v, dict) else v for v in value or []]
    if isinstance(value, list):
        return "、".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else value
