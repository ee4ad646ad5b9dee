"""What answers the stages of a run: Spark, or this process. In: the config, and what --master says. Out: a session.

Spark, unless the text is small: then it would take longer to start than the work takes.
"""

import logging
from contextlib import ExitStack

from pyspark.sql import SparkSession

from wajue import dag
from wajue.config import Config
from wajue.dag import Step
from wajue.errors import ConfigError
from wajue.runner import elsewhere
from wajue.spark import hadoop
from wajue.spark import session as spark_session
from wajue.store import file_systems
from wajue.store.workspace import Workspace

log = logging.getLogger(__name__)

IN_PROCESS = "none"  # as --master has it
# bytes of input, until which this process alone is quicker than Spark on two cores by ten seconds and more (benchmarks/engines.py)
_SMALL = 32 << 20


class Engine:
    """The session, made when it is first needed: a run of which all stages are done needs none."""

    def __init__(self, config: Config, master: str | None) -> None:
        self._config, self._master, self._open = config, master, ExitStack()
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

            self.started = self._open.enter_context(in_process.session())
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
        return self.input_bytes < _SMALL and not self._config.spark.event_log and not spark_session.is_running()

    def reach_workspaces(self, workspace: Workspace, chosen: tuple[Step, ...]) -> None:
        """Start Spark now if a stage needs what perhaps only Hadoop's clients reach; workspaces are reached through it then.

        Raises ConfigError if there is to be no Spark.
        """
        others = [w for s in dag.STEPS for w in elsewhere.workspaces(self._config, s) if s.on_spark]
        locations = [workspace.location, *(w.location for w in others)]
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
