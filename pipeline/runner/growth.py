"""Corpora that have grown since a workspace was written. In: the files now, and the manifests. Out: what is new, and whether
adding it to the tables that are there gives the tables of a run from scratch.

It does where a row depends on its own file or document alone, as in reading and cleaning, and in de-duplication where new files
stand behind the old ones. What looks at all documents at once is computed again (docs/growing.md).
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import RowsWouldChange
from wajue.reading.corpora import CorpusFile
from wajue.runner import elsewhere
from wajue.runner.manifests import are_whole, section_as_json
from wajue.spark import tables
from wajue.spark.flow import Flow
from wajue.store.workspace import Workspace, versions

log = logging.getLogger(__name__)

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Difference:
    """What became of the files since they were read: names as (corpus, name); `same` were not touched."""

    new: tuple[CorpusFile, ...]
    changed: tuple[tuple[str, str], ...]
    vanished: tuple[tuple[str, str], ...]
    same: int

    def __str__(self) -> str:
        """In words, with the first name of each kind."""
        said = []
        named = (("new", [(f.corpus, f.name) for f in self.new]), ("changed", self.changed), ("vanished", self.vanished))
        for kind, names in named:
            if names:
                said.append(f"{len(names):,} {kind} ({names[0][1]}{', ...' if len(names) > 1 else ''})")
        return f"files: {', '.join(said) or 'none new, changed or vanished'}; {self.same:,} as they were"


def listing(files: Iterable[CorpusFile]) -> list[list[Any]]:
    """The files as a manifest lists them: what tells whether one is still the same."""
    return [[f.corpus, f.name, f.size, f.modified, f.encoding] for f in files]


def difference(manifest: Manifest, files: list[CorpusFile]) -> Difference:
    """The files now against those that raw_documents was read from."""
    then = {(row[0], row[1]): row for row in manifest["inputs"]["files"]}
    now = {(row[0], row[1]): row for row in listing(files)}
    changed = tuple(name for name, row in now.items() if name in then and then[name] != row)
    return Difference(
        new=tuple(f for f in files if (f.corpus, f.name) not in then),
        changed=changed,
        vanished=tuple(name for name in then if name not in now),
        same=len(then.keys() & now.keys()) - len(changed),
    )


def new_files(config: Config, workspace: Workspace, step: Step, files: list[CorpusFile]) -> tuple[list[CorpusFile] | None, str]:
    """(the files to read and add to the tables, why); None: all are to be read."""
    manifests = workspace.manifests(step.writes)
    if manifests is None:
        return None, ""
    first = manifests[0]
    changes = difference(first, files)
    ours = {c.name: _read_alike(c.model_dump(mode="json")) for c in config.corpus}
    theirs = {c["name"]: _read_alike(c) for c in first["config"]["corpus"]}
    if not changes.new or changes.changed or changes.vanished:
        return None, f"{changes}: all are read again"
    if any(ours.get(name) != settings for name, settings in theirs.items()):
        return None, "the [[corpus]] settings changed: all files are read again"
    if first["versions"] != versions():
        return None, "other versions of wajue or of what it builds on wrote the tables: all files are read again"
    return list(changes.new), f"{changes}, {step.grows}"


def added_parts(config: Config, workspace: Workspace, step: Step) -> list[str] | None:
    """The Parquet files of the step's input that hold what was added since the step ran; None if that cannot be told, or if the
    step was run with other settings or versions."""
    manifests, source = workspace.manifests(step.writes), workspace.manifest(step.reads[0])
    if source is None or manifests is None:
        return None
    first = manifests[0]
    theirs, ours = ({s: _alike(of[s]) for s in step.sections if s in of} for of in (first["config"], _sections(config, step)))
    if theirs != ours or first["versions"] != versions() or first.get("elsewhere", []) != elsewhere.runs(config, step):
        return None
    runs = [grown["from"] for grown in source.get("grown", [])]
    seen = first["inputs"].get(step.reads[0])
    if seen not in runs or any(m["inputs"] != first["inputs"] for m in manifests):
        return None
    return [part for grown in source["grown"][runs.index(seen) :] for part in grown["parts"]]


def _sections(config: Config, step: Step) -> dict[str, Any]:
    return {s: section_as_json(getattr(config, s)) for s in step.sections}


def _alike(section: Any) -> Any:
    """The section; of corpora, what rows depend on."""
    return [_read_alike(corpus) for corpus in section] if isinstance(section, list) else section


def _read_alike(corpus: dict[str, Any]) -> dict[str, Any]:
    """A corpus without where its files lie, which the manifest of raw_documents knows, and without what no row depends on."""
    return {key: value for key, value in corpus.items() if key not in ("paths", "field", "may_be_empty")}


class Added(NamedTuple):
    """What a step is to write, and the tables whose rows stay and to which that is added."""

    frames: tuple[Flow | DataFrame, ...]
    added_to: tuple[str, ...]


def added(
    step: Step,
    stage: Callable[..., Any],
    config: Config,
    workspace: Workspace,
    spark: SparkSession,
    files: list[CorpusFile] | None,
) -> Added | None:
    """What the step makes of what is new; None, announced, where it has to look at everything again."""
    manifests = workspace.manifests(step.writes)
    if not step.grows or manifests is None or not are_whole(manifests):
        return None
    try:
        if step.reads_files:
            return _files_added(step, stage, config, workspace, spark, files or [])
        return _rows_added(step, stage, config, workspace, spark)
    except RowsWouldChange as why:
        spark.catalog.clearCache()
        workspace.sweep()
        log.info("%s: %s", step.name, why)
        return None


def _rows_added(step: Step, stage: Callable[..., Any], config: Config, workspace: Workspace, spark: SparkSession) -> Added | None:
    if (parts := added_parts(config, workspace, step)) is None:
        return None
    whole, new = (tables.read(spark, workspace, step.reads[0], p) for p in (None, parts))
    before = {t: tables.read(spark, workspace, t) for t in step.rereads}
    frames = stage(whole, config=dag.visible(config, step), added=new, **before)
    log.info("%s: %s", step.name, step.grows)
    return Added(frames, tuple(t for t in step.writes if t not in step.rewrites))


def _files_added(
    step: Step, stage: Callable[..., Any], config: Config, workspace: Workspace, spark: SparkSession, files: list[CorpusFile]
) -> Added | None:
    new, said = new_files(config, workspace, step, files)
    if said:
        log.info("ingest: %s", said)
    if new is None:
        return None
    before, scratch_folder = tables.read(spark, workspace, step.writes[0]).frame, tables.scratch_folder(workspace)
    frames = stage(spark, new, config=dag.visible(config, step), before=before, scratch_folder=scratch_folder)
    return Added(frames, step.writes)


def carry_over(workspace: Workspace, added_to: tuple[str, ...]) -> list[dict[str, Any]]:
    """Put the rows that stay beside those that were written. Returns how the first table grew: after which runs, by which files."""
    [new, *_] = [workspace.carry_over(t) for t in added_to]
    before = workspace.manifest(added_to[0])
    assert before is not None
    return [*before.get("grown", []), {"from": before["run_id"], "parts": new}]
