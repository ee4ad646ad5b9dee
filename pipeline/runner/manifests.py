"""What a step says of itself in `_step.json` and in the log. In: the step's facts. Out: its tables, finished."""

import logging
import uuid
from datetime import UTC, datetime
from typing import Any

from wajue.config import Config
from wajue.dag import Step
from wajue.runner.progress import Watch
from wajue.schemas import FORMAT_VERSION
from wajue.store import parquet
from wajue.store.workspace import UNFINISHED, Workspace, versions

log = logging.getLogger(__name__)

FEW = 1000  # rows: so few may be packed arrays, each with thousands of items in it, and say nothing of the work
Facts = dict[str, Any]
_DECIDING = (
    "step",
    "run_id",
    "fingerprint",
    "inputs",
    "config",
    "versions",
    "rows_in",
    "rows_out",
    "bytes_out",
    "files",
    "seconds",
)


def are_whole(manifests: list[Facts]) -> bool:
    """Do they hold all that decides whether a step is done, and what the steps after it ask?"""
    return all(key in manifest for manifest in manifests for key in _DECIDING)


def rows_written(workspace: Workspace, step: Step) -> dict[str, int]:
    """{table: rows} of the unfinished tables of a step."""
    return {t: parquet.count_rows(workspace, f"{UNFINISHED}/{t}") for t in step.writes}


def rows_read(workspace: Workspace, step: Step) -> int:
    """Rows of the first table that the step reads, 0 for one that reads files."""
    return sum(m.get("rows_out", 0) for t in step.reads[:1] if (m := workspace.manifest(t)) is not None)


def files_read(workspace: Workspace) -> list[tuple[str, int]]:
    """The name and the bytes of each file of which there are raw documents."""
    return [(name, size) for _, name, size, *_ in (workspace.manifest("raw_documents") or {}).get("inputs", {}).get("files", ())]


def bytes_read(workspace: Workspace, step: Step) -> int:
    """Bytes of all tables that the step reads."""
    return sum(m.get("bytes_out", 0) for t in step.reads if (m := workspace.manifest(t)) is not None)


def finish(
    step: Step,
    config: Config,
    workspace: Workspace,
    watch: Watch,
    started: datetime,
    rows_out: dict[str, int],  # by table
    facts: Facts,
) -> None:
    """Move the step's tables into place with their manifests, and say what was done."""
    finished = datetime.now(UTC)
    shared: Facts = {
        "format_version": FORMAT_VERSION,
        "step": step.name,
        "config": {s: section_as_json(getattr(config, s)) for s in step.sections},
        "run_id": uuid.uuid4().hex[:16],
        "versions": versions(),
        **facts,
        "seconds": round((finished - started).total_seconds(), 3),
        "cpu_seconds": round(watch.cpu_seconds, 3),
        "peak_rss_bytes": watch.meter.peak_rss,
        "started": started.isoformat(),
        "finished": finished.isoformat(),
    }
    bytes_out = {t: workspace.bytes(f"{UNFINISHED}/{t}") for t in step.writes}
    workspace.finish({t: {"table": t, **shared, "rows_out": rows_out[t], "bytes_out": bytes_out[t]} for t in step.writes})
    _announce(step, rows_out, shared)


def section_as_json(section: Any) -> Any:
    """A section of the config, or the tuple of corpora, as a manifest holds it."""
    return [v.model_dump(mode="json") for v in section] if isinstance(section, tuple) else section.model_dump(mode="json")


def _announce(step: Step, rows_out: dict[str, int], manifest: Facts) -> None:
    tables = ", ".join(f"{n:,} {t}" for t, n in rows_out.items())
    message = f"{step.name}: {tables} in {manifest['seconds']:.1f} s ({manifest['cpu_seconds']:.1f} CPU s{_rate(manifest)})"
    if rejected := manifest.get("rejected"):
        message += "; " + ", ".join(f"{n:,} {reason}" for reason, n in rejected.items())
    tallies = {step.tally.name: manifest[step.tally.name]} if step.tally and manifest.get(step.tally.name) else {}
    for name, counts in tallies.items():
        message += f"; {name}: " + ", ".join(f"{n:,} {value}" for value, n in counts.items())
    facts = {"event": "finished", "step": step.name, "rows": rows_out}
    facts |= {k: manifest[k] for k in ("seconds", "cpu_seconds")} | ({"rejected": rejected} if rejected else {}) | tallies
    log.info(message, extra={"facts": facts})


def _rate(manifest: Facts) -> str:
    if "words_per_second" in manifest:
        return f", {manifest['words_per_second']:,} words/s in training"
    if manifest["rows_in"] >= FEW and "grown" not in manifest:
        return f", {manifest['rows_in'] / manifest['seconds']:,.0f} rows/s"
    return ""
