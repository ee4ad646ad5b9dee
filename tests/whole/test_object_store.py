"""Trainers, queries and the report on a store of objects, which knows no folders: S3 as moto serves it. Part of make test-cluster."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pyarrow import fs

from tests.runner.test_trainers import filled
from tests.standalone import ended, wait_for
from tests.whole.test_faults import ROOT
from wajue.store import checkpoints, file_systems, parquet
from wajue.store.workspace import Workspace

pytestmark = pytest.mark.cluster
CONFIG = """
[sgns]
dim = 8
deterministic = true
[jose]
dim = 8
deterministic = true
[topics]
count = 2
[[corpus]]
name = "c"
role = "domain"
paths = ["*.txt"]
"""


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fs.S3FileSystem]:
    """A store with the empty bucket `text`, which this process and those that it starts reach as they would Amazon's."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "moto.log"
    with open(log, "wb") as out:
        server = subprocess.Popen([sys.executable, "-m", "moto.server", "-p", str(port)], stdout=out, stderr=out)
    try:
        wait_for("the store", lambda: re.search("Running on", log.read_text()), alive=server)
        address = f"127.0.0.1:{port}"
        settings = {"AWS_ENDPOINT_URL": f"http://{address}", "AWS_DEFAULT_REGION": "us-east-1"}
        for name, value in (settings | {"AWS_ACCESS_KEY_ID": "someone", "AWS_SECRET_ACCESS_KEY": "something"}).items():
            monkeypatch.setenv(name, value)
        files = fs.S3FileSystem(endpoint_override=address, scheme="http", allow_bucket_creation=True)
        files.create_dir("text")
        yield files
    finally:
        ended(server)


def command(*arguments: str) -> str:
    """What it says on standard output, once it has ended well."""
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_trainers_queries_and_the_report(store: fs.S3FileSystem, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(CONFIG, encoding="utf-8")
    local = filled(tmp_path / "out", documents=400)
    fs.copy_files(local.location, "text/out", destination_filesystem=store)
    there = Workspace("s3://text/out")
    for workspace in (local, there):
        command("jobs/train.py", str(config), "--workspace", workspace.location, "--device", "cpu")
    for table in ("sgns_words", "jose_words", "jose_documents", "topics", "document_topics"):
        assert there.fault(table) is None
        assert parquet.read(there, table).equals(parquet.read(local, table)), table
    left = store.get_file_info(fs.FileSelector("text/out", recursive=True))
    assert not [f.path for f in left if "_unfinished" in f.path or "_checkpoint" in f.path]
    asked = ("-m", "wajue", "query", there.location, "SELECT word FROM sgns_words ORDER BY word LIMIT 2", "--format", "csv")
    assert command(*asked).split() == ["word", "w0", "w1"]
    assert command("-m", "wajue", "report", there.location).strip() == f"{there.location}/report.html"
    assert b"</html>" in (file_systems.read_file(store, "text/out/report.html") or b"")


@pytest.mark.usefixtures("store")
def test_a_checkpoint_replaces_the_last_one() -> None:
    workspace = Workspace("s3://text/out")
    for epoch in (1, 2):
        matrix = np.full((3, 2), epoch, np.float32)
        checkpoints.save(workspace, "sgns", "key", checkpoints.State({"epoch": epoch}, {"words": matrix}))
    found = checkpoints.load(workspace, "sgns", "key")
    assert found is not None and found.progress == {"epoch": 2} and np.array_equal(found.matrices["words"], matrix)
