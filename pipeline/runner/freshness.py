"""Which steps are done, and which a run has to do. In: a config and its workspace. Out: the state of each step.

A step is done if its tables were written for this config and from the tables that are there now, and are as they were written.
"""

import hashlib
import json
import logging
from dataclasses import dataclass
from typing import Any

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import ConfigError, WajueError
from wajue.reading import corpora
from wajue.runner import growth, trainers
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class State:
    """Where a step stands: done, stale, damaged, missing or left out, and its manifest if there is one."""

    step: Step
    state: str
    manifest: dict[str, Any] | None
    why: str = ""


def selected(config: Config, first: str | None, last: str | None, *, train: bool = True) -> tuple[Step, ...]:
    """The steps that a run looks at. Raises ConfigError if `first` comes after `last`."""
    planned = dag.planned(config)
    begin, end = dag.NAMES.index(first or dag.NAMES[0]), dag.NAMES.index(last or dag.NAMES[-1])
    if begin > end:
        raise ConfigError(f"--from {first} comes after --until {last}; the order is {', '.join(dag.NAMES)}")
    return tuple(s for s in planned if begin <= dag.NAMES.index(s.name) <= end and (train or not s.trainer))


def must_be_same_project(config: Config, workspace: Workspace) -> None:
    """Raises WajueError if the workspace belongs to a config whose corpora have nothing in common with this one's."""
    manifest = workspace.manifest("raw_documents")
    if manifest is None:
        return
    theirs = {(c["name"], path) for c in manifest["config"]["corpus"] for path in c["paths"]}
    ours = {(c.name, path) for c in config.corpus for path in c.paths}
    if not theirs & ours:
        names = ", ".join(sorted({name for name, _ in theirs}))
        raise WajueError(
            f"{workspace.location} was written by another config, for other corpora ({names}); choose another --workspace, "
            "or run with --force to write it anew"
        )


def discard_old(workspace: Workspace, name: str) -> None:
    """Tables of a step that is now left out would pass for results of this config."""
    for table in next(s.writes for s in dag.STEPS if s.name == name):
        try:
            there = workspace.whole(table)
        except WajueError:  # its manifest cannot be read
            there = True
        if there:
            log.info("%s: the table %s of an earlier run is removed", name, table)
            workspace.discard(table)


def fingerprints(config: Config, workspace: Workspace, files: list[corpora.CorpusFile] | None) -> dict[str, str]:
    """For each step to run, a hash of its config and of everything it reads, back to the files.

    files None: the files are not looked at; what is recorded of them stands.
    """
    tables: dict[str, str] = {}
    steps: dict[str, str] = {}
    for step in dag.planned(config):
        inputs = [tables.get(t, "none") for t in step.reads]
        if step.name == "ingest":
            recorded = (workspace.manifest("raw_documents") or {}) if files is None else {}
            shown = recorded.get("inputs", {}).get("files") if files is None else growth.listing(files)
            inputs = [json.dumps(shown)]
        if step.name == "dedup":
            inputs += [(place.manifest("documents") or {}).get("run_id", "none") for place in against(config)]
        if step.trainer and getattr(config, step.name).initial:
            earlier = trainers.initial_workspace(config, step.name).manifest(f"{step.name}_words") or {}
            inputs += [earlier.get("run_id", "none")]
        digest = hashlib.sha256(json.dumps([step.name, config.fingerprint(*step.sections), inputs]).encode()).hexdigest()[:16]
        steps[step.name] = digest
        tables |= dict.fromkeys(step.writes, digest)
    return steps


def of(config: Config, workspace: Workspace, files: list[corpora.CorpusFile] | None = None) -> list[State]:
    """The state of every step of the pipeline, in order."""
    wanted = fingerprints(config, workspace, files)
    left_out = dag.left_out(config)
    found: list[State] = []
    for step in dag.STEPS:
        if step.name in left_out:
            found.append(State(step, "left out", None, left_out[step.name]))
            continue
        manifests = workspace.manifests(step.writes)
        if manifests is None:
            found.append(State(step, "missing", None))
        else:
            found.append(_state(workspace, step, wanted[step.name], manifests[0]))
    return found


def _state(workspace: Workspace, step: Step, fingerprint: str, manifest: dict[str, Any] | None) -> State:
    """Of a step whose tables are there."""
    if (fault := fault_of(workspace, step)) is not None:
        return State(step, "damaged", manifest, fault)
    return State(step, "done" if is_done(workspace, step, fingerprint) else "stale", manifest)


def fault_of(workspace: Workspace, step: Step) -> str | None:
    """What is wrong with the files of the tables that the step wrote."""
    return next((f"the table {t} is damaged: {fault}" for t in step.writes if (fault := workspace.fault(t)) is not None), None)


def is_done(workspace: Workspace, step: Step, fingerprint: str) -> bool:
    """Were the tables written for this config, from the tables that are there now?"""
    manifests = workspace.manifests(step.writes)
    if manifests is None or any(m["fingerprint"] != fingerprint for m in manifests):
        return False
    return step.name == "ingest" or all(m["inputs"] == inputs_of(workspace, step) for m in manifests)


def inputs_of(workspace: Workspace, step: Step) -> dict[str, Any]:
    """Which run wrote each table that the step reads."""
    return {t: m["run_id"] for t in step.reads if (m := workspace.manifest(t)) is not None}


def against(config: Config) -> list[Workspace]:
    """The earlier workspaces that new documents are compared with."""
    return [Workspace(config.located(w)) for w in config.dedup.against]
