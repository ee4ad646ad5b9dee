"""Tables of other workspaces that a step reads. In: the step's row of the DAG, and the config. Out: the tables."""

import logging
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from wajue.config import Config
from wajue.dag import STEPS, Other, Step
from wajue.errors import ConfigError
from wajue.runner.manifests import section_as_json
from wajue.spark import tables
from wajue.spark.tables import Elsewhere
from wajue.store.workspace import Workspace, versions

log = logging.getLogger(__name__)


def workspaces(config: Config, step: Step) -> list[Workspace]:
    """The other workspaces whose tables the step reads, in the order in which the config names them."""
    if step.other is None:
        return []
    named = getattr(getattr(config, step.other.section), step.other.setting) or ()
    return [Workspace(config.located(location)) for location in ((named,) if isinstance(named, str) else named)]


def must_be_others(config: Config, workspace: Workspace) -> None:
    """Raises ConfigError if a setting names this very workspace among those of earlier runs: all its documents would be dropped."""
    for step in STEPS:
        if step.other and step.other.parameter and any(_place(w) == _place(workspace) for w in workspaces(config, step)):
            section, setting = step.other.section, step.other.setting
            raise ConfigError(
                f"[{section}] {setting} names {workspace.location}, the workspace of this run, which is no earlier one: "
                "take it out of the list, or choose another --workspace"
            )


def _place(workspace: Workspace) -> str:
    """Told by its location alone: what only Spark reaches is not reached yet."""
    location = workspace.location
    return location.rstrip("/") if "://" in location else str(Path(location).resolve())


def runs(config: Config, step: Step) -> list[str]:
    """For each of them, the run that wrote what it holds of the tables that the step may read; one run writes both."""
    tables_read = (step.other.table, step.other.instead) if step.other else ()
    found = []
    for workspace in workspaces(config, step):
        manifests = [m for table in tables_read if table and (m := workspace.manifest(table)) is not None]
        found.append(str(manifests[0].get("run_id", "none")) if manifests else "none")
    return found


def read(spark: SparkSession, config: Config, step: Step) -> tuple[Elsewhere, ...]:
    """The table of each workspace that the step's setting names, in order; said where it is not the one that costs least."""
    other = step.other
    assert other is not None
    chosen = [(w, _table(w, other, config, step.name)) for w in workspaces(config, step)]
    return tuple(
        Elsewhere(
            w.location,
            table,
            tables.read(spark, w, table),
            tables.read(spark, w, other.dropped) if table == other.instead else None,
        )
        for w, table in chosen
    )


def _table(workspace: Workspace, other: Other, config: Config, step: str) -> str:
    if not other.instead:
        return other.table
    workspace.must_have()
    why = difference(workspace.manifest(other.instead), other, config)
    if why:
        log.warning("%s: %s: %s; its table %s is read instead", step, workspace.location, why, other.table)
    return other.table if why else other.instead


def difference(manifest: dict[str, Any] | None, other: Other, config: Config) -> str:
    """Why a table with this manifest cannot be read in place of another one; "" if it can."""
    if manifest is None:
        return f"it has no table {other.instead}"
    if manifest.get("versions") != versions():
        return f"other versions of wajue or of what it builds on wrote its table {other.instead}"
    for name in (*other.unset, *other.alike):
        section, setting = name.split(".")
        theirs = manifest.get("config", {}).get(section, {}).get(setting)
        if name in other.unset and theirs:
            return f"[{section}] {setting} = {theirs} changed its documents after its table {other.instead} was made"
        ours = section_as_json(getattr(config, section))[setting]
        if name in other.alike and theirs != ours:
            return f"its table {other.instead} was made with [{section}] {setting} = {theirs}, here it is {ours}"
    return ""
