"""What steps took, and what a run is going to take. In: a config and its workspace. Out: rows for `wajue steps` and `--dry-run`.

A forecast is what the step took when it last ran on this workspace, in proportion to the bytes of the corpora's files where these
have grown: a step has fixed costs too, so for grown corpora it is an upper bound. A step that never ran here has no forecast.
"""

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
from rich.table import Table as RichTable

from wajue import dag
from wajue.config import Config
from wajue.console import seconds, size
from wajue.dag import Step
from wajue.reading.corpora import CorpusFile
from wajue.runner import freshness, growth
from wajue.runner.freshness import State
from wajue.runner.manifests import files_read
from wajue.store.workspace import Workspace

Row = dict[str, Any]
_SCRATCH = ("shuffle_write_bytes", "spilled_disk_bytes", "cached_bytes")  # on disk while the step runs


def steps(config: Config, workspace: Workspace, files: list[CorpusFile] | None) -> list[Row]:
    """Each step: its state, and what it took when it ran."""
    step_rows: list[Row] = []
    for state in freshness.of(config, workspace, files):
        first = state.manifest or {}
        manifests = (workspace.manifests(state.step.writes) or []) if first else []
        row: Row = {"step": state.step.name, "reads": list(state.step.reads), "writes": list(state.step.writes)}
        row |= {"state": state.state, "why": state.why or None}
        row |= {k: first.get(k) for k in ("rows_in", "bytes_in")}
        row |= {"rows_out": [m.get("rows_out") for m in manifests], "bytes_out": sum(m.get("bytes_out", 0) for m in manifests)}
        counted = first.get("spark", {})
        row |= {k: counted.get(k) for k in ("tasks", "failed_tasks", "shuffle_write_bytes", "spilled_disk_bytes")}
        step_rows.append(row | {k: first.get(k) for k in ("seconds", "cpu_seconds", "peak_rss_bytes")})
    return step_rows


def as_table(step_rows: list[Row]) -> pa.Table:
    """The rows of `steps`, typed, so that columns without any value have their type too."""
    names, whole, real = pa.list_(pa.string()), pa.int64(), pa.float64()
    types = {
        "step": pa.string(),
        "reads": names,
        "writes": names,
        "state": pa.string(),
        "why": pa.string(),
        "rows_out": pa.list_(whole),
    }
    schema = pa.schema([(k, types.get(k, real if k.endswith("seconds") else whole)) for k in step_rows[0]])
    return pa.Table.from_pylist(step_rows, schema=schema)


def plan(config: Config, workspace: Workspace, files: list[CorpusFile], selected: tuple[Step, ...], *, force: bool) -> list[Row]:
    """What a run of these steps would do, why, and what each is forecast to take."""
    states = {} if force else {s.step.name: s for s in freshness.of(config, workspace, files)}
    corpora_bytes = sum(f.size for f in files)
    renewed: set[str] = set()  # tables that the steps before will write
    step_rows: list[Row] = []
    for step in selected:
        state = states.get(step.name)
        why = _why(config, workspace, step, files, state, renewed)
        row: Row = {"step": step.name, "runs": why is not None, "why": why or "done before, for the same input and config"}
        if why is not None:
            renewed |= set(step.writes)
            row |= _forecast(config, workspace, step, corpora_bytes)
        step_rows.append(row)
    return step_rows


def expected(step_rows: list[Row]) -> dict[str, float]:
    """{step: seconds} that it is forecast to take, of the rows of `plan`; {} where a step that runs has no forecast."""
    seconds_of = {row["step"]: row["seconds"] for row in step_rows if row["runs"]}
    return {} if None in seconds_of.values() else seconds_of


_WHY = {
    "missing": "not done yet",
    "damaged": "its tables are damaged",
}


def _why(
    config: Config, workspace: Workspace, step: Step, files: list[CorpusFile], state: State | None, renewed: set[str]
) -> str | None:
    """Why a run would do the step; None if it would not. state: None where --force makes all anew."""
    if state is None:
        return "--force"
    if state.state == "stale":
        grown = (
            growth.new_files(config, workspace, step, files)[1]
            if step.reads_files and not state.why.startswith("[[corpus]]")
            else ""
        )
        return grown or state.why
    if (why := _WHY.get(state.state)) is None and (inputs := [t for t in step.reads if t in renewed]):
        return f"reads {', '.join(inputs)}"
    return why


