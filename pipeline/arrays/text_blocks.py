"""Documents as word ids, a block at a time: what `store.sequences` reads and the trainers train on."""

from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple

import numpy as np


class Block(NamedTuple):
    """Some documents, one after the other.

    word_ids     int32 [tokens]
    offsets      int64 [documents + 1], where each document begins in word_ids
    doc_indices  int64 [documents], the number of each document in the whole text
    all_tokens   tokens of the block before workers shared it out; otherwise len(word_ids)
    """

    word_ids: np.ndarray
    offsets: np.ndarray
    doc_indices: np.ndarray
    all_tokens: int


Blocks = Callable[[int, int], Iterator[Block]]
"""The blocks of an epoch, from the number of the epoch and of the first block wanted; the same in every run."""

EMPTY = Block(np.zeros(0, np.int32), np.zeros(1, np.int64), np.zeros(0, np.int64), 0)


def in_memory(word_ids: np.ndarray, offsets: np.ndarray) -> Blocks:
    """A whole text as one block. word_ids int32 [tokens]; offsets int64 [documents + 1]."""
    block = Block(word_ids, offsets, np.arange(len(offsets) - 1), len(word_ids))
    return lambda epoch, first: iter([block][first:])


def first_block(blocks: Blocks) -> Block:
    """The first block of the first epoch, or an empty one if there is no text."""
    stream = blocks(0, 0)
    try:
        return next(stream, EMPTY)
    finally:
        if isinstance(stream, Generator):  # the thread that reads ahead for it ends
            stream.close()


def joined(blocks: list[Block]) -> Block:
    """Blocks, at least one, as one."""
    starts = np.cumsum([0] + [len(b.word_ids) for b in blocks])
    return Block(
        np.concatenate([b.word_ids for b in blocks]).astype(np.int32, copy=False),
        np.concatenate([np.zeros(1, np.int64)] + [b.offsets[1:] + s for b, s in zip(blocks, starts, strict=False)]),
        np.concatenate([b.doc_indices for b in blocks]),
        int(starts[-1]),
    )


def share_of_worker(block: Block, rank: int, size: int) -> Block:
    """The documents whose number leaves `rank` when divided by `size`, the number of workers."""
    mine = block.doc_indices % size == rank
    lengths = np.diff(block.offsets)
    return Block(
        block.word_ids[np.repeat(mine, lengths)],
        np.concatenate(([0], np.cumsum(lengths[mine]))),
        block.doc_indices[mine],
        len(block.word_ids),
    )
