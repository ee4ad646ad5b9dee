"""What makes a candidate a term. In: counts of candidates, and word vectors. Out: nesting, filters, scores. Arrays only.

The rank score, found by experiment (figures in docs/dev/experiments/terms.md), is a sum of standard scores:

    score = z(lr) + z(cos+ - cos-) + z(cos+)/2 + z(burst)/2 + z(npmi)/4
    lr    = ln of occurrences per million plus one, domain over general
    cos+  = cosine to the centroid of the seeds: the most typical words, chosen by lr, then once more by the score
    cos-  = cosine to the centroid of the domain's words that general text uses more

A term's vector is the sum of its words' unit vectors. Without vectors the score is z(lr) + z(burst)/2 + z(npmi)/4.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue.mining.symbols import RARE
from wajue.mining.word_table import WordTable, extended, find_words, probe, word_keys, word_table

_DECAY, _WIDTH = 0.35, 20  # of the expansion: how fast its threshold rises, and the neighbours of a row that it looks at
CHUNK = 100  # words; the stretch of text in which burst looks for a second occurrence
FIGURES = ("domain_count", "general_count", "domain_documents", "general_documents", "domain_chunks")


def word_codes(lists: pa.ListArray, words: pa.StringArray) -> tuple[np.ndarray, np.ndarray]:
    """(code uint16, document int64) of all tokens; what is no word is a break, and a break stands after each document.

    lists: list<string>, the tokens of each document, best as a dictionary's indices; words: the words that have a code,
    RARE + 1 the first; others are RARE.
    """
    flat = pc.dictionary_encode(lists.flatten())
    ids = pc.index_in(flat.dictionary, value_set=words).fill_null(-1).to_numpy()
    document = pc.list_parent_indices(lists).to_numpy().astype(np.int64)
    is_word = pc.match_substring_regex(flat.dictionary, r"[\p{L}\p{N}]").to_numpy(zero_copy_only=False)
    code = np.where(ids >= 0, ids + RARE + 1, np.where(is_word, RARE, 0)).astype(np.uint16)[flat.indices.to_numpy()]
    last = np.flatnonzero(np.diff(document, append=-1)) + 1
    return np.insert(code, last, 0), np.insert(document, last, document[last - 1])


@njit(cache=True, inline="always")
def _listed_at(code, document, i, slots, ids, longest, found):
    """Fill `found` (int64 [longest]) with the ids of the listed word n-grams that begin at i; returns how many."""
    count = 0
    key = np.uint64(0)
    for n in range(longest):
        if i + n >= len(code) or code[i + n] <= RARE or document[i + n] != document[i]:
            break
        key = extended(key, code[i + n])
        h = probe(slots, key)
        if slots[2 * h] == 0:
            if n == 0:  # prefixes of one word need not be in the table
                continue
            break
        if ids[4 * h + 2] >= 0:
            found[count] = ids[4 * h + 2]
            count += 1
    return count


@njit(cache=True, nogil=True)
def _find_listed(code, document, slots, ids, longest, domain, chunks, first, figures, last_document, last_chunk):
    """Add the occurrences of listed word n-grams; figures int64 [5, words] as FIGURES. Returns the number of chunks so far.

    first: the number of the first document; document numbers from 0 on.
    """
    at = 0
    found = np.empty(longest, np.int64)
    for i in range(len(code)):
        if i > 0 and document[i] != document[i - 1]:
            at = 0
        if at % CHUNK == 0:
            chunks += 1
        at += 1
        for e in found[: _listed_at(code, document, i, slots, ids, longest, found)]:
            figures[0 if domain else 1, e] += 1
            if last_document[e] != first + document[i]:
                last_document[e] = first + document[i]
                figures[2 if domain else 3, e] += 1
            if domain and last_chunk[e] != chunks:
                last_chunk[e] = chunks
                figures[4, e] += 1
    return chunks


class Tally:
    """What is counted of listed n-grams of words: figures int64 [5, words] as FIGURES; chunks: of all text that was added.

    table: keys of the n-grams, of at most `longest` words, all of whose prefixes are listed too.
    """

    def __init__(self, table: WordTable, words: int, longest: int) -> None:
        self.figures, self.chunks = np.zeros((len(FIGURES), words), np.int64), 0
        self._table, self._longest, self._documents = table, longest, 0
        self._last_document, self._last_chunk = np.full(words, -1, np.int64), np.zeros(words, np.int64)

    def add(self, code: np.ndarray, document: np.ndarray, *, domain: bool) -> int:
        """Count more documents; returns the chunks they have. code: uint16, 0 at a break; document: int64, of each, from 0."""
        slots, ids, _ = self._table.views
        before, last = self.chunks, (self._last_document, self._last_chunk)
        places = (domain, before, self._documents)
        self.chunks = _find_listed(code, document, slots, ids, self._longest, *places, self.figures, *last)
        self._documents += int(document[-1]) + 1 if len(document) else 0
        return int(self.chunks - before)


@njit(cache=True, nogil=True)
def _find_occurrences(code, document, slots, ids, longest, row, where):
    """Fill row and where, int64, and return how many there are; to be called first with empty ones, to count."""
    found = np.empty(longest, np.int64)
    count = 0
    for i in range(len(code)):
        for e in found[: _listed_at(code, document, i, slots, ids, longest, found)]:
            if len(row):
                row[count], where[count] = e, document[i]
            count += 1
    return count


def occurrences(code: np.ndarray, document: np.ndarray, table: WordTable, longest: int) -> tuple[np.ndarray, np.ndarray]:
    """(row int64 [k], document int64 [k]) of every occurrence of a listed n-gram of words.

    code, document: as in `Tally.add`; table: the n-grams' keys, with their prefixes.
    """
    slots, ids, _ = table.views
    none = np.zeros(0, np.int64)
    count = _find_occurrences(code, document, slots, ids, longest, none, none)
    row, where = np.empty(count, np.int64), np.empty(count, np.int64)
    if count:
        _find_occurrences(code, document, slots, ids, longest, row, where)
    return row, where


def nesting(codes: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(share float64 [n], container int64 [n], -1 for none): how much of each n-gram lies inside its most frequent container.

    codes: uint16 [n, longest]; count: int64 [n]. A container is longer by one word at either end.
    """
    table = word_table(word_keys(codes), np.ones(len(codes)))
    length = (codes != 0).sum(axis=1)
    most, container = np.zeros(len(codes), np.int64), np.full(len(codes), -1, np.int64)
    for n in range(2, codes.shape[1] + 1):
        rows = np.flatnonzero(length == n)
        for inside in (codes[rows, : n - 1], codes[rows, 1:n]):
            found = find_words(table, word_keys(inside))
            order = np.argsort(count[rows], kind="stable")  # the most frequent is written last
            here, whole = found[order], rows[order]
            known = (here >= 0) & (count[whole] > most[np.maximum(here, 0)])
            most[here[known]] = count[whole[known]]
            container[here[known]] = whole[known]
    # several writes to one place above keep the last, which is the largest
    return most / np.maximum(count, 1), container


