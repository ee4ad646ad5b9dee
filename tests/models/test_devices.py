"""Which device is chosen, and what is said where a GPU cannot be had. No GPU is needed: what is present is pretended."""

import ctypes
import importlib.util

import pytest

from wajue.errors import ConfigError, WajueError
from wajue.models import devices


@pytest.fixture(autouse=True)
def _no_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)


def pretend(monkeypatch: pytest.MonkeyPatch, *, packages: bool = True, driver: bool = True, gpu: str = "") -> None:
    def load(name: str) -> None:
        if not driver:
            raise OSError(name)

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if packages else None)
    monkeypatch.setattr(ctypes, "CDLL", load)
    monkeypatch.setattr(devices, "_gpu", lambda: gpu)
    monkeypatch.setattr(devices, "_named", lambda: "Some GPU is there")


@pytest.mark.parametrize(
    ("there", "said"),
    [
        ({"packages": False}, r'torch and triton are not installed; pip install "wajue\[gpu\]"'),
        ({"driver": False}, "no NVIDIA driver"),
        ({"gpu": "torch finds no GPU"}, "finds no GPU"),
    ],
)
def test_what_is_missing_is_said_and_auto_trains_on_the_cpu(
    there: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend(monkeypatch, **there)  # type: ignore[arg-type]
    with pytest.raises(WajueError, match=f"--device cuda: .*{said}"):
        devices.choose("cuda", "sgns", deterministic=False)
    found = devices.choose("auto", "sgns", deterministic=False)
    assert found.device == "cpu" and found.why


def test_a_gpu_that_is_there_is_taken_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    assert devices.choose("auto", "sgns", deterministic=False) == ("cuda", "Some GPU is there")
    assert devices.choose("cuda", "sgns", deterministic=False).device == "cuda"
    assert devices.choose("cpu", "sgns", deterministic=False).device == "cpu"


def test_a_deterministic_run_is_not_promised_on_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch)
    found = devices.choose("auto", "jose", deterministic=True)
    assert found.device == "cpu" and "deterministic" in found.why
    with pytest.raises(ConfigError, match=r"\[jose\] deterministic = true cannot be kept"):
        devices.choose("cuda", "jose", deterministic=True)


def test_the_interpreter_stands_in_for_a_gpu_only_where_one_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, driver=False)
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    assert devices.choose("auto", "sgns", deterministic=False).device == "cpu"
    assert devices.choose("cuda", "sgns", deterministic=False).device == "cuda"
