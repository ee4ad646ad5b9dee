"""What the kernels see of a text: words as rows of the matrices, documents in chunks.

A word is a string in the vocabulary and a word_id in `sequences`; here it becomes a matrix row, which says where its vectors
stand while they are trained. (A slot, inside a kernel, is where a thread or program keeps a copy of such a row.)
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from wajue.arrays.text_blocks import Block, Blocks


class RowBlock(NamedTuple):
    """A Block of `arrays.text_blocks` whose words are matrix rows, in memory or on a GPU.

    matrix_rows int32 [tokens], an array or a tensor; the others as in Block.
    """

    matrix_rows: Any
    offsets: np.ndarray
    doc_indices: np.ndarray
    all_tokens: int


RowBlocks = Callable[[int, int], Iterator[RowBlock]]
"""As `arrays.text_blocks.Blocks`."""


class Text(NamedTuple):
    """A block as a kernel sees it: its documents shuffled, and cut into chunks that have a learning rate each."""

    matrix_rows: Any  # int32 [tokens], the word of each token; on a GPU a tensor
    offsets: np.ndarray  # int64 [documents + 1], where each document begins
    doc_indices: np.ndarray  # int64 [documents], its number in the whole text
    order: np.ndarray  # int64 [documents], in which they are trained
    cuts: np.ndarray  # int64 [chunks + 1], where in the order each chunk begins
    rates: np.ndarray  # float32 [chunks]


class Initial(NamedTuple):
    """Words that an earlier training left."""

    word_ids: np.ndarray  # int64 [n]
    vectors: np.ndarray  # float32 [n, dim]
    contexts: np.ndarray  # float32 [n, dim]


def scattered(count: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A random matrix row for each word. Returns (row_of_word int32 [words], the counts by matrix row).

    count: [words], by word_id. In the order of their ids, which is that of their frequency, the rows that all threads write
    would lie side by side, and a core that fetches ahead would take from another what that one is about to write.
    """
    row_of_word = np.random.default_rng([seed, len(count)]).permutation(len(count)).astype(np.int32)
    count_of_row = np.empty_like(count)
    count_of_row[row_of_word] = count
    return row_of_word, count_of_row


def row_block(block: Block, matrix_rows: Any) -> RowBlock:
    """A block with these matrix rows in place of its word ids."""
    return RowBlock(matrix_rows, block.offsets, block.doc_indices, block.all_tokens)


def with_matrix_rows(blocks: Blocks, row_of_word: np.ndarray) -> RowBlocks:
    """The same blocks with matrix rows in place of word ids."""

    def recoded(epoch: int, first: int) -> Iterator[RowBlock]:
        for block in blocks(epoch, first):
            yield row_block(block, row_of_word[block.word_ids])

    return recoded


def documents_of_chunks(text: Text, first: int, end: int) -> tuple[np.ndarray, np.ndarray]:
    """Of the chunks first to end - 1: (the documents int64 [n] in the order of training, the learning rate of each float32 [n])."""
    cuts = text.cuts[first : end + 1]
    return text.order[cuts[0] : cuts[-1]], np.repeat(text.rates[first:end], np.diff(cuts))
