"""A real Standalone cluster: the Spark steps from the bundle, the same tables as of a local run, and what comes of processes killed.

Run by `make test-cluster`. Workers have one core each; every process is ended by its id.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import standalone
from tests.standalone import Cluster, ended, wait_for
from tests.whole.test_faults import ROOT, mounted
from tests.whole.test_installed import foreign_modules
from tests.workspaces import as_text
from wajue import config as configuration
from wajue import dag
from wajue.results.demo import sample_folder
from wajue.store.workspace import Workspace

pytestmark = pytest.mark.cluster
PLANNED = dag.planned(configuration.load(sample_folder() / "demo.toml"))
# a task that is slower than half of the others runs once more, and executors come and go with the work
MANY_ATTEMPTS = (
    "spark.speculation=true",
    "spark.speculation.multiplier=1.1",
    "spark.speculation.quantile=0.5",
    "spark.dynamicAllocation.enabled=true",
    "spark.dynamicAllocation.shuffleTracking.enabled=true",
    "spark.dynamicAllocation.executorIdleTimeout=3s",
)
MINED = [t for step in PLANNED if step.on_spark for t in step.writes]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make bundle` makes, its environment unpacked beside it, as a driver needs it."""
    spec = importlib.util.spec_from_file_location("bundle", ROOT / "jobs" / "bundle.py")
    assert spec is not None and spec.loader is not None
    builder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(builder)
    folder = tmp_path_factory.mktemp("bundle") / "cluster"
    builder.bundle(folder)
    with tarfile.open(folder / "environment.tar.gz") as archive:
        archive.extractall(folder / "environment", filter="data")
    return folder


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The beginning of the sample, and the config that mines it."""
    folder = tmp_path_factory.mktemp("corpus")
    questions = (sample_folder() / "general.json").read_text(encoding="utf-8").split("\n")[:2000]
    notes = (sample_folder() / "power.jsonl").read_text(encoding="utf-8").split("\n")[:1500]
    (folder / "general.json").write_text("\n".join(questions) + "\n]", encoding="utf-8")
    (folder / "power.jsonl").write_text("\n".join(notes) + "\n", encoding="utf-8")
    (folder / "demo.toml").write_text((sample_folder() / "demo.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return folder / "demo.toml"


def local(config: Path, workspace: Path, *options: str, log: Path, **variables: str) -> "subprocess.Popen[bytes]":
    """`wajue run` on this machine, in a process of its own."""
    command = [sys.executable, "-m", "wajue", "run", str(config), "--workspace", str(workspace), "--no-train", *options]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SPARK")} | variables
    with open(log, "wb") as out:
        return subprocess.Popen([*command, "--master", "local[2]"], cwd=ROOT, env=environment, stdout=out, stderr=out)


def finished(process: "subprocess.Popen[bytes]", log: Path, status: int = 0) -> str:
    """What a run said, once it ended with this status."""
    try:
        assert process.wait(timeout=900) == status, log.read_text()[-5000:]
    finally:
        ended(process)
    said = log.read_text()
    assert "Traceback" not in said and "fault of wajue" not in said
    return said


@pytest.fixture(scope="module")
def expected(config: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The tables of a local run."""
    folder = tmp_path_factory.mktemp("local")
    log = folder / "log"
    finished(local(config, folder / "out", log=log), log)
    return as_text(Workspace(str(folder / "out")), *MINED)


@pytest.fixture
def cluster(bundle: Path, tmp_path: Path) -> Iterator[Cluster]:
    with standalone.cluster(tmp_path, bundle) as started:
        yield started


def test_the_bundle_holds_what_the_jobs_import_and_nothing_else(bundle: Path) -> None:
    inside = zipfile.ZipFile(bundle / "wajue.zip").namelist()
    assert {"wajue/cli/__init__.py", "wajue/stages/ngrams.py"} < set(inside)
    assert not [n for n in inside if n.startswith(("wajue/sample/", "wajue/results/page/"))]
    assert any(n.endswith(".dist-info/METADATA") for n in inside)
    script = f"import sys; sys.path[:0] = [{str(bundle / 'wajue.zip')!r}, {str(standalone.SPARK_HOME.parent)!r}]; import pyspark; sys.path.pop(1)\n"
    script += "import wajue.cli.asking, wajue.cli.running, wajue.cli.writing, wajue.runner.run, wajue.runner.trainers\n"
    script += "import trafilatura, sklearn.cluster  # loaded where there are pages, and topics\n"
    script += "from wajue.store.workspace import versions; print(versions())\n"
    script += "print(*{getattr(m, '__file__', None) or '' for m in sys.modules.values()}, sep=chr(10))"
    alone = {"PATH": os.environ["PATH"], "WAJUE_PYTHON": sys._base_executable, "HOME": "/nonexistent"}  # type: ignore[attr-defined]
    command = [bundle / "environment" / "bin" / "python", "-S", "-c", script]
    said = subprocess.run(command, env=alone, check=True, capture_output=True, text=True).stdout
    lib = bundle / "environment" / "lib"
    used = {Path(line).relative_to(lib).parts[0] for line in said.splitlines() if line.startswith(str(lib))}
    large = {p.name for p in lib.iterdir() if p.is_dir() and sum(f.stat().st_size for f in p.rglob("*")) > 5e6}
    assert "numba" in large and {n for n in large if not n.endswith(".libs")} <= used, "what is large is imported"


