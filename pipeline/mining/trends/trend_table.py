"""The table `trends`. In: the counts of the terms of one bucket by corpus and period, and what those have in all. Out: what became
of each term (timeline.py), with the counts that this was judged by.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Trends
from wajue.mining.trends import period_counts, timeline

COUNTED = ("corpus", "period", "count", "document_count")
COUNTS = "period_counts array<struct<corpus: string, period: string, count: bigint, document_count: bigint>>"  # beside `trends`
_BATCH_CELLS = 200_000  # terms times corpora times periods that are scored at once; some ten arrays of this size


class Periods(NamedTuple):
    """The periods of a role. names, corpora: in order; tokens: float64 [corpora, periods], the words there, 0 where a corpus has no
    text; squared_lengths: likewise, the sum over documents of the squared number of words.
    """

    names: list[str]
    corpora: list[str]
    tokens: np.ndarray
    squared_lengths: np.ndarray


def periods_of_roles(table: pa.Table) -> dict[str, Periods]:
    """table: rows of (role, corpus, period, words, squares), sorted; those without a period are left out."""
    dated = table.filter(pc.is_valid(table.column("period")))
    periods = {}
    for role in pc.unique(dated.column("role")).to_pylist():
        own = dated.filter(pc.equal(dated.column("role"), role))
        names, corpora = (sorted(pc.unique(own.column(name)).to_pylist()) for name in ("period", "corpus"))
        cells = tuple(_index(own.column(name), among) for name, among in (("corpus", corpora), ("period", names)))
        tokens, squares = np.zeros((2, len(corpora), len(names)))
        tokens[cells], squares[cells] = own.column("words").to_numpy(), own.column("squares").to_numpy()
        periods[role] = Periods(names, corpora, tokens, squares)
    return periods


def _index(column: pa.ChunkedArray, among: list[str]) -> np.ndarray:
    """Where each value stands in the list, -1 for null, int64 [n]."""
    index: np.ndarray = pc.index_in(column, value_set=pa.array(among, pa.string()), skip_nulls=True).fill_null(-1).to_numpy()
    return index


class Scorer(NamedTuple):
    """What a role's terms are judged by. rank_of: the rank of each term of `terms`."""

    periods: Periods
    rank_of: dict[str, int]
    rules: Trends

    def score(self, counts: pa.Table) -> Iterator[pa.RecordBatch]:
        """Rows of `trends` and COUNTS of the terms at the count floor. counts: as period_counts.added has them, of one role."""
        if not counts.num_rows:
            return
        terms = counts.column("term").combine_chunks()
        starts = np.flatnonzero(np.append(True, pc.not_equal(terms[1:], terms[:-1]).to_numpy(zero_copy_only=False)))
        stops = np.append(starts[1:], counts.num_rows)
        is_dated = pc.is_valid(counts.column("period")).to_numpy()
        occurrences = np.add.reduceat(np.where(is_dated, counts.column("count").to_numpy(), 0), starts)
        frequent = np.flatnonzero(occurrences >= self.rules.min_count)
        batch = max(1, _BATCH_CELLS // self.periods.tokens.size)
        for begin in range(0, len(frequent), batch):
            chosen = frequent[begin : begin + batch]
            sizes = stops[chosen] - starts[chosen]
            indices = np.repeat(starts[chosen] - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
            yield self._score(counts.take(pa.array(indices)).combine_chunks(), sizes)

    def _score(self, counts: pa.Table, sizes: np.ndarray) -> pa.RecordBatch:
        """sizes: how many rows of `counts` each term has."""
        names, _, tokens, squared_lengths = self.periods
        sums = _by_period(counts, sizes, self.periods)
        occurrences = sums["count"]
        effect = timeline.design_effect(occurrences, sums["squares"], sums["products"], tokens, squared_lengths)
        offsets = np.append(0, np.cumsum(sizes))
        first = counts.take(pa.array(offsets[:-1])).combine_chunks()
        terms = first.column("term").combine_chunks()
        columns: dict[str, Any] = {
            "term": terms,
            "rank": pa.array([self.rank_of.get(term) for term in terms.to_pylist()], pa.int32()),
            "role": first.column("role").combine_chunks(),
            **self._judged(occurrences / effect[:, None, None]),
            **_extent(occurrences.sum(axis=1), names),
            "count": occurrences.sum(axis=(1, 2)).astype(np.int64),
            "document_count": sums["documents"].sum(axis=(1, 2)).astype(np.int64),
            "design_effect": effect,
            "period_counts": _lists(counts, offsets),
        }
        return pa.RecordBatch.from_pydict(columns)

    def _judged(self, occurrences: np.ndarray) -> dict[str, Any]:
        """The columns that say what became of the terms, of effective counts, float64 [terms, corpora, periods]."""
        rules, names, tokens = self.rules, self.periods.names, self.periods.tokens
        change = timeline.change(occurrences, tokens)
        burst = timeline.burst(occurrences.sum(axis=1), timeline.usual(occurrences, tokens), factor=rules.burst_factor)
        lasting = timeline.lasting_bits(occurrences, tokens, change, burst)
        floors = {"min_z": rules.min_z, "min_bits": rules.min_change, "min_burst": rules.min_burst}
        return {
            "label": np.array(timeline.LABELS)[timeline.labels(change, lasting, burst.weight, **floors)],
            "since": _names_at(names, np.where(change.since > 0, change.since, -1)),
            "change": change.bits,
            "z": change.z,
            "before_per_million": 1e6 * change.before,
            "after_per_million": 1e6 * change.after,
            "burst": burst.weight,
            "burst_first": _names_at(names, burst.first),
            "burst_last": _names_at(names, burst.last),
        }


def _by_period(counts: pa.Table, sizes: np.ndarray, periods: Periods) -> dict[str, np.ndarray]:
    """The sums of each term, float64 [terms, corpora, periods], under each name of period_counts.SUMS."""
    term = np.repeat(np.arange(len(sizes)), sizes)
    corpus, period = _index(counts.column("corpus"), periods.corpora), _index(counts.column("period"), periods.names)
    is_dated = period >= 0
    cells = (term[is_dated], corpus[is_dated], period[is_dated])
    sums = {}
    for name in period_counts.SUMS:
        sums[name] = np.zeros((len(sizes), *periods.tokens.shape))
        sums[name][cells] = counts.column(name).to_numpy()[is_dated]
    return sums


def _extent(occurrences: np.ndarray, names: list[str]) -> dict[str, pa.StringArray]:
    """The first and the last period in which each term occurs. occurrences: float64 [terms, periods]."""
    occurs = occurrences > 0
    return {
        "first_period": _names_at(names, occurs.argmax(axis=1)),
        "last_period": _names_at(names, len(names) - 1 - occurs[:, ::-1].argmax(axis=1)),
    }


def _lists(counts: pa.Table, offsets: np.ndarray) -> pa.ListArray:
    """The counts of each term as a list of structs; offsets: int64 [terms + 1]."""
    columns = {
        shown: counts.column(name).combine_chunks()
        for shown, name in (("corpus", "corpus"), ("period", "period"), ("count", "count"), ("document_count", "documents"))
    }
    structs = pa.StructArray.from_arrays(list(columns.values()), list(columns))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _names_at(names: list[str], index: np.ndarray) -> pa.StringArray:
    """The names of these periods, null for -1."""
    return pa.array(names).take(pa.array(index, mask=index < 0))
