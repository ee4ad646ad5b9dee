"""Expected counts of words, over every way to cut the text: one round of expectation maximisation.

In: symbol codes (uint16, 0 between clauses) and weights. Out: `Expected` (Dempster, Laird & Rubin 1977).

For a clause of n symbols forward[k] is the sum, over all ways to cut the first k symbols, of the product of the arcs' weights;
backward[k] is the same for the other symbols, divided by forward[n]. An arc of weight w from k to k + m is expected
forward[k] w backward[k + m] times.

The products are formed in probability space, with one constant factor a symbol (`scale`) that keeps them near 1; a
clause whose total leaves the range of a double is done again with another factor. Expected counts are added up as
integers (fixed point, POSTERIOR_UNIT), so that the sum does not depend on the order, nor on how clauses are spread.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.lattice.weights import LONGEST_SPELLED, Weights
from wajue.mining.text.listed import end_of_group, look_up, nothing_listed
from wajue.mining.text.symbols import MAX_CLAUSE, RARE
from wajue.mining.text.word_table import WordTable, extended, fetch_slot, id_at, is_free, prefetch, probe

POSTERIOR_UNIT = 2.0**-24
LIKELIHOOD_UNIT = 2.0**-10  # nats
_PER_UNIT, _PER_NAT = 1.0 / POSTERIOR_UNIT, 1.0 / LIKELIHOOD_UNIT
_LEAST_CREDIT = 1e-6  # a posterior below this earns an unlisted word nothing; measured: no word list changes
_CREDITS = 128  # strings that wait for their look-up, whose slots are fetched meanwhile
_LARGEST, _SMALLEST = 1e250, 1e-250  # of a clause's total
_MOST_TRIES = 100


class Expected(NamedTuple):
    """Expected counts in units of POSTERIOR_UNIT, int64: word [words], single [65536], spelled [5], by length.

    log_likelihood: int, in units of LIKELIHOOD_UNIT. All of them may be added up over parts of the corpus, in any order.
    """

    word: np.ndarray
    single: np.ndarray
    spelled: np.ndarray
    log_likelihood: int


class _Counts(NamedTuple):
    """The arrays of `Expected`."""

    word: np.ndarray
    single: np.ndarray
    spelled: np.ndarray


class _Arcs(NamedTuple):
    """The arcs of one clause: weight float64 [MAX_CLAUSE + 1, longest], of the arc of m + 1 symbols from each position, negated if
    it is spelled; number int64 [MAX_CLAUSE + 1], the arcs from each position.
    """

    weight: np.ndarray
    number: np.ndarray


class _Credit(NamedTuple):
    """What spelled strings earned, that is not given to the words yet: keys uint64 [_CREDITS], earned int64 [_CREDITS]; word_ids:
    int64 [_CREDITS], worked in.
    """

    keys: np.ndarray
    earned: np.ndarray
    word_ids: np.ndarray


@njit(cache=True, inline="always", error_model="numpy", fastmath=True)
def _pass_forward(
    code,  # uint16 [n]
    i,  # where the clause begins
    weights,  # WeightsView
    longest,
    factor,  # a symbol
    listed,  # Listed, of its group
    at,  # where the clause begins in its group
    arcs,  # _Arcs, filled
    forward,  # float64 [MAX_CLAUSE + longest + 2], filled
):
    """Weigh the arcs of the clause, and sum forward; returns its length."""
    single, _, (position, share) = weights
    arc_weight, arc_number = arcs
    spelled = len(share) > 0
    forward[0] = 1.0
    for n in range(1, longest + 1):
        forward[n] = 0.0
    k = 0
    while code[i + k] != 0:
        symbol = code[i + k]
        forward[k + longest] = 0.0 if k > 0 else forward[k + longest]
        reached = forward[k]
        power = factor
        arc_weight[k, 0] = single[symbol] * power
        forward[k + 1] += reached * arc_weight[k, 0]
        number = listed.number[at + k]
        begun = position[symbol, 0] if spelled else 0.0  # of a spelled string without its last symbol
        n = 1
        while n < longest:
            symbol = code[i + k + n]
            if symbol == 0:
                break
            power *= factor
            weight = listed.weight[at + k, n] * power if n < number else 0.0
            if spelled and n < LONGEST_SPELLED:
                if weight == 0.0:
                    weight = -begun * position[symbol, 2] * share[n + 1] * power
                begun *= position[symbol, 1]
            elif n >= number:
                break
            arc_weight[k, n] = weight
            forward[k + n + 1] += reached * abs(weight)
            n += 1
        arc_number[k] = n
        k += 1
    return k


@njit(cache=True, inline="always")
def _give(credit, waiting, earners, word_counts):
    """Give what strings earned to those of them that are words."""
    keys, earned, word_ids = credit
    earner_keys, earner_ids, _ = earners
    n = 0
    for j in range(waiting):
        slot = probe(earner_keys, keys[j])
        if not is_free(earner_keys, slot):
            word_ids[n], earned[n] = id_at(earner_ids, slot), earned[j]
            prefetch(word_counts, word_ids[n])
            n += 1
    for j in range(n):
        word_counts[word_ids[j]] += earned[j]


@njit(cache=True, inline="always", error_model="numpy", fastmath=True)
def _pass_backward(
    code,  # uint16 [n]
    i,  # where the clause begins
    length,
    listed,  # Listed, of its group
    at,  # where the clause begins in its group
    arcs,  # _Arcs
    longest,
    forward,  # float64 [MAX_CLAUSE + longest + 2]
    backward,  # the same, filled
    counts,  # _Counts, added to
    credit,  # _Credit, added to
    waiting,  # how many of them wait
    earners,  # TableView
):
    """Add the arcs' posteriors to the counts; returns how many credits wait."""
    arc_weight, arc_number = arcs
    word_counts, single_counts, spelled_counts = counts
    credit_keys, earned, _ = credit
    earner_keys = earners.keys
    backward[length] = 1.0 / forward[length]
    for m in range(1, longest + 1):
        backward[length + m] = 0.0
    for k in range(length - 1, -1, -1):
        reached = forward[k]
        total = arc_weight[k, 0] * backward[k + 1]
        single_counts[code[i + k]] += np.int64(reached * total * _PER_UNIT + 0.5)
        key = np.uint64(code[i + k])
        for m in range(1, arc_number[k]):
            key = extended(key, code[i + k + m])
            product = arc_weight[k, m] * backward[k + m + 1]
            if product > 0.0:
                total += product
                word_counts[listed.word[at + k, m]] += np.int64(reached * product * _PER_UNIT + 0.5)
            elif product < 0.0:
                total -= product
                posterior = -reached * product
                spelled_counts[m + 1] += np.int64(posterior * _PER_UNIT + 0.5)
                if posterior > _LEAST_CREDIT and code[i + k] != RARE:
                    fetch_slot(earner_keys, key)
                    credit_keys[waiting], earned[waiting] = key, np.int64(posterior * _PER_UNIT + 0.5)
                    waiting += 1
                    if waiting == _CREDITS:
                        _give(credit, waiting, earners, word_counts)
                        waiting = 0
        backward[k] = total
    return waiting


