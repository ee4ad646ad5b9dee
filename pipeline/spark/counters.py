"""What Spark counted of a step's work. In: the session. Out: tasks, bytes shuffled and spilled, seconds."""

import logging
from typing import Any

from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

from wajue.spark.session import is_spark

log = logging.getLogger(__name__)

_PATIENCE = 60_000  # milliseconds for Spark to bring its counts up to date; it takes some ten


class Counters:
    """Spark's own counts of the work from here on: of the stages that it begins, retried ones included."""

    def __init__(self, spark: SparkSession, step: str) -> None:
        self._spark = spark
        if is_spark(spark):
            spark.sparkContext.setJobGroup(step, f"wajue {step}")  # how the history server names its jobs
            self._before = max((s.stageId() for s in self._stages()), default=-1)

    def _stages(self) -> list[Any]:
        context, gateway = self._spark.sparkContext._jsc.sc(), self._spark.sparkContext._gateway
        assert gateway is not None
        try:
            context.listenerBus().waitUntilEmpty(_PATIENCE)
        except Py4JJavaError:
            log.warning("Spark is slow to tell what it did: the counts in _step.json may lack its last tasks")
        stages = context.statusStore().stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
        return [stages.apply(i) for i in range(stages.size())]

    def read(self) -> dict[str, int | float]:
        """COUNTED, and bytes held in caches; to be asked before these are cleared. Nothing where Spark does not run."""
        if not is_spark(self._spark):
            return {}
        stages = [s for s in self._stages() if s.stageId() > self._before and s.status().toString() != "SKIPPED"]
        sums = {name: sum(getattr(s, method)() for s in stages) for name, method in COUNTED.items()}
        caches = self._spark.sparkContext._jsc.sc().getRDDStorageInfo()
        return {
            **{name: n / 1e9 if "cpu" in name else n / 1e3 if "seconds" in name else n for name, n in sums.items()},
            "cached_bytes": sum(c.diskSize() + c.memSize() for c in caches),
        }


COUNTED = {
    "tasks": "numCompleteTasks",
    "failed_tasks": "numFailedTasks",
    "shuffle_read_bytes": "shuffleReadBytes",
    "shuffle_write_bytes": "shuffleWriteBytes",
    "spilled_memory_bytes": "memoryBytesSpilled",
    "spilled_disk_bytes": "diskBytesSpilled",
    "executor_seconds": "executorRunTime",
    "executor_cpu_seconds": "executorCpuTime",  # of Java's threads; Python's workers are not in it
    "gc_seconds": "jvmGcTime",
}
