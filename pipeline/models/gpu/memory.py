"""A GPU's memory beside the trainers: matrices there and back, blocks of text that are there before they are needed.

With TRITON_INTERPRET=1 the "GPU" is this machine's memory, and Triton's interpreter runs the kernels: a test of all but the speed.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import numpy as np
import torch

from wajue.arrays.text_blocks import Block, Blocks
from wajue.errors import WajueError
from wajue.models.devices import interpreted, local_rank
from wajue.models.gpu.random import GpuDraws, to_gpu
from wajue.models.memory import Matrices
from wajue.models.sampling import Draws
from wajue.models.text import RowBlock, RowBlocks, row_block

log = logging.getLogger(__name__)

# bytes left free for a round's working arrays, 68 a token of a round; for the memory of programs, 128 MiB at most; for compilers
# and libraries
_RESERVE = 1280 << 20
_PIECE = 1 << 20  # tokens copied to the GPU at once
_INTERPRETED = 2  # "processors" of the interpreter, which runs one program after the other
_LOWER = {
    "sgns": "lower [sgns] dim or raise [vocabulary] min_count",
    "jose": "lower [jose] dim or raise [vocabulary] min_count",
}


def this_device() -> torch.device:
    """The GPU of this process: that of its number among the processes of this machine."""
    return torch.device("cpu") if interpreted() else torch.device("cuda", local_rank())


class GpuMemory:
    """Matrices that are trained on a GPU. Its twin is wajue.models.memory.HostMemory.

    The matrix `documents` stays in the machine's memory if the GPU's is too small for it; then each round lends the rows that it
    trains to the GPU.
    """

    round_tokens, part_tokens = 16_000_000, 4_000_000  # fewer are trained in less time than it takes to begin and to end

    def __init__(self, name: str, matrices: Matrices) -> None:
        self._name, self._matrices, self.device = name, matrices, this_device()
        if self.device.type == "cuda":
            torch.cuda.set_device(self.device)  # kernels are launched on the current one
        self._drawn: tuple[Draws, GpuDraws] | None = None
        self._buffers: list[tuple[torch.Tensor, torch.cuda.Event]] = []
        self.tensors: dict[str, torch.Tensor] = {}
        for what, matrix in matrices.items():
            if matrix.nbytes > self.free() and what == "documents":  # the last to be copied
                log.info("%s: document vectors stay in memory, their %s are too much for the GPU", name, _gb(matrix.nbytes))
                continue
            self._check(matrix.nbytes)
            with self.guarded():
                self.tensors[what] = torch.from_numpy(matrix).to(self.device, copy=True)

    @property
    def processors(self) -> int:
        """Multiprocessors of the GPU."""
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
        return WajueError(f"{self._name}: the GPU has too little memory ({why}); {_LOWER[self._name]}, or give --device cpu")

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Raises WajueError, with the setting to lower, if the GPU's memory does not suffice for what is done inside."""
        try:
            yield
        except torch.cuda.OutOfMemoryError as error:
            raise self._too_small(str(error).split(". ")[0]) from None

    def draws(self, draws: Draws) -> GpuDraws:
        """Draws on the GPU; of those of another epoch the key alone is copied."""
        if self._drawn is None:
            self._drawn = draws, to_gpu(draws, self.device)
        if self._drawn[0].key != draws.key:
            key = torch.tensor([np.uint64(draws.key).astype(np.int64)], device=self.device)
            self._drawn = draws, self._drawn[1]._replace(key=key)
        return self._drawn[1]

    @contextmanager
    def lent(self, name: str, matrix_rows: np.ndarray) -> Iterator[tuple[torch.Tensor, np.ndarray | None]]:
        """(a tensor on the GPU that has these rows of a matrix, where in it they are): the whole matrix, and None.

        If the matrix stays in the machine's memory: a copy of these rows, which are copied back in the end, and int64 [n].
        """
        if name in self.tensors:
            yield self.tensors[name], None
            return
        lent = torch.from_numpy(self._matrices[name][matrix_rows]).to(self.device, copy=True)
        yield lent, np.arange(len(matrix_rows))
        self._matrices[name][matrix_rows] = lent.cpu().numpy()

    def products(self, name: str, matrix_rows: np.ndarray, other: str, other_rows: np.ndarray) -> np.ndarray:
        """As models.memory.Memory says."""
        left, right = self._take(name, matrix_rows), self._take(other, other_rows)
        return torch.einsum("nd,n...d->n...", left, right).cpu().numpy()

    def _take(self, name: str, matrix_rows: np.ndarray) -> torch.Tensor:
        if name not in self.tensors:
            return torch.from_numpy(self._matrices[name][matrix_rows]).to(self.device)
        return self.tensors[name][torch.from_numpy(matrix_rows.astype(np.int64)).to(self.device)]

    def largest(self, names: Iterable[str]) -> float:
        """As models.memory.Memory says."""
        extremes = [x for name in names for m in [self.tensors[name]] if m.numel() for x in (m.max(), -m.min())]
        return float(torch.stack(extremes).max()) if extremes else 0.0

    def fetch(self) -> Matrices:
        """As models.memory.Memory says; in the arrays that they were given in."""
        for name, tensor in self.tensors.items():
            torch.from_numpy(self._matrices[name]).copy_(tensor)
        return self._matrices

    def feed(self, blocks: Blocks, row_of_word: np.ndarray, tokens: int) -> RowBlocks:
        """Blocks of matrix rows on the GPU: the whole text, of so many tokens, for good if there is room; else each in its turn."""
        resident: list[RowBlock] = []
        stays = 4 * tokens <= self.free() // 2
        log.info("%s: the text (%s) %s", self._name, _gb(4 * tokens), "stays on the GPU" if stays else "is streamed to the GPU")
        row_of_word_on_gpu = torch.from_numpy(row_of_word).to(self.device)

        def fed(epoch: int, first: int) -> Iterator[RowBlock]:
            if not stays:
                yield from self._ahead(blocks(epoch, first), row_of_word_on_gpu)
            elif epoch == 0 and first == 0:
                for block in self._ahead(blocks(0, 0), row_of_word_on_gpu):
                    resident.append(block)
                    yield block
            else:
                if not resident:
                    resident.extend(self._ahead(blocks(0, 0), row_of_word_on_gpu))
                yield from (resident[i] for i in _order(epoch, len(resident))[first:])

        return fed

    def _ahead(self, blocks: Iterator[Block], row_of_word: torch.Tensor) -> Iterator[RowBlock]:
        """Each block with its matrix rows on the GPU; the next one is copied meanwhile."""
        if self.device.type == "cpu":
            yield from (row_block(b, row_of_word[torch.from_numpy(b.word_ids)]) for b in blocks)
            return
        stream = torch.cuda.Stream(self.device)
        stream.wait_stream(torch.cuda.current_stream())
        waiting: list[tuple[RowBlock, torch.cuda.Event]] = []
        for block in blocks:
            with self.guarded(), torch.cuda.stream(stream):
                copied = row_block(block, row_of_word.index_select(0, self._copied(block.word_ids)))
                waiting.append((copied, stream.record_event()))
            if len(waiting) == 2:
                yield _arrived(*waiting.pop(0))
        yield from (_arrived(*w) for w in waiting)

    def _copied(self, word_ids: np.ndarray) -> torch.Tensor:
        """Word ids on the GPU, through two small buffers that are page-locked: one is filled while the other is copied."""
        copy = torch.empty(len(word_ids), dtype=torch.int32, device=self.device)
        if not self._buffers:
            self._buffers = [(torch.empty(_PIECE, dtype=torch.int32, pin_memory=True), torch.cuda.Event()) for _ in range(2)]
        for number, begin in enumerate(range(0, len(word_ids), _PIECE)):
            (buffer, free), piece = self._buffers[number % 2], torch.from_numpy(word_ids[begin : begin + _PIECE])
            free.synchronize()
            copy[begin : begin + _PIECE].copy_(buffer[: len(piece)].copy_(piece), non_blocking=True)
            free.record()
        return copy


def _arrived(block: RowBlock, copied: torch.cuda.Event) -> RowBlock:
    """A block, once what is launched from now on waits for its copy."""
    torch.cuda.current_stream().wait_event(copied)
    block.matrix_rows.record_stream(torch.cuda.current_stream())
    return block


def _order(epoch: int, blocks: int) -> np.ndarray:
    """The order of the blocks that stay on the GPU: in the first epoch as they are read, then random, each epoch its own."""
    return np.random.default_rng([epoch, blocks]).permutation(blocks) if epoch else np.arange(blocks)


def _gb(size: int) -> str:
    return f"{size / 2**30:.2f} GiB"
