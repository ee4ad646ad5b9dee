"""Do the neighbours of a word of two symbols ask for the word, or for its symbols? In: symbol codes, and the counts of n-grams.
Out: sums over the occurrences of each word, which can be added up over parts of the text.

Before 州市 stands what stands before 州 elsewhere (杭州, 广州), and behind it what stands behind 市: both can be substituted, and
the pair is a piece of two words (distributional substitution, Harris 1954). Of w = uv, x being the symbol before it and y the one
behind it,

    e(w) = mean over the occurrences of w of  ln P(x | u, not v)/P(x) + ln P(y | v, not u)/P(y), nats

    P(x | u, not v) = (max(c(xu) - c(xuv), m) + s P(x)) / (c(u) - c(uv) + s)        P(y | v, not u) alike, from c(vy) and c(uvy)

An n-gram below the count floor counts as if it stood once, and a neighbour that no other occurrence of u is known to have counts
m < 1, because what is rare may have been missed. The edge of a clause, and a symbol that is not listed, say nothing.
"""

from collections.abc import Iterable

import numpy as np
from numba import njit

from wajue.mining.text.symbols import BREAK
from wajue.mining.text.word_table import WordTable, extended, fetch_slot, id_at, is_free, probe, weight_at

EVIDENCE_UNIT = 2.0**-20  # nats; sums of integers do not depend on how the text is spread
_SMOOTHING = 20.0  # s: occurrences by chance alone; 10 to 100 are within .001 F1 of each other
_UNSEEN = 0.1  # m; .05 to .2 are within .001 F1, at 0 news loses .002 and more, at .5 wiki (docs/dev/experiments/discovery.md)
_AHEAD = 12  # symbols; so early the slots of strings are fetched


@njit(cache=True, inline="always")
def _evidence(with_neighbour, whole, share, others):
    """One ln of e(w). with_neighbour: c(xu); whole: c(xuv); share: P(x); others: c(u) - c(uv)."""
    seen = max(with_neighbour - whole, _UNSEEN)
    return np.int64(np.rint(np.log((seen + _SMOOTHING * share) / ((others + _SMOOTHING) * share)) / EVIDENCE_UNIT))


@njit(cache=True, inline="always")
def _slot_of(keys, ids, weights, key):
    """(id, count) of a string; (-1, 1) if it is below the count floor."""
    slot = probe(keys, key)
    if is_free(keys, slot):
        return np.int64(-1), 1.0
    return np.int64(id_at(ids, slot)), np.float64(weight_at(weights, slot))


@njit(cache=True, nogil=True, error_model="numpy")
def _add_evidence(
    code,  # uint16 [n], 0 between clauses
    counted,  # TableView of n-grams, their weights the counts
    symbol_count,  # float64 [65536]
    total,  # of symbol_count
    out,  # int64 [n-grams], added to
):
    """A window of three symbols passes over the text; the pair that begins it is the one that ended the window before."""
    keys, ids, weights = counted
    pair, pair_count = np.int64(-1), 1.0  # of the first two symbols
    for i in range(len(code) - 2):
        if i + _AHEAD + 2 < len(code):
            ahead = extended(np.uint64(code[i + _AHEAD]), code[i + _AHEAD + 1])
            fetch_slot(keys, ahead)
            fetch_slot(keys, extended(ahead, code[i + _AHEAD + 2]))
        first, middle, last = code[i], code[i + 1], code[i + 2]
        if middle == BREAK or last == BREAK:
            continue
        key = extended(np.uint64(middle), last)
        if first == BREAK:
            pair, pair_count = _slot_of(keys, ids, weights, key)
            continue
        next_pair, next_count = _slot_of(keys, ids, weights, key)
        if pair >= 0 or next_pair >= 0:
            _, whole = _slot_of(keys, ids, weights, extended(extended(np.uint64(first), middle), last))
            middle_count = symbol_count[middle]
            if pair >= 0 and symbol_count[last] > 0:
                out[pair] += _evidence(next_count, whole, symbol_count[last] / total, middle_count - pair_count)
            if next_pair >= 0 and symbol_count[first] > 0:
                out[next_pair] += _evidence(pair_count, whole, symbol_count[first] / total, middle_count - next_count)
        pair, pair_count = next_pair, next_count


def evidence_sums(codes: Iterable[np.ndarray], counted: WordTable, symbol_count: np.ndarray, ngrams: int) -> np.ndarray:
    """Of each n-gram (int64 [ngrams], in units of EVIDENCE_UNIT) the sum over its occurrences; 0 for all but those of two symbols.

    codes: parts of the text, each uint16 [n], clauses with 0 between and after them; counted: those of two and three symbols, whose
    weights are their counts; symbol_count: float64 [65536].
    """
    out = np.zeros(ngrams, np.int64)
    total = max(float(symbol_count.sum()), 1.0)
    for code in codes:
        padded = np.concatenate((np.zeros(1, np.uint16), code))  # a break before the first clause
        _add_evidence(padded, counted.view, symbol_count, total, out)
    return out
