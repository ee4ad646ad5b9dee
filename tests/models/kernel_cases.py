"""Small texts, draws and matrices on which the compiled kernels are compared with the reference."""

import numpy as np

from tests.models import reference
from wajue.models.cpu import simd
from wajue.models.sampling import Draws, alias_table, keep_chances
from wajue.models.text import Text

VOCABULARY = 13
# float32 sums in another order differ in the last bits, and a few hundred updates carry that on; the sigmoid is good to 3e-5
TOLERANCE = 3e-5
KEY = 9


def text(seed: int, lengths: list[int], rate: float) -> tuple[Text, np.ndarray]:
    rng = np.random.default_rng(seed)
    ids = rng.zipf(1.6, sum(lengths)).clip(1, VOCABULARY).astype(np.int32) - 1
    offsets = np.cumsum([0, *lengths]).astype(np.int64)
    documents = np.arange(len(lengths))
    rates = np.full(len(lengths), rate, np.float32)
    shuffled = Text(ids, offsets, documents[::-1].copy(), documents[::-1].copy(), np.arange(len(lengths) + 1), rates)
    return shuffled, np.bincount(ids, minlength=VOCABULARY)


def draws_of(count: np.ndarray) -> Draws:
    return Draws(np.uint64(KEY), keep_chances(count, 0.05), *alias_table((count + 1.0) ** 0.75))


def documents_of(shown: Text, draws: Draws) -> list[tuple[int, np.ndarray, reference.Draws]]:
    """(row, ids, draws) in the order of training."""
    documents = []
    for i in shown.order:
        row, ids = int(shown.doc_indices[i]), shown.matrix_rows[shown.offsets[i] : shown.offsets[i + 1]]
        documents.append((row, ids, reference.Draws(reference.number(KEY, row), *draws[1:])))
    return documents


def matrices(seed: int, dim: int, *rows: int, unit: bool = False) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The same random rows for the kernel, padded, and for the reference."""
    rng = np.random.default_rng(seed)
    plain = [rng.uniform(-0.5, 0.5, (n, dim)).astype(np.float32) for n in rows]
    if unit:
        plain = [m / np.linalg.norm(m, axis=1, keepdims=True) for m in plain]
    padded = [simd.aligned(n, dim) for n in rows]
    for a, b in zip(padded, plain, strict=True):
        a[:, :dim] = b
    return padded, plain


def assert_close(padded: list[np.ndarray], plain: list[np.ndarray]) -> None:
    for a, b in zip(padded, plain, strict=True):
        assert np.abs(a[:, : b.shape[1]] - b).max(initial=0) < TOLERANCE
        assert not a[:, b.shape[1] :].any()


def shapes() -> list[tuple[int, int, int, list[int]]]:
    """(dim, window, negatives, document lengths)."""
    return [
        (1, 1, 1, [3]), (2, 2, 1, [1, 0, 7]), (7, 3, 2, [40, 2]), (16, 5, 5, [33]), (31, 5, 3, [25, 25]), (100, 5, 6, [30, 11]),
        (127, 10, 12, [30]), (1023, 4, 5, [20]),
    ]  # fmt: skip
