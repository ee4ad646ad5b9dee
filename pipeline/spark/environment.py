"""What a local Spark inherits. In: the environment of this process. Out: the one in which Java and its Python workers start.

A local master is this Python and this Spark. Variables that machines with a Spark of their own have set would lead to another
Spark, another Python, or options that nobody asked wajue for; and a locale without UTF-8 would keep Java from opening files whose
names are Chinese, or have it tell of a full disk in words that errors.py does not know.
"""

import importlib.machinery
import logging
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path

log = logging.getLogger(__name__)

_PASSED_OVER = (
    "PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON", "SPARK_HOME", "SPARK_CONF_DIR", "PYSPARK_SUBMIT_ARGS", "SPARK_SUBMIT_OPTS",
    "SPARK_DIST_CLASSPATH", "SPARK_REMOTE", "SPARK_API_MODE", "SPARK_CONNECT_MODE_ENABLED", "SPARK_TESTING", "SPARK_ENV_LOADED",
)  # fmt: skip
_OF_JAVA = ("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS")
_ENCODING = re.compile(r"(?:^|\s+)-D(?:file|sun\.jnu)\.encoding=\S*")  # in which Java 17 names files to other programs


@contextmanager
def of_a_local_spark() -> Iterator[None]:
    """Meanwhile the environment is that of a local Spark; what of it is passed over is said once."""
    before = dict(os.environ)
    wanted = _wanted(before)
    over = sorted(k for k in (*_PASSED_OVER, *_OF_JAVA, "PYTHONPATH") if before.get(k) and wanted.get(k) != before[k])
    if over:
        _announce(", ".join(over))
    try:
        _set(wanted)
        yield
    finally:
        _set(before)


def _wanted(given: dict[str, str]) -> dict[str, str]:
    spec = find_spec("pyspark")
    assert spec is not None and spec.origin is not None
    wanted = {k: v for k, v in given.items() if k not in _PASSED_OVER}
    wanted |= {
        "SPARK_HOME": str(Path(spec.origin).parent),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
    }
    if "PYTHONPATH" in given:
        wanted["PYTHONPATH"] = os.pathsep.join(p for p in given["PYTHONPATH"].split(os.pathsep) if not _has_a_spark(p))
    if sys.getfilesystemencoding() == "utf-8":  # else names of files are what the locale says, for Java too
        wanted |= {"LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
        wanted |= {name: _ENCODING.sub("", given[name]).strip() for name in _OF_JAVA if name in given}
    return wanted


def prefer_own_spark() -> None:
    """PYTHONPATH does not put another Spark before the one that is installed beside wajue. Has to be called before it is imported.

    Under spark-submit the Spark that it leads to is the one that runs.
    """
    if "PYSPARK_GATEWAY_PORT" in os.environ or "pyspark" in sys.modules:
        return
    foreign = {Path(p).absolute() for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p and _has_a_spark(p)}
    kept = [p for p in sys.path if Path(p).absolute() not in foreign]
    if foreign and importlib.machinery.PathFinder.find_spec("pyspark", kept) is not None:
        sys.path[:] = kept


def _has_a_spark(path: str) -> bool:
    """Does an entry of PYTHONPATH bring PySpark, or what it needs to talk to Java?"""
    return bool(re.search(r"(pyspark|py4j[\w.-]*)\.zip$", path)) or any(
        (Path(path) / name).is_dir() for name in ("pyspark", "py4j")
    )


@cache
def _announce(names: str) -> None:
    log.info("a local Spark is this Python and the Spark installed with it: %s of the environment are passed over", names)


def _set(variables: dict[str, str]) -> None:
    for name in set(os.environ) - set(variables):
        del os.environ[name]
    os.environ.update(variables)
