"""`--device cuda` from tables to tables, by Triton's interpreter."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.models.gpu.interpreter import interpreted  # noqa: F401
from tests.runner.test_trainers import filled, order, vectors
from wajue.config import Config
from wajue.runner import run


@pytest.mark.parametrize(("name", "documents"), [("sgns", 60), ("jose", 4)])
def test_a_gpu_writes_the_tables_and_says_so(
    name: str, documents: int, load: Callable[..., Config], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = filled(tmp_path, documents=documents)
    config = load(f"[{name}]\ndim = 8\nepochs = 1\nwindow = 1\nnegatives = 1\n")
    with caplog.at_level("INFO"):
        run._train(order(name, config, workspace), "cuda")
    assert f"{name}: training on the GPU: TRITON_INTERPRET=1" in caplog.text
    manifest = workspace.manifest(f"{name}_words") or {}
    assert manifest["device"] == "cuda" and manifest["workers"] == 1
    found = vectors(workspace, f"{name}_words")
    assert found.shape == (20, 8) and np.isfinite(found).all()
