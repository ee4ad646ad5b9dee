"""The compiled kernels do what the slow versions do: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest
from numba import set_num_threads

from tests.models import reference
from wajue.models.cpu import jose_kernel, sgns_kernel, simd
from wajue.models.loop import Text
from wajue.models.sampling import Draws, alias_table, keep_chances

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
    found = []
    for place in shown.order:
        row, ids = int(shown.rows[place]), shown.ids[shown.offsets[place] : shown.offsets[place + 1]]
        found.append((row, ids, reference.Draws(reference.number(KEY, row), *draws[1:])))
    return found


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


@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_sgns(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    shown, count = text(dim, lengths, 0.05)
    draws = draws_of(count)
    ours, theirs = matrices(1, dim, VOCABULARY, VOCABULARY)
    start = theirs[1].copy()
    set_num_threads(1)
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), len(lengths), 1, *ours, window, negatives)
    for _, ids, drawn in documents_of(shown, draws):
        reference.sgns(ids, *theirs, drawn, rate=0.05, window=window, negatives=negatives, longest=sgns_kernel.LONGEST_STRETCH)
    assert_close(ours, theirs)
    assert shown.ids.size <= 10 or np.abs(theirs[1] - start).max() > 0.01


@pytest.mark.parametrize(("combined", "frozen"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_jose(dim: int, window: int, negatives: int, lengths: list[int], combined: bool, frozen: bool) -> None:
    shown, count = text(dim, lengths, 0.04)
    draws = draws_of(count)
    ours, theirs = matrices(2, dim, VOCABULARY, VOCABULARY, len(lengths), unit=True)
    start = [m.copy() for m in theirs]
    set_num_threads(1)
    knobs = (window, negatives, np.float32(0.15), combined, frozen)
    jose_kernel.train(shown, draws, np.zeros(1, np.int64), len(lengths), 1, *ours, *knobs)
    for row, ids, drawn in documents_of(shown, draws):
        reference.jose(
            ids, theirs[0], theirs[1], theirs[2][row], drawn, rate=0.04, window=window, negatives=negatives, margin=0.15,
            combined=combined, frozen=frozen, longest=jose_kernel.LONGEST_STRETCH,
        )  # fmt: skip
    assert_close(ours, theirs)
    if shown.ids.size > 10:
        assert (np.abs(theirs[0] - start[0]).max() > 0.01) != frozen
        assert np.abs(theirs[2] - start[2]).max() > 0.005


def test_the_length_of_a_noise_word_is_held_however_often_it_is_drawn() -> None:
    """Each step away from an anchor stretches what rounding added before: taken for 1, the length is 1.05 here, and overflows later."""
    ids = np.random.default_rng(1).integers(1, VOCABULARY, 900).astype(np.int32)
    shown = Text(
        ids, np.array([0, 900]), np.zeros(1, np.int64), np.zeros(1, np.int64), np.array([0, 1]), np.full(1, 0.04, np.float32)
    )
    always_0 = alias_table(np.eye(1, VOCABULARY)[0] + 1e-6)
    draws = Draws(np.uint64(KEY), np.full(VOCABULARY, 2**32 - 1, np.uint32), *always_0)
    ours, _ = matrices(2, 3, VOCABULARY, VOCABULARY, 1, unit=True)
    jose_kernel.train(shown, draws, np.zeros(1, np.int64), 1, 1, *ours, 10, 5, np.float32(0.15), False, False)
    assert abs(np.linalg.norm(ours[0][0]) - 1) < 1e-5


def test_a_long_document_is_cut_in_stretches_as_the_reference_cuts_it() -> None:
    shown, count = text(3, [sgns_kernel.LONGEST_STRETCH + 50], 0.001)
    draws = draws_of(count)._replace(keep=np.full(VOCABULARY, 2**32 - 1, np.uint32))
    ours, theirs = matrices(1, 3, VOCABULARY, VOCABULARY)
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), 1, 1, *ours, 2, 1)
    for _, ids, drawn in documents_of(shown, draws):
        reference.sgns(ids, *theirs, drawn, rate=0.001, window=2, negatives=1, longest=sgns_kernel.LONGEST_STRETCH)
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a[:, :3] - b).max() < 1e-3  # five thousand updates


def test_two_threads_share_the_chunks_and_leave_none_out() -> None:
    shown, count = text(5, [30] * 8, 0.01)
    draws = draws_of(count)
    found = []
    for threads in (1, 2):
        pair = matrices(1, 16, VOCABULARY, VOCABULARY)[0]
        set_num_threads(threads)
        counter = np.zeros(1, np.int64)
        sgns_kernel.train(shown, draws, counter, 8, threads, *pair, 3, 5)
        assert counter[0] >= 8
        found.append(pair)
    assert np.abs(found[0][1] - found[1][1]).max() < 0.01  # the order differs, the updates hardly
