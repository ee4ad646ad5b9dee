"""Do two spellings stand beside the same words? In: tokens, and pairs of spellings. Out: the rows of `variants`.

The neighbours c of a word w, on a side, are likelier to be those of its standard s than those of any word where this is positive:

    E = sum over the neighbours of w of ln(p(c|s)/p(c)),    p(c|s) = (n(s, c) + m p(c))/(n(s) + m)

n counts neighbours on that side, p is the share of all tokens, m = 50. A pair's evidence is E(left) + E(right) + E(near)/2, where
near are two to four tokens away, on either side; evenly mixed neighbours give negative values (a log likelihood ratio with a
Dirichlet prior, Zhai & Lafferty 2001). What as many uses of s itself would give, each set aside from the rest of s, is what it
is measured by: the names of two states share neighbours, too, but not half as many as a name and its misspelling.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from wajue.config import Variants
from wajue.mining.variants.neighbour_counts import NEAR, SIDES
from wajue.mining.variants.spelling_pairs import (
    LATIN_CASE,
    LIKE_READING,
    LIKE_SHAPE,
    OTHER_TONE,
    SAME_READING,
    SLIPS,
    TRANSPOSED,
    Pair,
)

_PRIOR = 50.0  # m, occurrences
_LEAST_SHARE = 0.4  # of the evidence that as many uses of the standard itself would give; see docs/dev/experiments/variants.md
_WEIGHTS = np.array([1.0, 1.0, 0.5])  # of LEFT, RIGHT, NEAR


class _Rule(NamedTuple):
    """What a slip needs: the standard so many times as frequent, or ten times the evidence and least_ratio; times the least
    evidence; similarity; nats a near neighbour.
    """

    ratio: float
    least_ratio: float
    evidence: float
    similarity: float
    near: float


# The further the writing, the more must contexts agree: 数智化 and 数字化 are .75 alike, 屏膜 and 屏幕 .83. The one who writes 冶疗
# for 治疗 again and again speaks of one matter, so that words near by say less. Of two letters the case may tell words apart: Cd
# and CD, Go and GO; of 25 such pairs with evidence 3 are doubtful, of 57 without at least 20 are two words.
_RULES = {
    LATIN_CASE: _Rule(ratio=1.0, least_ratio=1.0, evidence=1.0, similarity=0.0, near=-math.inf),
    SAME_READING: _Rule(ratio=10.0, least_ratio=5.0, evidence=1.0, similarity=0.0, near=-0.75),
    OTHER_TONE: _Rule(ratio=10.0, least_ratio=5.0, evidence=3.0, similarity=0.55, near=-0.25),
    LIKE_READING: _Rule(ratio=10.0, least_ratio=5.0, evidence=3.0, similarity=0.8, near=0.0),
    LIKE_SHAPE: _Rule(ratio=10.0, least_ratio=5.0, evidence=3.0, similarity=0.85, near=-1.0),
    TRANSPOSED: _Rule(ratio=15.0, least_ratio=15.0, evidence=2.0, similarity=0.75, near=0.0),
}
_SHORT = 2  # letters
_FREQUENT = 10  # times the evidence for what is not so rare: 到帐 and 到账, 秘钥 and 密钥


class Evidence(NamedTuple):
    """That a word is a spelling of another one: nats, all of it; expected, what as many uses of the standard would give, nats;
    near, the mean of the near neighbours, nats; similarity, the share of the adjacent ones that stand beside the standard, too.
    """

    nats: float
    expected: float
    near: float
    similarity: float


_NONE = Evidence(0.0, 0.0, 0.0, 0.0)
Evidences = dict[tuple[str, str], Evidence]  # of (word, what it may be a variant of)


def _log_likelihood_ratio(of_standard: np.ndarray, on_side: np.ndarray, share: np.ndarray) -> np.ndarray:
    """ln p(c|s)/p(c), float64 [n]; of_standard: n(s, c), on_side: n(s), share: p(c)."""
    ratio: np.ndarray = np.log((of_standard + _PRIOR * share) / (on_side + _PRIOR) / share)
    return ratio


def of_itself(profile: Iterable[pa.RecordBatch], on_side: np.ndarray, total: int) -> np.ndarray:
    """float64 [names, SIDES]: the nats that one of its neighbours gives a word, set aside from the rest of it.

    profile: neighbour_counts.MET's; on_side: int64 [names, SIDES], n(s); total: all tokens.
    """
    nats = np.zeros(on_side.size)
    for batch in profile:
        name, side, count, uses = (batch.column(c).to_numpy() for c in ("name", "side", "count", "uses"))
        at = name.astype(np.int64) * SIDES + side
        given = count * _log_likelihood_ratio(count - 1, on_side.ravel()[at] - 1, uses / total)
        nats += np.bincount(at, given, len(nats))
    # rounded, as the order in which they are added up depends on the partitions
    rounded: np.ndarray = np.round(nats.reshape(on_side.shape) / np.maximum(on_side, 1), 9)
    return rounded


def likely(pairs: Iterable[Pair], evidence: Evidences, rules: Variants) -> list[Pair]:
    """The pairs of one word in two forms, and of slips and short words those whose contexts agree; the most frequent first."""
    kept = (p for p in pairs if not _is_doubtful(p) or _is_shown(p, evidence.get(p.names, _NONE), rules.min_evidence))
    return sorted(kept, key=lambda p: (-p.word.uses, *p.names))


def variants(pairs: Iterable[Pair], evidence: Evidences, of_rivals: Evidences) -> pa.Table:
    """The rows of `variants`: the pairs but for slips whose contexts are more those of a rival. of_rivals: of (word, rival)."""
    strongest: dict[str, float] = defaultdict(lambda: -math.inf)
    for (word, _), shown in of_rivals.items():
        strongest[word] = max(strongest[word], shown.nats)
    kept = []
    for pair in pairs:
        shown = evidence.get(pair.names, _NONE)
        if pair.reason not in SLIPS or shown.nats > strongest[pair.word.string]:
            figures = (shown.similarity, shown.nats, pair.word.uses, pair.variant_of.uses)
            kept.append(dict(zip(_SCHEMA.names, (*pair.names, pair.reason, *figures), strict=True)))
    return pa.Table.from_pylist(kept, schema=_SCHEMA)


_SCHEMA = pa.schema(
    [(n, pa.string()) for n in ("word", "variant_of", "reason")]
    + [(n, pa.float64()) for n in ("similarity", "evidence")]
    + [(n, pa.int64()) for n in ("count", "standard_count")]
)


def _is_doubtful(pair: Pair) -> bool:
    word = pair.word.string
    return pair.reason in SLIPS or (pair.reason == LATIN_CASE and len(word) <= _SHORT and word.isascii() and word.isalpha())


def _is_shown(pair: Pair, shown: Evidence, least: float) -> bool:
    rule = _RULES[pair.reason]
    ratio = pair.variant_of.uses / pair.word.uses
    needed = rule.evidence * least * (1 if ratio >= rule.ratio else _FREQUENT)
    is_alike = shown.nats >= max(needed, _LEAST_SHARE * shown.expected)
    return ratio >= rule.least_ratio and is_alike and shown.near >= rule.near and shown.similarity >= rule.similarity


def evidence(pairs: Sequence[Pair], numbers: np.ndarray, met: Mapping[str, pa.Table]) -> Evidences:
    """Of each pair. numbers: int64 [pairs, 2], its words'; met: the kinds of neighbour_counts.MET, which has these numbers."""
    total = sum(met["totals"].column("uses").to_pylist())
    name, side, count = (met["sums"].column(c).to_numpy().astype(np.int64) for c in ("name", "side", "count"))
    on_side = np.bincount(name * SIDES + side, count, (int(numbers.max()) + 1) * SIDES).reshape(-1, SIDES)
    own = of_itself(met["profile"].to_batches(), on_side, total)
    shared = met["shared"]
    at = numbers[shared.column("pair").to_numpy(), 1], shared.column("side").to_numpy()
    columns = {"on_side": on_side[at], "share": shared.column("uses").to_numpy() / total, "own": own[at]}
    return evidence_of(pairs, pa.table({c: shared.column(c) for c in shared.column_names} | columns))


