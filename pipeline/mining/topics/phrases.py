"""Terms of several words in documents. In: the word ids of each term, and of each document. Out: which documents hold which.

The parts are looked up word after word: a term of n words is a path of n - 1 steps, and a step is (path so far, next word).
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from wajue.mining.topics.embedding import Documents


def holds(documents: Documents, parts: Sequence[tuple[int, ...]], vocabulary_size: int) -> sparse.csr_array:
    """float32 [documents, vocabulary_size + terms], 1 where a document holds a word or a term; parts: the word ids of terms."""
    count = len(documents.offsets) - 1
    doc_index = np.repeat(np.arange(count), np.diff(documents.offsets))
    pairs = [(doc_index, documents.word_ids.astype(np.int64))]
    pairs += [(doc_index[at], vocabulary_size + term) for at, term in _occurrences(documents, doc_index, parts, vocabulary_size)]
    row, column = (np.concatenate(c) for c in zip(*pairs, strict=True))
    presence = sparse.csr_array((np.ones(len(row), np.float32), (row, column)), (count, vocabulary_size + len(parts)))
    presence.sum_duplicates()
    presence.data[:] = 1
    return presence


def _occurrences(
    documents: Documents, doc_index: np.ndarray, parts: Sequence[tuple[int, ...]], vocabulary_size: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """(position of its first word int64 [n], number of the term int64 [n]), for terms of two words, of three, and so on."""
    steps, term_of_node = _paths(parts, vocabulary_size)
    keys = np.array(sorted(steps), np.int64)
    nodes = np.array([steps[k] for k in keys.tolist()], np.int64)
    at, node = np.arange(len(documents.word_ids)), documents.word_ids.astype(np.int64)
    reached: list[tuple[np.ndarray, np.ndarray]] = []
    for further in range(1, max(map(len, parts), default=1)):
        inside = at + further < len(doc_index)
        at, node = at[inside], node[inside]
        same = doc_index[at + further] == doc_index[at]
        at, node = at[same], node[same]
        key = node * vocabulary_size + documents.word_ids[at + further]
        step = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        known = keys[step] == key
        at, node = at[known], nodes[step[known]]
        term = np.array([term_of_node.get(n, -1) for n in node.tolist()], np.int64)
        reached.append((at[term >= 0], term[term >= 0]))
    return reached


def _paths(parts: Sequence[tuple[int, ...]], vocabulary_size: int) -> tuple[dict[int, int], dict[int, int]]:
    """({node * vocabulary_size + next word: node}, {node: the term that ends there}); words themselves are the first nodes."""
    steps: dict[int, int] = {}
    ends: dict[int, int] = {}
    for term, word_ids in enumerate(parts):
        node = word_ids[0]
        for word_id in word_ids[1:]:
            node = steps.setdefault(node * vocabulary_size + word_id, vocabulary_size + len(steps))
        ends[node] = term
    return steps, ends
