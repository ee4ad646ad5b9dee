"""One workspace, whole or not, as the sections of the report ask it. In: a workspace. Out: rows as dicts, manifests, settings.

Rows come through DuckDB (query.py). What has not been written yet has no rows, and `missing` says why.
"""

from typing import Any

import duckdb

from wajue import dag, schemas
from wajue.results import query, query_output
from wajue.store.workspace import Workspace

Rows = list[dict[str, Any]]
Facts = dict[str, Any]  # what the template shows, by name


class Tables:
    """The tables of one workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.connection: duckdb.DuckDBPyConnection = query.connect(workspace)
        self.manifests = {t: m for t in schemas.TABLES if (m := workspace.manifest(t)) is not None}

    def select(self, sql: str) -> Rows:
        """The rows of a query, as JSON would have them."""
        return query_output.dicts(query.execute(self.connection, sql))

    def has(self, *tables: str) -> bool:
        """Are these tables whole?"""
        return all(t in self.manifests for t in tables)

    def count(self, table: str) -> int | None:
        """Rows of a table, or None if it is not there."""
        return self.manifests[table].get("rows_out") if self.has(table) else None

    def settings(self) -> dict[str, Any]:
        """The sections of the config that the steps were run with."""
        sections: dict[str, Any] = {}
        for manifest in self.manifests.values():
            sections |= manifest.get("config", {})
        return sections

    def missing(self) -> dict[str, str]:
        """{step: why it has no result}; the reason is a key of the texts, `missing.KEY`."""
        settings = self.settings()
        corpora = settings.get("corpus", [])
        roles = {c["role"] for c in corpora}
        reasons: dict[str, str] = {}
        for step in dag.STEPS:
            if not self.has(*step.writes):
                reasons[step.name] = "not_yet" if step.on_spark else "not_trained"
        for role in ("general", "domain"):
            if roles and role not in roles:
                reasons |= {s: f"no_{role}" for s in ("contrast", "terms", "field_terms", "relations") if s in reasons}
        if "field_terms" in reasons and len({c.get("field") for c in corpora} - {None}) < 2:
            reasons["field_terms"] = "no_fields"
        if "trends" in reasons and roles and not any(c.get("date") or c.get("date_in_path") for c in corpora):
            reasons["trends"] = "no_dates"
        if settings.get("segment", {}).get("method") == "whitespace":
            reasons |= {s: "segmented" for s in ("ngrams", "new_words") if s in reasons}
        return reasons
