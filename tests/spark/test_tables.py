"""Tables of a workspace as flows: checked against their declarations on the way in and out."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests import tiny
from wajue import schemas
from wajue.errors import WajueError
from wajue.spark import tables
from wajue.spark.flow import Flow
from wajue.store import parquet
from wajue.store.workspace import Workspace

ROWS = [{"word": "断路器", "role": "domain", "count": 3, "document_count": 2}]


def test_a_table_is_read_and_written_as_declared(spark: Any, tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", word_counts=ROWS)
    flow = tables.read(spark, workspace, "word_counts")
    assert flow.reads_directly and flow.writes_directly and flow.to_arrow().to_pylist() == ROWS
    workspace.prepare()
    tables.write(flow.frame, workspace, "word_counts")
    assert parquet.count_rows(workspace, "_unfinished/word_counts") == 1


def test_some_of_its_files(spark: Any, tmp_path: Path) -> None:
    workspace = tiny.workspace(tmp_path / "w", word_counts=ROWS)
    [name] = [p.name for p in (tmp_path / "w" / "word_counts").glob("*.parquet")]
    assert tables.read(spark, workspace, "word_counts", [name]).to_arrow().num_rows == 1


def test_what_is_not_as_declared_is_named(spark: Any, tmp_path: Path) -> None:
    workspace = Workspace(str(tmp_path))
    workspace.prepare()
    frame = spark.createDataFrame([("断路器", "3")], "word string, count string")
    with pytest.raises(WajueError, match=r"table word_counts about to be written is not as declared: .*'count'.*'document_count'"):
        tables.write(Flow(frame), workspace, "word_counts")


def test_a_folder_that_tasks_cannot_open_has_no_scratch_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = Workspace(str(tmp_path))
    assert tables.scratch_folder(local) == f"{tmp_path}/_unfinished"
    monkeypatch.setattr(Workspace, "files", (pa.fs.SubTreeFileSystem("/", pa.fs.LocalFileSystem()), "/x"))
    assert tables.scratch_folder(local) is None
    assert set(schemas.TABLES["word_counts"].schema.names) == set(ROWS[0])
