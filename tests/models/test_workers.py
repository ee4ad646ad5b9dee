"""What several workers make of a block and of what they have learnt, without starting any; tests/test_workers.py starts two."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

workers = pytest.importorskip("pipeline.models.workers")


def test_workers_share_out_all_documents() -> None:
    ids, offsets, rows = np.arange(10, dtype=np.int32), np.array([0, 1, 3, 3, 7, 10]), np.array([4, 5, 6, 7, 8])
    shares = [workers._share((ids, offsets, rows), rank, 2) for rank in (0, 1)]
    assert [s[2].tolist() for s in shares] == [[4, 6, 8], [5, 7]] and all(s[3] == 10 for s in shares)
    assert shares[0][0].tolist() == [0, 7, 8, 9] and shares[0][1].tolist() == [0, 1, 1, 4]
    assert shares[1][0].tolist() == [1, 2, 3, 4, 5, 6] and shares[1][1].tolist() == [0, 2, 6]


@pytest.mark.parametrize("unit", [False, True])
def test_a_row_moves_by_all_that_workers_added_and_once_where_they_agree(unit: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    before = torch.tensor([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    mine = torch.tensor([[2.0, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, 0.0], [3.0, 1.0], [3.0, 1.0]])
    theirs = torch.tensor([[4.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, 2.0], [3.0, 1.0], [1.0, 2.0]])

    def with_theirs(together: torch.Tensor) -> None:
        gain = theirs - start
        together += torch.cat([gain, (gain**2).sum(dim=1, keepdim=True), (gain != 0).any(dim=1, keepdim=True)], dim=1)

    start = before.clone()
    monkeypatch.setattr(workers.dist, "all_reduce", with_theirs)
    workers._merge(mine, before, unit)
    # 4 (1 + 9) / 16 more; 1; none; theirs alone; 2, once; what both added, at right angles
    expected = torch.tensor([[3.5, 1.0], [2.0, 1.0], [1.0, 1.0], [1.0, 2.0], [3.0, 1.0], [3.0, 2.0]])
    if unit:
        expected /= expected.norm(dim=1, keepdim=True)
    assert torch.allclose(mine, expected) and torch.equal(mine, before)
