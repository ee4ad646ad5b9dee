"""The compiled kernel does what the slow version does: same draws, same updated arrays, on odd shapes."""

from itertools import pairwise

import numpy as np
import pytest

from tests.models import reference
from tests.models.kernel_cases import VOCABULARY, assert_close, documents_of, draws_of, matrices, shapes, text
from wajue.models.cpu import sgns_kernel
from wajue.models.cpu.sgns_kernel import Settings
from wajue.models.sampling import Draws
from wajue.models.text import Text


def slow(shown: Text, draws: Draws, theirs: list[np.ndarray], *, window: int, negatives: int) -> None:
    """The same by the reference, with a new pool in each chunk."""
    documents = documents_of(shown, draws)
    for begin, end in pairwise(shown.cuts):
        pool = reference.Pool(documents[begin][2], sgns_kernel.POOL, sgns_kernel.USES)
        for _, ids, drawn in documents[begin:end]:
            reference.sgns(
                ids, *theirs, drawn, pool, rate=float(shown.rates[0]), window=window, negatives=negatives,
                longest=sgns_kernel.LONGEST_STRETCH,
            )  # fmt: skip


@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_documents(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    shown, count = text(dim, lengths, 0.05)
    draws = draws_of(count)
    ours, theirs = matrices(1, dim, VOCABULARY, VOCABULARY)
    start = theirs[1].copy()
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), len(lengths), 1, *ours, Settings(window, negatives))
    slow(shown, draws, theirs, window=window, negatives=negatives)
    assert_close(ours, theirs)
    assert shown.matrix_rows.size <= 10 or np.abs(theirs[1] - start).max() > 0.01


def test_documents_of_a_chunk_share_a_pool_that_is_soon_drawn_anew() -> None:
    shown, count = text(8, [150, 0, 200, 30], 0.01)
    shown = shown._replace(cuts=np.array([0, 3, 4]), rates=shown.rates[:2])
    draws = draws_of(count)._replace(keep=np.full(VOCABULARY, 2**32 - 1, np.uint32))  # 380 positions put 760 words in the pool
    ours, theirs = matrices(1, 7, VOCABULARY, VOCABULARY)
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), 2, 1, *ours, Settings(3, 5))
    slow(shown, draws, theirs, window=3, negatives=5)
    assert_close(ours, theirs)


def test_a_long_document_is_cut_in_stretches_as_the_reference_cuts_it() -> None:
    shown, count = text(3, [sgns_kernel.LONGEST_STRETCH + 50], 0.001)
    draws = draws_of(count)._replace(keep=np.full(VOCABULARY, 2**32 - 1, np.uint32))
    ours, theirs = matrices(1, 3, VOCABULARY, VOCABULARY)
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), 1, 1, *ours, Settings(2, 1))
    slow(shown, draws, theirs, window=2, negatives=1)
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a[:, :3] - b).max() < 1e-3  # five thousand updates


def test_two_threads_share_the_chunks_and_leave_none_out() -> None:
    shown, count = text(5, [30] * 8, 0.01)
    draws = draws_of(count)
    trained = []
    for threads in (1, 2):
        pair = matrices(1, 16, VOCABULARY, VOCABULARY)[0]
        counter = np.zeros(1, np.int64)
        sgns_kernel.train(shown, draws, counter, 8, threads, *pair, Settings(3, 5))
        assert counter[0] >= 8
        trained.append(pair)
    assert np.abs(trained[0][1] - trained[1][1]).max() < 0.01  # the order differs, the updates hardly
