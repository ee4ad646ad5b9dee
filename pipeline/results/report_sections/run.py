"""The section of the run: what each step wrote and took, the settings that are not the defaults, the versions."""

import json

from wajue import dag
from wajue.config import Config
from wajue.results.report_sections.tables import Facts, Rows, Tables


def run(tables: Tables, facts: Facts) -> Facts:
    """`steps` with the `longest` time and the `largest` memory of any; `settings`, `versions`, `finished`."""
    step_rows = _steps(tables)
    return {
        "steps": step_rows,
        "longest": max((max(r["seconds_or_0"], r["cpu_or_0"]) for r in step_rows), default=1),
        "largest": max((r["peak_rss_bytes"] or 0 for r in step_rows), default=1),
        "settings": changed_settings(tables),
        "versions": next((m["versions"] for m in reversed(tables.manifests.values()) if "versions" in m), {}),
        "finished": max((r["finished"] for r in step_rows if r["finished"]), default="")[:16].replace("T", " "),
    }


def _steps(tables: Tables) -> Rows:
    """Each step of the pipeline: what it wrote, and what that took; or why it did not run."""
    missing = tables.missing()
    step_rows: Rows = []
    for step in dag.STEPS:
        manifest = tables.manifests.get(step.writes[0], {}) if step.name not in missing else {}
        measured = {k: manifest.get(k) for k in ("seconds", "cpu_seconds", "peak_rss_bytes", "rows_in", "finished")}
        written = [{"table": t, "rows": tables.count(t)} for t in step.writes]
        row = {"name": step.name, "missing": missing.get(step.name), "written": written, **measured}
        step_rows.append(row | {"seconds_or_0": row["seconds"] or 0, "cpu_or_0": row["cpu_seconds"] or 0})
    return step_rows


def changed_settings(tables: Tables) -> list[tuple[str, str, str]]:
    """(section, setting, value as TOML has it) where a step was not run with the default."""
    changed = []
    for section, values in tables.settings().items():
        if section != "corpus" and section in Config.model_fields:
            defaults = Config.model_fields[section].get_default(call_default_factory=True).model_dump(mode="json")
            others = {k: v for k, v in values.items() if k in defaults and v != defaults[k]}
            changed += [(section, k, json.dumps(v, ensure_ascii=False)) for k, v in others.items()]
    return changed
