"""The processes that train the same vectors: one alone, or a group (wajue.models.gpu.workers)."""

from typing import Any, NamedTuple, Protocol

import numpy as np

from wajue.arrays.text_blocks import Blocks
from wajue.models.memory import Memory


class Sharing(NamedTuple):
    """What workers have to know of a training to bring together what they learn."""

    names: tuple[str, ...] = ()  # of the matrices that all words train; of the others each document has a row of its own
    touches: tuple[np.ndarray, ...] = ()  # for each of them float [rows]: steps that a row takes for each token of the text
    unit: bool = False  # rows have length 1
    learning_rate: float = 0.0  # at the beginning


class Workers(Protocol):
    """What the loop asks of them. Each runs the same loop on its share of the text; worker 0 leads."""

    rank: int
    size: int

    def tell(self, order: Any) -> Any:
        """What worker 0 says to all; None: that it says no more."""
        ...

    def share(self, blocks: Blocks) -> Blocks:
        """This worker's documents of every block."""
        ...

    def start(self, memory: Memory, sharing: Sharing) -> None:
        """Take note of the matrices that the workers train together, all equal now."""
        ...

    def meet(self, tokens: float) -> None:
        """Bring together what the workers have learnt of frequent words, after so many tokens that all have trained."""
        ...

    def exchange(self, save: bool) -> bool:
        """Bring together what the workers have learnt. Returns whether worker 0 wants to save its state."""
        ...

    def gather(self, matrix: np.ndarray) -> None:
        """Put every document's vector in place as the worker left it that trains the document."""
        ...


class Alone:
    """One worker. Its twin is wajue.models.gpu.workers.Group."""

    rank: int = 0
    size: int = 1

    def tell(self, order: Any) -> Any:
        """There is nobody to tell."""
        return order

    def share(self, blocks: Blocks) -> Blocks:
        """All documents."""
        return blocks

    def start(self, memory: Memory, sharing: Sharing) -> None:
        """Nothing is shared."""

    def meet(self, tokens: float) -> None:
        """There is nobody to meet."""

    def exchange(self, save: bool) -> bool:
        """There is nobody to exchange with."""
        return save

    def gather(self, matrix: np.ndarray) -> None:
        """Every document's vector is in place."""


ALONE = Alone()
