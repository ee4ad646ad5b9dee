"""Clauses: runs of text between breaks, the units of discovery. In: texts, or symbol codes. Out: clauses as strings or as rows."""

import functools
from collections.abc import Iterator, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
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


def one_of_each_form(clauses: pa.StringArray) -> pa.StringArray:
    """Of clauses that differ in their numbers alone the one with the least hash; clauses: distinct.

    A form that was filled in a hundred times says what it says once.
    """
    form, own = string_hashes(clauses, numbers_alike=True), string_hashes(clauses)
    kept = form == own  # there is no number in it
    numbered = np.flatnonzero(~kept)
    numbered = numbered[np.lexsort((own[numbered], form[numbered]))]
    kept[numbered[np.diff(form[numbered], prepend=np.uint64(0)) != 0]] = True
    return clauses.filter(pa.array(kept))


def by_role(clauses: pa.StringArray, of_roles: Mapping[str, pa.StringArray]) -> Iterator[tuple[str, pa.StringArray]]:
    """(role, its clauses): domain or general, or BOTH for those whose form stands in both; of_roles: the clauses of each role."""
    if len(of_roles) < 2:
        yield from ((role, clauses) for role in of_roles)
        return
    form = pa.array(string_hashes(clauses, numbers_alike=True))
    forms_of_roles = [pa.array(string_hashes(of_role, numbers_alike=True)) for of_role in of_roles.values()]
    stands_in = [pc.is_in(form, value_set=forms) for forms in forms_of_roles]
    both = functools.reduce(pc.and_, stands_in)
    for role, chosen in zip((BOTH, *of_roles), (both, *(pc.and_not(s, both) for s in stands_in)), strict=True):
        yield role, clauses.filter(chosen)


def clause_rows(code: np.ndarray) -> np.ndarray:
    """Clauses (uint16, a 0 after each) as rows of a matrix: uint16 [clauses, MAX_CLAUSE], 0 after the end of each."""
    end = np.flatnonzero(code == BREAK)
    begin = np.concatenate(([0], end[:-1] + 1))[: len(end)]
    position = begin[:, None] + np.arange(MAX_CLAUSE)
    inside = position < end[:, None]
    return np.where(inside, code[np.where(inside, position, 0)], 0).astype(np.uint16)
