"""The table `candidates`. In: words and runs of words of the domain, counted. Out: their scores, which rule bars each, and what
else speaks against it.

A *run* is one to [contrast] max_words adjacent words. Its words are coded by their rank: RARE + 1 is the most frequent word. A run
whose string the dictionary knows as a word (被告人, cut as 被 and 告人) is judged as that word.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.config import Contrast
from wajue.mining.ngrams.keys import LONGEST
from wajue.mining.terms import contrast_measures, fragments, stand_ins, termhood
from wajue.mining.terms.evidence import evidence
from wajue.mining.terms.form_rules import STOP_WORDS, broken_rule, holds_letter, is_bare_number
from wajue.mining.terms.term_occurrences import CONTEXTS, COUNTS, WINDOW_SHARES
from wajue.mining.text.symbols import RARE
from wajue.mining.text.word_table import word_keys
from wajue.mining.tokens.surface import HAN, seams, written

_EDGE_WORDS = 100  # the most frequent general words; those of one character begin and end no term of several words
_TYPICAL = 200  # candidates of greatest keyness, by which a mixture of domain and general text is noticed
# what is written without Han lives in Chinese prose, and is no piece of code, if half of its occurrences stand beside a Han word,
# and that share of the tokens around them is Han; hand-labelled, on manuals: precision from .35 to .57, recall .95
_BESIDE_HAN, _HAN_AROUND = 0.5, 0.45
CHINESE = 0.1  # of the candidates hold Han: the domain is Chinese
_LATIN_RUN = re.compile(r" ?[!-~]+ ?")


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
    """What the filters look at; npmi 1 for a single word; entropy: nats, the lesser of both sides; nesting: a share.

    parts: its words, or the string alone where the dictionary knows it.
    """

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
    tags: Mapping[str, str],  # of the words of a dictionary: their parts of speech
) -> pa.Table:
    """The rows of `candidates`, the highest log_ratio first."""
    parts = runs.words(domain_words.strings)
    units = [[word] if (word := joiner.join(p)) in tags else p for p in parts]
    is_spaced = 2 * counts["spaced"] > counts["domain_count"]
    terms = [written(p, joiner, seams(p) if spaced else ()) for p, spaced in zip(parts, is_spaced.tolist(), strict=True)]
    npmi = _npmi(runs, domain_words.totals["domain"])
    nesting, container = termhood.nesting(runs.codes, runs.occurrences)
    entropy = np.minimum(runs.left_entropy, runs.right_entropy)
    edges = _edge_characters(domain_words)
    candidates = list(map(Candidate, terms, units, npmi.tolist(), entropy.tolist(), nesting.tolist()))
    doubts = [doubts_of(c, edges, rules, tags) for c in candidates]
    contexts, contrasted = _contexts(counts), _contrasted(counts, stretches, domain_words.totals)
    filters = _filters(candidates, contexts, rules, joiner, tags)
    is_known = [len(u) == 1 and u[0] in tags for u in units]
    filters = stand_ins.without_fragments(filters, nesting, container, termhood.is_hopeless(doubts), is_known)
    filters = stand_ins.without_other_spellings(filters, terms, counts["domain_count"])
    columns = {
        "term": terms,
        "parts": pa.array(parts, pa.list_(pa.string())),
        **contrasted,
        "npmi": npmi,
        "left_entropy": runs.left_entropy,
        "right_entropy": runs.right_entropy,
        **contexts,
        "evidence": evidence(contrasted["keyness"], counts["domain_count"], counts["domain_chunks"]),
        "nesting": nesting,
        "nested_in": pa.array([terms[c] if c >= 0 else None for c in container], pa.string()),
        "filtered_by": pa.array(filters, pa.string()),
        "doubts": pa.array(doubts, pa.list_(pa.string())),
    }
    return _one_a_term(pa.table(columns))


def _npmi(runs: Runs, total: int) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = contrast_measures.npmi(runs.pmi, runs.occurrences, float(total))
    is_single = (runs.codes != 0).sum(axis=1) == 1
    return np.where(is_single, 1.0, np.clip(npmi, -1, 1))


def _contrasted(counts: dict[str, np.ndarray], stretches: int, totals: dict[str, int]) -> dict[str, np.ndarray]:
    """The columns that compare the domain with general text."""
    domain, general = (counts[f"{role}_count"].astype(float) for role in ("domain", "general"))
    sums = [float(totals.get(role, 0)) or 1.0 for role in ("domain", "general")]
    return {
        **{name: counts[name] for name in COUNTS if name != "domain_chunks"},
        **contrast_measures.contrasts(domain, general, *sums),
        "burst": contrast_measures.burst(domain, np.maximum(counts["domain_chunks"], 1), float(max(stretches, 1))),
    }


def _contexts(counts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The columns that are means over a term's occurrences in the domain, 0..1."""
    occurrences = np.maximum(counts["domain_count"], 1)
    means = {name: counts[name] / occurrences for name in CONTEXTS}
    return means | {"han_around": means["han_around"] / WINDOW_SHARES}


