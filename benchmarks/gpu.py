"""The trainers on a GPU: words a second, bytes a position, their share of a measured copy, and quality beside the CPU's.

One command on a machine that has torch, triton, numba, pyarrow and pandas, and nothing else of this project:
    python -m benchmarks.gpu [--words N] [--vocabulary V ...] [--ids FILE.npz [--pairs FILE]]
Without --ids the text is drawn by Zipf's law, of twenty topics. FILE.npz is what `python -m benchmarks.gpu encode TEXT FILE.npz`
makes of a text, a document a line, on a machine that has the whole project; --pairs: lines of two words and a score of their
similarity. TRITON_INTERPRET=1 tries the command itself without a GPU, with some thousand words.
"""

import argparse
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from benchmarks.common import record
from wajue.arrays.text_blocks import in_memory
from wajue.models import devices, jose, sgns
from wajue.models.gpu import sgns_kernel
from wajue.models.sampling import keep_chances, kept_shares

_TOPICS, _LENGTH = 20, 200
_CPU_WORDS = 5_000_000  # the CPU's trainer is measured on no more
_GB = 1e9


@dataclass(frozen=True)
class Sgns:
    """[sgns], as wajue.config declares it, at the setting of the published figures."""

    dim: int = 128
    window: int = 5
    negatives: int = 5
    epochs: int = 1
    subsample_threshold: float = 1e-3
    negative_power: float = 0.75
    learning_rate: float = 0.025
    threads: int = 0
    seed: int = 1
    deterministic: bool = False


@dataclass(frozen=True)
class Jose(Sgns):
    """[jose] likewise."""

    dim: int = 100
    window: int = 10
    negatives: int = 2
    epochs: int = 1
    learning_rate: float = 0.04
    margin: float = 0.15
    hinge: str = "two"


