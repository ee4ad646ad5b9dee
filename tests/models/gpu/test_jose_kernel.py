"""The kernel of a GPU, in Triton's interpreter, does what the slow version does: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest

from tests.models import reference
from tests.models.gpu.interpreter import CPU, borrowed_rows, interpreted, jose_kernel, random, torch  # noqa: F401
from tests.models.kernel_cases import TOLERANCE, VOCABULARY, documents_of, draws_of, matrices, text
from wajue.models.sampling import Draws
from wajue.models.text import Text

STRETCH = 9  # instead of 1000, so that documents of few words are cut; programs come one after the other here


@pytest.mark.parametrize(("combined", "frozen"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(
    ("dim", "window", "negatives", "lengths"),
    [(1, 1, 1, [3]), (2, 2, 1, [1, 0, 7]), (7, 3, 2, [14, 2]), (31, 1, 3, [12]), (127, 5, 1, [9]), (1023, 1, 2, [7])],
)
def test_documents(
    dim: int, window: int, negatives: int, lengths: list[int], combined: bool, frozen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jose_kernel, "LONGEST_STRETCH", STRETCH)
    shown, count = text(dim, lengths, 0.04)
    draws = draws_of(count)
    ours, theirs = matrices(2, dim, VOCABULARY, VOCABULARY, len(lengths), unit=True)
    start = [m.copy() for m in theirs]
    on_gpu = shown._replace(matrix_rows=torch.from_numpy(shown.matrix_rows))
    jose_kernel.train(
        on_gpu, random.to_gpu(draws, CPU), np.zeros(1, np.int64), len(lengths), 2,
        jose_kernel.Matrices(*map(torch.from_numpy, ours), None), jose_kernel.Settings(window, negatives, 0.15, combined, frozen),
    )  # fmt: skip
    for row, ids, drawn in documents_of(shown, draws):
        reference.jose(
            ids, theirs[0], theirs[1], theirs[2][row], drawn, rate=0.04, window=window, negatives=negatives, margin=0.15,
            combined=combined, frozen=frozen, longest=STRETCH, apart=True,
        )  # fmt: skip
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a[:, :dim] - b).max() < TOLERANCE and not a[:, dim:].any()
    if shown.matrix_rows.size > 10:
        assert (np.abs(theirs[0] - start[0]).max() > 0.01) != frozen
        assert np.abs(theirs[2] - start[2]).max() > 0.005


def train_one(shown: Text, draws: Draws, ours: list[np.ndarray], margin: float = 0.15) -> None:
    """One document by one program, windows of two words, a noise word a pair, two hinges; `ours` in place."""
    jose_kernel.train(
        shown._replace(matrix_rows=torch.from_numpy(shown.matrix_rows)), random.to_gpu(draws, CPU), np.zeros(1, np.int64), 1, 1,
        jose_kernel.Matrices(*map(torch.from_numpy, ours), None), jose_kernel.Settings(2, 1, margin, False, False),
    )  # fmt: skip


def test_so_many_programs_that_few_add_to_one_row_and_that_their_memory_suffices() -> None:
    share, noise, usual = np.array([0.5, 0.5]), np.array([0.3, 0.7]), {"width": 112, "window": 10, "negatives": 2}
    assert jose_kernel.flight(share, noise, 132, **usual) == int(64 / 1.2)
    rare = np.full(100_000, 1e-5)
    assert jose_kernel.flight(rare, rare, 132, **usual) == 132 * 16
    assert jose_kernel.flight(np.ones(1), np.ones(1), 1, **usual) == 16
    copies = 2 * 201 * 4096 * 4
    assert (1 << 27) * 0.95 < copies * jose_kernel.flight(rare, rare, 132, width=4096, window=100, negatives=2) < 1 << 27
    assert jose_kernel.flight(rare, rare, 132, width=1 << 30, window=100, negatives=2) == 1


def test_a_word_is_borrowed_as_long_as_windows_reach_it(monkeypatch: pytest.MonkeyPatch) -> None:
    given_back, give_back = [], borrowed_rows.give_back

    def noted(word_vectors: object, word: object, *others: object) -> None:
        given_back.append(int(word))  # type: ignore[call-overload]
        give_back(word_vectors, word, *others)

    monkeypatch.setattr(borrowed_rows, "give_back", noted)
    ids = np.array([5, 0, 1, 0, 2, 3, 4, 1, 5, 5, 6, 7, 8, 9, 5], np.int32)
    shown, _ = text(8, [len(ids)], 0.04)
    ours, _ = matrices(1, 8, VOCABULARY, VOCABULARY, 1, unit=True)
    train_one(shown._replace(matrix_rows=ids), draws_of(np.zeros(VOCABULARY)), ours)  # no word is thinned out
    # once for each run of places no more than 2 windows apart: 0 at 1 and 3; 1 at 2, then at 7; 5 at 0, then at 8 and 9, then at 14
    assert sorted(given_back) == sorted([5, 0, 1, 2, 3, 4, 1, 5, 6, 7, 8, 9, 5])


@pytest.mark.parametrize(("initial", "grown"), [(3, False), (0.3, True)])
def test_short_rows_are_led_back_to_length_one_and_long_ones_are_not(
    initial: float, grown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a learning rate of 0 nothing else changes a row before the end of the call, which is left out."""
    monkeypatch.setattr(jose_kernel.torch.nn.functional, "normalize", lambda matrix, out=None: matrix)
    shown, count = text(8, [14], 0.0)
    ours, _ = matrices(1, 8, VOCABULARY, VOCABULARY, 1, unit=True)
    for matrix in ours[:2]:
        matrix *= np.float32(initial)
    train_one(shown, draws_of(count), ours, margin=2.0)
    longer = np.linalg.norm(ours[0], axis=1) - initial
    assert longer.min() > -1e-5
    assert (longer.max() > 0.9 * (1 - initial) / 128) if grown else (longer.max() < 1e-5)


@pytest.mark.parametrize(("initial", "most"), [(3, 0.5), (0.3, 1.1)])
def test_a_row_of_another_length_has_length_one_in_the_end_and_a_long_one_is_turned_by_less(initial: float, most: float) -> None:
    shown, count = text(8, [14], 0.04)
    draws, moved = draws_of(count), []
    for length in (1, initial):
        ours, start = matrices(1, 8, VOCABULARY, VOCABULARY, 1, unit=True)
        for matrix in ours[:2]:
            matrix *= np.float32(length)
        train_one(shown, draws, ours)
        assert np.abs(np.linalg.norm(ours[0], axis=1) - 1).max() < 1e-6
        moved.append(np.abs(ours[0][:, :8] - start[0]).sum())
    assert 0 < moved[1] < most * moved[0]
