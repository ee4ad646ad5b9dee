"""Steps with what they took, and settings that are not the defaults."""

from pathlib import Path

from tests import workspaces
from wajue.results.report_sections.run import changed_settings, run
from wajue.results.report_sections.tables import Tables


def test_settings_are_shown_as_the_config_has_them(tmp_path: Path) -> None:
    few = {t: rows for t, rows in workspaces.tables().items() if t in ("raw_documents", "ingest_rejects", "files")}
    config = {"clean": {"script": "keep"}, "dedup": {"exact": False}, "terms": {"seeds": ["断路器"]}}
    changed = changed_settings(Tables(workspaces.write(tmp_path / "w", few, config)))
    assert [f"[{s}] {k} = {v}" for s, k, v in changed] == [
        '[clean] script = "keep"',
        "[dedup] exact = false",
        '[terms] seeds = ["断路器"]',
    ]


def test_steps_with_what_they_took(whole: Tables) -> None:
    facts = run(whole, {})
    first = facts["steps"][0]
    # the first table took 1.5 s and 2.5 s of CPU time, each one after it a second more
    assert (first["name"], first["seconds"], first["cpu_seconds"], first["missing"]) == ("ingest", 1.5, 2.5, None)
    assert facts["longest"] > 20 and facts["largest"] == 10**9 and facts["finished"] == "2026-11-21 20:00"
    assert facts["versions"] == {"wajue": "0.1.0"}