def test_all_steps_on_a_cluster(cluster: Cluster, config: Path, expected: dict[str, list[str]], tmp_path: Path) -> None:
    mark = foreign_modules(tmp_path)  # the working folder of the driver
    place = "viewfs://views/data/out"  # that is, in tmp_path; tests/standalone.py mounts it
    finished(cluster.submit(config, "--workspace", place, log=tmp_path / "log"), tmp_path / "log")
    found = as_text(Workspace(str(tmp_path / "out")), *MINED)
    for name in MINED:
        assert found[name] == expected[name], name
    assert all(expected[t] for t in ("documents", "duplicates", "ngrams", "lexicon", "terms", "sequences"))
    # by their own logs: the driver's say so only of those that came before it was told to be quiet
    assert not mark.exists()
    assert all(tasks(worker, cluster)[0] for worker in cluster.daemons[1:]), "both workers worked"


def tasks(worker: "subprocess.Popen[bytes]", cluster: Cluster) -> tuple[int, set[str]]:
    """(tasks begun, those at work now) of the executors of a worker, by their logs."""
    place = cluster.folder / "workers" / f"worker-{cluster.daemons.index(worker)}"
    said = "".join(log.read_text() for log in place.glob("app-*/*/stderr"))
    begun = re.findall(r"Running task .*\(TID (\d+)\)", said)
    return len(begun), set(begun) - set(re.findall(r"Finished task .*\(TID (\d+)\)", said))


def kill_at_work(cluster: Cluster, run: "subprocess.Popen[bytes]", log: Path, sign: str, more: int) -> None:
    """kill -9 of the first worker, with its executor and its Python workers, in the midst of a task, so many tasks after a sign in
    the log; another worker takes its place.
    """
    wait_for(sign, lambda: re.search(sign, log.read_text()), 900, run)
    worker = cluster.daemons[1]
    before, _ = tasks(worker, cluster)

    def busy() -> bool:
        begun, now = tasks(worker, cluster)
        return begun >= before + more and bool(now)

    wait_for(f"a task after {sign}", busy, 300, run)
    ended(worker)
    _, cut_short = tasks(worker, cluster)
    assert cut_short, "it was killed in the midst of a task"
    cluster.daemons.remove(worker)
    cluster.daemons.append(worker)  # its number stays taken
    cluster.add_worker()


def test_a_worker_killed_while_counting(cluster: Cluster, config: Path, expected: dict[str, list[str]], tmp_path: Path) -> None:
    run = cluster.submit(config, "--workspace", str(tmp_path / "out"), "--until", "ngrams", log=tmp_path / "log")
    try:
        kill_at_work(cluster, run, tmp_path / "log", r"dedup: [\d,]+ documents", 2)
    finally:
        said = finished(run, tmp_path / "log")
    assert "ngrams:" in said and "Lost executor" in said
    names = ("documents", "duplicates", "clauses", "ngrams")
    assert as_text(Workspace(str(tmp_path / "out")), *names) == {t: expected[t] for t in names}


