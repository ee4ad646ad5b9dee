"""Why a step is stale. In: a config, and the manifest of the step's tables. Out: what changed since it ran, in words."""

from collections.abc import Collection
from typing import Any

from wajue.config import Config
from wajue.dag import Step
from wajue.reading.corpora import CorpusFile
from wajue.runner import growth
from wajue.runner.manifests import section_as_json
from wajue.store.workspace import Workspace


def why(config: Config, workspace: Workspace, step: Step, files: list[CorpusFile] | None, stale_tables: Collection[str]) -> str:
    """The settings, files and tables that changed. files None: they are not looked at; stale_tables: of the steps before."""
    manifest = workspace.manifest(step.writes[0]) or {}
    then, inputs = manifest.get("config", {}), manifest.get("inputs", {})
    reasons = [r for s in step.sections for r in _changes(s, then.get(s, {}), section_as_json(getattr(config, s)))]
    if step.reads_files:
        changes = growth.difference(manifest, files) if files is not None else None
        reasons += [str(changes)] if changes and (changes.new or changes.changed or changes.vanished) else []
    else:
        reasons += [f"it reads {t}, which is stale" for t in step.reads if t in stale_tables]
        written = {t: (workspace.manifest(t) or {}).get("run_id") for t in step.reads if t not in stale_tables}
        reasons += [f"{t} was written anew" for t, run in written.items() if inputs.get(t) != run]
    return "; ".join(reasons) or "a word list or a workspace that the config names was changed"


def _changes(section: str, then: Any, now: Any) -> list[str]:
    """Each setting of a section that has another value now; of corpora by their names."""
    if isinstance(now, list):
        ours, theirs = ({c["name"]: c for c in corpora} for corpora in (then or [], now))
        named = {f"[[corpus]] {name}": (ours.get(name, {}), theirs.get(name, {})) for name in {**ours, **theirs}}
    else:
        named = {f"[{section}]": (then, now)}
    return [
        f"{title} {key}: {_shown(before.get(key))} -> {_shown(after.get(key))}"
        for title, (before, after) in named.items()
        for key in {**before, **after}
        if key != "name" and before.get(key) != after.get(key)
    ]


def _shown(value: Any) -> str:
    """A value as TOML nearly has it; - where there is none."""
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    return "-" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
