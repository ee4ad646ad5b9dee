"""What the process from which workers are forked has imported."""

import sys
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

MODULES = "name string, daemon int"


def loaded(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import os

    for _ in batches:
        names = sorted(name for name in sys.modules if name.startswith(("wajue", "sklearn")))
        yield pa.record_batch({"name": pa.array(names), "daemon": pa.array([os.getppid()] * len(names), pa.int32())})


@pytest.mark.spark
def test_all_workers_come_from_one_process_that_knows_what_steps_need(spark: Any) -> None:
    by_sql = spark.range(4).mapInArrow(loaded, MODULES).collect()
    assert {"wajue.mining.lexicon.discovery", "wajue.reading.records", "wajue.cleaning.rules"} <= {r["name"] for r in by_sql}
    assert not any(r["name"].startswith(("sklearn", "wajue.mining.topics.")) for r in by_sql)
    through_a_shuffle = spark.range(4).repartition(2, "id").mapInArrow(loaded, MODULES).collect()
    assert len({r["daemon"] for r in (*by_sql, *through_a_shuffle)}) == 1
