"""What both trainers draw from: chances to keep a word, the alias table of noise words, chunks of documents, and their order."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numba
import numpy as np

from pipeline.errors import WajueError

log = logging.getLogger(__name__)

_REPORT_CHUNKS = 200
_CHUNK_WORDS = 20_000  # small enough to share out evenly, large enough that starting one costs nothing


def keep_chances(count: np.ndarray, threshold: float) -> np.ndarray:
    """uint32 [words], the chance of keeping each occurrence, of 2**32 (word2vec.c's rule; threshold 0 keeps all).

    count: int64 [words]. p = (sqrt(f/t) + 1) t/f for the share f of a word and the threshold t.
    """
    if threshold <= 0 or count.sum() == 0:
        return np.full(len(count), 2**32 - 1, np.uint32)
    share = np.maximum(count, 1) / (threshold * count.sum())  # a word that never occurs is never asked for
    return (np.minimum((np.sqrt(share) + 1) / share, 1.0) * (2**32 - 1)).astype(np.uint32)


def alias_table(weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(threshold uint32 [words], alias int32 [words]) to draw words in proportion to weight (Vose 1991)."""
    n = len(weight)
    scaled = np.asarray(weight, float) * n / np.sum(weight)
    threshold, alias = np.ones(n), np.arange(n, dtype=np.int32)
    small, large = list(np.flatnonzero(scaled < 1)), list(np.flatnonzero(scaled >= 1))
    while small and large:
        low, high = small.pop(), large[-1]
        threshold[low], alias[low] = scaled[low], high
        scaled[high] -= 1 - scaled[low]
        if scaled[high] < 1:
            small.append(large.pop())
    return (np.minimum(threshold, 1.0) * (2**32 - 1)).astype(np.uint32), alias


def thread_count(threads: int, deterministic: bool) -> int:
    """The threads to train on: one if the result must not depend on their race, never more than this process may use."""
    if deterministic:
        return 1
    most = numba.config.NUMBA_NUM_THREADS  # type: ignore[attr-defined]
    if threads > most:
        log.warning("threads = %d, but this process may use %d; training on %d", threads, most, most)
    return min(threads or most, most)


@dataclass(frozen=True)
class Schedule:
    """The order in which chunks of documents are trained, over all epochs, and the learning rate of each.

    chunks: int64 [n + 1], documents of each; order: int64 [epochs * n]; rates: float32 [epochs * n].
    """

    chunks: np.ndarray
    order: np.ndarray
    rates: np.ndarray

    @classmethod
    def plan(cls, offsets: np.ndarray, *, epochs: int, rate: float, least: float, seed: int, threads: int) -> "Schedule":
        """Chunks of some 20,000 words (fewer in a small corpus), shuffled anew each epoch; rates fall in a line to `least`."""
        words = int(offsets[-1])
        size = max(1, min(_CHUNK_WORDS, words // (8 * threads) + 1))
        cuts = np.searchsorted(offsets, np.arange(0, words, size), side="left")
        chunks = np.unique(np.concatenate((cuts, [0, len(offsets) - 1]))).astype(np.int64)
        n = len(chunks) - 1
        rng = np.random.default_rng(seed)
        order = np.concatenate([rng.permutation(n) for _ in range(epochs)]).astype(np.int64) if n else np.zeros(0, np.int64)
        progress = np.arange(len(order)) / max(len(order), 1)
        return cls(chunks, order, np.maximum(rate * (1 - progress), least).astype(np.float32))

    def rounds(self, threads: int) -> Iterator[tuple[int, int]]:
        """Ranges of `order` to hand to the kernel at once: some twenty, or one for each 4 M words, to report in between."""
        size = max(threads, min(len(self.order) // 20, _REPORT_CHUNKS) // threads * threads)
        for begin in range(0, len(self.order), size):
            yield begin, min(begin + size, len(self.order))


Report = Callable[[float, float], None]  # (share of the work done, loss)


_LARGEST = 1e3  # a component this large is beyond any useful vector; those of a good run stay below 10


def check_finite(name: str, *matrices: np.ndarray) -> None:
    """Raises WajueError, with what to change, if training has diverged."""
    for matrix in matrices:
        largest = float(max(matrix.max(initial=0.0), -matrix.min(initial=0.0)))  # np.abs would copy the matrix
        if not largest < _LARGEST:
            raise WajueError(f"{name} training diverged (a component of {largest:.3g}); lower [{name}] learning_rate")
