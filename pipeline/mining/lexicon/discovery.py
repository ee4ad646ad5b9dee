"""New-word discovery: which n-grams are words, by the unigram lattice and what each word gains.

In: every n-gram with count and branching entropies (from `ngrams`), and expected counts (from `forward_backward`). Out: a lexicon.
This is arithmetic on arrays: how and where the expected counts are computed is left to the caller.

The recipe, found by experiment (docs/dev/experiments/discovery.md): start from every n-gram whose branching entropies are high
enough; let EM share the text out among them; each round drop what explains the text little better than its own parts do.

    S(w) = gain - r_n (f(first) + f(last) - 1/2) + v_n z(w) - t_n e(w),   dropped where S(w) < d_n
    gain   = log p(w) - log p(best split of w into other entries), nats
    f(c)   = single share: the share of a symbol's occurrences that are words of their own, (expected + 1/2)/(count + 1)
    z(w)   = left autonomy HL(w) - HL(w without its first symbol), standardised per length, clipped to -2..2
             (Magistry & Sagot 2012, normalised variation of branching entropy)
    e(w)   = substitution evidence: how far the neighbours of w are those of its symbols beside others (substitution.py)
    score  = gain/(n - 1) * min(1, use) * sqrt(min(HL, HR)) * (1 - b), ranks words; use = share of occurrences cut out as one
    b      = share of these uses beside the remainder of another word: a single symbol with f < 1/2, or a string outside the
             lexicon; that of the left or that of the right side, the larger one
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from wajue.mining.lattice.forward_backward import LIKELIHOOD_UNIT, POSTERIOR_UNIT, Expected
from wajue.mining.lattice.weights import Spelling, Weights, log_spelling, no_spelling, spelling_of
from wajue.mining.lexicon.best_splits import best_splits
from wajue.mining.lexicon.substitution import EVIDENCE_UNIT
from wajue.mining.text.word_table import WordTable, find_words, word_keys, word_table

_IMPOSSIBLE = -1e30
_FIRST_SPELLED = 2  # the round from which strings outside the lexicon compete
_FIRST_PRUNED = 1
_LEAST_SINGLE, _LEAST_WORD, _LEAST_SHARE = 0.5, 2.0, 1e-4
_BOUND = 0.5  # least share of its occurrences that the rest of a word has with the number beside it
_FIRST_SCALE = 6.0  # nats a symbol, about what text has


@dataclass(frozen=True)
class Thresholds:
    """What a word must reach: the least branching entropy (nats) for the first lexicon, and S(w) by length 2, 3, ... 8."""

    branching_entropy: float
    gain: tuple[float, ...] = (3, 9, 12, 15, 18, 21, 24)  # d
    single_share: tuple[float, ...] = (1, 10, 0, 0, 0, 0, 0)  # r
    autonomy: tuple[float, ...] = (0, 1.5, 0, 0, 0, 0, 0)  # v
    substitution: tuple[float, ...] = (0.5, 0, 0, 0, 0, 0, 0)  # t
    spelled_share: float = 0.1  # of all tokens, outside the lexicon, in the first round with spelling


class Judgement(NamedTuple):
    """What decides whether words stay.

    ids: int64 [k], of candidates; gain, edges, autonomy, substitution: the parts of S(w); least: d_n, which it must reach;
    float64 [k], nats.
    """

    ids: np.ndarray
    gain: np.ndarray
    edges: np.ndarray
    autonomy: np.ndarray
    substitution: np.ndarray
    least: np.ndarray

    @property
    def strength(self) -> np.ndarray:
        """S(w), float64 [k]."""
        return self.gain - self.edges + self.autonomy - self.substitution


@dataclass
class Candidates:
    """All n-grams that may be words, and the state of the rounds.

    codes: uint16 [n, longest]; count: float64 [n]; left_entropy, right_entropy: float64 [n], nats;
    symbol_count: float64 [65536]; symbol_left_entropy: float64 [65536]; is_number: bool [65536].
    A number belongs to a word only where what is left of the word seldom stands without it: 10米气步枪, but not 10月.
    """

    codes: np.ndarray
    count: np.ndarray
    left_entropy: np.ndarray
    right_entropy: np.ndarray
    symbol_count: np.ndarray
    symbol_left_entropy: np.ndarray
    thresholds: Thresholds
    is_number: np.ndarray = field(default_factory=lambda: np.zeros(65536, bool))
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))  # of the codes, if they have been computed

    def __post_init__(self) -> None:
        self.length = (self.codes != 0).sum(axis=1, dtype=np.int8)
        self.longest = int(self.length.max(initial=2))
        self.first = self.codes[:, 0]
        self.last = self.codes[np.arange(len(self.codes)), self.length - 1]
        if len(self.keys) != len(self.codes):
            self.keys = word_keys(self.codes)
        # which may earn something while they are not active, with the counts that substitution evidence looks up
        self.earners = word_table(self.keys, self.count)
        self.autonomy = self._autonomy()
        self.substitution = np.zeros(len(self.codes))  # e, of words of two symbols; 0: not known
        self.expected = np.where(self.branching_entropy >= self.thresholds.branching_entropy, self.count, 0.0)
        self.accepted = np.zeros(len(self.codes), bool)  # a reviewer's verdicts: never pruned, never a word
        self.rejected = self._counted_out()
        self.symbol_expected = self.symbol_count.copy()
        self.spelled_share = self.thresholds.spelled_share
        self.gain = np.zeros(len(self.codes))
        self.scale = _FIRST_SCALE
        self.symbols_total = float(self.symbol_count.sum())

    @property
    def branching_entropy(self) -> np.ndarray:
        """The lesser of left and right, float64 [n]."""
        return np.minimum(self.left_entropy, self.right_entropy)

    def _of_parts(self, parts: np.ndarray, of_candidates: np.ndarray, of_singles: np.ndarray) -> np.ndarray:
        """The figure (float64 [k]) of parts of candidates (uint16 [k, n]), all of n symbols; 0 for what is no candidate."""
        if parts.shape[1] == 1:
            return of_singles[parts[:, 0]]
        ids = find_words(self.earners, word_keys(parts))
        return np.where(ids >= 0, of_candidates[ids], 0.0)

    def _autonomy(self) -> np.ndarray:
        z = np.zeros(len(self.codes))
        for n, v in enumerate(self.thresholds.autonomy, 2):
            ids = np.flatnonzero(self.length == n) if v else ()
            if not len(ids):
                continue
            without_first = self._of_parts(self.codes[ids, 1:n], self.left_entropy, self.symbol_left_entropy)
            rise, weight = self.left_entropy[ids] - without_first, self.count[ids]
            mean = np.average(rise, weights=weight)
            deviation = np.sqrt(np.average((rise - mean) ** 2, weights=weight))
            z[ids] = np.clip((rise - mean) / max(deviation, 1e-9), -2, 2)
        return z

    def _counted_out(self) -> np.ndarray:
        """bool [n]: what holds a number beside what stands without it more often than with it."""
        out = np.zeros(len(self.codes), bool)
        numbered = np.flatnonzero(self.is_number[self.codes].any(axis=1))  # few
        for n in range(2, self.longest + 1):
            ids = numbered[self.length[numbered] == n]
            for j in range(n):
                number_at_j = ids[self.is_number[self.codes[ids, j]]]
                for rest in (self.codes[number_at_j, :j], self.codes[number_at_j, j + 1 : n]):
                    if rest.size:
                        rest_count = self._of_parts(rest, self.count, self.symbol_count)
                        out[number_at_j] |= self.count[number_at_j] < _BOUND * rest_count
        return out

    def rounds(self, number: int, expect: Callable[[Weights], Expected], *, share: float = 1.0) -> Iterator[int]:
        """Expectation maximisation: yields the number of each round, from 1, once it is done.

        expect: the expected counts of this share of the text under the weights given.
        """
        for k in range(number):
            self.floor()
            spelled = k >= _FIRST_SPELLED
            self.update(expect(self.weights(spelled=spelled)), spelled=spelled, share=share)
            if k >= _FIRST_PRUNED:
                self.prune()
            yield k + 1
        self.floor()

    def take_substitution(self, sums: np.ndarray, *, share: float = 1.0) -> None:
        """Take over e(w) from its sums over this share of the text (int64 [n], as `substitution.evidence_sums` makes them)."""
        self.substitution = sums * (EVIDENCE_UNIT / share) / self.count

    def floor(self) -> None:
        """Before a round: single symbols never vanish, a longer word below two expected uses does."""
        self._floor_symbols()
        self.expected = np.where(self.expected >= _LEAST_WORD, self.expected, 0.0)
        self.expected[self.accepted] = np.maximum(self.expected[self.accepted], _LEAST_WORD)
        self.expected[self.rejected] = 0.0

    def _floor_symbols(self) -> None:
        listed = self.symbol_count > 0
        self.symbol_expected = np.where(listed, np.maximum(self.symbol_expected, _LEAST_SINGLE), 0.0)

    def log_probabilities(self) -> tuple[np.ndarray, np.ndarray]:
        """(words float64 [n], single symbols float64 [65536]), nats; a pruned word has about -1e30.

        A symbol too rare to be listed has the weight of the rarest that is.
        """
        total = self.expected.sum() + self.symbol_expected.sum()
        active = self.active
        words = np.full(len(self.expected), _IMPOSSIBLE)
        words[active] = np.log(self.expected[active] / total)
        return words, np.log(np.maximum(self.symbol_expected, _LEAST_SINGLE) / total)

    @property
    def single_share(self) -> np.ndarray:
        """f, how free each symbol is: the share of its occurrences that are words of their own, float64 [65536]."""
        return (self.symbol_expected + 0.5) / (self.symbol_count + 1)

    def _spelling(self) -> Spelling:
        """That of the active words."""
        active = self.active
        return spelling_of(self.codes[active], self.length[active], self.symbol_count, self.spelled_share)

    def weights(self, *, spelled: bool) -> Weights:
        """What a round of forward-backward needs: probabilities scaled by exp(scale) a symbol."""
        word_log_prob, single_log_prob = self.log_probabilities()
        table = self._table(word_log_prob)
        single = np.exp(np.maximum(single_log_prob + self.scale, -700))
        if not spelled:
            return Weights(single, table, no_spelling())
        spelling = self._spelling()
        return Weights(single, table, spelling._replace(position=spelling.position * np.exp(self.scale)))

    @property
    def active(self) -> np.ndarray:
        """The words of the lexicon as it stands: ids of candidates, int64, ascending."""
        return np.flatnonzero(self.expected > 0)

    def decoding(self) -> Weights:
        """What the best cut needs: log probabilities, of spelled strings too; a word's id is its position in `active`."""
        word_log_prob, single_log_prob = self.log_probabilities()
        active = self.active
        table = word_table(self.keys[active], word_log_prob[active], np.arange(len(active)), prefixes_of=self.codes[active])
        return Weights(single_log_prob, table, log_spelling(self._spelling()))

    def _table(self, log_prob: np.ndarray) -> WordTable:
        """The active words, and with weight 0 their prefixes: few enough for a processor's cache."""
        active = self.active
        weights = np.exp(np.maximum(log_prob[active] + self.scale * self.length[active], -700))
        return word_table(self.keys[active], weights, active, prefixes_of=self.codes[active])

    def update(self, result: Expected, *, spelled: bool, share: float = 1.0) -> None:
        """Take over the expected counts of a round over this share of the text."""
        self.expected = result.word * (POSTERIOR_UNIT / share)
        self.symbol_expected = result.single * (POSTERIOR_UNIT / share)
        if spelled:
            total = self.expected.sum() + self.symbol_expected.sum()
            self.spelled_share = max(result.spelled.sum() * POSTERIOR_UNIT / share / total, _LEAST_SHARE)
        self.scale = -result.log_likelihood * LIKELIHOOD_UNIT / (self.symbols_total * share)

    def judged(self) -> Judgement:
        """S(w) of every active word, and the parts of it."""
        self._floor_symbols()
        word_log_prob, single_log_prob = self.log_probabilities()
        active = self.active
        log_prob = word_log_prob[active]
        gain = log_prob - best_splits(self.codes[active], log_prob, single_log_prob, keys=self.keys[active])
        limits, length, single_share = self.thresholds, self.length[active], self.single_share
        of_lengths = (limits.gain, limits.single_share, limits.autonomy, limits.substitution)
        d, r, v, t = (np.array((0, 0, *of_length), float)[length] for of_length in of_lengths)
        edges = r * (single_share[self.first[active]] + single_share[self.last[active]] - 0.5)
        return Judgement(active, gain, edges, v * self.autonomy[active], t * self.substitution[active], d)

    def prune(self) -> None:
        """Drop every word whose S(w) is below the threshold of its length."""
        judged = self.judged()
        self.gain = np.zeros(len(self.codes))
        self.gain[judged.ids] = judged.gain
        self.expected[judged.ids[judged.strength < judged.least]] = 0.0

    def score(self, ids: np.ndarray, used: np.ndarray, remainder_share: np.ndarray) -> np.ndarray:
        """The rank score of these words, float64 [k]; ids: int64 [k]; used: int64 [k], how often the best cut uses each;
        remainder_share: float64 [k], of these uses, b.
        """
        use = np.minimum(1.0, used / np.maximum(self.count[ids], 1))
        entropy = np.sqrt(np.maximum(self.branching_entropy[ids], 0))
        return np.maximum(self.gain[ids], 0) / (self.length[ids] - 1) * use * entropy * (1 - remainder_share)