def standard(x: np.ndarray, over: np.ndarray) -> np.ndarray:
    """x in standard deviations from its mean, both taken over the rows `over`; zeros where all are equal."""
    deviation = x[over].std() if over.any() else 0.0
    return (x - x[over].mean()) / deviation if deviation > 0 else np.zeros(len(x))


def toward(vectors: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Cosine of every unit vector to the centroid of some."""
    centroid = vectors[rows].sum(axis=0)
    return vectors @ (centroid / max(np.linalg.norm(centroid), 1e-12))


def score(
    log_ratio: np.ndarray,
    burst: np.ndarray,
    npmi: np.ndarray,
    word: np.ndarray,
    vectors: np.ndarray | None,
    *,
    seeds: np.ndarray,
    avoid: np.ndarray,
    seed_count: int,
) -> tuple[np.ndarray, np.ndarray]:
    """(score, similarity) float64 [n] of every candidate; similarity is NaN without vectors.

    log_ratio, burst, npmi: float64 [n]; word: bool [n], a single word; vectors: float32 [n, dim], rows of length 1 or 0;
    seeds, avoid: row numbers given by the user, which are always among the seeds, or among what is unlike them.
    """
    every = np.ones(len(log_ratio), bool)
    capped = np.minimum(burst, np.quantile(burst, 0.9)) if len(burst) else burst
    plain = standard(log_ratio, every) + 0.5 * standard(capped, every) + 0.25 * standard(npmi, every)
    if vectors is None or len(log_ratio) < 20:
        return plain, np.full(len(log_ratio), np.nan)
    has_vector = np.linalg.norm(vectors, axis=1) > 0
    unlike = np.union1d(np.flatnonzero((log_ratio < 0) & word & has_vector), avoid)
    if not len(unlike):
        unlike = np.argsort(log_ratio, kind="stable")[: max(1, len(log_ratio) // 10)]
    away = toward(vectors, unlike)
    total, similarity = plain, away
    size = max(1, min(seed_count, len(log_ratio) // 4))
    ranked = np.where(word & has_vector, log_ratio, -np.inf)
    for _ in range(2):
        chosen = np.union1d(np.argsort(-ranked, kind="stable")[:size], seeds)
        similarity = np.where(has_vector, toward(vectors, chosen), np.nan)
        contrast = np.where(has_vector, similarity - away, np.nan)
        known = has_vector
        meaning = [np.where(known, standard(np.where(known, x, 0.0), known), 0.0) for x in (contrast, similarity)]
        total = plain + meaning[0] + 0.5 * meaning[1]
        ranked = np.where(has_vector, total, -np.inf)
    return total, similarity


class Step(NamedTuple):
    """How expansion came to a row: from which one, how like it is to that one, and how many steps from a seed."""

    before: int
    similarity: float
    depth: int


def expand(
    vectors: np.ndarray, seeds: np.ndarray, avoid: np.ndarray, *, similarity: float = 0.6, most: int = 2000
) -> dict[int, Step]:
    """Rows like the seeds, breadth first, the seeds left out; at most so many.

    A neighbour i steps from a seed must be at least s + (1 - s)(1 - exp(-a (i - 1))) like the row before it, s = `similarity`,
    a = .35, so that the search does not drift (after Su Jianlin's published method); what is nearer to `avoid` than to the
    seeds is not taken.
    """
    found: dict[int, Step] = {}
    barred = set(avoid.tolist()) | set(seeds.tolist())
    front, depth = list(seeds), 1
    near, far = toward(vectors, seeds), toward(vectors, avoid) if len(avoid) else np.full(len(vectors), -1.0)
    while front:
        least = similarity + (1 - similarity) * (1 - np.exp(-_DECAY * (depth - 1)))
        following: list[int] = []
        for row in front:
            likeness = vectors @ vectors[row]
            for other in np.argsort(-likeness, kind="stable")[: _WIDTH + 1].tolist():
                if len(found) == most:
                    return found
                if likeness[other] >= least and other not in barred and other not in found and near[other] > far[other]:
                    found[other] = Step(int(row), float(likeness[other]), depth)
                    following.append(other)
        front, depth = following, depth + 1
    return found


def path(found: dict[int, Step], row: int) -> list[int]:
    """The rows from a seed to this one, both included."""
    way = [row]
    while way[-1] in found:
        way.append(found[way[-1]].before)
    return way[::-1]


@njit(cache=True, nogil=True)
def _find_holders(code, document, order, slots, ids, longest, first, last):
    found = np.empty(longest, np.int64)
    for i in range(len(code)):
        d = document[i]
        if order[d] < 0:
            continue
        for e in found[: _listed_at(code, document, i, slots, ids, longest, found)]:
            if first[e] < 0 or order[d] < order[first[e]]:
                first[e] = d
            if last[e] < 0 or order[d] > order[last[e]]:
                last[e] = d


def holders(
    code: np.ndarray, document: np.ndarray, order: np.ndarray, table: WordTable, words: int, longest: int
) -> tuple[np.ndarray, np.ndarray]:
    """(first int64 [words], last int64 [words]): the documents of least and greatest `order` that hold each listed n-gram, or -1.

    code, document: as in `Tally.add`; order: int64 [documents], -1 for one that is passed over; table: the n-grams' keys, with
    their prefixes.
    """
    first, last = np.full(words, -1, np.int64), np.full(words, -1, np.int64)
    slots, ids, _ = table.views
    _find_holders(code, document, order, slots, ids, longest, first, last)
    return first, last


def unlike(texts: list[str], most: int) -> list[str]:
    """So many of these texts, in their order, each sharing less than half its pairs of characters with any before it.

    Where there are not enough of them the others follow.
    """
    pairs = [{t[i : i + 2] for i in range(len(t) - 1)} for t in texts]
    chosen: list[int] = []
    for i, mine in enumerate(pairs):
        if len(chosen) < most and all(2 * len(mine & pairs[j]) < min(len(mine), len(pairs[j])) for j in chosen):
            chosen.append(i)
    rest = [i for i in range(len(texts)) if i not in chosen]
    return [texts[i] for i in (chosen + rest)[:most]]