def test_a_worker_killed_in_a_round_of_expectation_maximisation(
    cluster: Cluster, config: Path, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    run = cluster.submit(config, "--workspace", str(tmp_path / "out"), "--until", "segment", log=tmp_path / "log")
    try:
        kill_at_work(cluster, run, tmp_path / "log", "round 2 of 5", 1)
    finally:
        said = finished(run, tmp_path / "log")
    assert said.index("round 2 of 5") < said.index("Lost executor") < said.index("lexicon in")
    names = ("ngrams", "lexicon", "tokens")  # expected counts that a task gave twice would change log_prob, gain and score
    assert as_text(Workspace(str(tmp_path / "out")), *names) == {t: expected[t] for t in names}


@pytest.mark.parametrize(
    ("place", "one_is_killed"), [("{}", True), ("file://{}", False), ("viewfs://views/data/shared/out", False)]
)
def test_two_hosts_that_share_folders(
    place: str, one_is_killed: bool, bundle: Path, config: Path, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    (shared := tmp_path / "shared").mkdir()
    both = {shared: shared, config.parent: config.parent}
    with standalone.two_hosts(tmp_path, both) as hosts, standalone.cluster(tmp_path, bundle, hosts) as cluster:
        workspace = place.format(shared / "out")
        here_for_good = ("spark.dynamicAllocation.minExecutors=2",) if one_is_killed else ()  # else the other host may have no work
        run = cluster.submit(config, "--workspace", workspace, log=tmp_path / "log", conf=(*MANY_ATTEMPTS, *here_for_good))
        try:
            if one_is_killed:
                kill_at_work(cluster, run, tmp_path / "log", r"dedup: [\d,]+ documents", 2)  # on the other host
        finally:
            finished(run, tmp_path / "log")
    found = as_text(Workspace(str(shared / "out")), *MINED)
    for name in MINED:
        assert found[name] == expected[name], name


def test_a_host_that_sees_the_folders_later(bundle: Path, config: Path, tmp_path: Path) -> None:
    (shared := tmp_path / "shared").mkdir()
    elsewhere = {config.parent: tmp_path / "later" / "corpus", shared: tmp_path / "later" / "shared"}
    options = ("--workspace", str(shared / "out"), "--until", "ingest")
    with standalone.two_hosts(tmp_path, elsewhere) as hosts, standalone.cluster(tmp_path, bundle, hosts, workers=1) as cluster:
        for number, (folder, place) in enumerate(elsewhere.items()):
            log = tmp_path / f"log-{number}"
            what = "a corpus" if folder == config.parent else "a workspace"
            assert re.search(
                f"{folder}/.* is not there on other: .*{what}", finished(cluster.submit(config, *options, log=log), log, 1)
            )
            mount = f"mkdir -p {folder} && mount --bind {place} {folder}"
            subprocess.run(["nsenter", "--target", str(cluster.daemons[1].pid), "--mount", "sh", "-ec", mount], check=True)
        finished(cluster.submit(config, *options, log=tmp_path / "log"), tmp_path / "log")
    assert Workspace(str(shared / "out")).whole("raw_documents")


def test_the_driver_killed_within_a_step_and_between_two(
    cluster: Cluster, config: Path, expected: dict[str, list[str]], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    options = ("--workspace", str(out), "--until", "ngrams")
    signs = [out / "_unfinished" / "clean_documents", out / "crowded_buckets" / "_step.json"]  # the last one of dedup
    for number, sign in enumerate(signs):
        log = tmp_path / f"log-{number}"
        run = cluster.submit(config, *options, log=log)
        try:
            wait_for(str(sign), sign.exists, 900, run)
        finally:
            ended(run)
        done = [s.name for s in dag.STEPS if all(Workspace(str(out)).whole(t) for t in s.writes)]
        assert done == [["ingest"], ["ingest", "clean", "dedup"]][number]
    said = finished(cluster.submit(config, *options, log=tmp_path / "log"), tmp_path / "log")
    assert len(re.findall("done before, for the same input and config", said)) == 3
    names = [t for s in dag.STEPS[:4] for t in s.writes]
    assert as_text(Workspace(str(out)), *names) == {t: expected[t] for t in names}
    assert not (out / "_unfinished").exists() and not (out / "_lock").exists()


def test_the_java_process_killed(config: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    run = local(config, out, "--until", "clean", log=log)
    wait_for("a step at work", lambda: any(out.glob("_unfinished/*")), 300, run)
    for child in psutil.Process(run.pid).children():
        if child.name() == "java":
            child.kill()
    said = finished(run, log, 1)
    step = re.search(r"(ingest|clean): Spark's Java process has ended; if nobody ended it, the system did", said)
    assert step, said  # its last tasks may have been done, so that the next step is the first to miss it
    assert not (out / "_lock").exists() and not (out / "_unfinished").exists()
    assert Workspace(str(out)).whole("raw_documents") == (step[1] == "clean")


def test_a_full_disk_for_temporary_files(config: Path, tmp_path: Path) -> None:
    with mounted(tmp_path / "small", "-t", "tmpfs", "-o", "size=200k", "tmpfs"):
        run = local(config, tmp_path / "out", log=tmp_path / "log", SPARK_LOCAL_DIRS=str(tmp_path / "small"))
        said = finished(run, tmp_path / "log", 1)
    assert "a disk is full: free space in the workspace, or in the folders for temporary files" in said
    workspace = Workspace(str(tmp_path / "out"))
    assert all(workspace.fault(t) is None for t in MINED if workspace.whole(t)) and not workspace.whole("terms")


def test_two_commands_at_once(config: Path, expected: dict[str, list[str]], tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = local(config, out, "--until", "clean", log=tmp_path / "first")
    wait_for("its lock", (out / "_lock").exists, 60, first)
    said = finished(local(config, out, "--until", "clean", log=tmp_path / "second"), tmp_path / "second", 1)
    assert f"another run (process {first.pid} on" in said
    finished(first, tmp_path / "first")
    assert as_text(Workspace(str(out)), "clean_documents") == {"clean_documents": expected["clean_documents"]}
