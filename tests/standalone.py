"""A Spark Standalone cluster from the pip package of pyspark: one master, workers of one core, each ended by its id.

On loopback; or on two hosts, the second of which has a network and folders of its own on this machine (Linux namespaces, for which
it takes the rights of root). It sees no folder for temporary files but its own, and in it what the hosts share.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from itertools import islice
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import psutil
import pyspark
import pytest

from wajue.spark import session

SPARK_HOME = Path(pyspark.__file__).parent
_MEMORY = "900m"
_NETWORKS = IPv4Network("198.18.0.0/15")  # the block for measuring networks (RFC 2544)


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


@dataclass(frozen=True)
class Host:
    """Where daemons run. inside: what their commands begin with."""

    address: str = "127.0.0.1"
    inside: tuple[str, ...] = ()


_VIEW = """
view=$1 hidden=$2; shift 2
mount -t tmpfs tmpfs "$view"
while [ "$1" != -- ]; do  # what the host sees at a place of its own: two folders each
  mkdir -p "$view/${2#$hidden}" && mount --bind "$1" "$view/${2#$hidden}"; shift 2
done
shift
echo other > /proc/sys/kernel/hostname
mount --rbind "$view" "$hidden" && exec "$@"
"""


@contextmanager
def two_hosts(folder: Path, shared: dict[Path, Path]) -> Iterator[tuple[Host, Host]]:
    """(this host, another). Skips the test where namespaces are not allowed.

    shared: {folder here: where the other host sees it}; the folder for temporary files is hidden from it otherwise.
    """
    if not all(map(shutil.which, ("ip", "unshare", "nsenter"))):
        pytest.skip("a second host needs ip, unshare and nsenter")
    hidden = Path(gettempdir())
    for place in (folder / "tools", folder / "workers", SPARK_HOME.parent, Path(sys.base_prefix)):
        if place.is_relative_to(hidden):
            place.mkdir(exist_ok=True)
            shared = shared | {place: place}
    name, link = f"wajue{os.getpid()}", f"wj{os.getpid()}"
    network_of_two = next(islice(_NETWORKS.subnets(new_prefix=30), os.getpid() % 2**15, None))
    ours, theirs = map(str, network_of_two.hosts())
    network = ("ip", "netns", "exec", name)
    (view := folder / "view").mkdir()
    mounts = [str(path) for pair in shared.items() for path in pair]
    inside = (*network, "unshare", "--mount", "--uts", "sh", "-ec", _VIEW, "sh", str(view), str(hidden), *mounts, "--")
    commands = [
        f"ip netns add {name}",
        f"ip link add {link} type veth peer name {link}b netns {name}",
        f"ip addr add {ours}/30 dev {link}",
        f"ip link set {link} up",
        *(
            f"{' '.join(network)} ip {rest}"
            for rest in (f"addr add {theirs}/30 dev {link}b", f"link set {link}b up", "link set lo up")
        ),
    ]
    try:
        for command in [*(c.split() for c in commands), [*inside, "true"]]:
            if (done := subprocess.run(command, capture_output=True, text=True, check=False)).returncode:
                pytest.skip(f"a second host is not allowed here: {done.stderr.strip()}")
        yield Host(ours), Host(theirs, inside)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)  # the link goes with it


@dataclass
class Cluster:
    """A running cluster. bundle: what `make bundle` made, its environment unpacked in `environment`, for the driver.

    folder: for logs, and what workers keep. hosts: of the master and of the workers, by turns.
    """

    folder: Path
    bundle: Path
    variables: dict[str, str]
    hosts: tuple[Host, ...]
    url: str = ""
    daemons: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, host: Host, name: str, kind: str, *options: str) -> Path:
        """A daemon; returns its log."""
        log = self.folder / f"{name}.log"
        command = [*host.inside, str(SPARK_HOME / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", "--host", host.address]
        variables = self.variables | {"SPARK_LOCAL_IP": host.address}
        with open(log, "wb") as out:
            self.daemons.append(subprocess.Popen([*command, *options], stdout=out, stderr=out, env=variables, cwd="/"))
        return log

    def add_worker(self) -> "subprocess.Popen[bytes]":
        """A worker of one core, ready for work."""
        name = f"worker-{len(self.daemons)}"
        host = self.hosts[len(self.daemons) % len(self.hosts)]
        options = ["--cores", "1", "--memory", _MEMORY, "--work-dir", str(self.folder / "workers" / name)]
        log = self.start(host, name, "worker.Worker", *options, "--webui-port", "0", self.url)
        wait_for(f"{name} registers", lambda: "Successfully registered" in log.read_text(), alive=self.daemons[-1])
        return self.daemons[-1]

    def submit(self, config: Path, *options: str, log: Path, conf: tuple[str, ...] = ()) -> "subprocess.Popen[bytes]":
        """spark-submit of jobs/mine.py from the bundle, as docs/cluster.md has it but for sizes; what it says goes to the log."""
        settings = [
            "spark.pyspark.python=./environment/bin/python",
            f"spark.pyspark.driver.python={self.bundle}/environment/bin/python",
            f"spark.driver.host={self.hosts[0].address}",
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
def cluster(folder: Path, bundle: Path, hosts: tuple[Host, ...] = (Host(),), workers: int = 2) -> Iterator[Cluster]:
    """A cluster, and its end."""
    (tools := folder / "tools").mkdir(exist_ok=True)
    alone = tools / "python"  # without its own packages: what is not in the bundle is missing
    alone.write_text(f'#!/bin/sh\nexec {sys._base_executable} -S "$@"\n')  # type: ignore[attr-defined]
    alone.chmod(0o755)
    variables = {k: v for k, v in os.environ.items() if not k.startswith(("PY", "SPARK", "NUMBA"))}
    variables |= {"JAVA_HOME": session.find_java(), "SPARK_HOME": str(SPARK_HOME), "SPARK_LOCAL_IP": hosts[0].address}
    variables |= {"SPARK_DAEMON_MEMORY": "256m", "WAJUE_PYTHON": str(alone), "SPARK_LOCAL_DIRS": str(folder / "scratch")}
    made = Cluster(folder, bundle, variables, hosts)
    try:
        log = made.start(hosts[0], "master", "master.Master", "--port", "0", "--webui-port", "0")
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
