"""Clauses: runs of text between breaks, the units of discovery. In: texts, or symbol codes. Out: clauses as strings or as rows."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from numba import njit

from wajue.arrays.strings import string_array, string_hashes
from wajue.mining.text.alphabet import ALL
from wajue.mining.text.symbols import BREAK, MAX_CLAUSE

ROLES = ("domain", "general")
BOTH = "both"  # roles of a clause that stands in either
ROLE_BITS = {"domain": 1, "general": 2, BOTH: 3}


@njit(cache=True, nogil=True)
def _fill_clauses(units, longest, out, ends):
    """Copy every maximal run of symbols, cut after `longest` of them; returns the number of runs."""
    code, start, stop, data = units
    n, k, length = 0, 0, 0
    for u in range(len(code)):
        if code[u] == BREAK or length == longest:
            if length:
                n += 1
                ends[n] = k
            length = 0
            if code[u] == BREAK:
                continue
        for i in range(start[u], stop[u]):
            out[k] = data[i]
            k += 1
        length += 1
    return n


def clauses(texts: pa.StringArray) -> pa.StringArray:
    """Every clause of every text: a maximal run of symbols, cut at MAX_CLAUSE of them."""
    units = ALL.units(texts)
    out = np.empty(int((units.stop - units.start).sum()), np.uint8)
    ends = np.zeros(len(units.code) + 1, np.int64)
    n = _fill_clauses(units, MAX_CLAUSE, out, ends)
    return string_array(out, ends[: n + 1])


def one_of_each_form(clauses: pa.StringArray, roles: np.ndarray) -> Iterator[tuple[str, pa.StringArray]]:
    """(role, its clauses), each once: domain or general, or BOTH for those whose form stands in both; roles: uint8, ROLE_BITS.

    Of clauses that differ in their numbers alone it is the one with the least hash: a form that was filled in a hundred times says
    what it says once.
    """
    if not len(clauses):
        return
    form, own = string_hashes(clauses, numbers_alike=True), string_hashes(clauses)
    order = np.argsort(form)
    form, own = form[order], own[order]
    starts = np.flatnonzero(np.append(True, form[1:] != form[:-1]))
    least = np.repeat(np.minimum.reduceat(own, starts), np.diff(starts, append=len(own)))
    chosen = np.minimum.reduceat(np.where(own == least, order, len(order)), starts)
    stands_in = np.bitwise_or.reduceat(roles[order], starts)
    for role in (BOTH, *ROLES):
        if len(of_role := np.sort(chosen[stands_in == ROLE_BITS[role]])):
            yield role, clauses.take(pa.array(of_role))


def clause_rows(code: np.ndarray) -> np.ndarray:
    """Clauses (uint16, a 0 after each) as rows of a matrix: uint16 [clauses, MAX_CLAUSE], 0 after the end of each."""
    end = np.flatnonzero(code == BREAK)
    begin = np.concatenate(([0], end[:-1] + 1))[: len(end)]
    position = begin[:, None] + np.arange(MAX_CLAUSE)
    inside = position < end[:, None]
    return np.where(inside, code[np.where(inside, position, 0)], 0).astype(np.uint16)
