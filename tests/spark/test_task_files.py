"""What tasks do with Parquet files, outside of Spark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from wajue import schemas
from wajue.errors import WajueError
from wajue.spark import task_files


def plan(path: Path, *groups: int) -> Iterator[pa.RecordBatch]:
    yield pa.RecordBatch.from_pylist([{"path": str(path), "groups": list(groups)}], task_files.PLAN)


def test_the_row_groups_that_are_asked_for_are_read(tmp_path: Path) -> None:
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"n": range(30), "m": range(30)}), path, row_group_size=10)
    groups = task_files.row_groups_of([str(path)])
    assert [(g.path, g.number) for g in groups] == [(str(path), i) for i in range(3)] and all(g.size > 80 for g in groups)
    made = pa.Table.from_batches(task_files.reading(("n",), "")(plan(path, 0, 2)))
    assert made.to_pydict() == {"n": [*range(10), *range(20, 30)]}


def test_each_task_is_given_its_own_work() -> None:
    work = [pa.record_batch({"path": [name]}) for name in "abc"]
    numbers = [pa.record_batch({"id": pa.array(ids, pa.int64())}) for ids in ([2], [], [0])]
    assert [b.column("path").to_pylist() for b in task_files.handing_out(work)(iter(numbers))] == [["c"], ["a"]]


def test_functions_follow_one_another() -> None:
    def doubled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from (batch, batch)

    batch = pa.record_batch({"n": [1]})
    assert len(list(task_files.composed((doubled, doubled))(iter([batch])))) == 4


@pytest.mark.parametrize(("content", "said"), [(b"PAR1 and then nothing", "is damaged"), (None, "is not there on")])
def test_what_cannot_be_read_is_named(tmp_path: Path, content: Any, said: str) -> None:
    path = tmp_path / "t.parquet"
    if content:
        path.write_bytes(content)
    with pytest.raises(WajueError, match=f"t.parquet {said}"):
        list(task_files.reading(("n",), "")(plan(path, 0)))


@pytest.mark.parametrize("table", schemas.TABLES)
def test_hashes_alone_are_not_compressed(tmp_path: Path, table: str) -> None:
    """A column that Parquet is told nothing of would not be, either."""
    schema = schemas.TABLES[table].schema
    row = pa.RecordBatch.from_pydict({field.name: pa.nulls(1, field.type) for field in schema}, schema)
    [[path]] = [made.column("path").to_pylist() for made in task_files.writing(str(tmp_path), {"": schema})(iter([row]))]
    group = pq.read_metadata(path).row_group(0)
    columns = {group.column(i).path_in_schema: group.column(i).compression for i in range(group.num_columns)}
    hashes = {"folded_high", "folded_low", "text_hash", "sketch", "second_sketch", "bands", "elements"}
    assert {path for path, codec in columns.items() if codec != "ZSTD"} == (hashes if table == "signatures" else set())


def test_no_two_files_have_one_name() -> None:
    assert task_files.name_of(3) != task_files.name_of(3) and task_files.name_of(3).startswith("part-00003-")
