"""How often terms occur in each field of the domain. In: tokens of documents. Out: sums over them, and what they mean."""

from collections.abc import Callable, Collection
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays.cells import Batches
from wajue.mining.terms.coded_tokens import coded
from wajue.mining.terms.term_occurrences import FIGURES, Tally, TermIndex

COLUMNS = ("corpus", "tokens", "breaks")  # of `tokens`, that are counted
_COUNTED = [FIGURES.index(name) for name in ("domain_count", "domain_documents", "domain_chunks")]
_SIZES = 2  # of a field: its words, its stretches of text


class FieldCounts(NamedTuple):
    """Of each term in each field, int64 [fields, terms]: occurrences, documents and stretches (chunks) of text that hold it.

    totals, stretches: int64 [fields], the words of a field, and its stretches of text.
    """

    occurrences: np.ndarray
    documents: np.ndarray
    chunks: np.ndarray
    totals: np.ndarray
    stretches: np.ndarray

    @classmethod
    def from_sums(cls, sums: np.ndarray, fields: int) -> "FieldCounts":
        """Of what `counter` makes, added up."""
        of_terms, of_fields = sums[: -_SIZES * fields], sums[-_SIZES * fields :]
        return cls(*of_terms.reshape(fields, len(_COUNTED), -1).swapaxes(0, 1), *of_fields.reshape(fields, _SIZES).T)


def sums(fields: int, terms: int) -> int:
    """How many numbers `counter` makes."""
    return fields * (len(_COUNTED) * terms + _SIZES)


def counter(corpora: Collection[list[str]], index: TermIndex) -> Callable[[Batches], np.ndarray]:
    """Batches of COLUMNS -> int64 [sums(fields, terms)]; corpora: of each field."""
    names = [pa.array(listed) for listed in corpora]

    def count(batches: Batches) -> np.ndarray:
        tallies, sizes = [Tally(index) for _ in names], np.zeros((len(names), _SIZES), np.int64)
        for batch in batches:
            for tally, size, of_field in zip(tallies, sizes, names, strict=True):
                documents = batch.filter(pc.is_in(batch.column("corpus"), of_field))
                if documents.num_rows:
                    tokens = coded(documents.column("tokens"), index.coded_words, documents.column("breaks"))
                    size += np.array((np.count_nonzero(tokens.code), tally.add(tokens, domain=True)))
        return np.concatenate([*(tally.figures[_COUNTED].ravel() for tally in tallies), sizes.ravel()])

    return count
