"""Several processes that train the same vectors, each on its documents: torch.distributed, as `torchrun` starts it.

Every worker runs the same loop on a copy of the matrices of its own. At the end of a round each row becomes what it was, plus what
the workers added, as far as that differs: a rare word keeps all it has learnt from each worker that met it, a frequent one takes
the step on which all agree once, not once for each of them. A document's vector belongs to the worker that trains it.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import torch
import torch.distributed as dist

from pipeline.errors import WajueError
from pipeline.models.loop import Block, Blocks

_PATIENCE = timedelta(days=7)  # a worker may wait so long while the first one mines; one that is gone is noticed at once
_PIECE = 1 << 16  # rows exchanged at once


class Group:
    """All workers, of which this process is one. Its twin is pipeline.models.loop.Alone."""

    def __init__(self) -> None:
        """Wait for the others. Raises WajueError if they do not come."""
        try:
            dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=_PATIENCE)
        except (RuntimeError, ValueError) as error:
            raise WajueError(f"the workers did not find each other: {error}; start them with torchrun, or one without it") from None
        self.rank, self.size = dist.get_rank(), dist.get_world_size()
        self._tensors: list[tuple[torch.Tensor, torch.Tensor]] = []
        self._unit = False

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

    def start(self, held: Any, names: Iterable[str], unit: bool) -> None:
        """Told the matrices that the workers train together, all equal now; unit: their rows have length 1."""
        there = getattr(held, "tensors", None) or {n: torch.from_numpy(m) for n, m in held.fetch().items()}
        self._tensors = [(there[name], there[name].clone()) for name in names]
        self._unit = unit

    def exchange(self, save: bool) -> bool:
        """Bring together what the workers have learnt. Returns whether the first of them wants to save its state."""
        with _together():
            for now, before in self._tensors:
                for begin in range(0, len(now), _PIECE):
                    _merge(now[begin : begin + _PIECE], before[begin : begin + _PIECE], self._unit)
        return bool(self.tell(save))

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


def _merge(now: torch.Tensor, before: torch.Tensor, unit: bool) -> None:
    """Rows as they were plus what the workers added, scaled; at length 1 again if they are unit vectors.

    The scale of a row is the sum of the squared lengths of what each added by the squared length of its sum: 1 if they moved it
    in directions of their own, 1 / workers if all made the same step.
    """
    gain = now - before
    square = (gain * gain).sum(dim=1, keepdim=True)
    together = torch.cat([gain, square, (square > 0).to(gain.dtype)], dim=1)
    dist.all_reduce(together)
    total, square, movers = together[:, :-2], together[:, -2:-1], together[:, -1:]
    agreed = square / (total * total).sum(dim=1, keepdim=True).clamp(min=1e-30)
    before += total * torch.maximum(agreed.clamp(max=1), 1 / movers.clamp(min=1))
    if unit:
        before /= before.norm(dim=1, keepdim=True).clamp(min=1e-12)
    now.copy_(before)
