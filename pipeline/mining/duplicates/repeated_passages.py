"""Passages that stand in several documents, wherever they begin. In: documents, their positions. Out: documents without them.

A *window* is a run of so many characters; a passage is what windows cover that stand in enough documents, each counted once.
Each window stays in the document of the least position that has it. That is what Lee et al. (2022) find with a suffix array;
here windows are counted by a hash, which needs neither all text in one place nor a sort of its suffixes:

    texts --scatter--> hashes --repeated--> hashes of windows that stand in enough documents
    texts --occurrences--> second hashes of these windows, with positions --keepers--> window, who keeps it, in how many it stands
    texts --without--> the documents that remain, those of which nothing does, and the passages

The second hash is counted anew, so that a window is taken for repeated only if 128 bits are equal.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit

from wajue import schemas
from wajue.arrays import cells
from wajue.arrays.cells import Batches, block, by_hash, gather, slabs
from wajue.mining.duplicates.equal_texts import differs_from_previous
from wajue.mining.duplicates.hashes import FIRST_SEED, SECOND_SEED, mixed

HASHES = "bucket int, hash binary"
OCCURRENCES = "bucket int, hash binary, position binary"
KEEPERS = "hash binary, position binary, documents binary"
RULE = "repeated_passages"  # in changed_by, and as the reason for which a document is dropped
_TOLD = ("doc_id", "corpus", "source", "text")  # of a document of which nothing is left
PARTED = pa.schema(
    [
        *schemas.kinds("documents", "repeated_passages"),
        ("dropped", pa.struct([schemas.TABLES["documents"].schema.field(c) for c in _TOLD])),
    ]
)
_BASE = np.uint64(0xD6E8FEB86659FD93)  # of the polynomial; odd
_SHOWN = 1_000  # characters of a passage
_SLAB = 2_000_000  # windows; they leave a task in blocks of this size
_LETTER = re.compile(r"[^\W_]")


class Windows(NamedTuple):
    """hash: uint64 [windows], of all windows of all texts in order; offsets: int64 [texts + 1], of each text's."""

    hash: np.ndarray
    offsets: np.ndarray


class Keepers(NamedTuple):
    """Windows that stand in enough documents, by their second hashes, which ascend (uint64 [windows]).

    position: int64, of the document that keeps it; documents: int64, how many have it.
    """

    hash: np.ndarray
    position: np.ndarray
    documents: np.ndarray


@njit(cache=True, nogil=True)
def _hash_windows(
    codes,  # uint32, the characters of all texts
    text_ends,  # int64 [texts], where each ends in them
    length,
    seed,
    out,  # uint64 [windows], filled
):
    power = np.uint64(1)
    for _ in range(length):
        power *= _BASE
    k, begin = 0, 0
    for end in text_ends:
        rolling = np.uint64(0)
        for i in range(begin, end):
            rolling = rolling * _BASE + mixed(np.uint64(codes[i]) + seed)
            if i >= begin + length:
                rolling -= power * mixed(np.uint64(codes[i - length]) + seed)
            if i >= begin + length - 1:
                out[k] = mixed(rolling)
                k += 1
        begin = end


def windows(texts: pa.StringArray, length: int, seed: np.uint64 = FIRST_SEED) -> Windows:
    """The windows of each text, by a rolling hash."""
    ends = np.cumsum(pc.utf8_length(texts).to_numpy()).astype(np.int64)
    counts = np.maximum(np.diff(ends, prepend=0) - length + 1, 0)
    codes = np.frombuffer("".join(texts.to_pylist()).encode("utf-32-le"), np.uint32)
    hashes = np.empty(int(counts.sum()), np.uint64)
    _hash_windows(codes, ends, length, seed, hashes)
    return Windows(hashes, np.concatenate(([0], np.cumsum(counts))))