def _forecast(config: Config, workspace: Workspace, step: Step, corpora_bytes: int) -> Row:
    """Seconds, CPU seconds, peak memory, bytes written for good and meanwhile; None for each if the step never ran here."""
    manifests, bytes_then = workspace.manifests(step.writes), sum(size for _, size in files_read(workspace))
    known = manifests is not None and bytes_then and "grown" not in manifests[0] and all("bytes_out" in m for m in manifests)
    if not known or manifests is None:
        return dict.fromkeys(("seconds", "cpu_seconds", "memory_bytes", "written_bytes", "scratch_bytes", "growth"))
    last = manifests[0]
    grown = max(1.0, corpora_bytes / bytes_then)
    work = grown * _training_ratio(config, step, last)
    spark = last.get("spark", {})
    return {
        "seconds": work * last["seconds"],
        "cpu_seconds": work * last["cpu_seconds"],
        "memory_bytes": last["peak_rss_bytes"],
        "written_bytes": grown * sum(m["bytes_out"] for m in manifests),
        "scratch_bytes": grown * sum(spark.get(name, 0) for name in _SCRATCH),
        "growth": grown,
    }


def _training_ratio(config: Config, step: Step, last: Row) -> float:
    """Epochs times dimensions that a trainer is asked for, over those of its last run."""
    if not step.trainer:
        return 1.0
    now, then = getattr(config, step.name), last["config"][step.name]
    return float(now.epochs * now.dim / (then["epochs"] * then["dim"]))


def free_bytes(workspace: Workspace) -> int | None:
    """Free bytes where the workspace will lie; None if that is no local file system."""
    if "://" in workspace.location:
        return None
    folder = Path(workspace.location).resolve()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def shown_steps(step_rows: list[Row]) -> RichTable:
    """The rows of `steps` for people."""
    shown = RichTable(
        "step", "reads", "writes", "state", "rows", "in", "out", "shuffle", "spill", "time", "CPU", "memory", box=None
    )
    for row in step_rows:
        state = f"{row['state']}: {row['why']}" if row["why"] else row["state"]
        figures = [size(row[k]) for k in ("bytes_in", "bytes_out", "shuffle_write_bytes", "spilled_disk_bytes")]
        figures += [seconds(row["seconds"]), seconds(row["cpu_seconds"]), size(row["peak_rss_bytes"])]
        counts = ", ".join(f"{n:,}" for n in row["rows_out"])
        reads, writes = " ".join(row["reads"]) or "files", " ".join(row["writes"])
        shown.add_row(row["step"], reads, writes, state, counts, *(figures if counts else []))
    return shown


def shown_inputs(config: Config, files: list[CorpusFile]) -> RichTable:
    """Each corpus: its files and their size."""
    count, total = Counter(f.corpus for f in files), Counter[str]()
    for file in files:
        total[file.corpus] += file.size
    shown = RichTable("corpus", "role", "files", "size", box=None)
    for corpus in config.corpus:
        shown.add_row(corpus.name, corpus.role, f"{count[corpus.name]:,}", size(total[corpus.name]))
    return shown


def shown_plan(config: Config, step_rows: list[Row]) -> RichTable:
    """The rows of `plan` for people, and the steps that are left out."""
    shown = RichTable("step", "runs", "why", "time", "CPU", "memory", "writes", "beside", box=None)
    for row in step_rows:
        figures = []
        if row["runs"]:
            figures = [seconds(row["seconds"]), seconds(row["cpu_seconds"])]
            figures += [size(row[k]) for k in ("memory_bytes", "written_bytes", "scratch_bytes")]
        shown.add_row(row["step"], "yes" if row["runs"] else "no", row["why"], *figures)
    for name, why in dag.left_out(config).items():
        shown.add_row(name, "no", f"left out: {why}")
    return shown


def total(workspace: Workspace, step_rows: list[Row]) -> str:
    """The rows of `plan` in one sentence."""
    due = [row for row in step_rows if row["runs"]]
    if not due:
        return "nothing would run: every step was done before, for the same input and config"
    known = [row for row in due if row["seconds"] is not None]
    free = free_bytes(workspace)
    of_free = f"; {size(free)} of disk are free" if free is not None else ""
    if not known:
        hint = "run them on a few of the files to learn what they take"
        return f"{len(due)} steps would run, none of which has run here: {hint}{of_free}"
    disk = sum(r["written_bytes"] + r["scratch_bytes"] for r in known)
    figures = [seconds(sum(r["seconds"] for r in known)), f"{seconds(sum(r['cpu_seconds'] for r in known))} of CPU time"]
    figures += [f"{size(max(r['memory_bytes'] for r in known))} of memory", f"{size(disk)} of disk"]
    grown = max(r["growth"] for r in known)
    basis = "as the last run took" if grown == 1 else f"at most: the files are {grown:.1f} times as large as in the last run"
    unknown = f"; {len(due) - len(known)} of them have never run here" if len(known) < len(due) else ""
    return f"{len(due)} steps would run: {', '.join(figures)}, {basis}{unknown}{of_free}"
