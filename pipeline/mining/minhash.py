"""MinHash signatures, banding and verified Jaccard similarity. In: texts. Out: hashes, band keys, similarities.

Broder, On the resemblance and containment of documents (1997), for the signatures; Leskovec, Rajaraman, Ullman, Mining of
Massive Datasets, section 3.4, for the banding: two texts of Jaccard similarity s agree on one hash with probability s, on a
band of r rows with s^r, on at least one of b bands with 1 - (1 - s^r)^b. At s = 0.8, r = 4, b = 9 that is 0.991, at
s = 0.4 it is 0.21. What agrees is only a candidate: `jaccard` tells.

A text is a run of *units*: code points, or hashed words where the text is segmented already. A *shingle* is
`shingle_size` adjacent units, packed into 64 bits: exactly up to three code points, else hashed. A text shorter than that
is one shingle.
"""

import math
import unicodedata
from functools import cache

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.mining import symbols

_M1, _M2 = np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53)  # the finaliser of MurmurHash3, by A. Appleby
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)  # two seeds, for hashes of 128 bits
_DROP, _INNER = np.uint32(0xFFFFFFFF), np.uint32(0x80000000)
_FOREIGN = 20  # false candidates a text, in units of the cost of one band (measured on short questions)
_MOST_BANDS, _MOST_ROWS = 64, 16
SKETCH = 32  # bits


def banding(threshold: float, recall: float = 0.99) -> tuple[int, int]:
    """(bands, rows_per_band) that find a pair at the threshold with at least this probability, at the least expected cost.

    The cost is the bands, each of which is shuffled, and the false candidates that pairs of half the similarity make.
    """
    choices = []
    for rows in range(1, _MOST_ROWS + 1):
        hit = threshold**rows
        bands = 1 if hit >= 1 else math.ceil(math.log(1 - recall) / math.log1p(-hit))
        if bands <= _MOST_BANDS:
            choices.append((bands + _FOREIGN * (1 - (1 - (threshold / 2) ** rows) ** bands), bands, rows))
    _, bands, rows = min(choices)
    return bands, rows


@cache
def _folding() -> np.ndarray:
    """For each code point of the basic plane what it counts as when texts are compared (uint32).

    Width, case, white space, control characters and punctuation make no difference. Marks that may be part of a number or
    a name (. , : ' - / _) count where they stand between two letters or digits: 3.5 is not 35, 10:30 not 1030, a-b not ab.
    """
    table = np.arange(0x10000, dtype=np.uint32)
    for c in range(0x10000):
        char = unicodedata.normalize("NFKC", chr(c)).casefold()
        plain = char if len(char) == 1 else chr(c)
        category = unicodedata.category(plain)
        table[c] = ord(plain)
        if plain in ".,:'-/_":
            table[c] |= _INNER
        elif category[0] in "ZC" or (category[0] == "P" and plain not in "#*%&@") or plain in "`^~|":
            table[c] = _DROP
    return table


@njit(cache=True, inline="always")
def _mix(h):
    """Every bit of a 64-bit word depends on every other: the finaliser of MurmurHash3."""
    h = np.uint64(h)
    h ^= h >> np.uint64(33)
    h *= _M1
    h ^= h >> np.uint64(33)
    h *= _M2
    return h ^ (h >> np.uint64(33))


@njit(cache=True, inline="always")
def _absorb(h, unit):
    return (((h ^ np.uint64(unit)) * _M1) ^ (h >> np.uint64(29))) + _FIRST


@njit(cache=True, inline="always")
def _is_inner(code):
    """May an inner mark stand beside it: an ASCII letter or digit?"""
    return 48 <= code <= 57 or 97 <= code <= 122


@njit(cache=True, nogil=True)
def _decode_texts(data, offsets, units, ends):
    n = 0
    for row in range(len(offsets) - 1):
        i = offsets[row]
        while i < offsets[row + 1]:
            c, width = symbols.decode(data, i)
            units[n] = c
            n += 1
            i += width
        ends[row + 1] = n


