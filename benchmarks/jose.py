"""JoSE beside its authors' C: words a second with two threads, and documents by newsgroup. JOSE_C names their binaries."""

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.common import corpora, record, record_means
from benchmarks.sgns import encode, read
from wajue.arrays.text_blocks import in_memory
from wajue.config import Jose
from wajue.models import jose

_DOCUMENTS, _EPOCHS = 3000, 2
_TRAINED_ON = 11_314  # the documents before this one are the training half of the data set
_SETTING = f"{_DOCUMENTS} documents of 20news, {_EPOCHS} epochs, 2 threads, dim 100, window 10, 2 negatives; training alone"


def speed(documents: list[list[str]], binaries: dict[str, str], rounds: int = 3) -> None:
    """So many rounds alternately. The C code runs one epoch, then three: the difference is training alone."""
    _, counts, ids, offsets = encode(documents)
    found: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as folder:
        text = _write(documents, Path(folder) / "text.txt")
        for seed in range(rounds):
            clock: list[tuple[float, float]] = []
            config = Jose(epochs=_EPOCHS, threads=2, seed=seed)
            jose.train(
                in_memory(ids, offsets), len(documents), counts, config=config,
                report=lambda words, loss, c=clock: c.append((time.perf_counter(), time.process_time())),  # type: ignore[misc]
            )  # fmt: skip
            found.setdefault("wajue", []).append((clock[-1][0] - clock[0][0], clock[-1][1] - clock[0][1]))
            for name, binary in binaries.items():
                one, three = (_theirs(binary, text, epochs) for epochs in (1, 1 + _EPOCHS))
                found.setdefault(name, []).append((three[0] - one[0], three[1] - one[1]))
    for system, rows in found.items():
        wall, cpu = (_EPOCHS * len(ids) / statistics.median(r[i] for r in rows) for i in (0, 1))
        record("jose", system, "words/s", _SETTING, speed=wall)
        record("jose", system, "words/CPU-s", _SETTING, speed_cpu=cpu)


def quality(documents: list[list[str]], labels: np.ndarray, binary: str | None, seeds: int) -> None:
    """Documents shuffled, ten epochs: spherical k-means and three nearest neighbours, mean over seeds.

    In file order, class after class, drift alone tells the classes apart: that measures the order, not the vectors.
    """
    found: dict[str, list[dict[str, float]]] = {}
    for seed in range(1, seeds + 1):
        order = np.random.default_rng(seed).permutation(len(documents))
        shuffled = [documents[i] for i in order]
        _, counts, ids, offsets = encode(shuffled)
        for hinge in ("two", "combined"):
            config = Jose(epochs=10, threads=2, seed=seed, hinge=hinge)
            vectors = jose.train(in_memory(ids, offsets), len(shuffled), counts, config=config)[2]
            found.setdefault(f"wajue, {hinge}", []).append(_scores(vectors, order, labels))
        if binary:
            found.setdefault(Path(binary).name, []).append(_scores(_vectors(binary, shuffled), order, labels))
    record_means("jose", "", "20news, documents shuffled, 10 epochs", found)


def _scores(vectors: np.ndarray, order: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    from sklearn.metrics import f1_score, normalized_mutual_info_score
    from sklearn.neighbors import KNeighborsClassifier

    from wajue.results.evaluation.clusterings import NEIGHBOURS, SEEDS, spherical_kmeans

    unit = np.empty_like(vectors)
    unit[order] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    clusters = [normalized_mutual_info_score(labels, spherical_kmeans(unit, 20, seed)) for seed in range(SEEDS)]
    neighbours = KNeighborsClassifier(NEIGHBOURS).fit(unit[:_TRAINED_ON], labels[:_TRAINED_ON]).predict(unit[_TRAINED_ON:])
    f1 = {f"f1_{average}": float(f1_score(labels[_TRAINED_ON:], neighbours, average=average)) for average in ("macro", "micro")}
    return {"nmi": float(np.mean(clusters))} | f1


def _write(documents: list[list[str]], path: Path) -> Path:
    path.write_text("\n".join(" ".join(d) for d in documents) + "\n", encoding="utf-8")
    return path


def _command(binary: str, text: Path, epochs: int) -> list[str]:
    settings = {"train": text, "size": 100, "alpha": 0.04, "margin": 0.15, "window": 10, "negative": 2, "sample": "1e-3"}
    settings |= {"min-count": 5, "iter": epochs, "threads": 2}
    return [binary, *(str(part) for name, value in settings.items() for part in (f"-{name}", value))]


def _theirs(binary: str, text: Path, epochs: int) -> tuple[float, float]:
    """(wall, CPU) seconds of a whole run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run([*_command(binary, text, epochs), "-word-output", "/dev/null"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def _vectors(binary: str, documents: list[list[str]]) -> np.ndarray:
    """Their document vectors, ten epochs."""
    with tempfile.TemporaryDirectory() as folder:
        text, found = _write(documents, Path(folder) / "text.txt"), Path(folder) / "documents.txt"
        command = [*_command(binary, text, 10), "-word-output", "/dev/null", "-doc-output", str(found)]
        subprocess.run(command, check=True, capture_output=True)
        rows = found.read_text(encoding="utf-8").splitlines()[1:]
    return np.array([row.split()[-100:] for row in rows], np.float32)


def main(seeds: int = 5) -> None:
    """Speed, then quality with so many seeds (0 = none); quality wants scikit-learn."""
    binaries = {Path(b).name: b for b in os.environ.get("JOSE_C", "").split(":") if b}
    if not binaries:
        sys.exit("set JOSE_C to the peers' binaries, separated by colons; benchmarks/README.md says how they were built")
    documents = read(corpora() / "cluster/20news_bydate_18846.txt", None)
    speed(documents[: _DOCUMENTS * 6 : 6], binaries)
    if seeds:
        labels = np.loadtxt(corpora() / "cluster/jose_20news_label.txt", dtype=int)
        quality(documents, labels, list(binaries.values())[-1], seeds)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
