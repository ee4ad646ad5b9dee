"""Documents as word ids, joined and shared out."""

import numpy as np

from wajue.arrays.text_blocks import EMPTY, Block, first_block, in_memory, joined, share_of_worker


def test_workers_share_out_all_documents() -> None:
    block = Block(np.arange(10, dtype=np.int32), np.array([0, 1, 3, 3, 7, 10]), np.array([4, 5, 6, 7, 8]), 10)
    shares = [share_of_worker(block, rank, 2) for rank in (0, 1)]
    assert [s.doc_indices.tolist() for s in shares] == [[4, 6, 8], [5, 7]] and all(s.all_tokens == 10 for s in shares)
    assert shares[0].word_ids.tolist() == [0, 7, 8, 9] and shares[0].offsets.tolist() == [0, 1, 1, 4]
    assert shares[1].word_ids.tolist() == [1, 2, 3, 4, 5, 6] and shares[1].offsets.tolist() == [0, 2, 6]


def test_blocks_are_joined_document_by_document() -> None:
    one = Block(np.array([1, 2], np.int32), np.array([0, 2]), np.array([7]), 2)
    other = Block(np.array([3], np.int32), np.array([0, 0, 1]), np.array([8, 9]), 1)
    both = joined([one, other])
    assert both.word_ids.tolist() == [1, 2, 3] and both.offsets.tolist() == [0, 2, 2, 3]
    assert both.doc_indices.tolist() == [7, 8, 9] and both.all_tokens == 3


def test_a_text_in_memory_is_one_block_and_the_first_of_none_is_empty() -> None:
    blocks = in_memory(np.array([5, 6], np.int32), np.array([0, 1, 2]))
    assert first_block(blocks).doc_indices.tolist() == [0, 1] and list(blocks(0, 1)) == []
    assert first_block(lambda epoch, first: iter([])) is EMPTY
