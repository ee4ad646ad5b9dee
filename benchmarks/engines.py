"""A whole mining by this process alone beside Spark's local[2]: wikipedia against laws, of several sizes, until `contrast`.

Each run is a process of its own with a fresh workspace; kernels are compiled before. CPU seconds are of all processes.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import corpora, record
from benchmarks.scale import Tree

_MB = (3, 10, 30, 100)
_PAIRS = 2
_EVERY = 0.2  # seconds between readings
_DOMAIN_SHARE = 0.25
_CONFIG = """workspace = "out"
""" + "".join(
    f"""
[[corpus]]
name = "{role}"
role = "{role}"
paths = ["{role}.txt"]
format = "text"
"""
    for role in ("domain", "general")
)
_ENGINES = {"in process": "none", "Spark, local[2]": "local[2]"}


def _cut(text: bytes, size: int) -> bytes:
    """Whole lines of about so many bytes."""
    return text[: text.rindex(b"\n", 0, size)]


def _mine(folder: Path, master: str) -> tuple[float, float]:
    """(wall, CPU seconds) of a run."""
    command = [sys.executable, "-m", "wajue", "run", "config.toml", "--until", "contrast", "--force", "--master", master]
    began = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        tree = Tree(process.pid)
        while process.poll() is None:
            tree.sample(shares=False)
            time.sleep(_EVERY)
    if process.returncode:
        sys.exit(f"{' '.join(command)} failed")
    return time.perf_counter() - began, tree.cpu


def main() -> None:
    """Rows of each size and engine, alternately."""
    laws = b"\n".join(path.read_bytes() for path in sorted((corpora() / "domain" / "law_national").rglob("*.md")))
    general = (corpora() / "general" / "zhwiki_AA_00-79.txt").read_bytes()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "config.toml").write_text(_CONFIG, encoding="utf-8")
        for megabytes in _MB:
            size = megabytes * 1_000_000
            (folder / "domain.txt").write_bytes(_cut(laws, int(_DOMAIN_SHARE * size)))
            (folder / "general.txt").write_bytes(_cut(general, int((1 - _DOMAIN_SHARE) * size)))
            for _ in range(_PAIRS):
                for system, master in _ENGINES.items():
                    wall, cpu = _mine(folder, master)
                    record("engines", system, "s", f"{megabytes} MB of laws and wiki, until contrast", wall=wall, cpu=cpu)


if __name__ == "__main__":
    main()
