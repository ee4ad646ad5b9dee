"""The best terms of each field, side by side. In: a workspace. Out: its fields in the order of its config, each with its first terms."""

from itertools import groupby
from typing import Any, NamedTuple

import duckdb

from wajue.results import query
from wajue.store.workspace import Workspace


class Field(NamedTuple):
    """A field: how many terms it lists, and the first of them: term, field_count, log_ratio."""

    name: str
    listed: int
    terms: list[dict[str, Any]]


def best(workspace: Workspace, connection: duckdb.DuckDBPyConnection, most: int) -> list[Field]:
    """The fields with at most so many terms each; none where none was compared."""
    if not workspace.whole("field_terms"):
        return []
    listed = query.execute(
        connection,
        f"""SELECT field, term, field_count, log_ratio, count(*) OVER (PARTITION BY field) AS listed
            FROM field_terms WHERE is_listed
            QUALIFY row_number() OVER (PARTITION BY field ORDER BY rank) <= {most} ORDER BY field, rank""",
    ).to_pylist()
    terms_of = {name: list(terms) for name, terms in groupby(listed, lambda row: row["field"])}
    named = dict.fromkeys(c["field"] for c in workspace.settings("field_terms", "corpus") if c.get("field"))
    return [Field(name, terms[0]["listed"] if (terms := terms_of.get(name, [])) else 0, terms) for name in named]
