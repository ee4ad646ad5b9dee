"""Which steps are done, and which a run has to do. In: a config and its workspace. Out: the state of each step.

A step is done if its tables were written for this config and from the tables that are there now, and are as they were written.
"""

import hashlib
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import ConfigError, WajueError
from wajue.reading import corpora
from wajue.runner import elsewhere, growth, staleness
from wajue.runner.manifests import are_whole
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
    return tuple(s for s in planned if begin <= dag.NAMES.index(s.name) <= end and (train or s.on_spark))


def must_be_same_project(config: Config, workspace: Workspace) -> None:
    """Raises WajueError if the workspace belongs to a config whose corpora have nothing in common with this one's."""
    manifest = workspace.manifest("raw_documents")
    if manifest is None:
        return
    theirs = {(c["name"], path) for c in manifest.get("config", {}).get("corpus", ()) for path in c["paths"]}
    ours = {(c.name, path) for c in config.corpus for path in c.paths}
    if theirs and not theirs & ours:
        names = ", ".join(sorted({name for name, _ in theirs}))
        raise WajueError(
            f"{workspace.location} was written by another config, for other corpora ({names}); choose another --workspace, "
            "or run with --force to write it anew"
        )


def discard_old(workspace: Workspace, name: str) -> None:
    """Tables of a step that is now left out would pass for results of this config."""
    for table in next(s.writes for s in dag.STEPS if s.name == name):
        try:
            is_there = workspace.whole(table)
        except WajueError:  # its manifest cannot be read
            is_there = True
        if is_there:
            log.info("%s: the table %s of an earlier run is removed", name, table)
            workspace.discard(table)


def fingerprints(config: Config, workspace: Workspace, files: list[corpora.CorpusFile] | None) -> dict[str, str]:
    """For each step to run, a hash of its config and of everything it reads, back to the files.

    files None: the files are not looked at; what is recorded of them stands.
    """
    of_tables: dict[str, str] = {}
    of_steps: dict[str, str] = {}
    for step in dag.planned(config):
        inputs = [_files_read(workspace, step, files)] if step.reads_files else [of_tables.get(t, "none") for t in step.reads]
        inputs += [*elsewhere.runs(config, step), *([json.dumps(config.fields)] if step.by_field else [])]
        shown = json.dumps([step.name, config.fingerprint(*step.sections), inputs])
        of_steps[step.name] = digest = hashlib.sha256(shown.encode()).hexdigest()[:16]
        of_tables |= dict.fromkeys(step.writes, digest)
    return of_steps


def _files_read(workspace: Workspace, step: Step, files: list[corpora.CorpusFile] | None) -> str:
    """The files as they are now, or as the manifest of what was read from them lists them."""
    if files is not None:
        return json.dumps(growth.listing(files))
    manifest = workspace.manifest(step.writes[0]) or {}
    return json.dumps(manifest.get("inputs", {}).get("files"))


def of(config: Config, workspace: Workspace, files: list[corpora.CorpusFile] | None = None) -> list[State]:
    """The state of every step of the pipeline, in order."""
    wanted = fingerprints(config, workspace, files)
    left_out = dag.left_out(config)
    states: list[State] = []
    for step in dag.STEPS:
        if step.name in left_out:
            states.append(State(step, "left out", None, left_out[step.name]))
            continue
        state = _state(workspace, step, wanted[step.name])
        if state.state == "stale":
            stale_tables = {t for s in states if s.state == "stale" for t in s.step.writes}
            state = replace(state, why=staleness.why(config, workspace, step, files, stale_tables))
        states.append(state)
    return states


def _state(workspace: Workspace, step: Step, fingerprint: str) -> State:
    """The state of a step that is not left out."""
    manifests = workspace.manifests(step.writes)
    if manifests is None or not are_whole(manifests):
        return State(step, "missing", None)
    if (fault := fault_of(workspace, step)) is not None:
        return State(step, "damaged", manifests[0], fault)
    return State(step, "done" if is_done(workspace, step, fingerprint) else "stale", manifests[0])


def fault_of(workspace: Workspace, step: Step) -> str | None:
    """What is wrong with the files of the tables that the step wrote."""
    return next((f"the table {t} is damaged: {fault}" for t in step.writes if (fault := workspace.fault(t)) is not None), None)


def is_done(workspace: Workspace, step: Step, fingerprint: str) -> bool:
    """Were the tables written for this config, from the tables that are there now?"""
    manifests = workspace.manifests(step.writes)
    if manifests is None or any(m.get("fingerprint") != fingerprint for m in manifests) or not are_whole(manifests):
        return False
    return step.reads_files or all(m["inputs"] == inputs_of(workspace, step) for m in manifests)


def inputs_of(workspace: Workspace, step: Step) -> dict[str, Any]:
    """Which run wrote each table that the step reads."""
    return {t: m.get("run_id", "unknown") for t in step.reads if (m := workspace.manifest(t)) is not None}
