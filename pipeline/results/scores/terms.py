"""Scores of a ranked terminology against lexicons of its field. In: terms in order, lexicons, text. Out: figures."""

from collections.abc import Collection, Iterable, Iterator

import numpy as np

LENGTHS: dict[str, tuple[int, int | None]] = {
    "all lengths": (2, None),
    "2 characters": (2, 2),
    "3 characters": (3, 3),
    "4 characters": (4, 4),
    "5 and more": (5, None),
}
_SLOTS = 20  # bits: a first look-up that fits a processor's cache
_BLOCK = 1 << 22  # characters at a time


def of_length(terms: Iterable[str], least: int, most: int | None) -> set[str]:
    """The terms of so many characters."""
    return {t for t in terms if least <= len(t) and (most is None or len(t) <= most)}


def average_precision(ranked: list[str], wanted: Collection[str]) -> float | None:
    """The mean over all wanted terms of the precision at their rank, 0 for one that is not ranked; None if none is wanted."""
    found, total = 0, 0.0
    for rank, term in enumerate(ranked, 1):
        if term in wanted:
            found += 1
            total += found / rank
    return total / len(wanted) if wanted else None


def occurrences(texts: Iterable[str], terms: Collection[str]) -> dict[str, int]:
    """How often each term stands in the texts, as a string, overlapping ones too; one that never does is left out.

    Windows of each length are looked up by a hash of 64 bits, a sum of characters times random numbers: among 10^9 windows and
    10^5 terms the odds of one false match are less than 1 in 10^5.
    """
    groups: dict[int, list[str]] = {}
    for term in sorted(set(terms)):
        groups.setdefault(len(term), []).append(term)
    longest = max(groups, default=0)
    factors = np.random.default_rng(0).integers(0, 1 << 64, longest, dtype=np.uint64) | np.uint64(1)
    listed = {n: _Listed([int((_codes(t) * factors[:n]).sum()) for t in group]) for n, group in groups.items()}
    for block in _blocks(texts):
        codes = _codes(block)
        keys = np.zeros(len(codes), np.uint64)
        for n in range(1, min(longest, len(codes)) + 1):
            keys = keys[: len(codes) - n + 1]
            keys += codes[n - 1 :] * factors[n - 1]
            if n in listed:
                listed[n].count(keys)
    return {t: int(c) for n, group in groups.items() for t, c in zip(group, listed[n].counts, strict=True) if c}


def _codes(text: str) -> np.ndarray:
    """uint64 [characters]."""
    return np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)


def _blocks(texts: Iterable[str]) -> Iterator[str]:
    """Texts joined by line ends, which no term holds, to pieces of about _BLOCK characters."""
    held: list[str] = []
    size = 0
    for text in texts:
        held.append(text)
        size += len(text)
        if size >= _BLOCK:
            yield "\n".join(held)
            held, size = [], 0
    yield "\n".join(held)


class _Listed:
    """Keys of terms of one length, and how often each was seen."""

    def __init__(self, keys: list[int]) -> None:
        self.order = np.argsort(np.array(keys, np.uint64))
        self.keys = np.array(keys, np.uint64)[self.order]
        self.counts = np.zeros(len(keys), np.int64)
        self.slots = np.zeros(1 << _SLOTS, bool)
        self.slots[self.keys >> np.uint64(64 - _SLOTS)] = True

    def count(self, seen: np.ndarray) -> None:
        """Add the keys of a text, uint64."""
        seen = seen[self.slots[seen >> np.uint64(64 - _SLOTS)]]
        place = np.searchsorted(self.keys, seen).clip(max=len(self.keys) - 1)
        place = place[self.keys[place] == seen]
        np.add.at(self.counts, self.order[place], 1)
