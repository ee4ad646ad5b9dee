"""What names a topic. In: which documents hold which strings, and the topic of each. Out: its terms, its label, its coherence.

score = p ln(p / q) x cosine to the centroid; p: the share of the topic's documents that hold it, q: the share of all

The first factor asks whether the topic has more of it than the others have (informativeness; Tomokiyo & Hurst 2003), the second
whether it is what the topic is about: a word that belongs to a few of its documents only, or to the style of all, lies elsewhere
on the sphere. A label has the best scores. The other terms are those of a good score that stand in documents together with the
label and with each other, as coherence asks of them (Mimno et al. 2011; docs/dev/experiments/topics.md has the figures).
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
_POOL = 60  # best strings, among which terms are looked for that are unlike each other and stand together
_DAMPING = 5  # documents added to those of a string: two that stand once in one title tell nothing of each other
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
    """What names each topic; in a label, terms first that no other one has a better claim to. score: float32 [topics, strings]."""
    owner = score.argmax(axis=0)
    named: list[Names] = []
    for topic, of_topic in enumerate(score):
        order = [int(i) for i in np.argsort(-of_topic, kind="stable")[:_POOL] if of_topic[i] > 0]
        pool = _unlike(order, of_topic, strings)
        of_pool = presence[:, pool]
        label = sorted(range(min(_TERMS, len(pool))), key=lambda i: owner[pool[i]] != topic)[:LABEL_TERMS]
        terms = sorted(_in_company(label, of_topic[pool], of_pool))
        named.append(
            Names(
                [strings[pool[i]] for i in label],
                [strings[pool[i]] for i in terms],
                [float(of_topic[pool[i]]) for i in terms],
                coherence(of_pool, terms),
            )
        )
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


def _in_company(label: list[int], score: np.ndarray, presence: sparse.csr_array) -> list[int]:
    """The label and, one by one, the string with the greatest score x mean association with those already chosen, up to ten.

    score: float32 [n], of strings; presence: float32 [documents, n], 1 where a document holds one.
    """
    chosen, association = list(label), _association(presence)
    while len(chosen) < min(_TERMS, len(score)):
        gain = score * np.maximum(association[:, chosen].mean(axis=1), 0)
        gain[chosen] = -1  # and where no other meets them, the best score is next
        chosen.append(int(gain.argmax()))
    return chosen


def _association(presence: sparse.csr_array) -> np.ndarray:
    """float64 [n, n]: (n_ab - n_a n_b / N) / sqrt((n_a + 5) (n_b + 5)); n_ab: the documents of all N that hold both.

    Without the 5 and for rare strings it is Pearson's correlation.
    """
    both = (presence.T @ presence).toarray().astype(float)
    single = np.diag(both)
    # without what chance gives, words of style win: frequent ones meet anyway
    by_chance = np.outer(single, single) / max(presence.shape[0], 1)
    root = np.sqrt(single + _DAMPING)
    return (both - by_chance) / np.outer(root, root)


def _unlike(order: list[int], score: np.ndarray, strings: Sequence[str]) -> list[int]:
    """Of these, those of which none holds another; each as the longest string around it that scores almost as well."""
    chosen: list[int] = []
    for i in order:
        around = [j for j in order if _holds(strings[j], strings[i]) and score[j] >= _KEPT_SCORE * score[i]]
        longest = max(around, key=lambda j: len(strings[j]))
        if not any(_holds(strings[longest], strings[j]) or _holds(strings[j], strings[longest]) for j in chosen):
            chosen.append(longest)
    return chosen


def _holds(longer: str, shorter: str) -> bool:
    """Does one hold the other, as words do where it is no Chinese?"""
    return f" {shorter} " in f" {longer} " if shorter.isascii() else shorter in longer
