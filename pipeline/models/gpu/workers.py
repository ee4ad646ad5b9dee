"""Several processes that train the same vectors, each on its documents: torch.distributed, as `torchrun` starts it.

Every worker runs the same loop on its own copy of the matrices. From time to time a row becomes what it was, plus what the
workers added. The rows of frequent words are brought together sooner (after Ji et al. 2016, section 3.3), all others at the end
of a round. A document's vector belongs to the worker that trains it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.distributed as dist

from wajue.arrays.text_blocks import Block, Blocks, share_of_worker
from wajue.errors import WajueError
from wajue.models.memory import Memory
from wajue.models.workers import Sharing

_PATIENCE = timedelta(days=7)  # so long may a worker wait while worker 0 mines; one that is gone is noticed at once
_PIECE = 1 << 16  # rows exchanged at once
_MOST_TOUCHES = 128  # of a row by all workers, before they bring it together
_PULL = 0.06  # of the way to where a row is drawn, by one step, in learning rates; measured: docs/dev/experiments/workers.md


class _Shared(NamedTuple):
    """A matrix that all workers train."""

    now: torch.Tensor  # float32 [rows, width], as this worker has it
    before: torch.Tensor  # float32 [rows, width], as it was when all had the same
    touches: np.ndarray  # float64 [rows], steps of a row, by all workers, for each token of the text
    waiting: np.ndarray  # float64 [rows], the steps to be expected since all had the same


class Group:
    """All workers, of which this process is one. Its twin is wajue.models.workers.Alone."""

    def __init__(self) -> None:
        """Wait for the others. Raises WajueError if they do not come."""
        try:
            dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=_PATIENCE)
        except (RuntimeError, ValueError) as error:
            raise WajueError(f"the workers did not find each other: {error}; start them with torchrun, or one without it") from None
        self.rank, self.size = dist.get_rank(), dist.get_world_size()
        self._shared: list[_Shared] = []
        self._unit, self._pull = False, 0.0

    def tell(self, order: Any) -> Any:
        """What worker 0 says to all; None: that it says no more."""
        said = [order]
        with _together():
            dist.broadcast_object_list(said, src=0)
        return said[0]

    def share(self, blocks: Blocks) -> Blocks:
        """This worker's documents of every block."""

        def shared(epoch: int, first: int) -> Iterator[Block]:
            for block in blocks(epoch, first):
                yield share_of_worker(block, self.rank, self.size)

        return shared

    def start(self, memory: Memory, sharing: Sharing) -> None:
        """Take note of the matrices that the workers train together, all equal now."""
        tensors = getattr(memory, "tensors", None) or {n: torch.from_numpy(m) for n, m in memory.fetch().items()}
        self._shared = [
            _Shared(tensors[name], tensors[name].clone(), touches, np.zeros(len(touches)))
            for name, touches in zip(sharing.names, sharing.touches, strict=True)
        ]
        self._unit = sharing.unit
        self._pull = _PULL * sharing.learning_rate if self.size > 2 else 0.0  # of two the whole sum: see _merge

    def meet(self, tokens: float) -> None:
        """Bring together the rows that were touched often, after so many tokens that all have trained."""
        for matrix in self._shared:
            np.add(matrix.waiting, tokens * matrix.touches, out=matrix.waiting)
            self._merge(matrix, np.flatnonzero(matrix.waiting > _MOST_TOUCHES))

    def exchange(self, save: bool) -> bool:
        """Bring together what the workers have learnt. Returns whether worker 0 wants to save its state."""
        for matrix in self._shared:
            self._merge(matrix, np.arange(len(matrix.now)))
        return bool(self.tell(save))

    def _merge(self, matrix: _Shared, matrix_rows: np.ndarray) -> None:
        """Make rows what they were, plus what all workers added, scaled.

        Each worker carries a row at most to where it is drawn to, so two of them together carry it past that point by no more than
        was left. More workers could carry it ever further. So of more than two, a row that was touched often takes at most the sum
        times (the sum of the squared lengths / the squared length of the sum): one step if all made the same, the whole sum if
        their steps have nothing in common.
        """
        for begin in range(0, len(matrix_rows), _PIECE):
            piece = matrix_rows[begin : begin + _PIECE]
            indices = torch.from_numpy(piece).to(matrix.now.device)
            gain, squares = _summed(matrix.now[indices] - matrix.before[indices])
            scale = torch.from_numpy(_scale(self._pull * matrix.waiting[piece], self.size)).to(gain)
            if self.size > 2:
                agreed = squares / (gain * gain).sum(dim=1).clamp(min=1e-30)
                crowded = torch.from_numpy(matrix.waiting[piece] > _MOST_TOUCHES).to(gain.device)
                scale = torch.where(crowded, torch.minimum(scale, agreed), scale)
            merged = matrix.before[indices] + gain * scale[:, None]
            if self._unit:
                merged /= merged.norm(dim=1, keepdim=True).clamp(min=1e-12)
            matrix.now[indices] = matrix.before[indices] = merged
            matrix.waiting[piece] = 0

    def gather(self, matrix: np.ndarray) -> None:
        """Put every document's vector in place as the worker left it that trains the document."""
        ranks = np.arange(len(matrix)) % self.size
        with _together():
            for begin in range(0, len(matrix), _PIECE):
                piece = matrix[begin : begin + _PIECE]
                piece[ranks[begin : begin + _PIECE] != self.rank] = 0
                dist.all_reduce(torch.from_numpy(piece))

    def close(self) -> None:
        """Leave the others."""
        if dist.is_initialized():
            dist.destroy_process_group()


@contextmanager
def _together() -> Iterator[None]:
    """Raises WajueError if another worker is gone."""
    try:
        yield
    except RuntimeError as error:
        raise WajueError(
            f"a worker is gone ({str(error).splitlines()[0][:120]}); its own messages say why; start the job again, and it goes on "
            "from its last saved state"
        ) from None


def _summed(gain: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Over all workers: (the sum of what each added to some rows [rows, width], the sum of its squared lengths [rows])."""
    together = torch.cat([gain, (gain * gain).sum(dim=1, keepdim=True)], dim=1)
    with _together():
        dist.all_reduce(together)
    return together[:, :-1], together[:, -1]


def _scale(way: np.ndarray, workers: int) -> np.ndarray:
    """How much of what the workers added to a row is taken, so that it goes as far as one worker would have taken it.

    way float [rows]: the steps of a row, each as its share of the way to where the row is drawn. One worker would go 1 - exp(-way)
    of it; each of them went 1 - exp(-way / workers). So a row that has hardly moved takes the sum, one that has arrived the mean.
    """
    way = np.maximum(way, 1e-12)
    return np.expm1(-way) / (workers * np.expm1(-way / workers))
