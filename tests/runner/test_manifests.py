"""What a step says of itself when it is done."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from wajue import dag, schemas
from wajue.config import Config, Corpus
from wajue.runner import manifests
from wajue.runner.progress import Watch
from wajue.store import parquet
from wajue.store.workspace import Workspace

CONFIG = Config(corpus=(Corpus(name="a", role="domain", paths=("*.txt",)),))
CLEAN = next(s for s in dag.STEPS if s.name == "clean")


def test_the_manifest_and_the_line_in_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workspace = Workspace(str(tmp_path))
    workspace.prepare()
    for table in CLEAN.writes:
        parquet.write(schemas.TABLES[table].schema.empty_table(), workspace, table)
    watch = Watch("clean")
    with watch.running():
        rows_out = manifests.rows_written(workspace, CLEAN)
    facts = {"inputs": {}, "rows_in": 4, "rejected": {"too_short": 1}, "changed": {"html": 2}, "fingerprint": "f"}
    with caplog.at_level(logging.INFO, logger="wajue"):
        manifests.finish(CLEAN, CONFIG, workspace, watch, datetime.now(UTC), rows_out, facts)
    [first, *_] = workspace.manifests(CLEAN.writes) or []
    assert (first["table"], first["rows_out"], first["rows_in"], first["fingerprint"]) == ("clean_documents", 0, 4, "f")
    assert set(first["config"]) == {"clean", "segment"} and first["bytes_out"] == workspace.bytes("clean_documents")
    [record] = [r for r in caplog.records if r.message.startswith("clean:")]
    assert "0 clean_documents, 0 clean_rejects, 0 boilerplate in" in record.message
    assert record.message.endswith("1 too_short; changed: 2 html")
    assert record.facts["rejected"] == {"too_short": 1} and record.facts["changed"] == {"html": 2}  # type: ignore[attr-defined]
    assert manifests.rows_read(workspace, next(s for s in dag.STEPS if s.name == "dedup")) == 0
    assert pa.types.is_string(schemas.TABLES["clean_documents"].schema.field("text").type)


def test_what_was_read_is_summed_from_the_manifests(tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    assert manifests.rows_read(workspace, CLEAN) == 0 == manifests.bytes_read(workspace, CLEAN)
    assert manifests.rows_read(workspace, dag.STEPS[0]) == 0, "it reads files"


def test_sections_and_corpora_as_json() -> None:
    assert manifests.section_as_json(CONFIG.corpus)[0]["name"] == "a"
    assert manifests.section_as_json(CONFIG.dedup)["exact"] is True
