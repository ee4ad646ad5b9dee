"""A Spark Standalone cluster on loopback from the pip package of pyspark: one master, workers of one core, each ended by its id."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pyspark

from wajue.spark import session

SPARK_HOME = Path(pyspark.__file__).parent
_MEMORY = "900m"


def ended(process: psutil.Process | subprocess.Popen[bytes]) -> None:
    """kill -9 of a process and of all that it started."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for member in family:
        try:
            member.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(family, timeout=20)


def wait_for(what: str, found: Callable[[], Any], seconds: float = 120.0, alive: "subprocess.Popen[bytes] | None" = None) -> Any:
    """What `found` gives, once it is true. Fails after so many seconds, or when the process that should bring it about has ended."""
    until = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < until, f"{what}: not within {seconds:.0f} s"
        assert alive is None or alive.poll() is None, f"{what}: never came, the process ended with {alive and alive.returncode}"
        time.sleep(0.05)
    return value


@dataclass
class Cluster:
    """A running cluster. bundle: what `make bundle` made, its environment unpacked in `environment`, for the driver."""

    folder: Path
    bundle: Path
    variables: dict[str, str]
    url: str = ""
    daemons: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, name: str, kind: str, *options: str) -> Path:
        """A daemon; returns its log."""
        log = self.folder / f"{name}.log"
        command = [str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *options]
        with open(log, "wb") as out:
            self.daemons.append(subprocess.Popen(command, stdout=out, stderr=out, env=self.variables, cwd=self.folder))
        return log

    def add_worker(self) -> "subprocess.Popen[bytes]":
        """A worker of one core, ready for work."""
        name = f"worker-{len(self.daemons)}"
        options = ["--host", "127.0.0.1", "--cores", "1", "--memory", _MEMORY, "--work-dir", str(self.folder / name)]
        log = self.start(name, "worker.Worker", *options, "--webui-port", "0", self.url)
        wait_for(f"{name} registers", lambda: "Successfully registered" in log.read_text(), alive=self.daemons[-1])
        return self.daemons[-1]

    def submit(self, config: Path, *options: str, log: Path, conf: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
        """spark-submit of jobs/mine.py from the bundle, as docs/cluster.md has it but for sizes; what it says goes to the log."""
        settings = [
            "spark.pyspark.python=./environment/bin/python",
            f"spark.pyspark.driver.python={self.bundle}/environment/bin/python",
            "spark.driver.host=127.0.0.1",
            "spark.driver.memory=900m",
            "spark.driver.maxResultSize=0",
            "spark.executor.memory=800m",
            "spark.sql.shuffle.partitions=4",
            "spark.ui.enabled=false",
            "spark.hadoop.fs.defaultFS=viewfs://views/",  # a path without a scheme must not depend on it
            f"spark.hadoop.fs.viewfs.mounttable.views.link./data={self.folder.as_uri()}",
            *conf,
        ]
        command = [str(SPARK_HOME / "bin" / "spark-submit"), "--master", self.url]
        command += [part for s in settings for part in ("--conf", s)]
        command += ["--py-files", f"{self.bundle}/wajue.zip", "--archives", f"{self.bundle}/environment.tar.gz#environment"]
        command += [f"{self.bundle}/mine.py", str(config), *options]
        with open(log, "wb") as out:
            return subprocess.Popen(command, stdout=out, stderr=out, env=self.variables, cwd=self.folder)


@contextmanager
def cluster(folder: Path, bundle: Path, workers: int = 2) -> Iterator[Cluster]:
    """A cluster, and its end."""
    alone = folder / "python"  # without its own packages: what is not in the bundle is missing
    alone.write_text(f'#!/bin/sh\nexec {sys._base_executable} -S "$@"\n')  # type: ignore[attr-defined]
    alone.chmod(0o755)
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PY", "SPARK", "NUMBA"))}
    variables |= {"JAVA_HOME": session.find_java(), "SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": "127.0.0.1"}
    variables |= {"SPARK_DAEMON_MEMORY": "256m", "WAJUE_PYTHON": str(alone), "SPARK_LOCAL_DIRS": str(folder / "scratch")}
    made = Cluster(folder, bundle, variables)
    try:
        log = made.start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        started = wait_for(
            "the master", lambda: re.search(r"Starting Spark master at (\S+)", log.read_text()), alive=made.daemons[0]
        )
        made.url = started[1]
        for _ in range(workers):
            made.add_worker()
        yield made
    finally:
        for daemon in reversed(made.daemons):
            ended(daemon)
