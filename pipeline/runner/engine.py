"""What answers the stages of a run: Spark, or this process. In: the config, and what --master says. Out: a session.

Spark is for clusters, for what only Hadoop's clients reach, and for much more text: elsewhere it takes longer, and more memory.
"""

import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path

import psutil
from pyspark.sql import SparkSession

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import ConfigError
from wajue.runner import elsewhere
from wajue.spark import hadoop, tables
from wajue.spark import session as spark_session
from wajue.store import file_systems
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

IN_PROCESS = "none"  # as --master has it
_FEW = 8 << 20  # bytes of input, until which one process is quicker than several
_SMALL = 32 << 20  # for which Java's own compiling costs more than it saves
# What is mined in this process: up to 2 GB of text, if memory holds ten times that and 1 GB beside. Spark takes more memory, not
# less, so that what is small is mined here in any case (docs/dev/experiments/spark.md)
_MOST = 2 << 30
_TIMES_IN_MEMORY, _ALWAYS = 10, 1 << 30
_OF_PROCESS = 1 << 30  # bytes of memory for each process that does tasks; two took .6 to 2.3 GB each
_ONE_AS_SOON = 2  # processes that take as long as one alone, for which nothing is sent from task to task: measured in dedup
_FORKS = sys.platform == "linux"  # others do not fork processes of several threads safely
_CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def _memory() -> int:
    """Bytes of memory of this machine, or of its container."""
    limits = [Path(path).read_text(encoding="ascii").strip() for path in _CGROUP_LIMITS if Path(path).is_file()]
    return min([psutil.virtual_memory().total, *(int(limit) for limit in limits if limit.isdigit())])


class Engine:
    """The session, made when it is first needed: a run of which all stages are done needs none."""

    def __init__(self, config: Config, workspace: Workspace, master: str | None) -> None:
        self._config, self._workspace, self._master, self._open = config, workspace, master, ExitStack()
        self.input_bytes = 0
        self.started: SparkSession | None = None

    @property
    def is_local(self) -> bool:
        """Do tasks run on this machine, with what is compiled here?"""
        return self._master == IN_PROCESS or spark_session.is_local(self._master)

    @property
    def session(self) -> SparkSession:
        """Starts it."""
        if self.started is None and self._is_in_process:
            from wajue.spark import in_process  # with SQLFrame, which Spark does not need

            folder = tables.scratch_folder(self._workspace)
            assert folder is not None  # else it would be reached through Spark
            memory = _memory() // 2 if self._processes <= _ONE_AS_SOON else 0
            self.started = self._open.enter_context(in_process.session(Path(folder), self._processes, memory))
        return self.started or self._spark()

    def _spark(self) -> SparkSession:
        if self.started is None:
            log.info("starting Spark")
            event_log = self._config.spark.event_log
            folder = self._config.located(event_log) if event_log else None
            self.started = spark_session.session(self._master, folder, small=self.input_bytes < _SMALL)
        return self.started

    @property
    def _is_in_process(self) -> bool:
        if self._master is not None:
            return self._master == IN_PROCESS
        most = max(_SMALL, min(_MOST, (_memory() - _ALWAYS) // _TIMES_IN_MEMORY)) if _FORKS else _SMALL
        return self.input_bytes <= most and not self._config.spark.event_log and not spark_session.is_running()

    @property
    def _processes(self) -> int:
        """That do tasks, where no Spark does."""
        return min(len(os.sched_getaffinity(0)), _memory() // _OF_PROCESS) if _FORKS and self.input_bytes >= _FEW else 1

    def reach_workspaces(self, chosen: tuple[Step, ...]) -> None:
        """Start Spark now if a stage needs what perhaps only Hadoop's clients reach; workspaces are reached through it then.

        Raises ConfigError if there is to be no Spark.
        """
        others = [w for s in dag.STEPS for w in elsewhere.workspaces(self._config, s) if s.on_spark]
        locations = [self._workspace.location, *(w.location for w in others)]
        remote = [path for path in (*locations, *(p for c in self._config.corpus for p in c.paths)) if "://" in path]
        if not any(s.on_spark for s in chosen) or not remote:
            return
        if self._master == IN_PROCESS:
            raise ConfigError(
                f"--master {IN_PROCESS}: {remote[0]} is reached through Spark; leave the option out, or name local folders"
            )
        for location in locations:
            file_systems.split(location)  # refuses one with a password before anything is started
        for location in locations:
            hadoop.reach(self._spark(), location)

    @property
    def is_alive(self) -> bool:
        """Can it go on after an error? What was not started can be."""
        return self.started is None or spark_session.is_alive(self.started)

    def forget(self) -> None:
        """Nothing that a failed step kept is used again."""
        if self.started is not None:
            self.started.catalog.clearCache()

    def cancel(self) -> None:
        """End what it is doing; in a notebook the session lives on."""
        if self.started is not None:
            self.started.sparkContext.cancelAllJobs()

    def close(self) -> None:
        """What was made in this process is over; Spark's session lives on."""
        self._open.close()
