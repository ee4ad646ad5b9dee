"""The strings of a text that stand in a table, those of many positions at once. In: codes and a table. Out: `Listed`.

The codes are those of symbols; or those of words, and then the strings are terms (terms/term_occurrences.py).

A look-up waits for memory where the table exceeds the cache, and the next string of a position is looked up only if this one stands
there: one look-up after the other, most of the time is waiting. So the strings of two symbols are fetched for a group of positions,
then looked up, those of three symbols fetched where there is one of two, and so on (group prefetching: Chen, Ailamaki, Gibbons &
Mowry, Improving hash join performance through prefetching, ICDE 2004). Of a position only the first string that is not there is
fetched in vain.
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.mining.text.symbols import BREAK, MAX_CLAUSE, RARE
from wajue.mining.text.word_table import extended, fetch_slot, id_at, is_free, prefetch, probe, weight_at

_GROUP = 128  # symbols, with the rest of the last clause where it stays whole; 256 are as fast, 512 a sixth slower
_SIZE = _GROUP + MAX_CLAUSE


class Listed(NamedTuple):
    """The strings at each position of a group that stand in the table.

    word: int32 [_SIZE, longest], weight: float32, as many: id and weight of the string of m + 1 symbols from each position,
    for m from 1 to number - 1; number: int64 [_SIZE]. waiting: int64, keys: uint64, both [_SIZE]: worked in.
    """

    word: np.ndarray
    weight: np.ndarray
    number: np.ndarray
    waiting: np.ndarray
    keys: np.ndarray


@njit(cache=True, inline="always")
def nothing_listed(longest):
    """Arrays for groups; longest: symbols of the longest string."""
    return Listed(
        np.empty((_SIZE, longest), np.int32),
        np.empty((_SIZE, longest), np.float32),
        np.empty(_SIZE, np.int64),
        np.empty(_SIZE, np.int64),
        np.empty(_SIZE, np.uint64),
    )


@njit(cache=True, inline="always")
def end_of_group(code, begin):
    """Where the group that begins here ends: behind a clause, or within one that is longer than MAX_CLAUSE."""
    stop = min(begin + _GROUP, len(code))
    while stop < min(begin + _SIZE, len(code)) and code[stop - 1] != BREAK:
        stop += 1
    return stop


@njit(cache=True, inline="always")
def look_up(
    code,  # uint16 [n], the last of them 0
    begin,  # of the group
    stop,
    table,  # TableView
    next_read,  # an array with `per_word` elements of each word, which the caller reads next: they are fetched as well
    per_word,  # 0: there is no such array, and any will do
    listed,  # Listed, filled
):
    """Look up the strings of all positions of a group, length by length; RARE begins none."""
    keys, ids, weights = table
    number, waiting, waiting_keys = listed.number, listed.waiting, listed.keys
    longest = listed.word.shape[1]
    n = 0
    for i in range(begin, stop):
        number[i - begin] = 1
        if code[i] != BREAK and code[i] != RARE and code[i + 1] != BREAK:
            waiting[n], waiting_keys[n] = i - begin, extended(np.uint64(code[i]), code[i + 1])
            fetch_slot(keys, waiting_keys[n])
            n += 1
    m = 1  # symbols of the strings that are looked up, less one
    while n > 0:
        going_on = 0
        for j in range(n):
            k, key = waiting[j], waiting_keys[j]
            slot = probe(keys, key)
            if is_free(keys, slot):
                continue
            listed.word[k, m], listed.weight[k, m], number[k] = id_at(ids, slot), weight_at(weights, slot), m + 1
            prefetch(next_read, np.int64(listed.word[k, m]) * per_word)
            symbol = code[begin + k + m + 1]
            if symbol != BREAK and m + 1 < longest:
                waiting[going_on], waiting_keys[going_on] = k, extended(key, symbol)
                fetch_slot(keys, waiting_keys[going_on])
                going_on += 1
        n, m = going_on, m + 1


@njit(cache=True, inline="always")
def look_up_group(code, begin, table, next_read, per_word, listed):
    """Look up the strings of the group that begins here, whatever clauses it parts; returns where it ends."""
    stop = min(begin + _GROUP, len(code))
    look_up(code, begin, stop, table, next_read, per_word, listed)
    return stop
