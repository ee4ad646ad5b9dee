"""What stands for Spark's session, call by call; tests/whole/test_in_process.py compares whole runs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql.pandas.types import from_arrow_schema

from wajue.arrays.cells import Batches
from wajue.spark import functions, in_process
from wajue.spark import functions as F
from wajue.spark.flow import literal

WORDS = pa.table(
    {"word": ["油", "变", "油", None], "n": pa.array([1, 2, 3, 4]), "source": [{"file": f, "line": 1} for f in "abab"]}
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Any]:
    with in_process.session(tmp_path / "scratch") as made, functions.of(made):
        yield made


def first_rows(batches: Batches) -> Batches:
    """How many rows a task has, and the first of them."""
    table = pa.Table.from_batches(list(batches))
    yield pa.RecordBatch.from_pydict({"size": [table.num_rows], "first": [table["n"][0].as_py()]})


def test_columns_have_the_names_and_types_of_spark(session: Any) -> None:
    summed = session.createDataFrame(WORDS).groupBy("source.file").agg(F.sum("n").alias("n")).orderBy("n").toArrow()
    assert summed.to_pydict() == {"file": ["a", "b"], "n": [4, 6]}
    assert summed.schema.field("n").type == pa.int64()
    assert session.createDataFrame(WORDS).select("n", "source.file").distinct().where("file = 'a'").orderBy("n").toArrow()[
        "n"
    ].to_pylist() == [1, 3]


def test_rows_are_asked_for_by_name_and_number(session: Any) -> None:
    row = session.createDataFrame(WORDS).where("word = '变'").collect()[0]
    assert (row["word"], row[1], row["source"]["file"]) == ("变", 2, "b")


def test_each_task_gets_its_rows_and_nothing_is_done_before_they_are_wanted(session: Any) -> None:
    def never(batches: Batches) -> Batches:
        raise AssertionError

    session.createDataFrame(WORDS).mapInArrow(never, "size long, first long")
    divided = session.createDataFrame(WORDS.append_column("task", pa.array([1, 0, 1, 7]))).repartitionById(8, "task")
    assert divided.rdd.getNumPartitions() == 3
    made = divided.mapInArrow(first_rows, "size long, first long")
    assert made.toArrow().to_pylist() == [{"size": 1, "first": 2}, {"size": 2, "first": 1}, {"size": 1, "first": 4}]
    assert session.createDataFrame(WORDS).mapInArrow(first_rows, "size long, first long").count() == 1


def test_rows_of_many_batches_are_divided_as_those_of_one(session: Any) -> None:
    rng = np.random.default_rng(1)
    for _ in range(50):
        sizes = rng.integers(0, 4, rng.integers(0, 12)).tolist()
        table = pa.table(
            {"task": pa.array(rng.integers(0, 3, sum(sizes)), pa.int32()), "n": pa.array(range(sum(sizes)), pa.int64())}
        )
        pieces = [table.slice(sum(sizes[:i]), size) for i, size in enumerate(sizes)]
        divided = session.createDataFrame(pa.concat_tables([table.slice(0, 0), *pieces])).repartitionById(3, "task")
        rows = table.to_pylist()
        expected = [[row for row in rows if row["task"] == task] for task in sorted({row["task"] for row in rows})]
        assert [task().to_pylist() for task in divided._of_tasks()] == (expected or [[]])


@pytest.mark.parametrize("processes", [1, 2])
def test_what_tasks_made_goes_on_in_as_many_tasks(processes: int, tmp_path: Path) -> None:
    """Unless it is exchanged, or wanted in one."""
    with in_process.session(tmp_path / "scratch", processes) as session, functions.of(session):
        made = session.range(0, 3, 1, 3).mapInArrow(lambda batches: batches, "id long")
        sizes = [made, made.persist(), made.coalesce(1), made.repartition(1), made.where("id > 0"), made.repartitionById(2, "id")]
        assert [frame.rdd.getNumPartitions() for frame in sizes] == [3, 3, 1, 1, 1, 3]
        assert made.mapInArrow(first_row, "id long").toArrow()["id"].to_pylist() == [0, 1, 2]
        assert made.coalesce(1).mapInArrow(first_row, "id long").toArrow()["id"].to_pylist() == [0]


def first_row(batches: Batches) -> Batches:
    yield next(batches).slice(0, 1)


def test_what_does_not_fit_is_beside_the_tables_and_gone_at_the_end(tmp_path: Path) -> None:
    """It may be large, and temporary files may be kept in memory."""
    spilled = tmp_path / "_spilled"
    with in_process.session(tmp_path / "_unfinished") as session:
        session._conn.execute("SET memory_limit = '40MB'; SET threads = 1")
        most = session._conn.sql(
            "SELECT max(md5) FROM (SELECT md5(i::text) AS md5 FROM range(2_000_000) r(i) ORDER BY md5 LIMIT 1_900_000)"
        )
        assert len(most.fetchall()[0][0]) == 32 and any(spilled.iterdir())
        assert spilled.stat().st_mode & 0o077 == 0, "for this user alone"
    assert not spilled.exists()


def test_what_is_at_work_is_told(session: Any) -> None:
    told = []

    def ask(batches: Batches) -> Batches:
        list(batches)
        told.append(session.progress())
        yield pa.RecordBatch.from_pydict({"n": pa.array([1])})

    session.range(0, 2, 1, 2).mapInArrow(ask, "n long").count()
    assert told == [(0.0, "0/2 tasks"), (0.5, "1/2 tasks")]
    assert session.progress() is None


def test_a_join_of_joins_keeps_its_columns(session: Any) -> None:
    sizes = session.createDataFrame(pa.table({"word": ["油", "变"], "size": [7, 8]}))
    signs = session.createDataFrame(pa.table({"size": [7, 8], "sign": ["x", "y"]}))
    joined = session.createDataFrame(WORDS).join(F.broadcast(sizes), "word").join(signs, "size").drop("size", "source").orderBy("n")
    assert joined.toArrow().to_pydict() == {"word": ["油", "变", "油"], "n": [1, 2, 3], "sign": ["x", "y", "x"]}


def test_the_functions_that_sqlframe_lacks(session: Any) -> None:
    shown = session.createDataFrame(pa.table({"x": [0.8125, 2 / 3]})).select(F.format_number("x", 3).alias("shown"))
    assert shown.toArrow()["shown"].to_pylist() == ["0.812", "0.667"]  # half to even, as Spark's
    hashes = session.createDataFrame(WORDS).select(F.xxhash64("word").alias("hash")).toArrow()["hash"]
    assert hashes.type == pa.int64()
    assert (hashes[0], len(hashes.unique())) == (hashes[2], 3)


def test_spaces_alone_are_trimmed(session: Any) -> None:
    trimmed = (
        session.createDataFrame(pa.table({"x": ["\u3000\u3000行 ", " 行\u00a0", "\t行"]})).select(F.trim("x").alias("x")).toArrow()
    )
    assert trimmed["x"].to_pylist() == ["\u3000\u3000行", "行\u00a0", "\t行"]


def test_no_row_is_without_a_task_and_no_rows_have_one(session: Any) -> None:
    with pytest.raises(AssertionError, match="rows without n"):
        session.createDataFrame(pa.table({"n": [1, None]})).repartitionById(2, "n").mapInArrow(
            first_rows, "size long, first long"
        ).count()
    empty = session.createDataFrame(pa.table({"n": pa.array([], pa.int64())})).repartitionById(2, "n")
    assert empty.mapInArrow(lambda batches: iter(list(batches) or [pa.RecordBatch.from_pydict({"n": [7]})]), "n long").count() == 1


def test_what_spills_in_one_step_spills_in_the_next(tmp_path: Path) -> None:
    """The workspace's scratch folder is swept between them."""
    with in_process.session(tmp_path / "scratch") as session, functions.of(session):
        session._conn.execute("SET memory_limit = '40MB'")  # type: ignore[attr-defined]
        for _ in range(2):
            (tmp_path / "scratch").mkdir()
            numbers = session.createDataFrame(pa.table({"n": range(3_000_000), "text": ["断路器" * 3] * 3_000_000}))
            assert numbers.orderBy(F.desc("text"), F.desc("n")).limit(2_500_000).toArrow()["n"][0].as_py() == 2_999_999
            session.catalog.clearCache()
            (tmp_path / "scratch").rmdir()


