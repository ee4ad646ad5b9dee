"""The word lattice: forward-backward and Viterbi over every way to cut a clause into words.

In: symbol codes (uint16, 0 between clauses) and the weights of words. Out: expected counts of words, or the best cut.

A clause's cuts are paths through arcs. An arc is a single symbol, a word of the lexicon, or, where spelling is on, any
other string of 2..4 symbols, with the weight share(n) P(c1|begin) P(c|middle) ... P(cn|end). The model is a unigram over
arcs (expectation maximisation after Dempster, Laird & Rubin 1977; for segmentation Kit & Wilks 1999, Kudo 2018).

The products are formed in probability space, with one constant factor a symbol (`scale`) that keeps them near 1; a
clause whose total leaves the range of a double is done again with another factor. Expected counts are added up as
integers (fixed point, POSTERIOR_UNIT), so that the sum does not depend on the order, nor on how clauses are spread.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.symbols import MAX_CLAUSE, RARE
from wajue.mining.word_table import WordTable, extended, first_slot, prefetch, probe

LONGEST_SPELLED = 4
POSTERIOR_UNIT = 2.0**-24
_LEAST_CREDIT = 1e-6  # a posterior below this earns an unlisted word nothing; measured: no word list changes
_AHEAD = 12  # symbols; so early the slots of strings are fetched: where the table exceeds the cache a quarter less time
_CREDITS = 32  # strings that wait for their look-up, whose slots are fetched meanwhile
_ABSENT = np.float32(0)


class Spelling(NamedTuple):
    """Weights of strings outside the lexicon; probabilities for `forward_backward`, logarithms for `viterbi`.

    position: float64 [65536, 3], of a symbol at the first, a middle, the last place; share: float64 [5], by length.
    """

    position: np.ndarray
    share: np.ndarray


def no_spelling() -> Spelling:
    """Spelling that allows nothing."""
    return Spelling(np.zeros((1, 3)), np.zeros(0))


@njit(cache=True, inline="always")
def _fetch_ahead(code, i, slots):
    """Begin to fetch the slots of the strings of 2 to 4 symbols at i, a few symbols before they are needed."""
    if i + 3 < len(code):
        key = np.uint64(code[i])
        for n in range(1, 4):
            key = extended(key, code[i + n])
            prefetch(slots, np.int64(2 * first_slot(slots, key)))


@njit(cache=True, inline="always", error_model="numpy", fastmath=True)
def _forward(code, i, single, slots, ids, values, position, share, longest, factor, weight, word, arcs, f, count):
    """Arc weights and forward sums of the clause at i; a spelled arc has its weight negated. Returns its length.

    weight, word: [clause, longest], of the arc of m + 1 symbols from each place, for m below arcs[place]. The words' places in
    `count`, which the backward pass adds to, are asked for here: it takes a sixth less time with a lexicon beyond the cache.
    """
    spelled = len(share) > 0
    f[0] = 1.0
    for n in range(1, longest + 1):
        f[n] = 0.0
    k = 0
    while code[i + k] != 0:
        c = code[i + k]
        _fetch_ahead(code, i + k + _AHEAD, slots)
        f[k + longest] = 0.0 if k > 0 else f[k + longest]
        a = f[k]
        power = factor
        weight[k, 0] = single[c] * power
        f[k + 1] += a * weight[k, 0]
        key = np.uint64(c)
        listed = c != RARE
        b = position[c, 0] if spelled else 0.0
        n = 1
        while n < longest:
            d = code[i + k + n]
            if d == 0:
                break
            power *= factor
            w = 0.0
            word[k, n] = -1
            if listed:
                key = extended(key, d)
                h = probe(slots, key)
                if slots[2 * h] == 0:
                    listed = False
                else:
                    w = values[4 * h + 3] * power
                    word[k, n] = ids[4 * h + 2]
                    prefetch(count, np.int64(ids[4 * h + 2]))
            if spelled and n < LONGEST_SPELLED:
                if w == 0.0:
                    w = -b * position[d, 2] * share[n + 1] * power
                b *= position[d, 1]
            elif not listed:
                break
            weight[k, n] = w
            f[k + n + 1] += a * abs(w)
            n += 1
        arcs[k] = n
        k += 1
    return k


@njit(cache=True, inline="always")
def _give(keys, earned, waiting, listed, listed_ids, count):
    """Give what strings earned to those of them that are listed."""
    for j in range(waiting):
        h = probe(listed, keys[j])
        if listed[2 * h] != 0:
            count[listed_ids[4 * h + 2]] += earned[j]


@njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _forward_backward(
    code, single, slots, ids, values, position, share, longest, scale, listed, listed_ids,
    count, single_count, spelled_count,
):  # fmt: skip
    weight = np.zeros((MAX_CLAUSE + 1, longest))
    word = np.empty((MAX_CLAUSE + 1, longest), np.int32)
    arcs = np.empty(MAX_CLAUSE + 1, np.int64)
    f, g = np.zeros(MAX_CLAUSE + longest + 2), np.zeros(MAX_CLAUSE + longest + 2)
    keys, earned, waiting = np.empty(_CREDITS, np.uint64), np.empty(_CREDITS, np.int64), 0
    log_likelihood = np.int64(0)
    unit = 1.0 / POSTERIOR_UNIT
    i = 0
    while i < len(code):
        if code[i] == 0:
            i += 1
            continue
        factor, tries = 1.0, 0
        while True:
            tries += 1
            if tries > 100:
                raise ValueError("a clause has no cut: a symbol has no weight")
            n = _forward(code, i, single, slots, ids, values, position, share, longest, factor, weight, word, arcs, f, count)
            z = f[n]
            if z > 1e250:
                factor *= 1e-3
            elif z < 1e-250:
                factor *= 1e3
            else:
                break
        log_likelihood += np.int64(np.rint((np.log(z) - n * (np.log(factor) + scale)) * 1024.0))
        g[n] = 1.0 / z
        for m in range(1, longest + 1):
            g[n + m] = 0.0
        for k in range(n - 1, -1, -1):
            a = f[k]
            total = weight[k, 0] * g[k + 1]
            single_count[code[i + k]] += np.int64(a * total * unit + 0.5)
            for m in range(1, arcs[k]):
                q = weight[k, m] * g[k + m + 1]
                if q > 0.0:
                    total += q
                    count[word[k, m]] += np.int64(a * q * unit + 0.5)
                elif q < 0.0:
                    total -= q
                    posterior = -a * q
                    spelled_count[m + 1] += np.int64(posterior * unit + 0.5)
                    if posterior > _LEAST_CREDIT and code[i + k] != RARE:
                        key = np.uint64(code[i + k])
                        for j in range(i + k + 1, i + k + m + 1):
                            key = extended(key, code[j])
                        prefetch(listed, np.int64(2 * first_slot(listed, key)))
                        keys[waiting], earned[waiting] = key, np.int64(posterior * unit + 0.5)
                        waiting += 1
                        if waiting == _CREDITS:
                            _give(keys, earned, waiting, listed, listed_ids, count)
                            waiting = 0
            g[k] = total
        i += n
    _give(keys, earned, waiting, listed, listed_ids, count)
    return log_likelihood


class Expected(NamedTuple):
    """Expected counts in units of POSTERIOR_UNIT, int64: word [words], single [65536], spelled [5], by length.

    log_likelihood: int, in 1/1024 nat. All of them may be added up over parts of the corpus, in any order.
    """

    word: np.ndarray
    single: np.ndarray
    spelled: np.ndarray
    log_likelihood: int


def forward_backward(
    code: np.ndarray,
    single: np.ndarray,
    table: WordTable,
    words: int,
    spelling: Spelling,
    *,
    longest: int,
    scale: float,
    earners: WordTable | None = None,
) -> Expected:
    """Expected counts of every arc under the current weights.

    code: uint16, clauses of at most MAX_CLAUSE symbols with 0 between and after them; single: float64 [65536], the
    weight of each symbol alone. All weights are probabilities times exp(scale) to the power of their length.
    Raises ValueError if a symbol has no weight.
    A word with weight 0 earns what the same string earns as a spelled arc (its *credit*). Such words are looked up in `earners`
    (default: the table), seldom enough for that one to be large: the table itself, looked up for each arc, should be small.
    """
    if len(code) and code[-1] != 0:
        raise ValueError("the last clause does not end with a break")
    expected = np.zeros(words, np.int64), np.zeros(65536, np.int64), np.zeros(LONGEST_SPELLED + 1, np.int64)
    listed, listed_ids, _ = (table if earners is None else earners).views
    ll = _forward_backward(code, single, *table.views, *spelling, longest, scale, listed, listed_ids, *expected)
    return Expected(*expected, ll)


@njit(cache=True, nogil=True, error_model="numpy")
def _viterbi(code, single, slots, ids, values, position, share, longest, stop, count, words):
    best = np.empty(MAX_CLAUSE + longest + 2)
    back = np.zeros(MAX_CLAUSE + longest + 2, np.int32)
    chosen = np.zeros(MAX_CLAUSE + longest + 2, np.int32)
    spelled = len(share) > 0
    named = len(words) > 0
    total = 0.0
    i = 0
    while i < len(code):
        if code[i] == 0:
            stop[i] = 1
            i += 1
            continue
        best[0] = 0.0
        for n in range(1, longest + 1):
            best[n] = -1e30
        k = 0
        while k < MAX_CLAUSE and code[i + k] != 0:
            c = code[i + k]
            _fetch_ahead(code, i + k + _AHEAD, slots)
            best[k + longest] = -1e30 if k > 0 else best[k + longest]
            a = best[k]
            if a + single[c] > best[k + 1]:
                best[k + 1], back[k + 1], chosen[k + 1] = a + single[c], 1, -1
            key = np.uint64(c)
            listed = c != RARE
            b = position[c, 0] if spelled else 0.0
            for n in range(1, min(longest, MAX_CLAUSE - k)):
                d = code[i + k + n]
                if d == 0:
                    break
                w, identity = -1e30, -1
                if listed:
                    key = extended(key, d)
                    h = probe(slots, key)
                    if slots[2 * h] == 0:
                        listed = False
                    elif values[4 * h + 3] != _ABSENT:
                        w, identity = np.float64(values[4 * h + 3]), ids[4 * h + 2]
                if spelled and n < LONGEST_SPELLED:
                    if identity < 0:
                        w = b + position[d, 2] + share[n + 1]
                    b += position[d, 1]
                elif not listed:
                    break
                if a + w > best[k + n + 1]:
                    best[k + n + 1], back[k + n + 1], chosen[k + n + 1] = a + w, n + 1, identity
            k += 1
        length = k
        total += best[k]
        for j in range(length):
            stop[i + j] = 0
        while k > 0:
            stop[i + k - 1] = 1
            if chosen[k] >= 0:
                count[chosen[k]] += 1
                if named:
                    words[i + k - 1] = chosen[k]
            k -= back[k]
        i += length
    return total


class Cut(NamedTuple):
    """The most probable cut.

    stop: uint8 [n], 1 where a word ends after this symbol; count: int64 [words], uses of each word; words: int32 [n], at the
    last symbol of a word its id, else -1 (empty if not asked for); log_probability: nats, of the whole text.
    """

    stop: np.ndarray
    count: np.ndarray  # type: ignore[assignment]
    words: np.ndarray
    log_probability: float


def viterbi(
    code: np.ndarray, single: np.ndarray, table: WordTable, words: int, spelling: Spelling, *, longest: int, named: bool = False
) -> Cut:
    """The most probable cut of every clause; weights and spelling are log probabilities.

    code: uint16 [n], clauses with 0 between and after them (one longer than MAX_CLAUSE is cut there); named: say which word
    stands where.
    """
    if len(code) and code[-1] != 0:
        raise ValueError("the last clause does not end with a break")
    stop, count = np.empty(len(code), np.uint8), np.zeros(words, np.int64)
    ids = np.full(len(code) if named else 0, -1, np.int32)
    total = _viterbi(code, single, *table.views, *spelling, longest, stop, count, ids)
    return Cut(stop, count, ids, total)
