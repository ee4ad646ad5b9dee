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

from pipeline.symbols import MAX_CLAUSE, RARE

LONGEST_SPELLED = 4
POSTERIOR_UNIT = 2.0**-24
_LEAST_CREDIT = 1e-6  # a posterior below this earns an unlisted word nothing; measured: no word list changes
_MULTIPLIER = np.uint64(0xD1B54A32D192ED03)  # odd; a word's key is the value of its symbols as a polynomial, mod 2**64
_MIX = np.uint64(0x9E3779B97F4A7C15)
_ABSENT = np.float32(0)


class WordTable(NamedTuple):
    """Words by the hash of their symbols, open addressing at load 1/2, 16 bytes an entry.

    slots: uint64 [2 * size], an entry is a key (0: free), then an int32 word id and a float32 weight; mask: size - 1.
    Weight 0: no word, but a prefix of one (a look-up stops at the first prefix that is missing).
    """

    slots: np.ndarray
    mask: np.uint64


class Spelling(NamedTuple):
    """Weights of strings outside the lexicon; probabilities for `forward_backward`, logarithms for `viterbi`.

    position: float64 [65536, 3], of a symbol at the first, a middle, the last place; share: float64 [5], by length.
    """

    position: np.ndarray
    share: np.ndarray


def no_spelling() -> Spelling:
    """Spelling that allows nothing."""
    return Spelling(np.zeros((1, 3)), np.zeros(0))


def word_keys(codes: np.ndarray) -> np.ndarray:
    """The 64-bit key of each word; codes: uint16 [words, longest], 0 after the end."""
    key = np.zeros(len(codes), np.uint64)
    for j in range(codes.shape[1]):
        symbol = codes[:, j].astype(np.uint64)
        key = np.where(symbol > 0, key * _MULTIPLIER + symbol, key)
    return key


@njit(cache=True, inline="always")
def _slot(key, mask):
    return ((key * _MIX) >> np.uint64(20)) & mask


@njit(cache=True)
def _fill(keys, weights, words, slots, ids, values, mask):
    for e in range(len(keys)):
        h = _slot(keys[e], mask)
        while slots[2 * h] != 0:
            if slots[2 * h] == keys[e]:
                return e
            h = (h + np.uint64(1)) & mask
        slots[2 * h] = keys[e]
        ids[4 * h + 2] = words[e]
        values[4 * h + 3] = weights[e]
    return -1


def word_table(keys: np.ndarray, weights: np.ndarray, words: np.ndarray | None = None) -> WordTable:
    """The table of the words with these ids (0..n-1 if none are given); keys: uint64 [n], weights: float [n], words: int [n].

    Raises ValueError if two words share a key.
    """
    words = np.arange(len(keys)) if words is None else words
    size = 1024
    while size < 2 * len(keys):
        size *= 2
    slots = np.zeros(2 * size, np.uint64)
    mask = np.uint64(size - 1)
    twin = _fill(
        keys, weights.astype(np.float32), words.astype(np.int32), slots, slots.view(np.int32), slots.view(np.float32), mask
    )
    if twin >= 0:
        raise ValueError(f"word {twin} has the key of another word")
    return WordTable(slots, mask)


@njit(cache=True, inline="always")
def _id_of(key, slots, ids, mask):
    """The id of the word with this key, or -1."""
    h = _slot(key, mask)
    while slots[2 * h] != 0 and slots[2 * h] != key:
        h = (h + np.uint64(1)) & mask
    return ids[4 * h + 2] if slots[2 * h] != 0 else -1


@njit(cache=True)
def _find(keys, slots, ids, mask, out):
    for e in range(len(keys)):
        out[e] = _id_of(keys[e], slots, ids, mask)


def find_words(table: WordTable, keys: np.ndarray) -> np.ndarray:
    """The ids (int32 [n]) of the words with these keys, -1 where there is none."""
    out = np.empty(len(keys), np.int32)
    _find(keys, table.slots, table.slots.view(np.int32), table.mask, out)
    return out


@njit(cache=True, inline="always", error_model="numpy", fastmath=True)
def _forward(code, i, single, slots, ids, values, mask, position, share, longest, factor, weight, word, f):
    """Arc weights and forward sums of the clause at i; a spelled arc has its weight negated. Returns its length."""
    spelled = len(share) > 0
    f[0] = 1.0
    for n in range(1, longest + 1):
        f[n] = 0.0
    k = 0
    while code[i + k] != 0:
        c = code[i + k]
        f[k + longest] = 0.0 if k > 0 else f[k + longest]
        a = f[k]
        power = factor
        weight[k, 0] = single[c] * power
        f[k + 1] += a * weight[k, 0]
        key = np.uint64(c)
        listed = c != RARE
        b = position[c, 0] if spelled else 0.0
        for n in range(1, longest):
            weight[k, n] = 0.0
            word[k, n] = -1
        for n in range(1, longest):
            d = code[i + k + n]
            if d == 0:
                break
            power *= factor
            w = 0.0
            if listed:
                key = key * _MULTIPLIER + np.uint64(d)
                h = _slot(key, mask)
                t = slots[2 * h]
                while t != 0 and t != key:
                    h = (h + np.uint64(1)) & mask
                    t = slots[2 * h]
                if t == 0:
                    listed = False
                else:
                    w = values[4 * h + 3] * power
                    word[k, n] = ids[4 * h + 2]
            if spelled and n < LONGEST_SPELLED:
                if w == 0.0:
                    w = -b * position[d, 2] * share[n + 1] * power
                b *= position[d, 1]
            elif not listed:
                break
            weight[k, n] = w
            f[k + n + 1] += a * abs(w)
        k += 1
    return k


