"""Do two spellings stand beside the same words? In: tokens, and pairs of spellings. Out: the rows of `variants`.

The neighbours c of a word w, on a side, are likelier to be those of its standard s than those of any word where this is positive:

    E = sum over the neighbours of w of ln(p(c|s)/p(c)),    p(c|s) = (n(s, c) + m p(c))/(n(s) + m)

n counts neighbours on that side, p is the share of all tokens, m = 50. A pair's evidence is E(left) + E(right) + E(near)/2, where
near are two to four tokens away, on either side; evenly mixed neighbours give negative values (a log likelihood ratio with a
Dirichlet prior, Zhai & Lafferty 2001).
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.arrays.cells import Batches
from wajue.config import Variants
from wajue.mining.variants.spelling_pairs import LIKE_READING, OTHER_TONE, SAME_READING, SLIPS, TRANSPOSED, Pair

NEIGHBOURS = "word string, side tinyint, neighbour string, count long"
LEFT, RIGHT, NEAR = range(3)
_REACH = 4  # tokens
_SIDES = {d: (LEFT if d == -1 else RIGHT if d == 1 else NEAR) for d in range(-_REACH, _REACH + 1) if d}
_PRIOR = 50.0  # m, occurrences
_WEIGHTS = np.array([1.0, 1.0, 0.5])  # of LEFT, RIGHT, NEAR


class _Rule(NamedTuple):
    """What a slip needs beside its evidence: how many times as frequent the standard is; similarity; nats a near neighbour."""

    ratio: float
    similarity: float
    near: float


# the further the reading, the more must contexts agree; 非中 and 中非 are nine times apart, 数智化 and 数字化 .85 alike
_RULES = {
    SAME_READING: _Rule(ratio=5.0, similarity=0.0, near=-0.5),
    OTHER_TONE: _Rule(ratio=10.0, similarity=0.75, near=0.0),
    LIKE_READING: _Rule(ratio=10.0, similarity=0.9, near=0.0),
    TRANSPOSED: _Rule(ratio=15.0, similarity=0.75, near=0.0),
}


def neighbours(names: pa.Array, batches: Batches) -> Iterator[pa.Table]:
    """Batches of (tokens list<string>) -> NEIGHBOURS of the words that `names` holds; what holds no letter or digit is none."""
    for batch in batches:
        lists = batch.column("tokens")
        tokens = pc.dictionary_encode(lists.flatten())
        ids, doc_index = tokens.indices.to_numpy(), pc.list_parent_indices(lists).to_numpy()
        strings = tokens.dictionary
        is_name = pc.is_in(strings, value_set=names).to_numpy(zero_copy_only=False)
        is_word = pc.match_substring_regex(strings, r"[\p{L}\p{N}]").to_numpy(zero_copy_only=False)
        at = np.flatnonzero(is_name[ids]) if len(ids) else np.zeros(0, np.int64)
        keys = [_keys_beside(at, d, ids, doc_index, is_word, len(strings)) for d in _SIDES]
        unique, count = np.unique(np.concatenate(keys), return_counts=True)
        rest, other = np.divmod(unique, max(len(strings), 1))
        word, side = np.divmod(rest, len(_WEIGHTS))
        columns = {"word": strings.take(pa.array(word)), "side": pa.array(side.astype(np.int8))}
        yield pa.table(columns | {"neighbour": strings.take(pa.array(other)), "count": pa.array(count.astype(np.int64))})


def _keys_beside(
    at: np.ndarray, distance: int, ids: np.ndarray, doc_index: np.ndarray, is_word: np.ndarray, size: int
) -> np.ndarray:
    """For each token at these positions the number of (it, side, the token so far away), if both are in one document."""
    other = at + distance
    inside = (other >= 0) & (other < len(ids))
    at, other = at[inside], other[inside]
    near = (doc_index[at] == doc_index[other]) & is_word[ids[other]] if len(at) else np.zeros(0, bool)
    at, other = at[near], other[near]
    keys: np.ndarray = (ids[at].astype(np.int64) * len(_WEIGHTS) + _SIDES[distance]) * size + ids[other]
    return keys


def variants(pairs: Iterable[Pair], shared: pa.Table, rules: Variants) -> pa.Table:
    """The rows of `variants`. shared: a row for each neighbour of each pair's word, with the columns word, variant_of, side,
    neighbour; count, n(w, c); of_standard, n(s, c); on_side, n(s); share, p(c).
    """
    evidence = _evidence(shared)
    kept = []
    for pair in sorted(pairs, key=lambda p: (-p.word.uses, p.word.string, p.variant_of.string)):
        word, standard = pair.word, pair.variant_of
        shown = evidence.get((word.string, standard.string), _NONE)
        if pair.reason not in SLIPS or _is_slip(pair, shown, rules.min_evidence):
            figures = (shown.similarity, shown.nats, word.uses, standard.uses)
            kept.append(dict(zip(_SCHEMA.names, (word.string, standard.string, pair.reason, *figures), strict=True)))
    return pa.Table.from_pylist(kept, schema=_SCHEMA)


_SCHEMA = pa.schema(
    [(n, pa.string()) for n in ("word", "variant_of", "reason")]
    + [(n, pa.float64()) for n in ("similarity", "evidence")]
    + [(n, pa.int64()) for n in ("count", "standard_count")]
)


class _Evidence(NamedTuple):
    """nats, all of it; near, the mean of the near neighbours, nats; similarity, the share of the adjacent ones that stand beside
    the standard, too.
    """

    nats: float
    near: float
    similarity: float


_NONE = _Evidence(0.0, 0.0, 0.0)


def _is_slip(pair: Pair, shown: _Evidence, least: float) -> bool:
    rule = _RULES[pair.reason]
    is_rare = pair.variant_of.uses >= rule.ratio * pair.word.uses
    return is_rare and shown.nats >= least and shown.near >= rule.near and shown.similarity >= rule.similarity


def _evidence(shared: pa.Table) -> dict[tuple[str, str], _Evidence]:
    """Of each pair (word, variant_of)."""
    shared = shared.sort_by([(name, "ascending") for name in ("word", "variant_of", "side", "neighbour")])  # sums of floats
    count, of_standard, on_side, share = (
        shared.column(name).to_numpy().astype(float) for name in ("count", "of_standard", "on_side", "share")
    )
    side = shared.column("side").to_numpy()
    nats = count * np.log((of_standard + _PRIOR * share) / (on_side + _PRIOR) / share)
    is_near, adjacent = side == NEAR, np.where(side == NEAR, 0.0, count)
    figures = {
        "nats": nats * _WEIGHTS[side],
        "near": np.where(is_near, nats, 0.0),
        "near_count": np.where(is_near, count, 0.0),
        "adjacent": adjacent,
        "met": np.where(of_standard > 0, adjacent, 0.0),
    }
    table = pa.table({"word": shared.column("word"), "variant_of": shared.column("variant_of")} | figures)
    sums = table.group_by(["word", "variant_of"], use_threads=False).aggregate([(name, "sum") for name in figures])
    return {
        (r["word"], r["variant_of"]): _Evidence(
            r["nats_sum"],
            r["near_sum"] / max(r["near_count_sum"], 1.0),
            r["met_sum"] / max(r["adjacent_sum"], 1.0),
        )
        for r in sums.to_pylist()
    }
