"""The terms of each field. In: a workspace. Out: its fields in the order of the config, with their best; all terms of one."""

from itertools import groupby
from typing import Any, NamedTuple

import duckdb
import pyarrow.compute as pc

from wajue.errors import WajueError
from wajue.results import query
from wajue.schemas import TABLES
from wajue.store import parquet
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
    first = query.execute(
        connection,
        f"""SELECT field, term, field_count, log_ratio, count(*) OVER (PARTITION BY field) AS listed
            FROM field_terms WHERE is_listed
            QUALIFY row_number() OVER (PARTITION BY field ORDER BY rank) <= {most} ORDER BY field, rank""",
    ).to_pylist()
    terms_of = {name: list(terms) for name, terms in groupby(first, lambda row: row["field"])}
    return [Field(name, terms[0]["listed"] if (terms := terms_of.get(name, [])) else 0, terms) for name in _names(workspace)]


def listed(workspace: Workspace, name: str) -> list[dict[str, Any]]:
    """The listed terms of a field as rows of `terms`, the best first, the field in the place of the domain; null: what it lacks.

    Raises WajueError, which names the fields, if there is no such field.
    """
    workspace.must_have("field_terms")
    if name not in (names := _names(workspace)):
        raise WajueError(f"there is no field {name!r} in {workspace.location}; its fields are {', '.join(names)}")
    table = parquet.read(workspace, "field_terms")
    chosen = table.filter(pc.and_(table.column("is_listed"), pc.equal(table.column("field"), name))).sort_by("rank")
    return [
        {**dict.fromkeys(TABLES["terms"].schema.names), **row, "domain_count": row["field_count"],
         "domain_per_million": row["field_per_million"]}
        for row in chosen.to_pylist()
    ]  # fmt: skip


def _names(workspace: Workspace) -> list[str]:
    """The fields that were compared."""
    return list(dict.fromkeys(c["field"] for c in workspace.settings("field_terms", "corpus") if c.get("field")))
