"""What names a topic. In: which documents hold which strings, and the topic of each. Out: its terms, its label, its coherence.

score = p ln(p / q) x cosine to the centroid; p: the share of the topic's documents that hold it, q: the share of all

The first factor asks whether the topic has more of it than the others have (informativeness; Tomokiyo & Hurst 2003), the second
whether it is what the topic is about: a word that belongs to a few of its documents only, or to the style of all, lies elsewhere
on the sphere.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from scipy import sparse

from wajue.mining.terms import form_rules, fragments

LABEL_TERMS = 3
# doubts about the pieces of a mined word; that a verb begins it is none: 制动器
_FRAGMENT = frozenset(("cut_badly", "closed_class", "weak_first", "weak_inner", "weak_last"))
_TERMS = 10  # that a topic is described by
LEAST_DOCUMENTS = 2  # of a topic, that hold a term of it, unless it has fewer
_POOL = 60  # best terms among which unlike ones are looked for
_KEPT_SCORE = 0.8  # share of a string's score from which a longer one that holds it stands for it: 逆变器 for 逆变


class Names(NamedTuple):
    """What names one topic, the best first."""

    label: list[str]
    terms: list[str]
    scores: list[float]
    coherence: float | None  # mean NPMI of its terms, -1..1; None where they are fewer than two


def may_name(string: str, tags: Mapping[str, str], pieces: Callable[[str], list[str]]) -> bool:
    """Can it name a topic? No character, number, fragment or general word; tags: jieba's; pieces: cuts by its dictionary.

    A mined word, or a term, may be a piece of a sentence that many documents have (怎样判断, 要先): its pieces tell.
    """
    if len(string) < 2 or not any(c.isalpha() for c in string) or form_rules.broken_rule(string, [string]):
        return False
    if string in tags or string.isascii():
        return not fragments.doubts_of([string], tags)
    return _FRAGMENT.isdisjoint(fragments.doubts_of(pieces(string), tags)) and not fragments.doubts_of([string], tags)


def scores(presence: sparse.csr_array, topic: np.ndarray, count: int, cosine: np.ndarray) -> np.ndarray:
    """float32 [count, n]: of each of n strings in each topic; 0 where it does not name it.

    presence: float32 [documents, n], 1 where a document holds a string; topic: int [documents], -1 for none; cosine: [count, n].
    """
    inside = topic >= 0
    members = sparse.csr_array(
        (np.ones(int(inside.sum()), np.float32), (topic[inside], np.flatnonzero(inside))), (count, len(topic))
    )
    counts = (members @ presence).toarray().astype(float)
    documents = np.bincount(topic[inside], minlength=count)[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):  # a string that no document holds, a topic without a document
        share = counts / documents
        score = share * np.log(share / (counts.sum(axis=0) / documents.sum())) if count > 1 else share  # there is no rest
    score = np.nan_to_num(np.where(counts >= np.minimum(LEAST_DOCUMENTS, documents), score, 0.0))
    return (np.maximum(score, 0) * np.maximum(cosine, 0)).astype(np.float32)


def names(score: np.ndarray, strings: Sequence[str], presence: sparse.csr_array) -> list[Names]:
    """What names each topic, the terms first that no other one has a better claim to. score: float32 [topics, strings]."""
    owner = score.argmax(axis=0)
    named: list[Names] = []
    for topic, of_topic in enumerate(score):
        order = [int(i) for i in np.argsort(-of_topic, kind="stable")[:_POOL] if of_topic[i] > 0]
        terms = _unlike(order, of_topic, strings, _TERMS)
        label = sorted(terms, key=lambda i: owner[i] != topic)[:LABEL_TERMS]
        figures = [float(of_topic[i]) for i in terms]
        named.append(Names([strings[i] for i in label], [strings[i] for i in terms], figures, coherence(presence, terms)))
    return named


def coherence(presence: sparse.csr_array, terms: list[int]) -> float | None:
    """Mean NPMI of all pairs, by the documents that hold both (Bouma 2009; Lau et al. 2014); -1 for a pair that none holds."""
    if len(terms) < 2 or not presence.shape[0]:
        return None
    columns = presence[:, terms]
    both = (columns.T @ columns).toarray().astype(float) / presence.shape[0]
    single = np.diag(both)
    first, second = np.triu_indices(len(terms), 1)
    p = both[first, second]
    with np.errstate(divide="ignore", invalid="ignore"):
        npmi = np.log(p / (single[first] * single[second])) / -np.log(p)
    return float(np.where(p > 0, np.where(p < 1, npmi, 1.0), -1.0).mean())


def _unlike(order: list[int], score: np.ndarray, strings: Sequence[str], most: int) -> list[int]:
    """The first of these, none of which holds another; each as the longest string around it that scores almost as well."""
    chosen: list[int] = []
    for i in order:
        if len(chosen) == most:
            break
        around = [j for j in order if _holds(strings[j], strings[i]) and score[j] >= _KEPT_SCORE * score[i]]
        longest = max(around, key=lambda j: len(strings[j]))
        if not any(_holds(strings[longest], strings[j]) or _holds(strings[j], strings[longest]) for j in chosen):
            chosen.append(longest)
    return chosen


def _holds(longer: str, shorter: str) -> bool:
    """Does one hold the other, as words do where it is no Chinese?"""
    return f" {shorter} " in f" {longer} " if shorter.isascii() else shorter in longer