def test_ctrl_c_while_duckdb_is_at_work(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = session.createDataFrame(WORDS).where("n > 0")

    class Interrupted:
        def sql(self, _: str) -> None:
            raise RuntimeError("Query interrupted")

        def register(self, *_: Any) -> None: ...

        def unregister(self, *_: Any) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(session, "_connection", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        frame.toArrow()


def test_values_are_never_read_as_sql(session: Any) -> None:
    odd = ["it's", '"quoted"', "back\\slash", "100 %", "{x}", "'); DROP TABLE rows_1; --"]
    frame = session.createDataFrame(pa.table({"text": [*odd, "other"]}))
    assert frame.where(F.col("text").isin(odd)).count() == len(odd)
    assert frame.select(F.lit(odd[2]).alias("x")).toArrow()["x"][0].as_py() == odd[2]


def test_files_whose_names_hold_wildcards(session: Any, tmp_path: Path) -> None:
    folder = tmp_path / "a[b]{c}*"
    folder.mkdir()
    pq.write_table(WORDS.slice(0, 2), folder / "x?.parquet")
    pq.write_table(WORDS.slice(2), folder / "y.parquet")
    (folder / "_step.json").write_text("{}")
    reader = session.read.schema(from_arrow_schema(WORDS.schema))
    assert reader.parquet(literal(str(folder))).count() == 4
    assert reader.parquet(*[literal(str(folder / name)) for name in ("x?.parquet", "y.parquet")]).toArrow().equals(WORDS)


def test_rows_are_forgotten(session: Any) -> None:
    frame = session.createDataFrame(WORDS)
    assert frame.count() == 4
    session.catalog.clearCache()
    with pytest.raises(Exception, match="rows_"):
        frame.count()


def test_another_session_of_sqlframe_is_there_again(tmp_path: Path) -> None:
    from sqlframe.duckdb import DuckDBSession

    theirs = DuckDBSession()
    with in_process.session(tmp_path / "scratch"):
        pass
    assert DuckDBSession() is theirs
    theirs._conn.close()
