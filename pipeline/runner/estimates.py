"""What steps took, and what a run is going to take. In: a config and its workspace. Out: rows for `wajue steps` and `--dry-run`.

An estimate is a line: so much for the step, and so much for each megabyte of the corpora's files. FIGURES was measured
(docs/performance.md says on what); where the workspace tells what the step took there, that takes its place.
"""

import os
import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
from rich.table import Table as Shown

from wajue import dag
from wajue.config import Config
from wajue.console import seconds, size
from wajue.dag import Step
from wajue.reading.corpora import CorpusFile
from wajue.runner import freshness, growth
from wajue.store.workspace import Workspace

Row = dict[str, Any]
_MB = 1e6
_BUSY = 0.8  # of its cores, that a local run of Spark steps keeps at work


class Figure(NamedTuple):
    """CPU seconds of a step and of each megabyte; peak memory of all processes, bytes, and by how much it grows, bytes a byte;
    what it writes, and what lies beside that meanwhile (shuffle, spill, caches), bytes a byte."""

    cpu: float
    cpu_per_mb: float
    memory: float
    memory_grows: float
    written: float
    scratch: float


FIGURES = {
    "ingest": Figure(17, 0.14, 1.8e9, 1, 0.39, 0.00),
    "clean": Figure(13, 0.08, 2.4e9, 1, 0.38, 0.07),
    "dedup": Figure(8.1, 0.08, 2.8e9, 5, 0.40, 0.08),
    "ngrams": Figure(5.6, 0.05, 2.9e9, 7, 0.59, 1.97),
    "new_words": Figure(14, 0.12, 3.5e9, 20, 0.04, 0.05),
    "segment": Figure(1.9, 0.01, 3.6e9, 22, 0.21, 0.00),
    "word_counts": Figure(2.9, 0.01, 3.6e9, 22, 0.02, 0.31),
    "contrast": Figure(6.6, 0.17, 3.5e9, 35, 0.11, 0.71),
    "vocabulary": Figure(3.2, 0.02, 3.5e9, 36, 0.18, 0.51),
    "sgns": Figure(13, 0.05, 4.1e9, 20, 0.50, 0),
    "jose": Figure(12, 1.55, 4.2e9, 18, 1.32, 0),
    "terms": Figure(3.2, 0.34, 4.3e9, 9, 0.05, 1.39),
    "trends": Figure(4.4, 0.28, 4.4e9, 20, 0.06, 3.39),
}


def steps(config: Config, workspace: Workspace, files: list[CorpusFile] | None) -> list[Row]:
    """Each step: its state, and what it took when it ran."""
    found: list[Row] = []
    for state in freshness.of(config, workspace, files):
        first = state.manifest or {}
        manifests = (workspace.manifests(state.step.writes) or []) if first else []
        row: Row = {"step": state.step.name, "reads": list(state.step.reads), "writes": list(state.step.writes)}
        row |= {"state": state.state, "why": state.why or None}
        row |= {k: first.get(k) for k in ("rows_in", "bytes_in")}
        row |= {"rows_out": [m.get("rows_out") for m in manifests], "bytes_out": sum(m.get("bytes_out", 0) for m in manifests)}
        counted = first.get("spark", {})
        row |= {k: counted.get(k) for k in ("tasks", "failed_tasks", "shuffle_write_bytes", "spilled_disk_bytes")}
        found.append(row | {k: first.get(k) for k in ("seconds", "cpu_seconds", "peak_rss_bytes")})
    return found


