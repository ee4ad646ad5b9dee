"""Where to train: on the CPU or a GPU, and why. Imports torch only where it is installed and a driver is present."""

import ctypes
import importlib.util
import os
from typing import NamedTuple

from wajue.errors import ConfigError, WajueError

_INSTALL = 'pip install "wajue[gpu]"'
_LEAST_CAPABILITY = (8, 0)  # matrix units that take float32


class Choice(NamedTuple):
    """A device, "cpu" or "cuda", and the reason for it."""

    device: str
    why: str


def choose(wanted: str, name: str, *, deterministic: bool) -> Choice:
    """The device for a trainer; wanted: auto, cpu or cuda.

    Raises WajueError, with what to type, if a GPU is asked for and cannot be had, and ConfigError if it could not keep what
    [name] deterministic promises.
    """
    if wanted == "cpu":
        return Choice("cpu", "as asked by --device cpu")
    if deterministic and wanted == "cuda":
        raise ConfigError(
            f"--device cuda: [{name}] deterministic = true cannot be kept on a GPU, whose programs add in an order of their own; "
            "set it to false, or give --device cpu"
        )
    if deterministic:
        return Choice("cpu", f"[{name}] deterministic = true, which a GPU cannot keep")
    if interpreted() and wanted == "auto":
        return Choice("cpu", "TRITON_INTERPRET=1 stands in for a GPU only where --device cuda asks for one")
    missing = _packages() or ("" if interpreted() else _driver() or _gpu())
    if missing and wanted == "cuda":
        raise WajueError(f"--device cuda: {missing}; --device cpu trains without")
    if missing:
        return Choice("cpu", missing)
    if interpreted():
        return Choice("cuda", "TRITON_INTERPRET=1: Triton's interpreter in place of a GPU, some hundred words a second")
    return Choice("cuda", _named())


def interpreted() -> bool:
    """Does Triton's interpreter stand in for a GPU?"""
    return os.environ.get("TRITON_INTERPRET") == "1"


def local_rank() -> int:
    """The number of this process among those of its machine, as torchrun gives it."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def _packages() -> str:
    """What is not installed, and how to get it; "" if nothing is missing."""
    absent = [p for p in ("torch", "triton") if importlib.util.find_spec(p) is None]
    return f"{' and '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed; {_INSTALL}" if absent else ""


def _driver() -> str:
    try:
        ctypes.CDLL("libcuda.so.1")
    except OSError:
        return "this machine has no NVIDIA driver (libcuda.so.1); install one, if it has a GPU"
    return ""


def _gpu() -> str:
    import torch

    if not torch.version.cuda:
        return f"torch {torch.__version__} is a build without CUDA; pip uninstall torch, then {_INSTALL}"
    if not torch.cuda.is_available():
        return "torch finds no GPU; nvidia-smi should list one, and CUDA_VISIBLE_DEVICES not hide it"
    number, gpus = local_rank(), torch.cuda.device_count()
    if number >= gpus:
        return f"process {number + 1} of this machine has no GPU of its own, there are {gpus}; give --nproc-per-node {gpus}"
    major, minor = torch.cuda.get_device_capability()
    if (major, minor) < _LEAST_CAPABILITY:
        least = ".".join(map(str, _LEAST_CAPABILITY))
        return f"{torch.cuda.get_device_name()} has compute capability {major}.{minor}; {least} is needed"
    return ""


def _named() -> str:
    import torch

    free, total = torch.cuda.mem_get_info()
    return f"{torch.cuda.get_device_name()} is there, {free / 2**30:.0f} of {total / 2**30:.0f} GiB free"
