"""What several workers make of a block and of what they have learnt, without starting any; tests/runner/test_trainers_workers.py starts two."""

from typing import Any

import numpy as np
import pytest

from wajue.models.memory import HostMemory
from wajue.models.workers import Sharing

torch = pytest.importorskip("torch")

workers = pytest.importorskip("wajue.models.gpu.workers")


def group(size: int, unit: bool, monkeypatch: pytest.MonkeyPatch, theirs: list[torch.Tensor]) -> Any:
    """A worker whose others have added so much to the rows that it brings together."""

    def with_theirs(together: torch.Tensor) -> None:
        for gain in theirs:
            together += torch.cat([gain, (gain**2).sum(dim=1, keepdim=True)], dim=1)

    monkeypatch.setattr(workers.dist, "all_reduce", with_theirs)
    alone = object.__new__(workers.Group)
    alone.rank, alone.size, alone._unit, alone._pull = 0, size, unit, 0.0
    return alone


@pytest.mark.parametrize("unit", [False, True])
def test_rows_move_by_the_sum_of_what_workers_added(unit: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.tensor([[1.0, 1.0], [1.0, 1.0], [9.0, 9.0]])
    mine = torch.tensor([[2.0, 1.0], [1.0, 1.0], [7.0, 7.0]])
    met = group(2, unit, monkeypatch, [torch.tensor([[3.0, 0.0], [0.0, -1.0]])])
    matrix = workers._Shared(mine, before, np.zeros(3), np.array([5.0, 1e6, 5.0]))
    met._merge(matrix, np.array([0, 1]))
    expected = torch.tensor([[5.0, 1.0], [1.0, 0.0], [7.0, 7.0]])
    if unit:
        expected[:2] /= expected[:2].norm(dim=1, keepdim=True)
    assert torch.allclose(mine, expected) and torch.equal(mine[:2], before[:2]) and before[2, 0] == 9
    assert matrix.waiting.tolist() == [0, 0, 5]


def test_of_many_workers_a_frequent_row_takes_once_the_step_on_which_they_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    before, step = torch.zeros(3, 2), torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    others = [torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 0.0]])]
    met = group(3, False, monkeypatch, others)
    matrix = workers._Shared(before + step, before, np.zeros(3), np.array([1.0, 1e6, 1e6]))
    met._merge(matrix, np.arange(3))
    assert torch.allclose(matrix.now, torch.tensor([[3.0, 0.0], [1.0, 0.0], [1.0, 1.0]]))  # rare; agreed; at right angles


@pytest.mark.parametrize("size", [2, 8])
def test_a_row_goes_as_far_as_one_worker_would_have_taken_it(size: int) -> None:
    """Each step goes a hundredth of what is left."""
    for steps in (size, 10 * size, 1000 * size):
        each, one = 1 - 0.99 ** (steps / size), 1 - 0.99**steps
        scale = workers._scale(np.array([-np.log(0.99) * steps]), size)[0]
        assert np.isclose(size * each * scale, one) and 1 / size <= scale <= 1
    assert np.isclose(workers._scale(np.zeros(1), size)[0], 1)


@pytest.mark.parametrize(("size", "least", "most"), [(2, 2, 2), (3, 1, 1.1)])
def test_of_two_workers_a_frequent_row_takes_all_steps_of_more_about_one(
    size: int, least: float, most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    met = group(size, False, monkeypatch, [torch.ones(1, 2)] * (size - 1))
    matrix = {"rows": np.zeros((1, 2), np.float32)}
    met.start(HostMemory(matrix), Sharing(("rows",), (np.ones(1),), unit=False, learning_rate=0.025))
    matrix["rows"] += 1
    met.meet(1e6)
    assert least <= matrix["rows"].max() <= most


def test_rows_are_brought_together_as_soon_as_they_were_touched_often(monkeypatch: pytest.MonkeyPatch) -> None:
    met = group(2, False, monkeypatch, [])
    met._shared = [workers._Shared(torch.ones(3, 2), torch.zeros(3, 2), np.array([1.0, 0.1, 0.0]), np.zeros(3))]
    met.meet(workers._MOST_TOUCHES)
    assert met._shared[0].waiting.tolist() == [workers._MOST_TOUCHES, 0.1 * workers._MOST_TOUCHES, 0]
    met.meet(1.0)
    assert met._shared[0].waiting.tolist() == [0, 0.1 * (workers._MOST_TOUCHES + 1), 0]
    assert met._shared[0].before.sum(dim=1).tolist() == [2, 0, 0]
