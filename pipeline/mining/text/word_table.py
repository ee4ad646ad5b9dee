"""Words by the hash of their symbols: a table that compiled code looks strings up in, symbol by symbol.

In: words as symbol codes, with ids and weights. Out: a table; ids and weights by key.

A word's key is the value of its symbols as a polynomial, mod 2**64, so that the key of a string follows from the key of
the string without its last symbol. Open addressing with linear probing, at a load of at most 1/2: at 2/3 the rounds of EM
take a sixth longer. A slot is 16 bytes, so that a look-up reads one line of the cache:

    bytes 0-7 the key (0: the slot is free)    8-11 the word's id, int32    12-15 its weight, float32

Compiled code sees the same memory as three arrays, `keys, ids, weights = table.view`, and reads a slot by `is_free`, `id_at`
and `weight_at` alone.
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


class TableView(NamedTuple):
    """A table as compiled code reads it: keys uint64 [2 * size], ids int32 [4 * size], weights float32 [4 * size]."""

    keys: np.ndarray
    ids: np.ndarray
    weights: np.ndarray


class WordTable(NamedTuple):
    """slots: uint64 [2 * size], size a power of two.

    Weight 0: no word, but a prefix of one (a look-up stops at the first prefix that is missing).
    """

    slots: np.ndarray

    def __reduce__(self) -> tuple[Any, ...]:
        """NumPy allocates a copy in huge pages; in what pickle allocates look-ups took a tenth longer."""
        return _restored, (self.slots,)

    @property
    def view(self) -> TableView:
        """What compiled code needs."""
        return TableView(self.slots, self.slots.view(np.int32), self.slots.view(np.float32))


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
def _first_slot(keys, key):
    """Where the search for a key begins."""
    return ((key * _MIX) >> np.uint64(20)) & np.uint64(len(keys) // 2 - 1)


@njit(cache=True, inline="always")
def probe(keys, key):
    """The slot of a key, or the free one where it belongs."""
    slot = _first_slot(keys, key)
    while keys[2 * slot] != 0 and keys[2 * slot] != key:
        slot = (slot + np.uint64(1)) & np.uint64(len(keys) // 2 - 1)
    return slot


@njit(cache=True, inline="always")
def is_free(keys, slot):
    """Does the slot hold no word?"""
    return keys[2 * slot] == 0


@njit(cache=True, inline="always")
def id_at(ids, slot):
    """The id of the word in a slot."""
    return ids[4 * slot + 2]


@njit(cache=True, inline="always")
def weight_at(weights, slot):
    """The weight of the word in a slot."""
    return weights[4 * slot + 3]


@njit(cache=True, inline="always")
def _enter(view, slot, key, identity, weight):
    keys, ids, weights = view
    keys[2 * slot], ids[4 * slot + 2], weights[4 * slot + 3] = key, identity, weight


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


@njit(cache=True, inline="always")
def fetch_slot(keys, key):
    """Begin to bring the slots of a key into the cache."""
    prefetch(keys, np.int64(2 * _first_slot(keys, key)))


@njit(cache=True)
def _fill(
    new_keys,  # uint64 [words]
    new_ids,  # int32 [words]
    new_weights,  # float32 [words]
    view,  # TableView, filled
):
    """Returns the index of the first word whose key stands in the table already, -1 if there is none."""
    for e in range(len(new_keys)):
        if e + _AHEAD < len(new_keys):
            fetch_slot(view.keys, new_keys[e + _AHEAD])
        slot = probe(view.keys, new_keys[e])
        if not is_free(view.keys, slot):
            return e
        _enter(view, slot, new_keys[e], new_ids[e], new_weights[e])
    return -1


@njit(cache=True)
def _fill_prefixes(codes, view):
    """Enter what is not there yet; False as soon as more than half of the slots are taken."""
    left = len(view.keys) // 4 - len(codes)
    for row in range(len(codes)):
        key = np.uint64(codes[row, 0])
        for j in range(1, codes.shape[1] - 1):
            if codes[row, j + 1] == 0:
                break
            key = extended(key, codes[row, j])
            slot = probe(view.keys, key)
            if is_free(view.keys, slot):
                if left == 0:
                    return False
                left -= 1
                _enter(view, slot, key, -1, 0)
    return True


def word_table(
    keys: np.ndarray, weights: np.ndarray, ids: np.ndarray | None = None, *, prefixes_of: np.ndarray | None = None
) -> WordTable:
    """The table of these words; keys: uint64 [words], weights: float [words], ids: int [words], 0, 1, ... if none are given.

    prefixes_of: the words' symbols (uint16 [words, longest], 0 after the end), whose prefixes are entered too, with weight 0.
    Raises ValueError if two words share a key.
    """
    ids = (np.arange(len(keys)) if ids is None else ids).astype(np.int32)
    size = 1024
    while size < 2 * len(keys):
        size *= 2
    while True:
        table = WordTable(np.zeros(2 * size, np.uint64))
        twin = _fill(keys, ids, weights.astype(np.float32), table.view)
        if twin >= 0:
            raise ValueError(f"word {twin} has the key of another word")
        if prefixes_of is None or _fill_prefixes(prefixes_of, table.view):
            return table
        size *= 2


@njit(cache=True)
def _find(sought, view, out):
    for e in range(len(sought)):
        if e + _AHEAD < len(sought):
            fetch_slot(view.keys, sought[e + _AHEAD])
        slot = probe(view.keys, sought[e])
        out[e] = -1 if is_free(view.keys, slot) else id_at(view.ids, slot)


def find_words(table: WordTable, keys: np.ndarray) -> np.ndarray:
    """The ids (int32 [n]) of the words with these keys, -1 where there is none."""
    out = np.empty(len(keys), np.int32)
    _find(keys, table.view, out)
    return out
