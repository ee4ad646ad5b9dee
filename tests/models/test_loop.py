"""The loop of the trainers, with a step that only counts."""

from typing import Any

import numpy as np
import pytest

from wajue.arrays.text_blocks import in_memory
from wajue.errors import WajueError
from wajue.models import loop
from wajue.models.loop import NO_CHECKPOINTS, Checkpoints, OnDevice, Plan, Progress, Saved, restored, thread_count
from wajue.models.memory import HostMemory
from wajue.models.sampling import Draws
from wajue.models.text import Text, with_matrix_rows

OFFSETS = np.cumsum([0, 0, 5, 70_000, 1, 0, 30_000, 2]).astype(np.int64)
IDS = np.zeros(OFFSETS[-1], np.int32)


def plan(epochs: int = 3) -> Plan:
    none = np.zeros(1, np.uint32)
    return Plan("sgns", len(IDS), epochs, 0.1, 0.01, 1, 2, Draws(np.uint64(0), none, none, none))


def run(matrix: np.ndarray, checkpoints: Checkpoints = NO_CHECKPOINTS, stop_after: int = 10**9) -> list[tuple[float, list[int]]]:
    """(rate, rows) of every chunk that was trained; matrix [rows, 1] counts how often each document was."""
    seen: list[tuple[float, list[int]]] = []
    calls = 0

    def step(text: Text, draws: Any, counter: np.ndarray, end: int) -> None:
        nonlocal calls
        calls += end > 0
        if calls > stop_after:
            raise KeyboardInterrupt
        for chunk in range(counter[0], end):
            rows = text.doc_indices[text.order[text.cuts[chunk] : text.cuts[chunk + 1]]]
            matrix[rows] += 1
            seen.append((float(text.rates[chunk]), rows.tolist()))

    told: list[int] = []
    try:
        blocks = with_matrix_rows(in_memory(IDS, OFFSETS), np.zeros(1, np.int32))
        loop.train(
            OnDevice(blocks, step, HostMemory(restored({"m": matrix}, checkpoints))), lambda: 0.5, plan=plan(), checkpoints=checkpoints,
            report=lambda tokens, loss: told.append(tokens),
        )  # fmt: skip
        assert told[-1] == 3 * len(IDS) and told == sorted(told)
    except KeyboardInterrupt:
        pass
    return seen


def test_every_document_is_trained_once_an_epoch_in_another_order_at_a_falling_rate() -> None:
    matrix = np.zeros((len(OFFSETS) - 1, 1), np.float32)
    seen = run(matrix)
    assert (matrix == 3).all()
    rates = [rate for rate, _ in seen]
    assert rates == sorted(rates, reverse=True) and rates[0] == np.float32(0.1) and rates[-1] >= 0.01
    orders = np.array([r for _, rows in seen for r in rows]).reshape(3, -1)
    assert len(np.unique(orders, axis=0)) > 1 and (np.sort(orders) == np.arange(len(OFFSETS) - 1)).all()


def test_a_stopped_run_goes_on_where_it_was_saved() -> None:
    saved: list[tuple[Progress, dict[str, np.ndarray]]] = []
    keep = Checkpoints(1e-9, lambda progress, matrices: saved.append((progress, {k: m.copy() for k, m in matrices.items()})))
    whole, part = np.zeros((7, 1), np.float32), np.zeros((7, 1), np.float32)
    expected = run(whole)
    done = run(part, keep, stop_after=2)
    rest = run(np.zeros((7, 1), np.float32), Checkpoints(saved=Saved(*saved[-1])))
    assert 0 < len(done) < len(expected) and done + rest == expected


def test_a_component_beyond_all_bounds_or_none_at_all_stops_the_run() -> None:
    for value in (np.nan, np.inf, -2e3):
        with pytest.raises(WajueError, match=r"lower \[jose\] learning_rate"):
            memory = HostMemory({"a": np.zeros((2, 2), np.float32), "b": np.array([[0, value]], np.float32)})
            loop.check_finite("jose", memory.largest(("a", "b")))


def test_a_deterministic_run_has_one_thread() -> None:
    assert thread_count(8, deterministic=True) == 1
    assert thread_count(1, deterministic=False) == 1
    assert 1 <= thread_count(0, deterministic=False) == thread_count(10_000, deterministic=False)
