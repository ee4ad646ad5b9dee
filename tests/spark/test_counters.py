"""What Spark counted belongs to the step that was at work."""

from typing import Any

from wajue.spark.counters import COUNTED, Counters


def test_only_the_work_from_here_on_is_counted(spark: Any) -> None:
    spark.range(1000).repartition(3).count()
    counters = Counters(spark, "ngrams")
    assert counters.read()["tasks"] == 0
    spark.range(1000).repartition(5, "id").count()
    counted = counters.read()
    assert set(counted) == {*COUNTED, "cached_bytes"}
    assert counted["tasks"] > 1 and counted["shuffle_write_bytes"] > 1000 and counted["failed_tasks"] == 0
