import numpy as np
import pytest

from wajue.mining.ngrams.contexts import empty_contexts, fill_sorted, sorted_keys


def following(code: np.ndarray, i: int) -> tuple[int, ...]:
    """Eight symbols after position i, 0 from a break on."""
    run = code[i + 1 : i + 9].tolist()
    run = run[: run.index(0)] if 0 in run else run
    return tuple(run + [0] * (8 - len(run)))


def unpacked(near: int, far: int) -> tuple[int, ...]:
    return tuple(word >> shift & 0xFFFF for word in (near, far) for shift in (48, 32, 16, 0))


@pytest.mark.parametrize(("length", "symbols"), [(2_000, 1), (2_000, 3), (2_000, 30), (150_000, 2)])
def test_contexts_are_sorted_by_what_follows(length: int, symbols: int) -> None:
    # short runs are sorted by insertion, longer ones in two steps, above 65,536 positions by two symbols at first
    rng = np.random.default_rng(symbols)
    code = np.concatenate(([0], rng.integers(2, symbols + 2, length) * (rng.random(length) > 0.05), [0])).astype(np.uint16)
    position = np.flatnonzero(code == 2).astype(np.uint32)
    found = fill_sorted(code, position, sorted_keys(code, position), 8, 2, empty_contexts(len(code)))
    rows = [unpacked(*row) for row in zip(found.near.tolist(), found.far.tolist(), strict=True)]
    expected = sorted((following(code, i), int(code[i - 1])) for i in position.tolist())
    assert rows == [row for row, _ in expected]
    assert sorted(zip(rows, found.before.tolist(), strict=True)) == expected
