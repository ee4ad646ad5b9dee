"""Tables on their way through Python: what tasks write themselves is what Spark would write for them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from wajue.arrays import cells
from wajue.spark.flow import Flow, ddl
from wajue.spark.task_files import row_groups_of

pytestmark = pytest.mark.spark

ROWS = 50_000
KINDS = pa.schema(
    [("odd", pa.struct([("n", pa.int64())])), ("even", pa.struct([("n", pa.int64()), ("tags", pa.list_(pa.string()))]))]
)


def table(rows: int = ROWS) -> pa.Table:
    tags = [["一", "二"][: i % 3] if i % 7 else None for i in range(rows)]
    return pa.table({"n": pa.array(range(rows), pa.int64()), "tags": pa.array(tags, pa.list_(pa.string()))})


@pytest.fixture(params=["by tasks", "by Spark"])
def flow(request: Any, spark: Any, tmp_path: Path) -> Flow:
    """The table in two files of several row groups, read and written by the tasks themselves, or by Spark for them."""
    folder = tmp_path / "table"
    folder.mkdir()
    for i, part in enumerate((table().slice(0, 20_000), table().slice(20_000))):
        pq.write_table(part, folder / f"{i}.parquet", row_group_size=3_000)
    frame = spark.read.parquet(str(folder))
    if request.param == "by Spark":
        return Flow(frame)
    (tmp_path / "place").mkdir()
    return Flow(frame, row_groups_of(sorted(map(str, folder.iterdir()))), str(tmp_path / "place"))


def doubled(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield pa.record_batch({"twice": pc.multiply(batch.column("n"), 2)})


def parted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        odd = pc.equal(pc.bit_wise_and(batch.column("n"), 1), 1)
        yield cells.one_of(KINDS, "odd", batch.filter(odd))
        yield cells.one_of(KINDS, "even", batch.filter(pc.invert(odd)))


def test_every_row_goes_through_the_functions_once(flow: Flow) -> None:
    mapped = flow.select("n").map(doubled, "twice long")
    for found in (mapped.frame.toArrow(), mapped.to_arrow(), mapped.in_one_task().frame.toArrow()):
        assert sorted(found.column("twice").to_pylist()) == list(range(0, 2 * ROWS, 2))
    assert mapped.in_one_task().tasks == 1 < mapped.tasks


def test_strings_come_as_indices_of_a_dictionary(flow: Flow) -> None:
    by_tasks = flow.row_groups is not None

    def counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            flat = pc.dictionary_encode(batch.column("tags").flatten())
            assert not by_tasks or batch.schema.field("tags").type.value_type == flat.type
            yield pa.record_batch({"tag": flat.dictionary.take(flat.indices)})

    tags = flow.select("tags").by_dictionary("tags").map(counted, "tag string").to_arrow().column("tag").to_pylist()
    assert sorted(tags) == sorted(t for row in table().column("tags").to_pylist() for t in row or [])


def test_a_dictionary_that_was_given_up_is_no_harm(spark: Any, tmp_path: Path) -> None:
    """Where it grows too large a writer ends it, and goes on without."""
    rows = pa.table({"tags": [[f"tag {i}", f"tag {i % 7}"] for i in range(5_000)]})
    path = tmp_path / "t.parquet"
    pq.write_table(rows, path, row_group_size=2_500, dictionary_pagesize_limit=1_000, data_page_size=1_000)

    def flat(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            tags = pc.dictionary_encode(batch.column("tags").flatten())
            yield pa.record_batch({"tag": tags.dictionary.take(tags.indices)})

    flow = Flow(spark.read.parquet(str(path)), row_groups_of([str(path)])).by_dictionary("tags").map(flat, "tag string")
    assert flow.to_arrow().column("tag").to_pylist() == rows.column("tags").combine_chunks().flatten().to_pylist()


def test_collected_in_pieces_it_is_the_same(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wajue.spark.flow._COLLECTED", 10_000)
    assert flow.to_arrow().sort_by("n").to_pydict() == table().to_pydict()


def test_rows_of_several_kinds_are_held_apart(flow: Flow, tmp_path: Path) -> None:
    held = flow.map(parted, ddl(KINDS)).materialized()
    assert sorted(held["odd"].to_arrow().column("n").to_pylist()) == list(range(1, ROWS, 2))
    even = held["even"].to_arrow().sort_by("n")
    assert even.to_pydict() == table().filter(pa.array([True, False] * (ROWS // 2))).to_pydict()
    again = held["odd"].map(doubled, "twice long").frame  # read once more after the table was written
    held["odd"].write(str(tmp_path / "out"))
    assert sorted(pq.read_table(tmp_path / "out").column("n").to_pylist()) == list(range(1, ROWS, 2))
    assert again.count() == ROWS // 2


def test_rows_of_a_part_meet_in_one_task(flow: Flow) -> None:
    def numbered(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            part = pc.cast(pc.subtract(batch.column("n"), pc.multiply(pc.divide(batch.column("n"), 5), 5)), pa.int32())
            yield pa.record_batch({"part": part, "n": batch.column("n")})

    def counted(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        if held := list(batches):
            rows = pa.Table.from_batches(held)
            yield pa.record_batch({"parts": [rows.column("part").unique().to_pylist()], "sum": [pc.sum(rows.column("n")).as_py()]})

    exchanged = flow.select("n").map(numbered, "part int, n long").exchanged(7, "part")
    assert exchanged.tasks == 7
    rows = exchanged.map(counted, "parts array<bigint>, sum long").frame.collect()
    assert sorted((r.parts, r.sum) for r in rows) == [([i], sum(range(i, ROWS, 5))) for i in range(5)]


def test_what_is_written_is_what_was_read(flow: Flow, tmp_path: Path) -> None:
    flow.write(str(tmp_path / "out"))
    assert pq.read_table(tmp_path / "out").sort_by("n").to_pydict() == table().to_pydict()
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert len(written) > 1 and all(name.startswith(f"part-{i:05d}-") for i, name in enumerate(written))


def test_a_table_without_rows_has_a_file_with_its_columns(flow: Flow, tmp_path: Path) -> None:
    def none(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield batch.slice(0, 0)

    flow.map(none, "n long, tags array<string>").write(str(tmp_path / "out"))
    found = pq.read_table(tmp_path / "out")
    assert found.num_rows == 0 and found.schema.names == ["n", "tags"]
    read = Flow(
        flow.source.sparkSession.read.parquet(str(tmp_path / "out")), row_groups_of(list(map(str, (tmp_path / "out").iterdir())))
    )
    assert read.select("n").map(doubled, "twice long").frame.count() == 0
