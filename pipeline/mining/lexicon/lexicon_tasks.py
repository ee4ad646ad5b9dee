"""The rounds of discovery as functions from Arrow batches to Arrow batches, for any engine that can broadcast.

    clauses --encode--> CODES     CODES --evidence--> sums     CODES --expected--> sums, each round
    CODES --cut--> CUT --examples--> EXAMPLES

A word is known by its number: its position among the words of the final lexicon.

Arrays travel as the bytes of one cell. What is broadcast is an object whose `value` a task asks for.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
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
from wajue.mining.lexicon import cut_counts
from wajue.mining.lexicon.example_clauses import example_clauses
from wajue.mining.lexicon.substitution import evidence_sums
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.clauses import ROLE_BITS, ROLES, clause_rows

CODES = "role string, code binary"
CUT = f"{sums.SUMS}, numbers binary, roles binary, ranks binary, clauses binary"
SHOWING = ("numbers", "roles", "ranks", "clauses")  # the columns of CUT that `examples` reads
EXAMPLES = "number long, role string, rank long, example string"
_BLOCK = 1_000_000  # symbols; clauses are encoded once, in blocks of this size
_CUT = 16_000_000  # symbols that are cut at once: 5 bytes each


def encode(alphabet: Alphabet, share: float) -> Callable[[Batches], Batches]:
    """(clauses string, role string) -> CODES; a share below 1 takes the clauses whose hash is small, the same in every run."""

    def sampled(lines: pa.StringArray) -> pa.StringArray:
        if share == 1:
            return lines
        clauses = pc.split_pattern(lines, "\n").flatten()
        return clauses.filter(pa.array(string_hashes(clauses) < np.uint64(share * 2.0**64)))

    def apply(batches: Batches) -> Batches:
        encoded = (
            (role, alphabet.units(sampled(batch.column(0).slice(i, 1))).code)
            for batch in batches
            for i, role in enumerate(batch.column(1).to_pylist())
        )
        for role, code in _slabs_of_roles(encoded, _BLOCK):
            yield cells.block({"role": role}, {"code": code})

    return apply


def _slabs_of_roles(codes: Iterable[tuple[str, np.ndarray]], size: int) -> Iterator[tuple[str, np.ndarray]]:
    """(role, arrays of that role joined until they hold at least `size` elements)."""
    pending: dict[str, list[np.ndarray]] = defaultdict(list)
    for role, code in codes:
        pending[role].append(code)
        if sum(map(len, pending[role])) >= size:
            yield role, np.concatenate(pending.pop(role))
    for role, rest in pending.items():
        yield role, np.concatenate(rest)


def _codes(batches: Batches) -> Iterator[tuple[str, np.ndarray]]:
    """(role, symbols uint16, 0 between clauses) of each row of CODES."""
    for batch in batches:
        for role, cell in zip(*batch.columns, strict=True):
            yield role.as_py(), np.frombuffer(cell.as_buffer(), np.uint16)


def evidence(counted: Any, symbol_count: np.ndarray, candidates: int) -> Callable[[Batches], np.ndarray]:
    """CODES of one task -> the sums of substitution evidence of each candidate, int64 [candidates].

    counted: `Candidates.earners`, broadcast; symbol_count: float64 [65536].
    """

    def add_up(batches: Batches) -> np.ndarray:
        return evidence_sums((code for _, code in _codes(batches)), counted.value, symbol_count, candidates)

    return add_up


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
        expected = expected_counts(
            (code for _, code in _codes(batches)),
            self._weights.value,
            self._candidates,
            longest=self._longest,
            scale=self._scale,
            earners=self._earners.value,
        )
        return np.concatenate([*expected[:-1], [expected.log_likelihood]])

    def parts(self, total: np.ndarray) -> Expected:
        """The array as what it holds."""
        word, single, spelled, log_likelihood = np.split(total, self._offsets[1:-1])
        return Expected(word, single, spelled, int(log_likelihood[0]))


def cut(final: Any, slices: int) -> Callable[[Batches], Batches]:
    """CODES -> CUT: the sums are counts as cut_counts.py has them, beside them the clauses that show each wanted word best.

    final: `lexicon_candidates.FinalWords`, broadcast.
    """

    @cells.keeping_freed
    def apply(batches: Batches) -> Batches:
        words, none = final.value, np.zeros(0, np.int64)
        counts = cut_counts.no_counts(len(words.wanted))
        for role, code in _slabs_of_roles(_codes(batches), _CUT):
            best = best_cut(code, words.weights, len(words.wanted), longest=words.longest, named=True)
            cut_counts.add(counts, code, best, words.is_bound, role)
            numbers, ranks, clauses = example_clauses(code, best.word_ids, words.wanted)
            showing = (numbers, np.full(len(numbers), ROLE_BITS[role]), ranks, clauses)
            named = dict(zip(SHOWING, showing, strict=True))
            yield cells.block({"slice": np.int32(0)}, {"index": none, "sums": none, **named})
        yield from sums.sums_of_task(counts.ravel(), slices, **dict.fromkeys(SHOWING, none))

    return apply


def examples(shown: np.ndarray, alphabet: Alphabet) -> Callable[[Batches], Batches]:
    """The columns SHOWING of CUT -> EXAMPLES of the words that are shown (int64 numbers); of several the least rank is best.

    A clause of both roles is an example of each.
    """

    def apply(batches: Batches) -> Batches:
        for batch in batches:
            for *cells_of_row, clauses in zip(*batch.columns, strict=True):
                number, roles, rank = (np.frombuffer(cell.as_buffer(), np.int64) for cell in cells_of_row)
                rows = clause_rows(np.frombuffer(clauses.as_buffer(), np.uint16))
                for role in ROLES:
                    chosen = np.flatnonzero(np.isin(number, shown) & (roles & ROLE_BITS[role] > 0))
                    columns = [pa.array(number[chosen]), pa.array([role] * len(chosen), pa.string()), pa.array(rank[chosen])]
                    columns.append(alphabet.strings(rows[chosen]))
                    yield pa.RecordBatch.from_arrays(columns, ["number", "role", "rank", "example"])

    return apply
