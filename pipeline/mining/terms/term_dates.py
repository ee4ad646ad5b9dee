"""The first and the last document that holds each term. In: batches of dated documents as tokens. Out: HOLDERS.

Of each batch only the documents of least and greatest date are told for a term, which is few rows.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.mining.terms.coded_tokens import coded
from wajue.mining.terms.term_occurrences import TermIndex, first_and_last

HOLDERS = "term_index long, date string, doc_id string"


def holders(batch: pa.RecordBatch, index: TermIndex) -> tuple[pa.RecordBatch, pa.RecordBatch]:
    """(role, date, doc_id, tokens) -> HOLDERS, the first and the last of the domain's documents with a date that hold each term.

    Documents of one date are in the order of their doc_id.
    """
    domain = batch.filter(pc.equal(batch.column("role"), "domain"))
    by_date = pc.sort_indices(domain, [("date", "ascending"), ("doc_id", "ascending")]).to_numpy()
    order = np.full(domain.num_rows, -1)
    order[by_date] = np.arange(domain.num_rows)
    order[pc.is_null(domain.column("date")).to_numpy(zero_copy_only=False)] = -1
    first, last = first_and_last(coded(domain.column("tokens"), index.coded_words, domain.column("breaks")), order, index)
    return _holders(domain, first), _holders(domain, last)


def _holders(documents: pa.RecordBatch, holder: np.ndarray) -> pa.RecordBatch:
    """HOLDERS; holder: int64 [terms], the document that holds each, or -1."""
    held_terms = np.flatnonzero(holder >= 0)
    dated = documents.select(["date", "doc_id"]).take(pa.array(holder[held_terms]))
    return pa.RecordBatch.from_arrays([pa.array(held_terms), *dated.columns], ["term_index", "date", "doc_id"])
