"""Words by the hash of their symbols: a table that compiled code looks strings up in, symbol by symbol.

A word's key is the value of its symbols as a polynomial, mod 2**64, so that the key of a string follows from the key of
the string without its last symbol. Open addressing with linear probing, 16 bytes an entry, at a load of at most 1/2: at
2/3 the rounds of EM take a sixth longer.
"""

from typing import Any, NamedTuple

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.core import cgutils
from numba.extending import intrinsic

_MULTIPLIER = np.uint64(0xD1B54A32D192ED03)  # odd
_MIX = np.uint64(0x9E3779B97F4A7C15)
_AHEAD = 16  # keys; so early their slots are fetched


class WordTable(NamedTuple):
    """slots: uint64 [2 * size], size a power of two; an entry is a key (0: free), then an int32 word id and a float32 weight.

    Weight 0: no word, but a prefix of one (a look-up stops at the first prefix that is missing).
    """

    slots: np.ndarray

    def __reduce__(self) -> tuple[Any, ...]:
        """NumPy allocates a copy in huge pages; in what pickle allocates look-ups took a tenth longer."""
        return _restored, (self.slots,)

    @property
    def views(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What compiled code needs: the slots as keys, as ids and as weights (see `probe`)."""
        return self.slots, self.slots.view(np.int32), self.slots.view(np.float32)


def _restored(slots: np.ndarray) -> WordTable:
    return WordTable(slots.copy())


@njit(cache=True, inline="always")
def extended(key, symbol):
    """The key of a string with one symbol more; the key of a single symbol is its code."""
    return key * _MULTIPLIER + np.uint64(symbol)


@njit(cache=True, inline="always")
def mixed(key):
    """The bits of a key, spread over the upper ones of 64."""
    return (key ^ key >> np.uint64(32)) * _MIX


@njit(cache=True)
def _keys(codes, out):
    for row in range(len(codes)):
        for symbol in codes[row]:
            if symbol == 0:
                break
            out[row] = extended(out[row], symbol)


def word_keys(codes: np.ndarray) -> np.ndarray:
    """The 64-bit key of each word; codes: uint16 [words, longest], 0 after the end."""
    out = np.zeros(len(codes), np.uint64)
    _keys(codes, out)
    return out


@njit(cache=True, inline="always")
def first_slot(slots, key):
    """Where the search for a key begins."""
    return ((key * _MIX) >> np.uint64(20)) & np.uint64(len(slots) // 2 - 1)


@njit(cache=True, inline="always")
def probe(slots, key):
    """The slot h of a key, or the free one where it belongs: key slots[2h], id ids[4h + 2], weight weights[4h + 3]."""
    h = first_slot(slots, key)
    while slots[2 * h] != 0 and slots[2 * h] != key:
        h = (h + np.uint64(1)) & np.uint64(len(slots) // 2 - 1)
    return h


def _prefetch(typing_context: Any, array: Any, index: Any) -> Any:

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        address = builder.bitcast(builder.gep(data, [arguments[1]]), cgutils.voidptr_t)
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0i8")
        builder.call(function, [address, number(0), number(3), number(1)])  # to read, to keep, data
        return context.get_dummy_value()

    return types.void(array, types.intp), generate


# prefetch(array, index): begin to bring array[index] into the cache, and go on without waiting for it
prefetch: Any = intrinsic(_prefetch)


@njit(cache=True)
def _fill(keys, weights, words, slots, ids, values):
    for e in range(len(keys)):
        if e + _AHEAD < len(keys):
            prefetch(slots, np.int64(2 * first_slot(slots, keys[e + _AHEAD])))
        h = probe(slots, keys[e])
        if slots[2 * h] != 0:
            return e
        slots[2 * h] = keys[e]
        ids[4 * h + 2] = words[e]
        values[4 * h + 3] = weights[e]
    return -1


@njit(cache=True)
def _fill_prefixes(codes, slots, ids, values):
    """Enter what is not there yet; False as soon as more than half of the slots are taken."""
    room = len(slots) // 4 - len(codes)
    for row in range(len(codes)):
        key = np.uint64(codes[row, 0])
        for j in range(1, codes.shape[1] - 1):
            if codes[row, j + 1] == 0:
                break
            key = extended(key, codes[row, j])
            h = probe(slots, key)
            if slots[2 * h] == 0:
                if room == 0:
                    return False
                room -= 1
                slots[2 * h], ids[4 * h + 2], values[4 * h + 3] = key, -1, 0
    return True


def word_table(
    keys: np.ndarray, weights: np.ndarray, words: np.ndarray | None = None, *, prefixes_of: np.ndarray | None = None
) -> WordTable:
    """The table of the words with these ids (0..n-1 if none are given); keys: uint64 [n], weights: float [n], words: int [n].

    prefixes_of: the words' symbols (uint16 [n, longest], 0 after the end), whose prefixes are entered too, with weight 0.
    Raises ValueError if two words share a key.
    """
    words = (np.arange(len(keys)) if words is None else words).astype(np.int32)
    size = 1024
    while size < 2 * len(keys):
        size *= 2
    while True:
        table = WordTable(np.zeros(2 * size, np.uint64))
        twin = _fill(keys, weights.astype(np.float32), words, *table.views)
        if twin >= 0:
            raise ValueError(f"word {twin} has the key of another word")
        if prefixes_of is None or _fill_prefixes(prefixes_of, *table.views):
            return table
        size *= 2


@njit(cache=True)
def _find(keys, slots, ids, out):
    for e in range(len(keys)):
        if e + _AHEAD < len(keys):
            prefetch(slots, np.int64(2 * first_slot(slots, keys[e + _AHEAD])))
        h = probe(slots, keys[e])
        out[e] = ids[4 * h + 2] if slots[2 * h] != 0 else -1


def find_words(table: WordTable, keys: np.ndarray) -> np.ndarray:
    """The ids (int32 [n]) of the words with these keys, -1 where there is none."""
    out = np.empty(len(keys), np.int32)
    slots, ids, _ = table.views
    _find(keys, slots, ids, out)
    return out
