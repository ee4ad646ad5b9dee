"""A card beside the trainers: matrices there and back, blocks of text that are there before they are needed, its memory.

With TRITON_INTERPRET=1 the "card" is this machine's memory, and Triton's interpreter runs the kernels: a test of all but the speed.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from wajue.errors import WajueError
from wajue.models.devices import interpreted, local_rank
from wajue.models.gpu.random import CardDraws, on_card
from wajue.models.loop import Block, Blocks, Matrices
from wajue.models.sampling import Draws

log = logging.getLogger(__name__)

# bytes left free for a round's working arrays, 68 a word of a round; for the memory of programs, 128 MiB at most; for compilers
# and libraries
_RESERVE = 1280 << 20
_PIECE = 1 << 20  # words copied to the card at once
_INTERPRETED = 2  # "processors" of the interpreter, which runs one program after the other
_LOWER = {
    "sgns": "lower [sgns] dim or raise [vocabulary] min_count",
    "jose": "lower [jose] dim or raise [vocabulary] min_count",
}


def this_device() -> torch.device:
    """The card of this process: that of its number among the processes of this machine."""
    return torch.device("cpu") if interpreted() else torch.device("cuda", local_rank())


class Card:
    """Matrices that are trained on a card. Its twin is wajue.models.loop.Host.

    The matrix `documents` stays in memory if the card is too small for it; what a round trains of it is lent to the card.
    """

    round_words, part = 16_000_000, 4_000_000  # as for Host; fewer are trained in less time than it takes to begin and to end

    def __init__(self, name: str, matrices: Matrices) -> None:
        self._name, self._matrices, self.device = name, matrices, this_device()
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)  # kernels are launched on the current one
        self._drawn: tuple[Draws, CardDraws] | None = None
        self._buffers: list[tuple[torch.Tensor, torch.cuda.Event]] = []
        self.tensors: dict[str, torch.Tensor] = {}
        for what, matrix in matrices.items():
            if matrix.nbytes > self.free() and what == "documents":  # the last to be placed
                log.info("%s: document vectors stay in memory, their %s are too much for the card", name, _gb(matrix.nbytes))
                continue
            self._check(matrix.nbytes)
            with self.memory():
                self.tensors[what] = torch.from_numpy(matrix).to(self.device, copy=True)

    @property
    def processors(self) -> int:
        """Multiprocessors of the card."""
        return _INTERPRETED if self.device.type == "cpu" else torch.cuda.get_device_properties(self.device).multi_processor_count

    def free(self) -> int:
        """Bytes that may still be filled."""
        if self.device.type == "cpu":
            return 1 << 40
        return max(0, torch.cuda.mem_get_info(self.device)[0] - _RESERVE)

    def _check(self, needed: int) -> None:
        if needed > self.free():
            raise self._too_small(f"{_gb(needed)} more are needed, {_gb(self.free())} are free")

    def _too_small(self, why: str) -> WajueError:
        return WajueError(f"{self._name}: the card has too little memory ({why}); {_LOWER[self._name]}, or give --device cpu")

    @contextmanager
    def memory(self) -> Iterator[None]:
        """Raises WajueError, with the setting to lower, if the card's memory does not suffice for what is done inside."""
        try:
            yield
        except torch.cuda.OutOfMemoryError as error:
            raise self._too_small(str(error).split(". ")[0]) from None

    def draws(self, draws: Draws) -> CardDraws:
        """Draws on the card; of those of another epoch the key alone is copied."""
        if self._drawn is None:
            self._drawn = draws, on_card(draws, self.device)
        if self._drawn[0].key != draws.key:
            key = torch.tensor([np.uint64(draws.key).astype(np.int64)], device=self.device)
            self._drawn = draws, self._drawn[1]._replace(key=key)
        return self._drawn[1]

    @contextmanager
    def rows(self, name: str, chosen: np.ndarray) -> Iterator[tuple[torch.Tensor, np.ndarray | None]]:
        """(a matrix on the card that holds some rows, where in it they are): the matrix itself and None, or these rows, lent."""
        if name in self.tensors:
            yield self.tensors[name], None
            return
        lent = torch.from_numpy(self._matrices[name][chosen]).to(self.device, copy=True)
        yield lent, np.arange(len(chosen))
        self._matrices[name][chosen] = lent.cpu().numpy()

    def products(self, name: str, rows: np.ndarray, other: str, others: np.ndarray) -> np.ndarray:
        """Inner products of rows of a matrix with rows of another, float32 [n] or, of others [n, k], [n, k]."""
        left, right = self._take(name, rows), self._take(other, others)
        return torch.einsum("nd,n...d->n...", left, right).cpu().numpy()

    def _take(self, name: str, rows: np.ndarray) -> torch.Tensor:
        if name not in self.tensors:
            return torch.from_numpy(self._matrices[name][rows]).to(self.device)
        return self.tensors[name][torch.from_numpy(rows.astype(np.int64)).to(self.device)]

    def largest(self, names: Iterable[str]) -> float:
        """The largest component, whatever its sign; NaN if one is NaN."""
        found = [x for name in names for m in [self.tensors[name]] if m.numel() for x in (m.max(), -m.min())]
        return float(torch.stack(found).max()) if found else 0.0

    def fetch(self) -> Matrices:
        """All matrices, as they are now, in the memory that they were given in."""
        for name, tensor in self.tensors.items():
            torch.from_numpy(self._matrices[name]).copy_(tensor)
        return self._matrices

    def feed(self, blocks: Blocks, row_of: np.ndarray, words: int) -> Blocks:
        """Blocks of rows on the card: all `words` of the text for good if there is room, else each while it is trained."""
        stays: list[Block] = []
        resident = 4 * words <= self.free() // 2
        log.info("%s: the text (%s) %s", self._name, _gb(4 * words), "stays on the card" if resident else "is streamed to the card")
        rows = torch.from_numpy(row_of).to(self.device)

        def fed(epoch: int, first: int) -> Iterator[Block]:
            if not resident:
                yield from self._ahead(blocks(epoch, first), rows)
            elif epoch == 0 and first == 0:
                for block in self._ahead(blocks(0, 0), rows):
                    stays.append(block)
                    yield block
            else:
                if not stays:
                    stays.extend(self._ahead(blocks(0, 0), rows))
                yield from (stays[i] for i in _order(epoch, len(stays))[first:])

        return fed

    def _ahead(self, blocks: Iterator[Block], rows: torch.Tensor) -> Iterator[Block]:
        """Each block, its words' rows on the card; the next one is copied meanwhile."""
        if self.device.type == "cpu":
            yield from ((rows[torch.from_numpy(b[0])], *b[1:]) for b in blocks)
            return
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream())
        waiting: list[tuple[Block, torch.cuda.Event]] = []
        for ids, *rest in blocks:
            with self.memory(), torch.cuda.stream(stream):
                there = rows.index_select(0, self._copied(ids))
                copied = stream.record_event()
            waiting.append(((there, *rest), copied))
            if len(waiting) == 2:
                yield _arrived(*waiting.pop(0))
        yield from (_arrived(*w) for w in waiting)

    def _copied(self, ids: np.ndarray) -> torch.Tensor:
        """ids on the card, through two small buffers that are page-locked: one is filled while the other is copied."""
        there = torch.empty(len(ids), dtype=torch.int32, device=self.device)
        if not self._buffers:
            self._buffers = [(torch.empty(_PIECE, dtype=torch.int32, pin_memory=True), torch.cuda.Event()) for _ in range(2)]
        for number, begin in enumerate(range(0, len(ids), _PIECE)):
            (buffer, free), piece = self._buffers[number % 2], torch.from_numpy(ids[begin : begin + _PIECE])
            free.synchronize()
            there[begin : begin + _PIECE].copy_(buffer[: len(piece)].copy_(piece), non_blocking=True)
            free.record()
        return there


def _arrived(block: Block, copied: torch.cuda.Event) -> Block:
    """A block, once what is launched from now on waits for its copy."""
    torch.cuda.current_stream().wait_event(copied)
    block[0].record_stream(torch.cuda.current_stream())
    return block


def _order(epoch: int, blocks: int) -> np.ndarray:
    """Blocks that stay on the card come in an order of each epoch's own; in the first as they are read."""
    return np.random.default_rng([epoch, blocks]).permutation(blocks) if epoch else np.arange(blocks)


def _gb(size: int) -> str:
    return f"{size / 2**30:.2f} GiB"