def as_table(rows: list[Row]) -> pa.Table:
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
    schema = pa.schema([(k, types.get(k, real if k.endswith("seconds") else whole)) for k in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema)


def plan(
    config: Config, workspace: Workspace, files: list[CorpusFile], selected: tuple[Step, ...], *, force: bool, cores: int
) -> list[Row]:
    """What a run of these steps would do, why, and what each would take; cores 0: not known, so that no time can be told."""
    stand = {} if force else {s.step.name: s.state for s in freshness.of(config, workspace, files)}
    corpora = sum(f.size for f in files)
    anew: set[str] = set()
    found: list[Row] = []
    for step in selected:
        why = {
            "forced": "--force",
            "missing": "not done yet",
            "stale": "input or config changed",
            "damaged": "its tables are damaged",
        }.get(stand.get(step.name, "forced"))
        if step.name == "ingest" and why == "input or config changed":
            why = growth.new_files(config, workspace, step, files)[1]
        if why is None and (renewed := [t for t in step.reads if t in anew]):
            why = f"reads {', '.join(renewed)}"
        row: Row = {"step": step.name, "runs": why is not None, "why": why or "done before, for the same input and config"}
        if why is not None:
            anew |= set(step.writes)
            row |= _estimate(config, workspace, step, corpora, cores)
        found.append(row)
    return found


def _estimate(config: Config, workspace: Workspace, step: Step, corpora: int, cores: int) -> Row:
    here = _measured_here(config, workspace, step)
    line = here or FIGURES[step.name]._replace(cpu_per_mb=FIGURES[step.name].cpu_per_mb * _work(config, step))
    cpu = line.cpu + line.cpu_per_mb * corpora / _MB
    threads = (getattr(config, step.name).threads or os.cpu_count() or 1) if step.trainer else _BUSY * cores
    most = _most_memory(cores) if cores else float("inf")
    return {
        "cpu_seconds": cpu,
        "seconds": cpu / threads if threads else None,
        "memory_bytes": min(line.memory + line.memory_grows * corpora, most),
        "written_bytes": line.written * corpora,
        "scratch_bytes": line.scratch * corpora,
        "estimated_from": "this workspace" if here else "docs/performance.md",
    }


def _measured_here(config: Config, workspace: Workspace, step: Step) -> Figure | None:
    """The line through what the step took on this workspace; None if it has not run here, or its cost was not recorded.

    What the step takes of itself is that of FIGURES, at most half of what it took; the rest grows with the input.
    """
    manifests = workspace.manifests(step.writes)
    ingested = workspace.manifest("raw_documents")
    corpora = sum(file[2] for file in ingested["inputs"]["files"]) if ingested else 0
    if manifests is None or not corpora or "grown" in manifests[0] or any("bytes_out" not in m for m in manifests):
        return None
    first, known = manifests[0], FIGURES[step.name]
    fixed, counted = min(known.cpu, first["cpu_seconds"] / 2), first.get("spark", {})
    per_mb = (first["cpu_seconds"] - fixed) / corpora * _MB * _work(config, step, first["config"].get(step.name))
    beside = sum(counted.get(name, 0) for name in ("shuffle_write_bytes", "spilled_disk_bytes", "cached_bytes"))
    memory = max(first["peak_rss_bytes"] - known.memory_grows * corpora, 0)
    return Figure(fixed, per_mb, memory, known.memory_grows, sum(m["bytes_out"] for m in manifests) / corpora, beside / corpora)


def _work(config: Config, step: Step, then: Row | None = None) -> float:
    """What a trainer is asked for, over the defaults, or over the settings of an earlier run."""
    if not step.trainer:
        return 1.0
    section = getattr(config, step.name)
    then = then or type(section)().model_dump()
    return float(section.epochs * section.dim / (then["epochs"] * then["dim"]))


def _most_memory(cores: int) -> float:
    """Java's heap, and a gigabyte for each Python worker and for this process."""
    heap = re.fullmatch(r"(\d+)([gm])", os.environ.get("WAJUE_DRIVER_MEMORY", "3g").lower())
    return (int(heap[1]) * (1e9 if heap[2] == "g" else 1e6) if heap else 3e9) + 1e9 * (cores + 1)


def cores_of(master: str | None) -> int:
    """Of a local master; 0 for a cluster, of which only the cluster knows."""
    if master in (None, "local[*]"):
        return os.cpu_count() or 1
    found = re.match(r"local(?:\[(\d+))?", master or "")
    return int(found[1] or 1) if found else 0


def free_bytes(workspace: Workspace) -> int | None:
    """What is free where the workspace is to lie; None if that is no local file system."""
    if "://" in workspace.location:
        return None
    place = Path(workspace.location).resolve()
    while not place.exists():
        place = place.parent
    return shutil.disk_usage(place).free


def shown_steps(rows: list[Row]) -> Shown:
    """The rows of `steps` for people."""
    shown = Shown("step", "reads", "writes", "state", "rows", "in", "out", "shuffle", "spill", "time", "CPU", "memory", box=None)
    for row in rows:
        state = f"{row['state']}: {row['why']}" if row["why"] else row["state"]
        figures = [size(row[k]) for k in ("bytes_in", "bytes_out", "shuffle_write_bytes", "spilled_disk_bytes")]
        figures += [seconds(row["seconds"]), seconds(row["cpu_seconds"]), size(row["peak_rss_bytes"])]
        counts = ", ".join(f"{n:,}" for n in row["rows_out"])
        reads, writes = " ".join(row["reads"]) or "files", " ".join(row["writes"])
        shown.add_row(row["step"], reads, writes, state, counts, *(figures if counts else []))
    return shown


def shown_inputs(config: Config, files: list[CorpusFile]) -> Shown:
    """Each corpus: its files and their size."""
    count, total = Counter(f.corpus for f in files), Counter[str]()
    for file in files:
        total[file.corpus] += file.size
    shown = Shown("corpus", "role", "files", "size", box=None)
    for corpus in config.corpus:
        shown.add_row(corpus.name, corpus.role, f"{count[corpus.name]:,}", size(total[corpus.name]))
    return shown


def shown_plan(config: Config, rows: list[Row]) -> Shown:
    """The rows of `plan` for people, and the steps that are left out."""
    shown = Shown("step", "runs", "why", "time", "CPU", "memory", "writes", "beside", "estimated from", box=None)
    for row in rows:
        figures = [seconds(row["seconds"]), seconds(row["cpu_seconds"])] if row["runs"] else []
        figures += [size(row[k]) for k in ("memory_bytes", "written_bytes", "scratch_bytes")] if row["runs"] else []
        shown.add_row(row["step"], "yes" if row["runs"] else "no", row["why"], *figures, row.get("estimated_from"))
    for name, why in dag.left_out(config).items():
        shown.add_row(name, "no", f"left out: {why}")
    return shown


def total(workspace: Workspace, rows: list[Row]) -> str:
    """The rows of `plan` in one sentence."""
    some = [row for row in rows if row["runs"]]
    if not some:
        return "nothing would run: every step was done before, for the same input and config"
    time = seconds(sum(r["seconds"] for r in some)) if all(r["seconds"] for r in some) else "as long as the cluster needs"
    disk = sum(r["written_bytes"] + r["scratch_bytes"] for r in some)
    free = free_bytes(workspace)
    of_free = f" ({size(free)} are free)" if free is not None else ""
    cpu, memory = seconds(sum(r["cpu_seconds"] for r in some)), size(max(r["memory_bytes"] for r in some))
    return f"{len(some)} steps, about {time}, {cpu} of CPU time, {memory} of memory, at most {size(disk)} of disk{of_free}"
