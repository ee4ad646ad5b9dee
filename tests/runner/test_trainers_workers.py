"""Two processes that train the same vectors over gloo, as torchrun starts them: what they learn, and what is left if one is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.models.test_trainers import cosines
from tests.runner.test_trainers import filled
from wajue.store import checkpoints, parquet
from wajue.store.workspace import Workspace

pytest.importorskip("torch")
JOB = Path(__file__).parents[2] / "jobs/train.py"
ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(JOB.parents[1])}
CONFIG = """workspace = "out"
[sgns]
dim = 16
epochs = {epochs}
subsample_threshold = 0
checkpoint_seconds = {seconds}
[jose]
enabled = {jose}
dim = 16
epochs = 10
subsample_threshold = 0
[[corpus]]
name = "notes"
role = "domain"
paths = ["*.txt"]
"""


def started(folder: Path) -> list[subprocess.Popen[str]]:
    """Two workers, with the environment that torchrun gives them."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    shared = ENVIRONMENT | {"WORLD_SIZE": "2", "LOCAL_WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    command = [sys.executable, str(JOB), str(folder / "config.toml"), "--device", "cpu"]
    return [
        subprocess.Popen(command, env=shared | {"RANK": rank, "LOCAL_RANK": rank}, text=True, stderr=subprocess.PIPE)
        for rank in "01"
    ]


@pytest.mark.cluster  # processes that each compile and train
def test_two_workers_learn_what_one_learns_and_write_it_once(tmp_path: Path) -> None:
    filled(tmp_path / "out", documents=400)
    (tmp_path / "config.toml").write_text(CONFIG.format(epochs=10, seconds=0, jose="true"), encoding="utf-8")
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", str(JOB), str(tmp_path / "config.toml")]
    done = subprocess.run(torchrun, env=ENVIRONMENT, text=True, capture_output=True, timeout=120, check=True)
    assert done.stderr.count("sgns: 2 workers") == done.stdout.count("out") == 1  # one of them speaks
    workspace = Workspace(str(tmp_path / "out"))
    for name in ("sgns", "jose"):
        rows = parquet.read(workspace, f"{name}_words")
        assert rows.column("word").to_pylist() == [f"w{i}" for i in range(20)]
        assert (workspace.manifest(f"{name}_words") or {})["workers"] == 2
        near = cosines(parquet.matrix(rows))
        assert near[:10, :10][~np.eye(10, dtype=bool)].mean() > near[:10, 10:].mean() + 0.4
    documents = parquet.matrix(parquet.read(workspace, "jose_documents"))
    assert documents.shape == (401, 16) and np.allclose(np.linalg.norm(documents, axis=1), 1, atol=1e-5)
    near = documents[:400] @ documents[:400].T
    assert near[::2, ::2].mean() > near[::2, 1::2].mean() + 0.2


@pytest.mark.cluster  # takes as long as the test above
def test_a_killed_worker_ends_the_job_and_the_next_one_goes_on(tmp_path: Path) -> None:
    filled(tmp_path / "out")
    config = tmp_path / "config.toml"
    config.write_text(CONFIG.format(epochs=10_000, seconds=0.01, jose="false"), encoding="utf-8")
    lead, other = started(tmp_path)
    saved, deadline = tmp_path / "out/_checkpoint/sgns/progress.json", time.monotonic() + 60
    while not saved.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    other.send_signal(signal.SIGKILL)
    said = lead.communicate(timeout=60)[1]
    other.communicate()
    assert lead.returncode == 1 and "a worker is gone" in said and "start the job again" in said and "Traceback" not in said
    key = json.loads(next(tmp_path.glob("out/_checkpoint/sgns*/progress.json")).read_text())["key"]
    state = checkpoints.load(Workspace(str(tmp_path / "out")), "sgns", key)
    assert state is not None
    assert state.progress["tokens"] > 0 and all(m.shape == (20, 16) and np.isfinite(m).all() for m in state.matrices.values())