@njit(cache=True, inline="always")
def _look_up(code, begin, end, slots, ids, mask):
    """The id of the word code[begin:end], or -1."""
    if code[begin] == RARE:
        return -1
    key = np.uint64(code[begin])
    for i in range(begin + 1, end):
        key = key * _MULTIPLIER + np.uint64(code[i])
    return _id_of(key, slots, ids, mask)


@njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _forward_backward(
    code, single, slots, ids, values, mask, position, share, longest, scale, listed, listed_ids, listed_mask,
    count, single_count, spelled_count,
):  # fmt: skip
    weight = np.zeros((MAX_CLAUSE + 1, longest))
    word = np.empty((MAX_CLAUSE + 1, longest), np.int32)
    f, g = np.zeros(MAX_CLAUSE + longest + 2), np.zeros(MAX_CLAUSE + longest + 2)
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
            n = _forward(code, i, single, slots, ids, values, mask, position, share, longest, factor, weight, word, f)
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
            for m in range(1, min(longest, n - k)):
                q = weight[k, m] * g[k + m + 1]
                if q > 0.0:
                    total += q
                    count[word[k, m]] += np.int64(a * q * unit + 0.5)
                elif q < 0.0:
                    total -= q
                    posterior = -a * q
                    spelled_count[m + 1] += np.int64(posterior * unit + 0.5)
                    if posterior > _LEAST_CREDIT:
                        earner = _look_up(code, i + k, i + k + m + 1, listed, listed_ids, listed_mask)
                        if earner >= 0:
                            count[earner] += np.int64(posterior * unit + 0.5)
            g[k] = total
        i += n
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
    listed: WordTable | None = None,
) -> Expected:
    """Expected counts of every arc under the current weights.

    code: uint16, clauses of at most MAX_CLAUSE symbols with 0 between and after them; single: float64 [65536], the
    weight of each symbol alone. All weights are probabilities times exp(scale) to the power of their length.
    Raises ValueError if a symbol has no weight.
    A word with weight 0 earns what the same string earns as a spelled arc (its *credit*). Such words are looked up in `listed`
    (default: the table), seldom enough for that one to be large: the table itself, looked up for each arc, should be small.
    """
    if len(code) and code[-1] != 0:
        raise ValueError("the last clause does not end with a break")
    expected = np.zeros(words, np.int64), np.zeros(65536, np.int64), np.zeros(LONGEST_SPELLED + 1, np.int64)
    views = table.slots, table.slots.view(np.int32), table.slots.view(np.float32), table.mask
    earners = table if listed is None else listed
    ll = _forward_backward(
        code, single, *views, *spelling, longest, scale, earners.slots, earners.slots.view(np.int32), earners.mask, *expected
    )
    return Expected(*expected, ll)


@njit(cache=True, nogil=True, error_model="numpy")
def _viterbi(code, single, slots, ids, values, mask, position, share, longest, stop, count):
    best = np.empty(MAX_CLAUSE + longest + 2)
    back = np.zeros(MAX_CLAUSE + longest + 2, np.int32)
    chosen = np.zeros(MAX_CLAUSE + longest + 2, np.int32)
    spelled = len(share) > 0
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
                    key = key * _MULTIPLIER + np.uint64(d)
                    h = _slot(key, mask)
                    t = slots[2 * h]
                    while t != 0 and t != key:
                        h = (h + np.uint64(1)) & mask
                        t = slots[2 * h]
                    if t == 0:
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
        for j in range(length):
            stop[i + j] = 0
        while k > 0:
            stop[i + k - 1] = 1
            if chosen[k] >= 0:
                count[chosen[k]] += 1
            k -= back[k]
        i += length


def viterbi(
    code: np.ndarray, single: np.ndarray, table: WordTable, words: int, spelling: Spelling, *, longest: int
) -> tuple[np.ndarray, np.ndarray]:
    """The most probable cut of every clause; weights and spelling are log probabilities.

    code: uint16 [n], clauses with 0 between and after them (one longer than MAX_CLAUSE is cut there).
    Returns (stop, count): stop uint8 [n], 1 where a word ends after this symbol; count int64 [words], uses of each word.
    """
    if len(code) and code[-1] != 0:
        raise ValueError("the last clause does not end with a break")
    stop, count = np.empty(len(code), np.uint8), np.zeros(words, np.int64)
    views = table.slots, table.slots.view(np.int32), table.slots.view(np.float32), table.mask
    _viterbi(code, single, *views, *spelling, longest, stop, count)
    return stop, count
