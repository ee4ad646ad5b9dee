"""The compiled kernels do what the slow versions do: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest

from pipeline.models.kernels import jose_cpu, sgns_cpu
from pipeline.models.sampling import alias_table, keep_chances
from tests.models import reference

VOCABULARY = 13
# float32 sums in another order differ in the last bits, and a few hundred updates carry that on
TOLERANCE = 2e-5


def text(seed: int, lengths: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    ids = rng.zipf(1.6, sum(lengths)).clip(1, VOCABULARY).astype(np.int32) - 1
    return ids, np.cumsum([0, *lengths]).astype(np.int64), np.bincount(ids, minlength=VOCABULARY)


def shapes() -> list[tuple[int, int, int, list[int]]]:
    """(dim, window, negatives, document lengths)."""
    return [(1, 1, 1, [3]), (2, 2, 1, [1, 0, 7]), (7, 3, 2, [40, 2]), (16, 5, 5, [33]), (31, 5, 3, [25, 25]), (127, 10, 2, [30])]


@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_sgns(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    ids, offsets, count = text(dim, lengths)
    keep = keep_chances(count, 0.05)
    noise = alias_table((count + 1.0) ** 0.75)
    rng = np.random.default_rng(1)
    start = [(rng.random((VOCABULARY, dim), dtype=np.float32) - np.float32(0.5)) for _ in range(2)]
    ours, theirs = [m.copy() for m in start], [m.copy() for m in start]
    documents = len(lengths)
    chunks, order = np.arange(documents + 1), np.arange(documents)
    rates = np.full(documents, 0.05, np.float32)
    sgns_cpu.train_chunks(
        ids, offsets, chunks, order, 0, documents, rates, 9, 1, *ours, keep, *noise, sgns_cpu.SIGMOID, window, negatives
    )  # fmt: skip
    for place in order:
        document = ids[offsets[place] : offsets[place + 1]]
        reference.sgns(
            document, *theirs, keep, noise, rate=0.05, window=window, negatives=negatives, seed=9, place=int(place),
            longest=sgns_cpu.LONGEST_STRETCH, sigmoid=sgns_cpu.SIGMOID,
        )  # fmt: skip
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a - b).max() < TOLERANCE
    if ids.size > 10:
        assert np.abs(ours[1] - start[1]).max() > 0.01


@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), [s for s in shapes() if s[0] > 1])
def test_jose(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    ids, offsets, count = text(dim, lengths)
    keep = keep_chances(count, 0.05)
    noise = alias_table((count + 1.0) ** 0.75)
    rng = np.random.default_rng(2)
    start = [rng.normal(size=(n, dim)).astype(np.float32) for n in (VOCABULARY, VOCABULARY, len(lengths))]
    start = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in start]
    ours, theirs = [m.copy() for m in start], [m.copy() for m in start]
    documents = len(lengths)
    chunks, order = np.arange(documents + 1), np.arange(documents)
    rates = np.full(documents, 0.04, np.float32)
    jose_cpu.train_chunks(
        ids, offsets, chunks, order, 0, documents, rates, 9, 1, *ours, keep, *noise, window, negatives, np.float32(0.15)
    )  # fmt: skip
    for place in order:
        document = ids[offsets[place] : offsets[place + 1]]
        reference.jose(
            document, theirs[0], theirs[1], theirs[2][place], keep, noise, rate=0.04, window=window, negatives=negatives,
            margin=0.15, seed=9, place=int(place), longest=jose_cpu.LONGEST_STRETCH,
        )  # fmt: skip
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a - b).max() < TOLERANCE
    if ids.size > 10:
        assert np.abs(ours[0] - start[0]).max() > 0.01
