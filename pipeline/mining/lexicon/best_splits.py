"""What a word saves against its parts. In: words and their log probabilities. Out: that of the best way to make each of others."""

import numpy as np
from numba import njit

from wajue.mining.text.word_table import extended, id_at, is_free, probe, word_keys, word_table


@njit(cache=True, nogil=True)
def _fill_best_splits(
    codes,  # uint16 [words, longest]
    log_prob,  # float64 [words]
    singles,  # float64 [65536]
    table,  # TableView of the words
    out,  # float64 [words], filled
):
    """best[k] is the log probability of the best way to make the first k symbols."""
    keys, ids, _ = table
    best = np.empty(codes.shape[1] + 1)
    for e in range(len(codes)):
        n = 0
        best[0] = 0.0
        while n < codes.shape[1] and codes[e, n] != 0:
            n += 1
            best[n] = -np.inf
        for begin in range(n):
            best[begin + 1] = max(best[begin + 1], best[begin] + singles[codes[e, begin]])
            key = np.uint64(codes[e, begin])
            for end in range(begin + 2, n + (begin > 0)):  # all of the word is no split
                key = extended(key, codes[e, end - 1])
                slot = probe(keys, key)
                if not is_free(keys, slot):
                    best[end] = max(best[end], best[begin] + log_prob[id_at(ids, slot)])
        out[e] = best[n]


def best_splits(codes: np.ndarray, log_prob: np.ndarray, singles: np.ndarray, *, keys: np.ndarray | None = None) -> np.ndarray:
    """The log probability (float64 [words]) of the best way to make each of these words of others, or of single symbols.

    codes: uint16 [words, longest]; log_prob: float64 [words]; singles: float64 [65536]; nats; keys: uint64 [words], of the codes,
    if they have been computed.
    """
    table = word_table(word_keys(codes) if keys is None else keys, np.zeros(len(codes)))
    out = np.empty(len(codes))
    _fill_best_splits(codes, log_prob, singles, table.view, out)
    return out
