"""Where the matrices are while they are trained: in the memory of the machine, or of a GPU (wajue.models.gpu.memory)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

Matrices = dict[str, np.ndarray]
"""float32 [rows, width] by name; the rows of `documents` are documents, those of all others words."""


class Memory(Protocol):
    """What the loop asks of it."""

    round_tokens: int
    """At most, between two reports."""

    part_tokens: int
    """Between two meetings of workers."""

    def products(self, name: str, matrix_rows: np.ndarray, other: str, other_rows: np.ndarray) -> np.ndarray:
        """Inner products of rows of one matrix with rows of another: float32 [n], or [n, k] if other_rows is [n, k]."""
        ...

    def largest(self, names: Iterable[str]) -> float:
        """The largest component of these matrices, whatever its sign; NaN if one is NaN."""
        ...

    def fetch(self) -> Matrices:
        """All matrices, as they are now."""
        ...


@dataclass
class HostMemory:
    """Matrices that are trained where they are. Its twin is wajue.models.gpu.memory.GpuMemory."""

    matrices: Matrices
    round_tokens: int = 4_000_000
    part_tokens: int = 50_000

    def products(self, name: str, matrix_rows: np.ndarray, other: str, other_rows: np.ndarray) -> np.ndarray:
        """As Memory says."""
        return np.einsum("nd,n...d->n...", self.matrices[name][matrix_rows], self.matrices[other][other_rows])

    def largest(self, names: Iterable[str]) -> float:
        """As Memory says."""
        extremes = [[m.max(initial=0.0), -m.min(initial=0.0)] for m in map(self.matrices.__getitem__, names)]
        return float(np.max(extremes, initial=0.0))  # np.abs would copy a matrix

    def fetch(self) -> Matrices:
        """As Memory says."""
        return self.matrices
