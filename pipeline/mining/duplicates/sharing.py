"""Which of many documents have anything in common with a few. In: signatures of both. Out: those of the many that do.

A document can only equal or resemble one of the few if it has the hash of its folded text, or a band. Of a million earlier
questions most have neither, and are let go before anything is sent, sorted or compared.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.cells import Batches, block, gather, keeping_freed
from wajue.mining.duplicates.equal_texts import distinct
from wajue.mining.duplicates.hashes import mixed
from wajue.mining.duplicates.settings import Settings
from wajue.mining.duplicates.signing import bands_of, hashes_of

KEYS = "bands binary, folded binary"
_BITS_A_KEY = 32  # of the table that most keys of other documents do not get past; three of a hundred do


class Keys(NamedTuple):
    """What documents have: their bands (uint32) and the hashes of their folded texts (uint64), each once and sorted."""

    bands: np.ndarray
    folded: np.ndarray


def keys(settings: Settings) -> Callable[[Batches], Batches]:
    """SIGNED -> KEYS, a row with the keys of each batch."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            folded = hashes_of(batch).folded_high
            yield block({}, {"bands": distinct(bands_of(batch, settings).ravel()), "folded": distinct(folded)})

    return apply


def gathered(rows: pa.Table) -> Keys:
    """All of KEYS."""
    return Keys(*(distinct(gather(rows.to_batches(), c, t)) for c, t in (("bands", np.uint32), ("folded", np.uint64))))


@njit(cache=True, inline="always")
def _stands_in(key, ordered):
    """Is the key among these, which ascend?"""
    k = np.searchsorted(ordered, key)
    return k < len(ordered) and ordered[k] == key


@njit(cache=True, inline="always")
def _bit(key, size):
    """The byte and the bit of a key in a table of `size` bits, a power of two."""
    h = mixed(key) & np.uint64(size - 1)
    return h >> np.uint64(3), np.uint8(1) << np.uint8(h & np.uint64(7))


@njit(cache=True, nogil=True)
def _set_bits(keys, table):
    for key in keys:
        byte, bit = _bit(key, 8 * len(table))
        table[byte] |= bit


def table_of(known: Keys) -> np.ndarray:
    """A bit for each key among the bands, in a table (uint8) of so many that few others have one."""
    table = np.zeros(1 << max(3, (_BITS_A_KEY * len(known.bands)).bit_length() - 3), np.uint8)
    _set_bits(known.bands, table)
    return table


@njit(cache=True, nogil=True)
def shares(
    bands,  # uint32 [documents, bands]
    folded,  # uint64 [documents]
    known,  # Keys
    table,  # uint8, as `table_of` makes it
):
    """Does each document have one of the keys (bool [documents])?"""
    known_bands, known_folded = known
    shared = np.zeros(len(folded), np.bool_)
    for row in range(len(folded)):
        shared[row] = _stands_in(folded[row], known_folded)
        for b in range(bands.shape[1]):
            byte, bit = _bit(bands[row, b], 8 * len(table))
            if table[byte] & bit and _stands_in(bands[row, b], known_bands):
                shared[row] = True
                break
    return shared


def sharing(known: Any, settings: Settings) -> Callable[[Batches], Batches]:
    """SIGNED -> SIGNED, those with one of the keys. known: Keys, broadcast."""

    @keeping_freed
    def apply(batches: Batches) -> Batches:
        table = table_of(known.value)
        for batch in batches:
            shared = shares(bands_of(batch, settings), hashes_of(batch).folded_high, known.value, table)
            yield batch.filter(pa.array(shared))

    return apply