def _edge_characters(words: DomainWords) -> set[str]:
    """Words of one character that general text uses most."""
    most_frequent = np.argsort(-words.general_count, kind="stable")[:_EDGE_WORDS]
    return {word for word in words.strings.take(pa.array(most_frequent)).to_pylist() if len(word) == 1}


def _filters(
    candidates: list[Candidate], contexts: dict[str, np.ndarray], rules: Contrast, joiner: str, tags: Mapping[str, str]
) -> list[str | None]:
    """The name of the first rule that keeps each candidate from the terms, or None."""
    has_han = np.array([HAN.search(c.term) is not None for c in candidates], bool)
    in_prose = (contexts["beside_han"] >= _BESIDE_HAN) & (contexts["han_around"] >= _HAN_AROUND)
    foreign = ~has_han & ~in_prose & (has_han.mean() >= CHINESE)
    return [
        filter_of(c, rules, joiner, tags) or ("outside_prose" if is_foreign else None)
        for c, is_foreign in zip(candidates, foreign, strict=True)
    ]


def filter_of(candidate: Candidate, rules: Contrast, joiner: str, tags: Mapping[str, str]) -> str | None:
    """The name of the first rule of form that keeps a candidate from the terms, or None."""
    term, parts = candidate.term, candidate.parts
    if len(term) < 2:
        return "one_character"
    if not holds_letter(term):
        return "number"
    rule = broken_rule(term, parts)
    if rule == "one_character_repeated" and tags.get(term, "").startswith("n"):
        rule = None  # 妈妈, 星星, which 哈哈 and 天天 look like
    if rule:
        return rule
    if len(parts) == 1:
        return None
    if len(_LATIN_RUN.sub("x", term)) > rules.max_characters and not joiner:
        return "too_long"
    if any(map(is_bare_number, parts)):
        return "holds_number"
    if candidate.nesting > rules.max_nesting:
        return "nested"
    return None


def doubts_of(candidate: Candidate, edge_characters: set[str], rules: Contrast, tags: Mapping[str, str]) -> list[str]:
    """The names of what speaks against a candidate, without barring it."""
    parts = candidate.parts
    doubts = fragments.doubts_of(parts, tags)
    if len(parts) == 1:
        return doubts
    edges = {parts[0], parts[-1]}
    checks = {
        "low_npmi": candidate.npmi < rules.min_npmi,
        "low_entropy": candidate.entropy < rules.min_entropy,
        "frequent_edge": not edges.isdisjoint(edge_characters),
        "edge_stop_word": not edges.isdisjoint(STOP_WORDS),
    }
    return doubts + [name for name, holds in checks.items() if holds]


def _one_a_term(table: pa.Table) -> pa.Table:
    """One string may be a word and also a run of words, or two runs: the fewest words, then the more frequent run, stand for it."""
    keys = table.select(["term", "domain_count", "log_ratio"]).append_column("words", pc.list_value_length(table.column("parts")))
    by_length = [("words", "ascending"), ("domain_count", "descending"), ("term", "ascending")]
    ranked = pc.sort_indices(keys, by_length).to_numpy()
    strings = pc.dictionary_encode(table.column("term").combine_chunks()).indices.to_numpy()
    _, first = np.unique(strings[ranked], return_index=True)
    distinct = ranked[first]
    by_ratio = [("log_ratio", "descending"), ("domain_count", "descending"), ("term", "ascending")]
    return table.take(distinct[pc.sort_indices(keys.take(distinct), by_ratio)])


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
