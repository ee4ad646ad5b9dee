"""JoSE beside its authors' C: words a second with two threads. JOSE_C names their binary (see benchmarks/README.md)."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.common import corpora, record
from benchmarks.sgns import encode, read
from pipeline.config import Jose
from pipeline.models import jose

_DOCUMENTS, _EPOCHS = 3000, 2


def main() -> None:
    """Three rounds alternately: 3,000 documents of 20news, two epochs. The C code runs one epoch, then three."""
    binaries = {Path(b).name: b for b in os.environ.get("JOSE_C", "").split(":") if b}
    if not binaries:
        sys.exit("set JOSE_C to the peers' binaries, separated by colons; benchmarks/README.md says how they were built")
    path = corpora() / "cluster/20news_bydate_18846.txt"
    documents = read(path, None)[: _DOCUMENTS * 6 : 6]
    _, counts, ids, offsets = encode(documents)
    speeds: dict[str, list[float]] = {"wajue": [], **{name: [] for name in binaries}}
    config = Jose(dim=100, window=10, negatives=2, epochs=_EPOCHS, threads=2)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text("\n".join(" ".join(d) for d in documents) + "\n", encoding="utf-8")
        for _ in range(3):
            clock: list[float] = []
            jose.train(ids, offsets, counts, config=config, report=lambda share, loss, c=clock: c.append(time.perf_counter()))  # type: ignore[misc]
            speeds["wajue"].append(_EPOCHS * len(ids) / (clock[-1] - clock[0]))
            for name, binary in binaries.items():
                seconds = [_theirs(binary, text, epochs) for epochs in (1, 1 + _EPOCHS)]
                speeds[name].append(_EPOCHS * len(ids) / (seconds[1] - seconds[0]))
    for system, found in speeds.items():
        note = f"{_DOCUMENTS} documents of 20news, {_EPOCHS} epochs, 2 threads, dim 100, window 10, 2 negatives; training alone"
        record("jose", system, "words/s", note, speed=statistics.median(found))


def _theirs(binary: str, text: Path, epochs: int) -> float:
    """Wall seconds; the difference between two runs is training alone, without vocabulary, tables and output."""
    command = [
        binary,
        "-train",
        text,
        "-word-output",
        "/dev/null",
        "-size",
        "100",
        "-alpha",
        "0.04",
        "-margin",
        "0.15",
        "-window",
        "10",
    ]
    command += ["-negative", "2", "-sample", "1e-3", "-min-count", "5", "-iter", str(epochs), "-threads", "2"]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
