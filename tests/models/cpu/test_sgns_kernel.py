"""The compiled kernel does what the slow version does: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest

from tests.models import reference
from tests.models.kernel_cases import VOCABULARY, assert_close, documents_of, draws_of, matrices, shapes, text
from wajue.models.cpu import sgns_kernel
from wajue.models.cpu.sgns_kernel import Settings


@pytest.mark.parametrize(("dim", "window", "negatives", "lengths"), shapes())
def test_documents(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    shown, count = text(dim, lengths, 0.05)
    draws = draws_of(count)
    ours, theirs = matrices(1, dim, VOCABULARY, VOCABULARY)
    start = theirs[1].copy()
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), len(lengths), 1, *ours, Settings(window, negatives))
    for _, ids, drawn in documents_of(shown, draws):
        reference.sgns(ids, *theirs, drawn, rate=0.05, window=window, negatives=negatives, longest=sgns_kernel.LONGEST_STRETCH)
    assert_close(ours, theirs)
    assert shown.matrix_rows.size <= 10 or np.abs(theirs[1] - start).max() > 0.01


def test_a_long_document_is_cut_in_stretches_as_the_reference_cuts_it() -> None:
    shown, count = text(3, [sgns_kernel.LONGEST_STRETCH + 50], 0.001)
    draws = draws_of(count)._replace(keep=np.full(VOCABULARY, 2**32 - 1, np.uint32))
    ours, theirs = matrices(1, 3, VOCABULARY, VOCABULARY)
    sgns_kernel.train(shown, draws, np.zeros(1, np.int64), 1, 1, *ours, Settings(2, 1))
    for _, ids, drawn in documents_of(shown, draws):
        reference.sgns(ids, *theirs, drawn, rate=0.001, window=2, negatives=1, longest=sgns_kernel.LONGEST_STRETCH)
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
