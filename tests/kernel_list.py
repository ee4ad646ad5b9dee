"""The list that pipeline/runner/kernels.py goes by, made anew from what the demo compiles: python -m tests.kernel_list writes it."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import datetime
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

from numba.core import types
from numba.core.dispatcher import Dispatcher

import wajue
from wajue import dag
from wajue.runner import kernels
from wajue.store.workspace import Workspace

_WITHOUT_LIST = """
import sys
from pathlib import Path
from wajue.cli import main
from wajue.runner import kernels

kernels.LIST = Path("/dev/null")
sys.argv = ["wajue", "demo"]
main()
"""


def of_the_demo(folder: Path) -> list[kernels.Kernel]:
    """What the demo compiles, in the order in which it does so; run in this empty folder, with an empty cache and without a list."""
    variables = os.environ | {"NUMBA_CACHE_DIR": str(folder / "cache"), "XDG_CACHE_HOME": str(folder)}
    subprocess.run([sys.executable, "-c", _WITHOUT_LIST], cwd=folder, env=variables, check=True, capture_output=True)
    told = "from tests import kernel_list; kernel_list.tell()"
    said = subprocess.run([sys.executable, "-c", told], env=variables, check=True, capture_output=True, text=True).stdout
    ends = _ends(Workspace(str(folder / "wajue-demo")))
    found = sorted(map(json.loads, said.splitlines()), key=lambda kernel: kernel[:2])
    return [kernels.Kernel(next(s for s, end in ends if moment <= end), name, parameters) for moment, name, parameters in found]


def _ends(workspace: Workspace) -> list[tuple[str, float]]:
    """When each step was done, in seconds of the clock that files have."""
    manifests = [m for s in dag.STEPS for t in s.writes[:1] if (m := workspace.manifest(t)) is not None]
    return sorted(((m["step"], datetime.fromisoformat(m["finished"]).timestamp()) for m in manifests), key=lambda done: done[1])


def tell() -> None:
    """Write [when it was compiled, name, types] of every kernel in the cache."""
    for module in walk_packages(wajue.__path__, "wajue."):
        if ".gpu" in module.name or module.name.endswith("__main__"):
            continue
        for name, kernel in vars(import_module(module.name)).items():
            if isinstance(kernel, Dispatcher) and kernel.py_func.__module__ == module.name:
                for when, parameters in _in_the_cache(kernel):
                    sys.stdout.write(json.dumps([when, f"{module.name}.{name}", parameters]) + "\n")


def _in_the_cache(kernel: Any) -> list[tuple[float, list[Any]]]:
    if not hasattr(kernel._cache, "_cache_file"):  # it is compiled into others
        return []
    files = {key[0]: Path(kernel._cache.cache_path) / data for key, data in kernel._cache._cache_file._load_index().items()}
    with_literals = {ts for ts in files if any(isinstance(t, types.Literal) for t in ts)}  # these are compiled with who calls them
    return [(f.stat().st_mtime, list(map(kernels.described, ts))) for ts, f in files.items() if ts not in with_literals]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        lines = [json.dumps(kernel._asdict()) for kernel in of_the_demo(Path(made))]
    kernels.LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")
