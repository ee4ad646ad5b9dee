"""The compiled kernel does what the slow version does: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest

from tests.models import reference
from tests.models.kernel_cases import KEY, VOCABULARY, assert_close, documents_of, draws_of, matrices, shapes, text
from wajue.models.cpu import jose_kernel
from wajue.models.cpu.jose_kernel import Settings
from wajue.models.sampling import Draws, alias_table
from wajue.models.text import Text


@pytest.mark.parametrize(("combined", "frozen"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_documents(dim: int, window: int, negatives: int, lengths: list[int], combined: bool, frozen: bool) -> None:
    shown, count = text(dim, lengths, 0.04)
    draws = draws_of(count)
    ours, theirs = matrices(2, dim, VOCABULARY, VOCABULARY, len(lengths), unit=True)
    start = [m.copy() for m in theirs]
    settings = Settings(window, negatives, np.float32(0.15), combined, frozen)
    jose_kernel.train(shown, draws, np.zeros(1, np.int64), len(lengths), 1, *ours, settings)
    for row, ids, drawn in documents_of(shown, draws):
        reference.jose(
            ids, theirs[0], theirs[1], theirs[2][row], drawn, rate=0.04, window=window, negatives=negatives, margin=0.15,
            combined=combined, frozen=frozen, longest=jose_kernel.LONGEST_STRETCH,
        )  # fmt: skip
    assert_close(ours, theirs)
    if shown.matrix_rows.size > 10:
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
    jose_kernel.train(shown, draws, np.zeros(1, np.int64), 1, 1, *ours, Settings(10, 5, np.float32(0.15), False, False))
    assert abs(np.linalg.norm(ours[0][0]) - 1) < 1e-5
