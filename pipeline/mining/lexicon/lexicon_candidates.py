"""N-grams as candidates for the lexicon. In: rows of `ngrams`, and the verdicts in [new_words]. Out: candidates, which the rounds
of discovery.py weigh, and the log probability of each accepted word.
"""

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wajue.errors import ConfigError
from wajue.mining.lattice.viterbi import best_cut
from wajue.mining.lattice.weights import LONGEST_SPELLED, Weights
from wajue.mining.lexicon.discovery import Candidates, Thresholds
from wajue.mining.text.alphabet import Alphabet
from wajue.mining.text.word_table import word_keys

_SYMBOLS = 1 << 16  # codes of symbols
BOUND = 0.5  # single share below which a symbol beside a word is what is left of another one
_MARGIN = 0.01  # nats by which an accepted word beats its parts; weights are kept in 32 bits


class Verdicts(NamedTuple):
    """What a reviewer decided in [new_words]. accept: words with their weights, counts, or None."""

    accept: dict[str, float | None]
    reject: list[str]


class NgramCandidates(NamedTuple):
    """N-grams of two symbols and more as candidates, in the order of their keys.

    pmi: float64 [candidates], nats; symbols: the rows of `ngrams` of single symbols, without n.
    """

    alphabet: Alphabet
    candidates: Candidates
    pmi: np.ndarray
    symbols: pa.Table

    def ids_of(self, strings: list[str]) -> np.ndarray:
        """The candidate (int64) that each string is, or -1."""
        keys = self.candidates.keys
        if not strings or not len(keys):
            return np.full(len(strings), -1)
        wanted = word_keys(self.alphabet.codes(pa.array(strings, pa.string()), self.candidates.codes.shape[1]))
        position = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where((keys[position] == wanted) & (wanted > 0), position, -1)

    def final_words(self, known: set[str] | None) -> "FinalWords":
        """What the final cut needs; known: the words that are not new, or None: no examples are wanted."""
        candidates = self.candidates
        strings = self.alphabet.strings(candidates.codes[candidates.active]).to_pylist()
        wanted = np.array([known is not None and string not in known for string in strings], bool)
        return FinalWords(candidates.decoding(), candidates.longest, wanted, candidates.single_share < BOUND)


class FinalWords(NamedTuple):
    """The lexicon after the last round; a word's number is its position in `Candidates.active`.

    weights: log probabilities; longest: symbols of the longest; wanted: bool [words], those that clauses are to show;
    is_bound: bool [65536], the symbols that seldom are words of their own.
    """

    weights: Weights
    longest: int
    wanted: np.ndarray
    is_bound: np.ndarray


def possible_words(ngrams: pa.RecordBatch, accepted: pa.StringArray, branching_entropy: float) -> pa.RecordBatch:
    """The rows that can be in the lexicon.

    Short n-grams may earn their way into it as spelled strings, long ones only by their branching entropy (nats, the lesser).
    """
    entropy = pc.min_element_wise(ngrams.column("left_entropy"), ngrams.column("right_entropy"))
    is_free = pc.greater_equal(entropy, branching_entropy)
    is_short = pc.less_equal(ngrams.column("n"), LONGEST_SPELLED)
    is_accepted = pc.is_in(ngrams.column("ngram"), value_set=accepted)
    return ngrams.filter(pc.or_kleene(pc.or_kleene(is_short, is_free), is_accepted))


def from_ngrams(ngrams: pa.Table, verdicts: Verdicts, branching_entropy: float) -> NgramCandidates:
    """branching_entropy: nats, the floor of the first lexicon. Raises ConfigError if a word is both accepted and rejected."""
    n = ngrams.column("n").to_numpy()
    symbols = ngrams.filter(pa.array(n == 1)).drop_columns(["n"]).combine_chunks()
    symbol_strings, counts = symbols.column("ngram").combine_chunks(), symbols.column("count").to_numpy()
    alphabet = Alphabet.from_symbols(zip(symbol_strings.to_pylist(), counts.tolist(), strict=True))
    symbol_codes = alphabet.codes(symbol_strings, 1)[:, 0]
    symbol_count, symbol_left_entropy = np.zeros(_SYMBOLS), np.zeros(_SYMBOLS)
    symbol_count[symbol_codes], symbol_left_entropy[symbol_codes] = counts, symbols.column("left_entropy").to_numpy()
    word_rows, longest = np.flatnonzero(n > 1), int(n.max())
    codes = np.concatenate([alphabet.codes(strings, longest) for strings in ngrams.column("ngram").chunks])[word_rows]
    keys = word_keys(codes)
    order = np.argsort(keys)  # which does not depend on how the table was written
    word_rows = word_rows[order]
    pmi, count, left_entropy, right_entropy = (
        ngrams.column(name).to_numpy()[word_rows] for name in ("pmi", "count", "left_entropy", "right_entropy")
    )
    candidates = Candidates(
        codes=codes[order],
        count=count.astype(float),
        left_entropy=left_entropy,
        right_entropy=right_entropy,
        symbol_count=symbol_count,
        symbol_left_entropy=symbol_left_entropy,
        is_number=alphabet.is_number,
        thresholds=Thresholds(branching_entropy=branching_entropy),
        keys=keys[order],
    )
    return _with_verdicts(NgramCandidates(alphabet, candidates, pmi, symbols), verdicts)


def _with_verdicts(mined: NgramCandidates, verdicts: Verdicts) -> NgramCandidates:
    if both := set(verdicts.accept) & set(verdicts.reject):
        raise ConfigError(f"[new_words] accept and reject both name {'、'.join(sorted(both)[:5])}; take them out of one")
    for strings, verdict in ((verdicts.reject, mined.candidates.rejected), (list(verdicts.accept), mined.candidates.accepted)):
        ids = mined.ids_of(strings)
        verdict[ids[ids >= 0]] = True
    return mined


def weigh_accepted(mined: NgramCandidates, accept: dict[str, float | None]) -> dict[str, float]:
    """The log probability of each accepted word: what its weight says, or just enough for it to be cut out whole.

    The candidates among them get their expected counts accordingly.
    """
    candidates = mined.candidates
    total = candidates.expected.sum() + candidates.symbol_expected.sum()
    ids = mined.ids_of(list(accept))
    decoding, active = candidates.decoding(), candidates.active
    log_probability = {}
    for candidate_id, (word, weight) in zip(ids.tolist(), accept.items(), strict=True):
        code = mined.alphabet.units(pa.array([word])).code
        if weight is None:
            whole = best_cut(code, decoding, len(active), longest=candidates.longest)
            weight = total * np.exp(whole.log_probability.sum() + _MARGIN)
        if candidate_id >= 0:
            candidates.expected[candidate_id] = weight
        log_probability[word] = float(np.log(weight / total))
    return log_probability
