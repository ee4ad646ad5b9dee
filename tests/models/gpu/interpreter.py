"""The kernels of a card as Triton's interpreter runs them, for this process alone: those it starts do not inherit the setting."""

import os
from collections.abc import Iterator

import pytest

os.environ["TRITON_INTERPRET"] = "1"  # read as kernels are declared, Triton's own among them
torch = pytest.importorskip("torch")
pytest.importorskip("triton")
from wajue.models.gpu import jose_kernel, random, sgns_kernel  # noqa: E402

del os.environ["TRITON_INTERPRET"]

__all__ = ["CPU", "interpreted", "jose_kernel", "random", "sgns_kernel", "torch"]

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Of every module that imports it: the interpreter stands in for a card; one thread, so that others are not disturbed."""
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
