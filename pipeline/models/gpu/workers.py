"""Several processes that train the same vectors, each on its documents: torch.distributed, as `torchrun` starts it.

Every worker runs the same loop on a copy of the matrices of its own. From time to time a row becomes what it was, plus what the
workers added: the more often a word is met, the sooner its rows are brought together (after Ji et al. 2016, section 3.3, who do so
for the most frequent words), all others at the end of a round. A document's vector belongs to the worker that trains it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.distributed as dist

from wajue.errors import WajueError
from wajue.models.loop import Block, Blocks, Plan

_PATIENCE = timedelta(days=7)  # a worker may wait so long while the first one mines; one that is gone is noticed at once
_PIECE = 1 << 16  # rows exchanged at once
_MOST_TOUCHES = 128  # of a row by all workers, before they bring it together
_PULL = 0.06  # of its way to where it is drawn, by one step, in learning rates; measured: see docs/dev/experiments/workers.md


class _Shared(NamedTuple):
    """A matrix that all train: as it is here, as it was when all had the same.

    touches float64 [rows]: steps of a row, by all workers, for each word of the text; waiting float64 [rows]: those to be expected
    since all had the same.
    """

    now: torch.Tensor
    before: torch.Tensor
    touches: np.ndarray
    waiting: np.ndarray


class Group:
    """All workers, of which this process is one. Its twin is wajue.models.loop.Alone."""

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
        """What the first worker says to all."""
        said = [order]
        with _together():
            dist.broadcast_object_list(said, src=0)
        return said[0]

    def share(self, blocks: Blocks) -> Blocks:
        """This worker's documents of every block: those whose number leaves its rank when divided by the number of workers."""

        def shared(epoch: int, first: int) -> Iterator[Block]:
            for block in blocks(epoch, first):
                yield _share(block, self.rank, self.size)

        return shared

    def start(self, held: Any, plan: Plan) -> None:
        """Told the matrices that the workers train together, all equal now."""
        there = getattr(held, "tensors", None) or {n: torch.from_numpy(m) for n, m in held.fetch().items()}
        self._shared = [
            _Shared(there[name], there[name].clone(), touches, np.zeros(len(touches)))
            for name, touches in zip(plan.shared, plan.touches, strict=True)
        ]
        self._unit, self._pull = plan.unit, _PULL * plan.rate if self.size > 2 else 0.0  # of two the whole sum: see _merge

    def meet(self, words: float) -> None:
        """Bring together the rows that each worker has touched often, after so many words that all have trained."""
        for matrix in self._shared:
            np.add(matrix.waiting, words * matrix.touches, out=matrix.waiting)
            self._merge(matrix, np.flatnonzero(matrix.waiting > _MOST_TOUCHES))

    def exchange(self, save: bool) -> bool:
        """Bring together what the workers have learnt. Returns whether the first of them wants to save its state."""
        for matrix in self._shared:
            self._merge(matrix, np.arange(len(matrix.now)))
        return bool(self.tell(save))

    def _merge(self, matrix: _Shared, rows: np.ndarray) -> None:
        """Make rows what they were, plus what all workers added, scaled.

        Each worker carries a row at most to where it is drawn to, so two of them together past it by no more than was left. More
        can carry it ever further: of more, a row that was touched often takes at most the sum times the sum of squared lengths
        over the squared length of the sum: once, if all made the same step; all of it, if their steps have nothing in common.
        """
        for begin in range(0, len(rows), _PIECE):
            piece = rows[begin : begin + _PIECE]
            there = torch.from_numpy(piece).to(matrix.now.device)
            gain = matrix.now[there] - matrix.before[there]
            together = torch.cat([gain, (gain * gain).sum(dim=1, keepdim=True)], dim=1)
            with _together():
                dist.all_reduce(together)
            gain, squares = together[:, :-1], together[:, -1]
            scale = torch.from_numpy(_scale(self._pull * matrix.waiting[piece], self.size)).to(gain)
            if self.size > 2:
                agreed = squares / (gain * gain).sum(dim=1).clamp(min=1e-30)
                crowded = torch.from_numpy(matrix.waiting[piece] > _MOST_TOUCHES).to(gain.device)
                scale = torch.where(crowded, torch.minimum(scale, agreed), scale)
            merged = matrix.before[there] + gain * scale[:, None]
            if self._unit:
                merged /= merged.norm(dim=1, keepdim=True).clamp(min=1e-12)
            matrix.now[there] = matrix.before[there] = merged
            matrix.waiting[piece] = 0

    def gather(self, matrix: np.ndarray) -> None:
        """Put every document's vector in place as the worker left it that trains the document."""
        numbers = np.arange(len(matrix)) % self.size
        with _together():
            for begin in range(0, len(matrix), _PIECE):
                piece = matrix[begin : begin + _PIECE]
                piece[numbers[begin : begin + _PIECE] != self.rank] = 0
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


def _share(block: Block, rank: int, size: int) -> Block:
    """A worker's documents of a block, and the words of all."""
    ids, offsets, rows = block[:3]
    mine = rows % size == rank
    lengths = np.diff(offsets)
    return ids[np.repeat(mine, lengths)], np.concatenate(([0], np.cumsum(lengths[mine]))), rows[mine], len(ids)


def _scale(way: np.ndarray, workers: int) -> np.ndarray:
    """How much of what the workers added to a row is taken, so that it goes as far as one worker would have taken it.

    way: all steps of a row, each by the share of the way that it goes to where it is drawn to. One worker would go 1 - exp(-way) of
    it, each of them went 1 - exp(-way / workers): the sum for a row that has hardly moved, the mean for one that has arrived.
    """
    way = np.maximum(way, 1e-12)
    return np.expm1(-way) / (workers * np.expm1(-way / workers))
