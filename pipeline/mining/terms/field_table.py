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
from wajue.schemas import TABLES

_RENAMED = {"domain_count": "field_count", "domain_per_million": "field_per_million"}


class Counted(NamedTuple):
    """What the fields are compared by: rows of `candidates`, their counts, and the words of general text."""

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
    is_accepted = pc.is_in(table.column("term"), value_set=pa.array(guidance.accept, pa.string()))
    table = table.set_column(
        table.column_names.index("is_listed"), "is_listed", pc.or_(table.column("is_listed"), is_accepted)
    ).append_column("rank", pa.array(np.arange(1, table.num_rows + 1, dtype=np.int32)))
    more = own.take(pc.index_in(table.column("term"), value_set=own.column("term").combine_chunks()))
    for name in ("others_count", "others_per_million", "field_documents", "against"):
        table = table.append_column(name, more.column(name))
    table = table.rename_columns([_RENAMED.get(name, name) for name in table.column_names])
    return table.select([name for name in TABLES["field_terms"].schema.names if name in table.column_names])


def _candidates_of(counted: Counted, field: int, min_count: int) -> pa.Table:
    """Those that the field has so often, with the field in the place of the domain, and all contrasts those of the nearer rival."""
    counts = counted.counts
    kept = np.flatnonzero(counts.count[field] >= min_count)
    candidates = counted.candidates.take(pa.array(kept))
    count = counts.count[field][kept]
    others = counts.count.sum(axis=0)[kept] - count
    general = candidates.column("general_count").to_numpy()
    words = float(max(counts.totals[field], 1))
    rivals = [(others, counts.totals.sum() - counts.totals[field]), (general, counted.general_words)]
    by_rival = [contrast_measures.contrasts(count.astype(float), n.astype(float), words, float(max(w, 1))) for n, w in rivals]
    nearer = by_rival[1]["log_ratio_low"] < by_rival[0]["log_ratio_low"]  # general text?
    least_keyness = np.minimum(by_rival[0]["keyness"], by_rival[1]["keyness"])
    chunks = counts.chunks[field][kept]
    columns = {
        **{name: np.where(nearer, by_rival[1][name], by_rival[0][name]) for name in by_rival[0]},
        "general_per_million": by_rival[1]["general_per_million"],
        "others_per_million": by_rival[0]["general_per_million"],
        "domain_count": count,
        "others_count": others,
        "field_documents": counts.documents[field][kept],
        "against": pa.array(np.where(nearer, "general", "fields").tolist(), pa.string()),
        "burst": contrast_measures.burst(count, np.maximum(chunks, 1), float(max(counts.stretches[field], 1))),
        "evidence": evidence(least_keyness, count, chunks),
    }
    return pa.table(dict(zip(candidates.column_names, candidates.columns, strict=True)) | columns)