@njit(cache=True, nogil=True, error_model="numpy", fastmath=True)
def _forward_backward(
    code,  # uint16 [n]
    weights,  # WeightsView
    longest,
    scale,
    earners,  # TableView
    counts,  # _Counts, added to
):
    """Returns the log likelihood, in units of LIKELIHOOD_UNIT."""
    arcs = _Arcs(np.zeros((MAX_CLAUSE + 1, longest)), np.empty(MAX_CLAUSE + 1, np.int64))
    forward, backward = np.zeros(MAX_CLAUSE + longest + 2), np.zeros(MAX_CLAUSE + longest + 2)
    credit = _Credit(np.empty(_CREDITS, np.uint64), np.empty(_CREDITS, np.int64), np.empty(_CREDITS, np.int64))
    listed = nothing_listed(longest)
    log_likelihood = np.int64(0)
    waiting = i = begin = stop = 0
    while i < len(code):
        if code[i] == 0:
            i += 1
            continue
        if i >= stop:
            begin, stop = i, end_of_group(code, i)
            look_up(code, begin, stop, weights.table, counts.word, 1, listed)
        factor, tries = 1.0, 0
        while True:
            tries += 1
            if tries > _MOST_TRIES:
                raise ValueError("a clause has no cut: a symbol has no weight")
            length = _pass_forward(code, i, weights, longest, factor, listed, i - begin, arcs, forward)
            if forward[length] > _LARGEST:
                factor *= 1e-3
            elif forward[length] < _SMALLEST:
                factor *= 1e3
            else:
                break
        log_likelihood += np.int64(np.rint((np.log(forward[length]) - length * (np.log(factor) + scale)) * _PER_NAT))
        waiting = _pass_backward(
            code, i, length, listed, i - begin, arcs, longest, forward, backward, counts, credit, waiting, earners
        )
        i += length
    _give(credit, waiting, earners, counts.word)
    return log_likelihood


def expected_counts(
    codes: Iterable[np.ndarray],
    weights: Weights,
    word_count: int,
    *,
    longest: int,
    scale: float,
    earners: WordTable | None = None,
) -> Expected:
    """Expected counts of every arc under the current weights, which have `word_count` words.

    codes: parts of the text, each uint16, clauses of at most MAX_CLAUSE symbols with 0 between and after them. All weights are
    probabilities times exp(scale) to the power of their length.
    Raises ValueError if a symbol has no weight.
    A word with weight 0 earns what the same string earns as a spelled arc (its *credit*). Such words are looked up in `earners`
    (default: the table), seldom enough for that one to be large: the table itself, looked up for each arc, should be small.
    """
    counts = _Counts(np.zeros(word_count, np.int64), np.zeros(65536, np.int64), np.zeros(LONGEST_SPELLED + 1, np.int64))
    earning = (weights.table if earners is None else earners).view
    log_likelihood = 0
    for code in codes:
        if len(code) and code[-1] != 0:
            raise ValueError("the last clause does not end with a break")
        log_likelihood += _forward_backward(code, weights.view, longest, scale, earning, counts)
    return Expected(*counts, log_likelihood)