def _distinct(hashes: np.ndarray, owner: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(hash, owner), sorted by both, each pair once."""
    order = np.lexsort((owner, hashes))
    hashes, owner = hashes[order], owner[order]
    new = differs_from_previous(hashes, owner)
    return hashes[new], owner[new]


def scatter(length: int, buckets: int) -> Callable[[Batches], Batches]:
    """(text, position) -> HASHES: the windows of each document, each once."""

    def apply(batches: Batches) -> Batches:
        for hashes in slabs((_of_documents(batch, length) for batch in batches), _SLAB):
            for bucket, rows in by_hash(hashes, buckets):
                yield block({"bucket": np.int32(bucket)}, {"hash": hashes[rows]})

    return apply


def _of_documents(batch: pa.RecordBatch, length: int) -> np.ndarray:
    found = windows(batch.column("text"), length)
    return _distinct(found.hash, np.repeat(np.arange(batch.num_rows), np.diff(found.offsets)))[0]


def repeated(least: int) -> Callable[[Batches], Batches]:
    """HASHES, all of a bucket together -> one cell of them: those that come from so many documents."""

    def apply(batches: Batches) -> Batches:
        hashes = np.sort(gather(batches, "hash", np.uint64))
        first = np.flatnonzero(differs_from_previous(hashes))
        yield block({}, {"hash": hashes[first][np.diff(first, append=len(hashes)) >= least]})

    return apply


def occurrences(hashes: Any, length: int, buckets: int) -> Callable[[Batches], Batches]:
    """(text, position) -> OCCURRENCES of the windows whose hashes (uint64, ascending; broadcast) are given."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            first, second = (windows(batch.column("text"), length, seed) for seed in (FIRST_SEED, SECOND_SEED))
            position = np.repeat(batch.column("position").to_numpy(), np.diff(first.offsets))
            known = _member(hashes.value, first.hash)
            hashed, owner = _distinct(second.hash[known], position[known])
            for bucket, rows in by_hash(hashed, buckets):
                yield block({"bucket": np.int32(bucket)}, {"hash": hashed[rows], "position": owner[rows]})

    return apply


def _member(ascending: np.ndarray, hashes: np.ndarray) -> np.ndarray:
    """Which hashes stand among these (bool)."""
    at = np.searchsorted(ascending, hashes)
    found: np.ndarray = np.append(ascending, np.uint64(0))[at] == hashes
    return found & (at < len(ascending))


def keepers(least: int) -> Callable[[Batches], Batches]:
    """OCCURRENCES, all of a bucket together -> KEEPERS, one row: the windows that stand in so many documents."""

    def apply(batches: Batches) -> Batches:
        rows = list(batches)
        hashes, position = _distinct(gather(rows, "hash", np.uint64), gather(rows, "position", np.int64))
        first = np.flatnonzero(differs_from_previous(hashes))
        documents = np.diff(first, append=len(hashes))
        enough = documents >= least
        kept = first[enough]
        yield block({}, {"hash": hashes[kept], "position": position[kept], "documents": documents[enough]})

    return apply


def gathered(table: pa.Table) -> Keepers:
    """KEEPERS of all buckets as one."""
    rows = table.to_batches()
    hashes = gather(rows, "hash", np.uint64)
    order = np.argsort(hashes)
    return Keepers(hashes[order], gather(rows, "position", np.int64)[order], gather(rows, "documents", np.int64)[order])


def without(positions: Any, known: Any, length: int) -> Callable[[Batches], Batches]:
    """Documents -> PARTED. positions: positions.Positions; known: Keepers; both broadcast."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            position = positions.value.of(batch, 0)
            found = windows(batch.column("text"), length, SECOND_SEED)
            yield from _parted(batch, _hits(found, position, known.value), length)

    return apply


class _Hits(NamedTuple):
    """Windows of a text that are repeated, by ascending `start`, the first character of each in the text (int64).

    documents: int64, how many have it; is_own: bool, whether this text's document keeps it.
    """

    start: np.ndarray
    documents: np.ndarray
    is_own: np.ndarray


def _hits(found: Windows, position: np.ndarray, known: Keepers) -> Iterator[tuple[int, _Hits]]:
    """(index of a text, its hits) for each text that has any."""
    hits = np.flatnonzero(_member(known.hash, found.hash))
    text = np.searchsorted(found.offsets, hits, side="right") - 1
    at = np.searchsorted(known.hash, found.hash[hits])
    whole = _Hits(hits - found.offsets[text], known.documents[at], known.position[at] == position[text])
    bounds = np.flatnonzero(np.diff(text, prepend=-1, append=-1))
    for begin, end in zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
        yield int(text[begin]), _Hits(*(column[begin:end] for column in whole))


def _parted(batch: pa.RecordBatch, hits: Iterator[tuple[int, _Hits]], length: int) -> Batches:
    """The rows of PARTED."""
    texts, changed = batch.column("text").to_pylist(), batch.column("changed_by").to_pylist()
    is_kept, passages = np.ones(len(texts), bool), []
    for i, of_text in hits:
        corpus, source = (batch.column(c)[i].as_py() for c in ("corpus", "source"))
        passages += [{"corpus": corpus, "kept_in": source, **p} for p in _passages(texts[i], of_text, length)]
        if not of_text.is_own.all():
            texts[i] = _rest(texts[i], of_text.start[~of_text.is_own], length)
            changed[i] = [*changed[i], RULE]
            is_kept[i] = _LETTER.search(texts[i]) is not None
    new = {"text": pa.array(texts, pa.string()), "changed_by": pa.array(changed, pa.list_(pa.string()))}
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    mask = pa.array(is_kept)
    yield cells.one_of(PARTED, "documents", pa.RecordBatch.from_pydict(columns | new).filter(mask))
    yield cells.one_of(PARTED, "dropped", batch.filter(pc.invert(mask)))
    listed = pa.RecordBatch.from_pylist(passages, schemas.TABLES["repeated_passages"].schema)
    yield cells.one_of(PARTED, "repeated_passages", listed)


def _passages(text: str, hits: _Hits, length: int) -> Iterator[dict[str, Any]]:
    """What repeated_passages says of each passage that the document of this text keeps."""
    for begin, end in _covered(hits.start[hits.is_own], length):
        inside = hits.is_own & (hits.start >= begin) & (hits.start < end)
        documents = int(hits.documents[inside].max())
        yield {"passage": text[begin:end][:_SHOWN], "characters": end - begin, "documents": documents}


def _covered(starts: np.ndarray, length: int) -> Iterator[tuple[int, int]]:
    """(begin, end) of each stretch of characters that windows with these starts, which ascend, cover without a gap."""
    if not len(starts):
        return
    for run in np.split(starts, np.flatnonzero(np.diff(starts) > length) + 1):
        yield int(run[0]), int(run[-1]) + length


def _rest(text: str, starts: np.ndarray, length: int) -> str:
    """What the windows leave of a text; a line ends where one was taken, so that no word runs across."""
    pieces, after = [], 0
    for begin, end in _covered(starts, length):
        pieces.append(text[after:begin])
        after = end
    lines = "\n".join([*pieces, text[after:]]).split("\n")
    return "\n".join(line.strip(" ") for line in lines if _LETTER.search(line))
