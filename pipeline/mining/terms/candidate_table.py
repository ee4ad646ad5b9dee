"""The table `candidates`. In: words and runs of words of the domain, counted. Out: their scores, and which rule bars each.

A *run* is one to [contrast] max_words adjacent words. Its words are coded by their rank: RARE + 1 is the most frequent word.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Contrast
from wajue.mining.ngrams.keys import LONGEST
from wajue.mining.terms import measures, termhood
from wajue.mining.terms.form_rules import broken_rule
from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import word_keys

_EDGE_WORDS = 100  # the most frequent general words; those of one character begin and end no term of several words
_TYPICAL = 200  # candidates of greatest keyness, by which a mixture of domain and general text is noticed


class DomainWords(NamedTuple):
    """The words of the domain at the count floor, most frequent first.

    strings: string [words]; general_count: int64 [words]; totals: tokens of each role.
    """

    strings: pa.StringArray
    general_count: np.ndarray
    totals: dict[str, int]

    def with_background(self, frequencies: dict[str, int]) -> "DomainWords":
        """The same, a dictionary's frequencies in the place of general text."""
        general_count = np.array([frequencies.get(word, 0) for word in self.strings.to_pylist()], np.int64)
        return self._replace(general_count=general_count, totals=self.totals | {"general": sum(frequencies.values())})


class Runs(NamedTuple):
    """Runs of the domain's words, in the order of their keys.

    codes: uint16 [runs, max_words], 0 after the last word; occurrences: int64 [runs]; pmi, left_entropy, right_entropy: float64
    [runs], nats, pmi NaN for a single word.
    """

    codes: np.ndarray
    occurrences: np.ndarray
    pmi: np.ndarray
    left_entropy: np.ndarray
    right_entropy: np.ndarray

    @classmethod
    def from_table(cls, counted: pa.Table, max_words: int) -> "Runs":
        """Of rows of (codes binary, count, pmi, left_entropy, right_entropy), in any order."""
        codes = np.frombuffer(b"".join(counted.column("codes").to_pylist()), np.uint16).reshape(-1, LONGEST)[:, :max_words]
        order = np.argsort(word_keys(codes))
        names = ("count", "pmi", "left_entropy", "right_entropy")
        columns = [counted.column(name).to_numpy(zero_copy_only=False)[order] for name in names]
        return cls(codes[order], *columns)

    def words(self, strings: pa.StringArray) -> list[list[str]]:
        """The words of each run."""
        listed = strings.to_pylist()
        return [[listed[code - RARE - 1] for code in row if code] for row in self.codes.tolist()]


class Candidate(NamedTuple):
    """What the filters look at; npmi 1 for a single word; entropy: nats, the lesser of both sides; nesting: a share."""

    term: str
    parts: list[str]
    npmi: float
    entropy: float
    nesting: float


def build(
    runs: Runs,
    counts: dict[str, np.ndarray],  # int64 [runs] under each name of term_occurrences.FIGURES
    stretches: int,  # of the domain's text, in which burst looks for a second occurrence
    domain_words: DomainWords,
    rules: Contrast,
    joiner: str,  # between the words of a term
) -> pa.Table:
    """The rows of `candidates`, the highest log_ratio first."""
    parts = runs.words(domain_words.strings)
    terms = [joiner.join(p) for p in parts]
    npmi = _npmi(runs, domain_words.totals["domain"])
    nesting, container = termhood.nesting(runs.codes, runs.occurrences)
    entropy = np.minimum(runs.left_entropy, runs.right_entropy)
    edges = _edge_characters(domain_words)
    candidates = map(Candidate, terms, parts, npmi.tolist(), entropy.tolist(), nesting.tolist())
    columns = {
        "term": terms,
        "parts": pa.array(parts, pa.list_(pa.string())),
        **_contrasted(counts, stretches, domain_words.totals),
        "npmi": npmi,
        "left_entropy": runs.left_entropy,
        "right_entropy": runs.right_entropy,
        "nesting": nesting,
        "nested_in": pa.array([terms[c] if c >= 0 else None for c in container], pa.string()),
        "filtered_by": pa.array([filter_of(c, edges, rules, joiner) for c in candidates], pa.string()),
    }
    return _one_a_term(pa.table(columns))


def _npmi(runs: Runs, total: int) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = measures.npmi(runs.pmi, runs.occurrences, float(total))
    is_single = (runs.codes != 0).sum(axis=1) == 1
    return np.where(is_single, 1.0, np.clip(npmi, -1, 1))


def _contrasted(counts: dict[str, np.ndarray], stretches: int, totals: dict[str, int]) -> dict[str, np.ndarray]:
    """The columns that compare the domain with general text."""
    domain, general = (counts[f"{role}_count"].astype(float) for role in ("domain", "general"))
    sums = [float(totals.get(role, 0)) or 1.0 for role in ("domain", "general")]
    return {
        **{name: counts[name] for name in ("domain_count", "general_count", "domain_documents", "general_documents")},
        **measures.contrasts(domain, general, *sums),
        "burst": measures.burst(domain, np.maximum(counts["domain_chunks"], 1), float(max(stretches, 1))),
    }


def _edge_characters(words: DomainWords) -> set[str]:
    """Words of one character that general text uses most."""
    most_frequent = np.argsort(-words.general_count, kind="stable")[:_EDGE_WORDS]
    return {word for word in words.strings.take(pa.array(most_frequent)).to_pylist() if len(word) == 1}


def filter_of(candidate: Candidate, edge_characters: set[str], rules: Contrast, joiner: str) -> str | None:
    """The name of the first rule that keeps a candidate from the terms, or None."""
    term, parts = candidate.term, candidate.parts
    if len(term) < 2:
        return "one_character"
    if not any(c.isalpha() for c in term):
        return "number"
    if (rule := broken_rule(term, parts)) is not None:
        return rule
    if len(parts) == 1:
        return None
    if len(term) > rules.max_characters and not joiner:
        return "too_long"
    if any(not any(c.isalpha() for c in p) for p in parts):
        return "holds_number"
    if candidate.npmi < rules.min_npmi:
        return "low_npmi"
    if candidate.entropy < rules.min_entropy:
        return "low_entropy"
    if candidate.nesting > rules.max_nesting:
        return "nested"
    if parts[0] in edge_characters or parts[-1] in edge_characters:
        return "frequent_edge"
    return None


def _one_a_term(table: pa.Table) -> pa.Table:
    """One string may be a word and also a run of words, or two runs: the fewest words, then the more frequent run, stand for it."""
    ranked = table.append_column("words", pc.list_value_length(table.column("parts")))
    ranked = ranked.sort_by([("words", "ascending"), ("domain_count", "descending"), ("term", "ascending")])
    _, first = np.unique(np.array(ranked.column("term").to_pylist(), dtype=object).astype(str), return_index=True)
    distinct = ranked.take(pa.array(np.sort(first))).drop_columns(["words"])
    return distinct.sort_by([("log_ratio", "descending"), ("domain_count", "descending"), ("term", "ascending")])


def share_in_general(candidates: pa.Table) -> tuple[int, float]:
    """(terms, share): how frequent the most typical terms of the domain are in general text, relative to the domain; the median.

    (0, 0.0) where no candidate passed the filters.
    """
    passed = candidates.filter(candidates.column("filtered_by").is_null())
    typical = passed.sort_by([("keyness", "descending")]).slice(0, _TYPICAL)
    if not typical.num_rows:
        return 0, 0.0
    shares = pc.divide(typical.column("general_per_million"), typical.column("domain_per_million")).to_numpy()
    return typical.num_rows, float(np.median(shares))
