"""The kernel of a GPU, in Triton's interpreter, does what the slow version does: same draws, same updated arrays, on odd shapes."""

import numpy as np
import pytest

from tests.models import reference
from tests.models.gpu.interpreter import CPU, interpreted, random, sgns_kernel, torch  # noqa: F401
from tests.models.kernel_cases import TOLERANCE, VOCABULARY, documents_of, draws_of, matrices, text
from wajue.models.sampling import Draws, noise_shares
from wajue.models.text import Text

STRETCH = 48  # instead of 4096, so that documents of few words are cut


@pytest.fixture(autouse=True)
def _short_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgns_kernel, "LONGEST_STRETCH", STRETCH)


def run(shown: Text, draws: Draws, ours: list[np.ndarray], chunks: range, programs: int, window: int, negatives: int) -> None:
    on_gpu = shown._replace(matrix_rows=torch.from_numpy(shown.matrix_rows))
    counter, drawn = np.array([chunks.start]), random.to_gpu(draws, CPU)
    settings = sgns_kernel.Settings(window, negatives, programs)
    sgns_kernel.train(on_gpu, drawn, counter, chunks.stop, *map(torch.from_numpy, ours), settings)
    assert counter[0] == chunks.stop


def slow(shown: Text, draws: Draws, theirs: list[np.ndarray], chunks: range, programs: int, window: int, negatives: int) -> None:
    """The same by the reference: tiles in the kernel's order, rows tempered by what they have to expect."""
    tiles, kept = [], []
    for chunk in chunks:
        _, ids, drawn = documents_of(shown, draws)[chunk]
        for stretch in drawn.kept(ids, window, 1 + negatives, STRETCH):
            tiles += [(stretch, first, drawn, float(shown.rates[chunk])) for first in range(0, len(stretch), sgns_kernel.TILE)]
            kept += [w for w, _, _ in stretch]
    share, noise = np.bincount(kept, minlength=VOCABULARY) / max(len(kept), 1), noise_shares(draws.threshold, draws.alias)
    programs = min(programs, len(tiles))
    flight = programs * sgns_kernel.TILE
    by_center, by_context = (
        np.minimum(1, sgns_kernel.MOST_TOUCHES / np.maximum(flight * t, 1e-9))
        for t in (share * (window + 1), share + negatives * noise)
    )
    for turn in sorted(range(len(tiles)), key=lambda t: (t % programs, t)):  # the interpreter runs one program after the other
        stretch, first, drawn, rate = tiles[turn * sgns_kernel.stride(len(tiles)) % len(tiles)]
        noise_words = reference.first_noise(stretch, first, sgns_kernel.TILE, drawn, negatives)
        reference.sgns_tile(
            stretch, first, sgns_kernel.TILE, *theirs, noise_words, rate=rate, negatives=negatives, tempers=(by_center, by_context)
        )  # fmt: skip


def both(dim: int, window: int, negatives: int, lengths: list[int], chunks: range, programs: int = 2) -> np.ndarray:
    """Train by both, and compare. Returns by how much the contexts moved."""
    shown, count = text(dim, lengths, 0.05)
    shown = shown._replace(rates=np.linspace(0.05, 0.02, len(lengths)).astype(np.float32))
    draws = draws_of(count)
    ours, theirs = matrices(1, dim, VOCABULARY, VOCABULARY)
    start = theirs[1].copy()
    run(shown, draws, ours, chunks, programs, window, negatives)
    slow(shown, draws, theirs, chunks, programs, window, negatives)
    for a, b in zip(ours, theirs, strict=True):
        assert np.abs(a[:, :dim] - b).max() < TOLERANCE and not a[:, dim:].any()
    return np.abs(theirs[1] - start)


@pytest.mark.parametrize(
    ("dim", "window", "negatives", "lengths"),
    [
        (1, 1, 1, [3]), (2, 2, 1, [1, 0, 7]), (7, 3, 2, [40, 2]), (16, 5, 5, [33]), (31, 5, 3, [25, 90]), (100, 5, 6, [17, 16, 15]),
        (127, 10, 17, [30]), (129, 4, 5, [31]), (257, 25, 5, [60]), (1023, 5, 5, [40]),
    ],
)  # fmt: skip
def test_tiles(dim: int, window: int, negatives: int, lengths: list[int]) -> None:
    moved = both(dim, window, negatives, lengths, range(len(lengths)))
    assert sum(lengths) <= 10 or moved.max() > 0.01


def test_some_chunks_of_a_block() -> None:
    moved = both(8, 3, 5, [40, 0, 50, 30], range(1, 3))
    assert moved.max() > 0.01


def test_so_many_programs_that_frequent_words_are_tempered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sgns_kernel, "MOST_TOUCHES", 32)  # so that few programs reach it
    free, bound = (both(8, 5, 5, [90, 90, 90], range(3), programs) for programs in (1, 9))
    assert bound.mean() < 0.85 * free.mean()


def test_no_text() -> None:
    assert not both(4, 2, 2, [0, 0], range(2)).any()


@pytest.mark.parametrize("tiles", [1, 2, 3, 5, 8, 13, 100, 4096, 99_991])
def test_each_tile_has_its_turn_and_neighbours_are_far_apart(tiles: int) -> None:
    order = np.arange(tiles) * sgns_kernel.stride(tiles) % tiles
    assert len(np.unique(order)) == tiles
    assert tiles < 100 or np.abs(np.diff(order)).min() > tiles / 3


def test_tiles_in_flight_are_as_many_as_let_nine_tenths_of_all_updates_through() -> None:
    even = np.full(20, 1 / 20)
    # a position touches each row of centers 6/20 times, of contexts (1 + 5)/20 times: 64 / 0.3 / 16 = 13.3 tiles, and a ninth more
    assert sgns_kernel.flight(even, even, 5, 5, 132) == (14, 8)
    assert sgns_kernel.flight(even, even, 5, 5, 5) == (10, 4) and sgns_kernel.flight(even, even, 5, 5, 1) == (4, 2)
    many = np.full(100_000, 1e-5)
    assert sgns_kernel.flight(many, many, 5, 5, 132) == (528, 2)
    assert sgns_kernel.flight(np.ones(1), np.ones(1), 5, 5, 132) == (1, 8)
