"""The rounds of discovery as functions from Arrow batches to Arrow batches, for any engine that can broadcast.

    clauses --encode--> CODES     CODES --expected--> sums, each round     CODES --cut--> CUT --examples--> EXAMPLES

Arrays travel as the bytes of one cell. What is broadcast is an object whose `value` a task asks for.
"""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays import cells, sums
from wajue.arrays.cells import Batches
from wajue.arrays.strings import string_hashes
from wajue.mining.lattice.forward_backward import Expected, expected_counts
from wajue.mining.lattice.viterbi import best_cut
from wajue.mining.lattice.weights import LONGEST_SPELLED
from wajue.mining.lexicon.example_clauses import example_clauses
from wajue.mining.ngrams import tasks
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.clauses import clause_rows

CODES = "code binary"
CUT = f"{sums.SUMS}, candidate_ids binary, ranks binary, clauses binary"
SHOWING = ("candidate_ids", "ranks", "clauses")  # the columns of CUT that `examples` reads
EXAMPLES = "candidate_id long, rank long, example string"
_BLOCK = 1_000_000  # symbols; clauses are encoded once, in blocks of this size
_SLAB = 16_000_000  # symbols that are counted at once: arrays of the lexicon's size are made for each slab


def encode(alphabet: Alphabet, share: float) -> Callable[[Batches], Batches]:
    """(clauses string) -> CODES; a share below 1 takes the clauses whose hash is small, so that every run takes the same."""

    def sampled(lines: pa.StringArray) -> pa.StringArray:
        if share == 1:
            return lines
        clauses = pc.split_pattern(lines, "\n").flatten()
        return clauses.filter(pa.array(string_hashes(clauses) < np.uint64(share * 2.0**64)))

    def apply(batches: Batches) -> Batches:
        for code in tasks.slabs((alphabet.units(sampled(batch.column(0))).code for batch in batches), _BLOCK):
            yield cells.block({}, {"code": code})

    return apply


def _slabs(batches: Batches) -> Iterator[np.ndarray]:
    """The symbols (uint16, 0 between clauses) of CODES, many at once."""
    codes = (np.frombuffer(cell.as_buffer(), np.uint16) for batch in batches for cell in batch.column("code"))
    return tasks.slabs(codes, _SLAB)


class ExpectedCounts:
    """Expected counts of one round as one array, the parts of forward_backward.Expected end to end, which tasks can add up.

    candidates: how many there are; longest: symbols of the longest; weights, earners: as `expected_counts` takes them,
    both broadcast; scale: nats a symbol.
    """

    def __init__(self, candidates: int, longest: int, weights: Any, earners: Any, scale: float) -> None:
        self._candidates, self._longest, self._scale = candidates, longest, scale
        self._weights, self._earners = weights, earners
        self._offsets = np.cumsum([0, candidates, 65536, LONGEST_SPELLED + 1, 1]).tolist()

    @property
    def size(self) -> int:
        """Of the array."""
        return int(self._offsets[-1])

    def count(self, batches: Batches) -> np.ndarray:
        """CODES of one task -> their expected counts, int64 [size]."""
        total = np.zeros(self.size, np.int64)
        weights, earners = self._weights.value, self._earners.value
        for code in _slabs(batches):
            counted: tuple[Any, ...] = expected_counts(
                code, weights, self._candidates, longest=self._longest, scale=self._scale, earners=earners
            )
            for part, (begin, end) in zip(counted, pairwise(self._offsets), strict=True):
                total[begin:end] += part
        return total

    def parts(self, total: np.ndarray) -> Expected:
        """The array as what it holds."""
        word, single, spelled, log_likelihood = np.split(total, self._offsets[1:-1])
        return Expected(word, single, spelled, int(log_likelihood[0]))


def cut(weights: Any, wanted: Any, longest: int, slices: int) -> Callable[[Batches], Batches]:
    """CODES -> CUT: how often the best cut uses each candidate, and for each wanted one the clause that shows it best.

    weights: of the final lexicon; wanted: bool [candidates]; both broadcast.
    """

    @cells.keeping_freed
    def apply(batches: Batches) -> Batches:
        size = len(wanted.value)
        used, none = np.zeros(size, np.int64), np.zeros(0, np.int64)
        for code in _slabs(batches):
            best = best_cut(code, weights.value, size, longest=longest, named=True)
            used += best.uses
            showing = dict(zip(SHOWING, example_clauses(code, best.word_ids, wanted.value), strict=True))
            yield cells.block({"slice": np.int32(0)}, {"index": none, "sums": none, **showing})
        yield from sums.sums_of_task(used, slices, **dict.fromkeys(SHOWING, none))

    return apply


def examples(shown: np.ndarray, alphabet: Alphabet) -> Callable[[Batches], Batches]:
    """The columns SHOWING of CUT -> EXAMPLES of the candidates that are shown (int64 ids); of several the least rank is best."""

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for ids, ranks, clauses in zip(*batch.columns, strict=True):
                candidate_ids, rank = (np.frombuffer(cell.as_buffer(), np.int64) for cell in (ids, ranks))
                chosen = np.flatnonzero(np.isin(candidate_ids, shown))
                code = clause_rows(np.frombuffer(clauses.as_buffer(), np.uint16))[chosen]
                columns = [pa.array(candidate_ids[chosen]), pa.array(rank[chosen]), alphabet.strings(code)]
                yield pa.RecordBatch.from_arrays(columns, ["candidate_id", "rank", "example"])

    return apply
