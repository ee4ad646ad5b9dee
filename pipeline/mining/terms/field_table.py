"""The table `field_terms`. In: candidates, and how often each stands in each field. Out: the terms of each field.

A term of a field must stand out twice: from the other fields of the domain, and from general text. So each candidate is contrasted
with both, and counts by the contrast that says less of it: what all fields share stands out from general text alone, a general word
from the other fields alone. Of a pool of both, general text would be the most, and what fields share would lead each of them.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Terms
from wajue.mining.terms import contrast_measures, term_table
from wajue.mining.terms.evidence import evidence
from wajue.mining.terms.field_counts import FieldCounts
from wajue.mining.terms.term_table import Guidance, WordVectors
from wajue.schemas import COUNTS_BY_FIELD, TABLES

_OF_FIELDS = ("counts", "others_count", "others_per_million", "field_documents", "against")  # columns that `terms` lacks
_RENAMED = {"domain_count": "field_count", "domain_per_million": "field_per_million"}


class Counted(NamedTuple):
    """What the fields (their names) are compared by: rows of `candidates`, their counts, and the words of general text."""

    fields: list[str]
    candidates: pa.Table
    counts: FieldCounts
    general_words: int


def ranked(counted: Counted, field: int, vectors: WordVectors, guidance: Guidance, rules: Terms, min_count: int) -> pa.Table:
    """The terms of a field (its number), the best first: rows of `field_terms`, without examples and the field's name.

    guidance: what is accepted is listed in the fields that use it more; seeds are the whole domain's, and are not used.
    """
    own = _candidates_of(counted, field, min_count)
    steered = Guidance([], guidance.avoid, [], [])
    table = term_table.rank(own, vectors, steered, rules)
    in_order = own.take(pc.index_in(table.column("term"), value_set=own.column("term").combine_chunks()))
    is_accepted = pc.is_in(table.column("term"), value_set=pa.array(guidance.accept, pa.string()))
    columns = {_RENAMED.get(name, name): table.column(name) for name in table.column_names}
    columns |= {name: in_order.column(name) for name in _OF_FIELDS}
    columns["is_listed"] = pc.or_(table.column("is_listed"), is_accepted)
    columns["rank"] = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32))
    return pa.table({name: columns[name] for name in TABLES["field_terms"].schema.names if name in columns})


def _candidates_of(counted: Counted, field: int, min_count: int) -> pa.Table:
    """Those that the field has so often, with the field in the place of the domain, and all contrasts those of the nearer rival."""
    counts = counted.counts
    kept = np.flatnonzero(counts.occurrences[field] >= min_count)
    candidates = counted.candidates.take(pa.array(kept))
    own, chunks = counts.occurrences[field][kept], counts.chunks[field][kept]
    others = counts.occurrences.sum(axis=0)[kept] - own
    other_words = counts.totals.sum() - counts.totals[field]

    def against(count: np.ndarray, words: int) -> dict[str, np.ndarray]:
        totals = [float(max(n, 1)) for n in (counts.totals[field], words)]
        return contrast_measures.contrasts(own.astype(float), count.astype(float), *totals)

    fields = against(others, other_words)
    general = against(candidates.column("general_count").to_numpy(), counted.general_words)
    is_general_nearer = general["log_ratio_low"] < fields["log_ratio_low"]
    columns = {
        **{name: np.where(is_general_nearer, general[name], fields[name]) for name in fields},
        "general_per_million": general["general_per_million"],
        "others_per_million": fields["general_per_million"],
        "domain_count": own,
        "counts": _counts_by_field(counted, kept),
        "others_count": others,
        "field_documents": counts.documents[field][kept],
        "against": pa.array(np.where(is_general_nearer, "general", "fields").tolist(), pa.string()),
        "burst": contrast_measures.burst(own, np.maximum(chunks, 1), float(max(counts.stretches[field], 1))),
        "evidence": evidence(np.minimum(fields["keyness"], general["keyness"]), own, chunks),
    }
    return pa.table(dict(zip(candidates.column_names, candidates.columns, strict=True)) | columns)


def _counts_by_field(counted: Counted, kept: np.ndarray) -> pa.Array:
    """COUNTS_BY_FIELD of these candidates (their numbers)."""
    count = counted.counts.occurrences[:, kept].T
    names = counted.fields * len(kept)
    rates = contrast_measures.per_million(count, np.maximum(counted.counts.totals, 1))
    columns = [pa.array(names, pa.string()), pa.array(count.ravel()), pa.array(rates.ravel())]
    of_all = pa.StructArray.from_arrays(columns, fields=list(COUNTS_BY_FIELD.value_type))
    offsets = np.arange(len(kept) + 1, dtype=np.int32) * len(counted.fields)
    return pa.ListArray.from_arrays(offsets, of_all)
