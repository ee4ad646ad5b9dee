"""Where to train: the processor or a card, and why. Imports torch only where it is installed and a driver is there."""

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

    Raises WajueError, with what to type, if a card is asked for that cannot be had, and ConfigError if it could not keep what
    [name] deterministic promises.
    """
    if wanted == "cpu":
        return Choice("cpu", "as asked by --device cpu")
    if deterministic and wanted == "cuda":
        raise ConfigError(
            f"--device cuda: [{name}] deterministic = true cannot be kept on a card, whose programs add in an order of their own; "
            "set it to false, or give --device cpu"
        )
    if deterministic:
        return Choice("cpu", f"[{name}] deterministic = true, which a card cannot keep")
    if interpreted() and wanted == "auto":
        return Choice("cpu", "TRITON_INTERPRET=1 stands in for a card only where --device cuda asks for one")
    missing = _packages() or ("" if interpreted() else _driver() or _card())
    if missing and wanted == "cuda":
        raise WajueError(f"--device cuda: {missing}; --device cpu trains without")
    if missing:
        return Choice("cpu", missing)
    if interpreted():
        return Choice("cuda", "TRITON_INTERPRET=1: Triton's interpreter in place of a card, some hundred words a second")
    return Choice("cuda", _named())


def interpreted() -> bool:
    """Does Triton's interpreter stand in for a card?"""
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
        return "this machine has no NVIDIA driver (libcuda.so.1); install one, if it has a card"
    return ""


def _card() -> str:
    import torch

    if not torch.version.cuda:
        return f"torch {torch.__version__} is a build without CUDA; pip uninstall torch, then {_INSTALL}"
    if not torch.cuda.is_available():
        return "torch finds no card; nvidia-smi should list one, and CUDA_VISIBLE_DEVICES not hide it"
    number, cards = local_rank(), torch.cuda.device_count()
    if number >= cards:
        return f"process {number + 1} of this machine has no card of its own, there are {cards}; give --nproc-per-node {cards}"
    found = torch.cuda.get_device_capability()
    if found < _LEAST_CAPABILITY:
        least = ".".join(map(str, _LEAST_CAPABILITY))
        return f"{torch.cuda.get_device_name()} has compute capability {found[0]}.{found[1]}; {least} is needed"
    return ""


def _named() -> str:
    import torch

    free, total = torch.cuda.mem_get_info()
    return f"{torch.cuda.get_device_name()} is there, {free / 2**30:.0f} of {total / 2**30:.0f} GiB free"
