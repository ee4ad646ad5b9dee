"""What discovery makes of one string, worked out again from the tables. In: its n-grams, the lexicon and its clauses. Out:
`WordStrength`.

The formulas are those of discovery.py. Uses of the best cut stand for the expected counts of the last round, which no table holds.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from wajue.mining.lattice.viterbi import best_cut
from wajue.mining.lattice.weights import no_spelling
from wajue.mining.lexicon import lexicon_candidates
from wajue.mining.lexicon.lexicon_candidates import NgramCandidates, Verdicts
from wajue.mining.lexicon.substitution import evidence_sums


class WordStrength(NamedTuple):
    """total: S(w), of which gain, edges, autonomy and substitution are parts; least: what it must reach; nats. parts: the string's
    best split; is_counted: it holds a number with what it counts, and cannot be a word.
    """

    total: float
    gain: float
    edges: float
    autonomy: float
    substitution: float
    least: float
    parts: list[str]
    is_counted: bool


def word_strength(
    word: str, count: int, ngrams: pa.Table, lexicon: pa.Table, clauses: pa.StringArray, *, branching_entropy: float
) -> WordStrength:
    """The strength of a string, if it is used as a word `count` times.

    ngrams: its row of `ngrams`, those of all symbols and of the words of the lexicon, and, for a word of two or three symbols,
    those of all strings of two and three; lexicon: word, used; clauses: for a word of two symbols, all that hold it;
    branching_entropy: nats, the floor of the first lexicon.
    """
    mined = lexicon_candidates.from_ngrams(ngrams, Verdicts({}, []), branching_entropy)
    candidates, [own] = mined.candidates, mined.ids_of([word])
    code = mined.alphabet.units(clauses).code
    candidates.take_substitution(evidence_sums([code], candidates.earners, candidates.symbol_count, len(candidates.codes)))
    _as_used(mined, lexicon)
    candidates.expected[own] = max(count, 1)
    judged = candidates.judged()
    [at] = np.flatnonzero(judged.ids == own)
    judgements = (judged.strength, judged.gain, judged.edges, judged.autonomy, judged.substitution, judged.least)
    total, gain, edges, autonomy, substitution, least = (float(values[at]) for values in judgements)
    parts, is_counted = _parts(mined, word, own), bool(candidates.rejected[own])
    return WordStrength(total, gain, edges, autonomy, substitution, least, parts, is_counted)


def _as_used(mined: NgramCandidates, lexicon: pa.Table) -> None:
    """Give every word and symbol of the lexicon its uses as expected count, and all others none."""
    candidates, used = mined.candidates, lexicon.column("used").to_numpy()
    ids = mined.ids_of(lexicon.column("word").to_pylist())
    candidates.expected[:] = 0.0
    candidates.expected[ids[ids >= 0]] = used[ids >= 0]
    codes = mined.alphabet.codes(lexicon.column("word").combine_chunks(), 1)[:, 0]  # 0: of more than one symbol
    candidates.symbol_expected[codes[codes > 0]] = used[codes > 0]


def _parts(mined: NgramCandidates, word: str, own: int) -> list[str]:
    """The best split of a word into other words and symbols."""
    candidates, code = mined.candidates, mined.alphabet.codes(pa.array([word]), mined.candidates.longest)[0]
    candidates.expected[own] = 0.0
    symbols = code[code > 0]
    weights = candidates.decoding()._replace(spelling=no_spelling())
    whole = np.append(symbols, np.uint16(0))
    ends = best_cut(whole, weights, len(candidates.active), longest=candidates.longest).ends[:-1]
    strings = mined.alphabet.strings(symbols[:, None]).to_pylist()
    return ["".join(strings[a:b]) for a, b in pairwise([0, *(np.flatnonzero(ends) + 1).tolist()])]
