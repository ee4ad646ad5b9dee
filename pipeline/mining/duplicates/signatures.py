"""MinHash signatures and their banding. In: elements of texts. Out: band keys and sketches.

Two texts of Jaccard similarity s have the same least hash, of one hash function, with probability s (Broder 1997). A band is
r such hashes, so they agree on one band with probability s^r, and on at least one of b bands with 1 - (1 - s^r)^b (Leskovec,
Rajaraman, Ullman, Mining of Massive Datasets, section 3.4). At s = 0.8, r = 4, b = 9 that is 0.991, at s = 0.4 it is 0.21.
A pair that agrees is a candidate only: `shingles.jaccard` decides.

A sketch is two words, by which nearly all false candidates are sorted out. The first is a bit of each of the first 32 hashes.
The second is

- of a text of at most 63 shingles, each as often as it stands, its *bitmap*: of 58 bits each shingle sets the one that its hash
  names, and six more bits tell how many shingles there are. Two sets differ in at least as many shingles as their bitmaps differ in
  bits, and have no more of them than stand in the texts, so that no pair is lost (bitmap filter: Sandes, Teodoro & Melo,
  Information Systems 88, 2020);
- of a longer text, whose bitmap would be full, another bit of each of these hashes. Two texts of similarity s agree on both bits of
  a hash with probability s + (1 - s)/4 (b-bit minwise hashing, Li & Koenig 2010).

Of a short and a long text the first words alone are compared: they agree on a bit with probability s + (1 - s)/2.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from wajue.arrays.ragged import Ragged
from wajue.mining.duplicates.hashes import SECOND_SEED, absorbed, mixed
from wajue.mining.duplicates.shingles import Shingling, shingle

_FALSE_CANDIDATE_COST = 20  # of one false candidate a text, in units of the cost of one band (measured on short questions)
_MOST_BANDS, _MOST_ROWS = 64, 16
_RANDOM_SEED = 20191208  # any fixed seed: the same text has the same keys everywhere
SKETCHED = 32  # hashes of which a sketch has bits
# shingles of a text that has a bitmap, at most; bits of it, with the number of shingles above them. Numba keeps kernels of pairs.py
# that were compiled for other numbers: clear its cache
MAPPED, MAP_BITS = 63, 58


def banding(threshold: float, recall: float = 0.99) -> tuple[int, int]:
    """(bands, rows_per_band) that find a pair at the threshold with at least this probability, at the least expected cost.

    The cost is the bands, each of which is shuffled, and the false candidates that pairs of half the similarity make.
    """
    choices = []
    for rows_per_band in range(1, _MOST_ROWS + 1):
        agreeing = threshold**rows_per_band
        bands = 1 if agreeing >= 1 else math.ceil(math.log(1 - recall) / math.log1p(-agreeing))
        if bands <= _MOST_BANDS:
            false_candidates = 1 - (1 - (threshold / 2) ** rows_per_band) ** bands
            choices.append((bands + _FALSE_CANDIDATE_COST * false_candidates, bands, rows_per_band))
    _, bands, rows_per_band = min(choices)
    return bands, rows_per_band


def most_differences(threshold: float, bits: int, recall: float = 0.999) -> int:
    """In how many hashes the sketches of a pair at the threshold differ in so many bits, not exceeded with this probability."""
    p, total = (1 - threshold) * (1 - 2**-bits), 0.0
    for k in range(SKETCHED):
        total += math.comb(SKETCHED, k) * p**k * (1 - p) ** (SKETCHED - k)
        if total >= recall:
            return k
    return SKETCHED


@njit(cache=True, nogil=True)
def _fill_signatures(
    texts,  # Ragged of uint32
    shingling,  # Shingling
    multiplier,  # uint32 [hashes], odd: hash function p is multiplier[p] x + addend[p] mod 2**32
    addend,  # uint32 [hashes]
    rows_per_band,
    band_keys,  # uint64 [texts, bands], filled
    sketches,  # uint64 [2, texts], filled
):
    elements, offsets = texts
    size, packed = shingling
    least = np.empty(len(multiplier), np.uint32)
    for text in range(len(offsets) - 1):
        start, stop = offsets[text], offsets[text + 1]
        width = min(size, stop - start)
        least[:] = np.uint32(0xFFFFFFFF)
        bitmap, shingles = np.uint64(0), max(1, stop - start - width + 1)
        for i in range(start, start + shingles):
            x = np.uint32(mixed(shingle(elements, i, width, packed) + np.uint64(1)) >> np.uint64(32))
            bitmap |= np.uint64(1) << (np.uint64(x) * np.uint64(MAP_BITS) >> np.uint64(32))
            for p in range(len(multiplier)):
                least[p] = min(least[p], np.uint32(multiplier[p] * x + addend[p]))
        for band in range(band_keys.shape[1]):
            h = np.uint64(band)
            for r in range(rows_per_band):
                h = absorbed(h, least[band * rows_per_band + r])
            band_keys[text, band] = mixed(h)
        first_bits, second_bits = np.uint64(0), np.uint64(0)
        for p in range(SKETCHED):
            bits = mixed(np.uint64(least[p]) + SECOND_SEED) & np.uint64(3)
            first_bits = (first_bits << np.uint64(1)) | (bits & np.uint64(1))
            second_bits = (second_bits << np.uint64(1)) | (bits >> np.uint64(1))
        sketches[0, text] = first_bits
        sketches[1, text] = np.uint64(shingles) << np.uint64(MAP_BITS) | bitmap if shingles <= MAPPED else second_bits


class Signatures(NamedTuple):
    """band_keys: uint64 [texts, bands], texts with equal keys in a band are candidates; sketches: uint64 [2, texts]."""

    band_keys: np.ndarray
    sketches: np.ndarray


def signatures(texts: Ragged, shingling: Shingling, *, bands: int, rows_per_band: int) -> Signatures:
    """The signature of each text; texts: of elements (uint32)."""
    random = np.random.default_rng(_RANDOM_SEED)
    hashes = max(bands * rows_per_band, SKETCHED)
    multiplier = random.integers(0, 2**31, hashes, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    addend = random.integers(0, 2**32, hashes, dtype=np.uint32)
    count = len(texts.offsets) - 1
    signed = Signatures(np.empty((count, bands), np.uint64), np.empty((2, count), np.uint64))
    _fill_signatures(texts, shingling, multiplier, addend, rows_per_band, *signed)
    return signed