def code_points(texts: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """The code points (uint32) of all texts end to end, and the ends of the texts (int64 [rows + 1])."""
    data, offsets = symbols.string_buffers(texts)
    units, ends = np.empty(max(1, int(offsets[-1] - offsets[0])), np.uint32), np.zeros(len(offsets), np.int64)
    _decode_texts(data, offsets, units, ends)
    return units[: ends[-1]], ends


@njit(cache=True, nogil=True)
def _to_utf16(codes, ends, out, out_ends):
    n = 0
    for row in range(len(ends) - 1):
        for i in range(ends[row], ends[row + 1]):
            c = codes[i]
            if c >= 0x10000:
                out[n] = 0xD7C0 + (c >> 10)
                n += 1
                c = 0xDC00 | (c & 0x3FF)
            out[n] = c
            n += 1
        out_ends[row + 1] = n


def to_utf16(codes: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Code points (uint32) as UTF-16 (uint16), with the ends: half the bytes to shuffle."""
    out, out_ends = np.empty(2 * len(codes), np.uint16), np.zeros(len(ends), np.int64)
    _to_utf16(codes, ends, out, out_ends)
    return out[: out_ends[-1]], out_ends


@njit(cache=True, nogil=True)
def _from_utf16(units, ends, out, out_ends):
    n = 0
    for row in range(len(ends) - 1):
        i = ends[row]
        while i < ends[row + 1]:
            c = np.uint32(units[i])
            if 0xD800 <= c < 0xDC00:
                i += 1
                c = ((c - 0xD7C0) << 10) | (np.uint32(units[i]) & 0x3FF)
            out[n] = c
            n += 1
            i += 1
        out_ends[row + 1] = n


def from_utf16(units: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The inverse of `to_utf16`."""
    out, out_ends = np.empty(len(units), np.uint32), np.zeros(len(ends), np.int64)
    _from_utf16(units, ends, out, out_ends)
    return out[: out_ends[-1]], out_ends


@njit(cache=True, nogil=True)
def _hash_words(codes, ends, units, out_ends):
    n = 0
    for row in range(len(ends) - 1):
        h, inside = _SECOND, False
        for i in range(ends[row], ends[row + 1] + 1):
            if i == ends[row + 1] or codes[i] == 32 or codes[i] == 10:
                if inside:
                    units[n] = np.uint32(_mix(h) >> np.uint64(32))
                    n += 1
                h, inside = _SECOND, False
            else:
                h, inside = _absorb(h, codes[i]), True
        out_ends[row + 1] = n


def words(codes: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From code points and their ends the words, hashed to 32 bits each, and theirs; words stand between spaces or lines."""
    units, out = np.empty(len(codes) + 1, np.uint32), np.zeros(len(ends), np.int64)
    _hash_words(codes, ends, units, out)
    return units[: out[-1]], out


@njit(cache=True, nogil=True)
def _hash_texts(codes, ends, folding, out):
    for row in range(len(ends) - 1):
        first, second, text = _FIRST, _SECOND, _SECOND
        last, held = np.uint32(0), np.uint32(0)  # the folded character before, and an inner mark that waits for the next
        for i in range(ends[row], ends[row + 1]):
            c = codes[i]
            text = _absorb(text, c)
            folded = folding[c] if c < 0x10000 else c
            if folded == _DROP:
                last, held = np.uint32(0), np.uint32(0)
                continue
            if folded & _INNER:
                held = folded if _is_inner(last) else np.uint32(0)
                last = np.uint32(0)
                continue
            if held and _is_inner(folded):
                first, second = _absorb(first, held), _absorb(second, held)
            first, second = _absorb(first, folded), _absorb(second, folded)
            last, held = folded, np.uint32(0)
        out[row, 0], out[row, 1], out[row, 2] = _mix(first), _mix(second), _mix(text)


def hashes(codes: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Three 64-bit hashes of each text (uint64 [rows, 3]): two of the folded text, one of the text as it stands."""
    out = np.empty((len(ends) - 1, 3), np.uint64)
    _hash_texts(codes, ends, _folding(), out)
    return out


@njit(cache=True, inline="always")
def _shingle(units, i, size, exact):
    key = np.uint64(0)
    for k in range(size):
        key = (key << np.uint64(21)) | np.uint64(units[i + k]) if exact else _mix(key ^ np.uint64(units[i + k])) + _FIRST
    return key


@njit(cache=True, nogil=True)
def _band_keys(units, ends, size, exact, a, b, rows, key, sketch):
    least = np.empty(len(a), np.uint32)
    for row in range(len(ends) - 1):
        start, stop = ends[row], ends[row + 1]
        width = min(size, stop - start)
        least[:] = np.uint32(0xFFFFFFFF)
        for i in range(start, max(start + 1, stop - width + 1)):
            x = np.uint32(_mix(_shingle(units, i, width, exact) + np.uint64(1)) >> np.uint64(32))
            for p in range(len(a)):
                least[p] = min(least[p], np.uint32(a[p] * x + b[p]))
        for band in range(key.shape[1]):
            h = np.uint64(band)
            for r in range(rows):
                h = _absorb(h, least[band * rows + r])
            key[row, band] = _mix(h)
        bits = np.uint32(0)
        for p in range(SKETCH):
            bits = (bits << np.uint32(1)) | np.uint32(_mix(np.uint64(least[p]) + _SECOND) & np.uint64(1))
        sketch[row] = bits


def band_keys(
    units: np.ndarray, ends: np.ndarray, *, size: int, exact: bool, bands: int, rows: int
) -> tuple[np.ndarray, np.ndarray]:
    """(key uint64 [texts, bands], sketch uint32 [texts]): texts with equal keys in a band are candidates.

    exact: units are code points, and `size` of them fit 64 bits. sketch: one bit each of the first SKETCH hashes, which two
    texts of similarity s share with probability (1 + s) / 2 (b-bit minwise hashing, Li and Koenig 2010).
    """
    random = np.random.default_rng(20191208)  # any fixed seed: the same text has the same keys everywhere
    hashes = max(bands * rows, SKETCH)
    a = random.integers(0, 2**31, hashes, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    b = random.integers(0, 2**32, hashes, dtype=np.uint32)
    key, sketch = np.empty((len(ends) - 1, bands), np.uint64), np.empty(len(ends) - 1, np.uint32)
    _band_keys(units, ends, size, exact, a, b, rows, key, sketch)
    return key, sketch


def most_differences(threshold: float, recall: float = 0.999) -> int:
    """The number of differing bits of two sketches that a pair at the threshold does not exceed with this probability."""
    p, total = (1 - threshold) / 2, 0.0
    for k in range(SKETCH):
        total += math.comb(SKETCH, k) * p**k * (1 - p) ** (SKETCH - k)
        if total >= recall:
            return k
    return SKETCH


@njit(cache=True, inline="always")
def _sort_few(values, begin, end):
    """Sort values[begin:end] in place: by insertion where they are few, which most are."""
    if end - begin > 40:
        values[begin:end] = np.sort(values[begin:end])
        return
    for k in range(begin + 1, end):
        x, j = values[k], k
        while j > begin and values[j - 1] > x:
            values[j] = values[j - 1]
            j -= 1
        values[j] = x


@njit(cache=True, nogil=True)
def _sort_ties(order, first, second, text, place):
    """Put the indices, which are sorted by `first`, in the order of (first, second, text, place)."""
    for k in range(1, len(order)):
        x, j = order[k], k
        while j > 0:
            y = order[j - 1]
            if first[y] != first[x]:
                break
            if second[y] != second[x]:
                if second[y] < second[x]:
                    break
            elif text[y] != text[x]:
                if text[y] < text[x]:
                    break
            elif place[y] <= place[x]:
                break
            order[j] = y
            j -= 1
        order[j] = x


def text_order(first: np.ndarray, second: np.ndarray, text: np.ndarray, place: np.ndarray) -> np.ndarray:
    """The order by (first, second, text, place), all uint64: as np.lexsort has it, but few texts share their first hash."""
    order = np.argsort(first)
    ties = np.diff(np.flatnonzero(np.concatenate(([True], first[order[1:]] != first[order[:-1]], [True]))))
    if len(order) and ties.max() > 1000:
        return np.lexsort((place, text, second, first))  # insertion would take the square of the time
    _sort_ties(order, first, second, text, place)
    return order


@njit(cache=True, nogil=True)
def _shingle_sets(units, ends, size, exact, out, out_ends):
    n = 0
    few = np.empty(40, np.uint64)
    for row in range(len(ends) - 1):
        start, stop = ends[row], ends[row + 1]
        width = min(size, stop - start)
        begin, n = n, n + max(1, stop - start - width + 1)
        if n - begin > len(few):
            for k in range(n - begin):
                out[begin + k] = _shingle(units, start + k, width, exact)
            out[begin:n] = np.sort(out[begin:n])
        else:  # each goes where its rank is: more comparisons than other ways, but no branch that cannot be foreseen
            for k in range(n - begin):
                few[k] = _shingle(units, start + k, width, exact)
            for k in range(n - begin):
                rank = begin
                for i in range(k):
                    rank += few[i] <= few[k]
                for i in range(k + 1, n - begin):
                    rank += few[i] < few[k]
                out[rank] = few[k]
        k = begin + 1
        for i in range(begin + 1, n):
            if out[i] != out[k - 1]:
                out[k] = out[i]
                k += 1
        n = k
        out_ends[row + 1] = n


def shingle_sets(units: np.ndarray, ends: np.ndarray, *, size: int, exact: bool) -> tuple[np.ndarray, np.ndarray]:
    """The distinct shingles (uint64, sorted within each text) of all texts end to end, and their ends (int64 [texts + 1])."""
    out, out_ends = np.empty(len(units) + len(ends), np.uint64), np.zeros(len(ends), np.int64)
    _shingle_sets(units, ends, size, exact, out, out_ends)
    return out[: out_ends[-1]], out_ends


@njit(cache=True, nogil=True)
def jaccard(left, left_ends, i, right, right_ends, j, least):
    """|A and B| / |A or B| of pairs of shingle sets (float64): for each k of text i[k] of `left` and text j[k] of `right`.

    0 for a pair that does not reach `least`: the comparison stops where that is certain.
    """
    out = np.zeros(len(i), np.float64)
    for k in range(len(i)):
        p, p_end = left_ends[i[k]], left_ends[i[k] + 1]
        q, q_end = right_ends[j[k]], right_ends[j[k] + 1]
        total, both = (p_end - p) + (q_end - q), 0
        spare = total - 2 * (least / (1 + least)) * total + 1e-6  # shingles that may stand on one side only
        while p < p_end and q < q_end and spare >= 0:
            if left[p] == right[q]:
                both, p, q = both + 1, p + 1, q + 1
            elif left[p] < right[q]:
                p, spare = p + 1, spare - 1
            else:
                q, spare = q + 1, spare - 1
        similarity = both / (total - both)
        if spare >= 0 and similarity >= least:
            out[k] = similarity
    return out


@njit(cache=True, inline="always")
def _differing(x, y):
    """How many bits of the sketches differ, which are the upper halves of the nodes."""
    v = (x ^ y) >> np.uint64(32)  # the sums below are those of Warren, Hacker's Delight, section 5-1
    v = v - ((v >> np.uint64(1)) & np.uint64(0x55555555))
    v = (v & np.uint64(0x33333333)) + ((v >> np.uint64(2)) & np.uint64(0x33333333))
    return (((v + (v >> np.uint64(4))) & np.uint64(0x0F0F0F0F)) * np.uint64(0x01010101) >> np.uint64(24)) & np.uint64(63)


@njit(cache=True, nogil=True)
def _bucket_pairs(shared, node, keys_per_node, most, differences, low, high, crowded):
    """Fill low, high and crowded, as far as they reach; returns (pairs, crowded buckets)."""
    members = np.empty(len(shared), np.uint64)
    n, c, start = 0, 0, 0
    while start < len(shared):
        stop = start + 1
        while stop < len(shared) and shared[stop] >> np.uint64(32) == shared[start] >> np.uint64(32):
            stop += 1
        for k in range(start, stop):
            members[k - start] = node[(shared[k] & np.uint64(0xFFFFFFFF)) // keys_per_node]
        _sort_few(members, 0, stop - start)
        m = 1
        for k in range(1, stop - start):  # copies of a text share its node, and all its buckets
            if members[k] != members[m - 1]:
                members[m] = members[k]
                m += 1
        for x in range(m - 1):
            for y in range(x + 1, min(m, x + 1 + most)):
                if _differing(members[x], members[y]) <= differences:
                    if n < len(low):
                        low[n], high[n] = members[x], members[y]
                    n += 1
        if m > most + 1:
            if c < len(crowded):
                crowded[c, 0], crowded[c, 1] = m, most * m - most * (most + 1) // 2
            c += 1
        start = stop
    return n, c


@njit(cache=True, nogil=True)
def _pack_keys(key, packed):
    for i in range(len(key)):
        packed[i] = (np.uint64(key[i]) << np.uint64(32)) | np.uint64(i)


@njit(cache=True, nogil=True)
def _keep_shared(packed):
    """Of the sorted words those whose upper half stands more than once, in place; how many there are."""
    n, before = 0, False
    for i in range(len(packed)):
        after = i + 1 < len(packed) and packed[i + 1] >> np.uint64(32) == packed[i] >> np.uint64(32)
        if before or after:
            packed[n] = packed[i]
            n += 1
        before = after
    return n


def _shared(key: np.ndarray) -> np.ndarray:
    """The keys that stand more than once, by key, with their indices; most stand once, and are out before anything else.

    key uint32 [n]. Returns uint64: key and index as one word, which is sorted three times faster than by argsort.
    """
    packed = np.empty(len(key), np.uint64)
    _pack_keys(key, packed)
    packed.sort()
    return packed[: _keep_shared(packed)]


def bucket_pairs(key: np.ndarray, node: np.ndarray, most: int, differences: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Candidate pairs of all buckets. node uint64, its upper half the sketch; key uint32, as many for each node, node by node.

    Returns (low, high) nodes of each pair, uint64, and for each crowded bucket (members, pairs compared), int64 [m, 2]. In a
    bucket of more than `most` others each is compared with the next `most` in the order of the sketches: the work
    grows with the members, not with their square. Compared are the sketches, and those that differ in more bits left out.
    """
    shared, keys_per_node = _shared(key), np.uint64(len(key) // max(1, len(node)))
    pairs, buckets = 2 * len(key), 1000  # more than there are, as a rule; the second round knows
    while True:
        low, high, crowded = np.empty(pairs, np.uint64), np.empty(pairs, np.uint64), np.empty((buckets, 2), np.int64)
        n, c = _bucket_pairs(shared, node, keys_per_node, most, differences, low, high, crowded)
        if n <= pairs and c <= buckets:
            return low[:n], high[:n], crowded[:c]
        pairs, buckets = max(pairs, n), max(buckets, c)


@njit(cache=True, nogil=True)
def _unique_pairs(low, high, table):
    mask = np.uint64(len(table) - 1)
    n = 0
    for k in range(len(low)):
        slot = _mix(low[k] + high[k] * _SECOND) & mask
        while table[slot, 1] and (table[slot, 0] != low[k] or table[slot, 1] != high[k]):
            slot = (slot + np.uint64(1)) & mask
        if not table[slot, 1]:  # high is above low, so never 0
            table[slot, 0], table[slot, 1] = low[k], high[k]
            low[n], high[n] = low[k], high[k]
            n += 1
    return n


def unique_pairs(low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct pairs low < high (uint64), in the order in which they first stand."""
    low, high = low.copy(), high.copy()
    table = np.zeros((1 << max(4, (3 * len(low) // 2).bit_length()), 2), np.uint64)
    n = _unique_pairs(low, high, table)
    return low[:n], high[:n]


@njit(cache=True, nogil=True)
def representatives(low, high, similarity, kept_always, members, class_ends):
    """For each text, in the order of preference, the one kept in its place (int64, itself if it is kept), their similarity,
    and whether they are equal when folded.

    Edges low < high join texts that resemble each other, sorted by (high, low); members, in classes of class_ends, are
    texts that are equal when folded. A text is dropped if, and only if, one before it that is kept resembles it: the first
    such in its class, else the most similar, the first of those that are equally so. So every dropped text resembles the one
    kept for it, whatever chains of likeness there are (the lexicographically first maximal independent set).
    """
    n = len(kept_always)
    kept = np.arange(n)
    score = np.ones(n)
    class_of = np.full(n, -1)
    for c in range(len(class_ends) - 1):
        for k in range(class_ends[c], class_ends[c + 1]):
            class_of[members[k]] = c
    first = np.full(len(class_ends) - 1, -1)
    equal = np.zeros(n, np.bool_)
    e = 0
    for x in range(n):
        best, place = 0.0, x
        while e < len(high) and high[e] == x:
            if kept[low[e]] == low[e] and similarity[e] > best:
                best, place = similarity[e], low[e]
            e += 1
        if kept_always[x]:
            best, place = 1.0, x
        elif class_of[x] >= 0 and first[class_of[x]] >= 0:
            best, place, equal[x] = 1.0, first[class_of[x]], True
        kept[x] = place
        score[x] = best if place != x else 1.0
        if place == x and class_of[x] >= 0 and first[class_of[x]] < 0:
            first[class_of[x]] = x
    return kept, score, equal
