"""The kernels of a GPU as Triton's interpreter runs them, for this process alone: those it starts do not inherit the setting."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

os.environ["TRITON_INTERPRET"] = "1"  # read as kernels are declared, Triton's own among them
torch = pytest.importorskip("torch")
pytest.importorskip("triton")
from wajue.models.gpu import borrowed_rows, jose_kernel, random, sgns_kernel  # noqa: E402

del os.environ["TRITON_INTERPRET"]

__all__ = ["CPU", "borrowed_rows", "interpreted", "jose_kernel", "one_thread_and_the_interpreter", "random", "sgns_kernel", "torch"]

CPU = torch.device("cpu")


@contextmanager
def one_thread_and_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The interpreter stands in for a GPU; one thread, so that others are not disturbed."""
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(autouse=True)
def interpreted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same, of every module that imports it."""
    with one_thread_and_the_interpreter(monkeypatch):
        yield