def zipf(words: int, vocabulary: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(ids, offsets, topic of each document): half of a document's words by Zipf's law, half by a shuffled one of its topic."""
    rng = np.random.default_rng(1)
    chances = np.cumsum(1 / np.arange(1, vocabulary + 1))
    ids = np.searchsorted(chances, rng.random(words) * chances[-1]).astype(np.int32)
    offsets = np.minimum(np.arange(0, words + _LENGTH, _LENGTH), words)
    topics = rng.integers(0, _TOPICS, len(offsets) - 1)
    shuffles = np.stack([rng.permutation(vocabulary) for _ in range(_TOPICS)]).astype(np.int32)
    topical = rng.random(words) < 0.5
    of_word = np.repeat(topics, np.diff(offsets))
    ids[topical] = shuffles[of_word[topical], ids[topical]]
    return ids, offsets.astype(np.int64), topics


def copy_speed() -> float:
    """Bytes read and written a second by a copy on the GPU; 0 where there is none."""
    if devices.interpreted():
        return 0.0
    source = torch.rand(1 << 29, device="cuda")
    target, seconds = torch.empty_like(source), []
    for _ in range(20):
        begun, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        begun.record()
        target.copy_(source)
        ended.record()
        torch.cuda.synchronize()
        seconds.append(begun.elapsed_time(ended) / 1e3)
    return 2 * source.nbytes / float(np.median(seconds))


def sgns_bytes(config: Sgns) -> float:
    """Bytes of rows that a position of the GPU's SGNS reads and adds: a tile's context, centre and noise rows, once each way."""
    tile, window = sgns_kernel.TILE, config.window
    reaches = np.clip((window + 1 - np.arange(1, window + tile + 1)) / window, 0, 1)  # chance that a window reaches so far
    edge = sum(1 - np.prod(1 - reaches[d : d + tile]) for d in range(window))  # rows beyond each end that some window reaches
    rows = tile + 2 * edge + tile + max(sgns_kernel.MOST_DRAWN, config.negatives)
    return 2 * 4 * sgns_row(config.dim) * rows / tile


def jose_bytes(config: Jose) -> float:
    """Bytes a position of JoSE reads and adds at most, if no margin held: the context, the word, each noise word.

    The word is read once more where it is given back. Copies are taken to be read from L1, and to be written through it: two rows
    when the word is borrowed, one for each word around, one for the word itself.
    """
    around = config.window + 1
    shared = 2 * (1 + 1 + config.negatives * (around + 1)) + 1
    return 4 * sgns_row(config.dim) * (shared + 2 + around + 1)


def sgns_row(dim: int) -> int:
    """Components of a row in memory."""
    return -(-dim // 16) * 16


def trained(name: str, text: tuple[Any, ...], config: Any, device: str) -> tuple[list[np.ndarray], float, float]:
    """(matrices, words a second of the training itself, last loss)."""
    ids, offsets = text[:2]
    told: list[tuple[float, float]] = []
    count = np.bincount(ids, minlength=int(ids.max()) + 1)
    more = {
        "config": config, "device": device,
        "report": lambda words, loss: told.append((time.perf_counter(), loss)),
    }  # fmt: skip
    if name == "sgns":
        found = sgns.train(in_memory(ids, offsets), count, **more)
    else:
        found = jose.train(in_memory(ids, offsets), len(offsets) - 1, count, **more)
    return list(found), config.epochs * len(ids) / max(told[-1][0] - told[0][0], 1e-9), told[-1][1]


def same_topic(documents: np.ndarray, topics: np.ndarray) -> float:
    """The share of a sample of documents whose nearest one has their topic."""
    rows = np.random.default_rng(2).permutation(len(topics))[:2000]
    near = documents[rows] @ documents[rows].T
    np.fill_diagonal(near, -2)
    return float((topics[rows][near.argmax(axis=1)] == topics[rows]).mean())


def similarity(words: list[str], vectors: np.ndarray, path: Path) -> float:
    """Spearman's rank correlation, x 100, of cosines with the scores of a file of pairs."""
    place = {w: i for i, w in enumerate(words)}
    rows = [line.lower().split() for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [r for r in rows if len(r) == 3 and r[0] in place and r[1] in place]
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = [float(unit[place[a]] @ unit[place[b]]) for a, b, _ in rows]
    return 100 * float(pd.Series(cosines).corr(pd.Series([float(r[2]) for r in rows]), method="spearman"))


def compare(name: str, text: tuple[Any, ...], what: str, copy: float, pairs: Path | None) -> None:
    """Train on the GPU and on the CPU, and record speeds and quality."""
    config, size = (Sgns(), sgns_bytes(Sgns())) if name == "sgns" else (Jose(), jose_bytes(Jose()))
    ids, offsets = text[:2]
    trained(name, text, config, "cuda")  # compiles, for as many tiles in flight as this text bears
    documents = int(np.searchsorted(offsets, _CPU_WORDS))
    shorter = (ids[: offsets[documents]], offsets[: documents + 1]) if documents < len(offsets) else (ids, offsets)
    for system, part, device in (("GPU", text, "cuda"), ("GPU, the CPU's part", shorter, "cuda"), ("CPU", shorter, "cpu")):
        matrices, speed, loss = trained(name, part, config, device)
        note = f"{what}, {len(part[0]):,} words, dim {config.dim}"
        record(name, system, "raw words/s", note, speed=speed)
        record(name, system, "nats" if name == "sgns" else "hinge", note, loss=loss)
        if len(text[2]) and name == "jose":
            record(name, system, "share", note, nearest_of_same_topic=same_topic(matrices[2], text[2][: len(part[1]) - 1]))
        if pairs is not None and len(text) > 3:
            record(name, system, "x100", note, similarity=similarity(text[3], matrices[0], pairs))
        if device == "cuda" and part is text:
            kept = speed * kept_share(ids, config.subsample_threshold)
            record(name, system, "bytes", "rows read and written", bytes_a_position=size)
            record(name, system, "GB/s", note + (f", {kept * size / copy:.0%} of a copy" if copy else ""), moved=kept * size / _GB)


def kept_share(ids: np.ndarray, threshold: float) -> float:
    """The share of a text's words that subsampling keeps."""
    count = np.bincount(ids)
    return float(kept_shares(count, keep_chances(count, threshold)).sum())


def main() -> None:
    """As the command line says."""
    if sys.argv[1:2] == ["encode"]:
        from benchmarks.sgns import encode, read

        words, _, ids, offsets = encode(read(Path(sys.argv[2]), None))
        np.savez(sys.argv[3], words=np.array(words), ids=ids, offsets=offsets)
        return
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--words", type=int, default=50_000_000)
    options.add_argument("--vocabulary", type=int, nargs="+", default=[50_000, 500_000])
    options.add_argument("--ids", type=Path)
    options.add_argument("--pairs", type=Path)
    options.add_argument("--models", nargs="+", default=["sgns", "jose"])
    given = options.parse_args()
    os.environ.setdefault("CUDA_DEVICE_MAX_CONNECTIONS", "8")
    copy = copy_speed()
    where = "Triton's interpreter" if devices.interpreted() else torch.cuda.get_device_name()
    print(f"{where}, torch {torch.__version__}; a copy moves {copy / _GB:,.0f} GB/s, read and written")
    texts: dict[str, tuple[Any, ...]] = {}
    if given.ids:
        with np.load(given.ids) as found:
            texts[given.ids.stem] = (found["ids"], found["offsets"], np.zeros(0), found["words"].tolist())
    else:
        texts = {f"Zipf, {v:,} words": zipf(given.words, v) for v in given.vocabulary}
    for what, text in texts.items():
        for name in given.models:
            compare(name, text, f"{where}: {what}", copy, given.pairs)


if __name__ == "__main__":
    main()