def evidence_of(pairs: Sequence[Pair], shared: pa.Table) -> Evidences:
    """shared: a row for each neighbour of each pair's word, with the columns pair, its number; side; count, n(w, c); of_standard,
    n(s, c); on_side, n(s); share, p(c); own, the nats that a neighbour of s itself gives.
    """
    shared = shared.sort_by([(name, "ascending") for name in ("pair", "side", "count", "of_standard", "share")])  # sums of floats
    count, of_standard, on_side, share, own = (
        shared.column(name).to_numpy().astype(float) for name in ("count", "of_standard", "on_side", "share", "own")
    )
    side = shared.column("side").to_numpy()
    nats = count * _log_likelihood_ratio(of_standard, on_side, share)
    is_near, adjacent = side == NEAR, np.where(side == NEAR, 0.0, count)
    figures = {
        "nats": nats * _WEIGHTS[side],
        "expected": count * own * _WEIGHTS[side],
        "near": np.where(is_near, nats, 0.0),
        "near_count": np.where(is_near, count, 0.0),
        "adjacent": adjacent,
        "met": np.where(of_standard > 0, adjacent, 0.0),
    }
    pair = shared.column("pair").to_numpy()
    sums = {name: np.bincount(pair, values, len(pairs)) for name, values in figures.items()}
    near = sums["near"] / np.maximum(sums["near_count"], 1.0)
    similarity = sums["met"] / np.maximum(sums["adjacent"], 1.0)
    each = zip(*(values.tolist() for values in (sums["nats"], sums["expected"], near, similarity)), strict=True)
    return {p.names: Evidence(*values) for p, values in zip(pairs, each, strict=True)}
