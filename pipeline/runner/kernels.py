"""Kernels that are compiled beside a run. In: the list of kernels with the types they are called with. Out: Numba's cache, filled.

Numba compiles a kernel where it is first called. In the first run ever that would be in every worker anew, while the other core
waits, for as long as all the rest takes. So a process of its own compiles the kernels in the order in which the steps need them,
from the first second on, when Java starts and files are read; each step waits for its own. `kernels.jsonl` lists what the demo
calls; a kernel called with other types is compiled by who calls it, as ever.
"""

import hashlib
import json
import logging
import os
import subprocess
import sys
from collections.abc import Collection, Iterable
from functools import cache
from importlib import import_module
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numba
import numpy as np
from llvmlite import binding
from numba.core import types

from wajue import caches

log = logging.getLogger(__name__)

LIST = Path(__file__).with_name("kernels.jsonl")


class Kernel(NamedTuple):
    """A line of the list: the step that calls it first, module and function, and its parameters' types, as `described` has them."""

    step: str
    function: str
    parameters: list[Any]

    @property
    def source(self) -> Path:
        """The file that holds it."""
        module = self.function.rpartition(".")[0].removeprefix("wajue.")
        return Path(__file__).parents[1].joinpath(*module.split(".")).with_suffix(".py")

    def compile(self) -> None:
        """Into Numba's cache, or from there."""
        _named(self.function).compile(tuple(map(_numba_type, self.parameters)))


@cache
def listed() -> tuple[Kernel, ...]:
    """All kernels of the list, in order."""
    return tuple(Kernel(**json.loads(line)) for line in LIST.read_text(encoding="utf-8").splitlines())


def described(parameter: Any) -> Any:
    """A type as the list has it: `uint8 1 C` is an array with its dimensions and layout, a named tuple the types of its fields."""
    if isinstance(parameter, types.Array):
        return f"{parameter.dtype} {parameter.ndim} {parameter.layout}{'' if parameter.mutable else ' readonly'}"
    if hasattr(parameter, "instance_class"):
        named = parameter.instance_class
        return {f"{named.__module__}.{named.__qualname__}": [described(field) for field in parameter]}
    return str(parameter)


def _numba_type(written: Any) -> types.Type:
    if isinstance(written, dict):
        [(name, fields)] = written.items()
        return types.BaseTuple.from_types([_numba_type(field) for field in fields], _named(name))
    dtype, *array = written.split()
    scalar = numba.from_dtype(np.dtype(dtype))
    return types.Array(scalar, int(array[0]), array[1], readonly="readonly" in array) if array else scalar


def _named(name: str) -> Any:
    module, _, attribute = name.rpartition(".")
    return getattr(import_module(module), attribute)


class Compiler:
    """The process that compiles what steps need, as long as the `with` lasts; none where all of it is compiled."""

    def __init__(self, steps: Iterable[str]) -> None:
        """steps: names of those that the run may do; in the archive of a cluster there is no list, and each compiles its own."""
        needed = set(steps) if LIST.is_file() else ()
        self._awaited = _not_compiled(needed) if needed else []
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        if self._awaited:
            log.info("compiling kernels beside the first steps; they are kept for later runs")
            command = [sys.executable, "-m", __name__, *self._awaited]
            self._process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
            )
        return self

    def wait(self, step: str) -> None:
        """Until the step's kernels are compiled. Where that failed the step does it by itself, and a warning has said so."""
        while self._process is not None and self._process.stdout is not None and step in self._awaited:
            if done := self._process.stdout.readline().strip():
                self._awaited = self._awaited[self._awaited.index(done) + 1 :]
                continue
            said = self._process.communicate()[1].strip().splitlines()
            log.warning("kernels were not compiled beside the run, but where they are called: %s", "".join(said[-1:]))
            self._awaited = []

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()


def _not_compiled(steps: Collection[str]) -> list[str]:
    marks = _marks()
    return [s for s in dict.fromkeys(k.step for k in listed()) if s in steps and not (marks / s).exists()]


def _marks() -> Path:
    """The folder with an empty file for each step whose kernels are compiled: by this Numba, for this CPU, from these files."""
    sources = sorted({k.source for k in listed()} | {LIST})
    stamps = [(str(p), (stat := p.stat()).st_mtime_ns, stat.st_size) for p in sources]
    cpu = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    facts = json.dumps([numba.__version__, cpu, os.environ.get("NUMBA_CACHE_DIR"), stamps])
    return caches.folder("compiled-" + hashlib.sha256(facts.encode()).hexdigest()[:16])


def main(steps: list[str]) -> None:
    """Compile the kernels of these steps, and say the name of each step that is ready."""
    marks = _marks()
    for step, kernels in groupby((k for k in listed() if k.step in steps), lambda k: k.step):
        for kernel in kernels:
            kernel.compile()
        (marks / step).touch()
        sys.stdout.write(f"{step}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
