"""New-word discovery: which n-grams are words, by the unigram lattice and what each word gains.

In: every n-gram with count and branching entropies (from `ngrams`), and expected counts (from `lattice`). Out: a lexicon.
Pure arithmetic on arrays: who computes the expected counts, and where, is the caller's business.

The recipe, found by experiment (docs/dev/experiments/discovery.md): start from every n-gram whose branching entropies are high
enough; let EM share the text out among them; each round drop what explains the text little better than its own parts do.

    S(w) = gain - r_n (f(first) + f(last) - 1/2) + v_n z(w),   dropped where S(w) < d_n
    gain   = log p(w) - log p(best split of w into other entries), nats
    f(c)   = share of a symbol's occurrences that stand alone: how free it is
    z(w)   = left autonomy HL(w) - HL(w without its first symbol), standardised per length, clipped to -2..2
             (Magistry & Sagot 2012, normalised variation of branching entropy)
    score  = gain/(n - 1) * min(1, use) * sqrt(min(HL, HR)), ranks words; use = share of occurrences cut out as a word
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np
from numba import njit

from wajue.mining.lattice import LONGEST_SPELLED, POSTERIOR_UNIT, Expected, Spelling, no_spelling
from wajue.mining.symbols import MAX_CLAUSE, RARE
from wajue.mining.word_table import WordTable, extended, find_words, mixed, probe, word_keys, word_table

Weights = tuple[np.ndarray, WordTable, Spelling]  # of single symbols float64 [65536], of words, of strings outside the lexicon

_IMPOSSIBLE = -1e30
_FIRST_SPELLED = 2  # the round from which strings outside the lexicon compete
_FIRST_PRUNED = 1
_LEAST_SINGLE, _LEAST_WORD, _LEAST_SHARE = 0.5, 2.0, 1e-4
_SHORTEST_EXAMPLE, _LONGEST_EXAMPLE = 8, 30  # symbols
_BOUND = 0.5  # least share of its occurrences that the rest of a word has with the number beside it


@dataclass(frozen=True)
class Thresholds:
    """The weights of S(w), one for each length 2, 3, ... 8."""

    gain: tuple[float, ...] = (3, 9, 12, 15, 18, 21, 24)  # d
    free: tuple[float, ...] = (1, 10, 0, 0, 0, 0, 0)  # r
    autonomy: tuple[float, ...] = (0, 1.5, 0, 0, 0, 0, 0)  # v
    branching_entropy: float = 0.69  # nats: the gate of the first lexicon
    spelled_share: float = 0.1  # lambda of the first round with spelling


@dataclass
class Candidates:
    """All n-grams that may be words, and the state of the rounds.

    codes: uint16 [n, longest]; count: float64 [n]; left_entropy, right_entropy: float64 [n], nats;
    symbol_count: float64 [65536]; symbol_left_entropy: float64 [65536]; numbers: bool [65536], the symbols that are numbers.
    A number belongs to a word only where what is left of the word seldom stands without it: 10米气步枪, but not 10月.
    """

    codes: np.ndarray
    count: np.ndarray
    left_entropy: np.ndarray
    right_entropy: np.ndarray
    symbol_count: np.ndarray
    symbol_left_entropy: np.ndarray
    numbers: np.ndarray = field(default_factory=lambda: np.zeros(65536, bool))
    thresholds: Thresholds = field(default_factory=Thresholds)
    keys: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))  # of the codes, if they have been computed

    def __post_init__(self) -> None:
        self.length = (self.codes != 0).sum(axis=1)
        self.longest = int(self.length.max(initial=2))
        self.first = self.codes[:, 0]
        self.last = self.codes[np.arange(len(self.codes)), self.length - 1]
        if len(self.keys) != len(self.codes):
            self.keys = word_keys(self.codes)
        self.rows = {n: np.flatnonzero(self.length == n) for n in range(2, self.longest + 1)}
        short = np.flatnonzero(self.length <= LONGEST_SPELLED)  # which may earn something while they are not active
        self.earners = word_table(self.keys[short], np.zeros(len(short)), short)
        listed = word_table(self.keys, np.zeros(len(self.keys)))
        self.autonomy = self._autonomy(listed)
        free = np.minimum(self.left_entropy, self.right_entropy) >= self.thresholds.branching_entropy
        self.expected = np.where(free, self.count, 0.0)
        self.accepted = np.zeros(len(self.codes), bool)  # a reviewer's verdicts: never pruned, never a word
        self.rejected = self._counted_out(listed)
        self.symbol_expected = self.symbol_count.copy()
        self.spelled_share = self.thresholds.spelled_share
        self.gain = np.zeros(len(self.codes))
        self.scale = 6.0
        self.symbols_total = float(self.symbol_count.sum())

    def _figure(self, codes: np.ndarray, listed: WordTable, words: np.ndarray, singles: np.ndarray) -> np.ndarray:
        """What `words` and `singles` say of these parts of candidates, each of so many symbols (uint16 [k, n]); 0: no candidate."""
        if codes.shape[1] == 1:
            return singles[codes[:, 0]]
        found = find_words(listed, word_keys(codes))
        return np.where(found >= 0, words[found], 0.0)

    def _autonomy(self, listed: WordTable) -> np.ndarray:
        z = np.zeros(len(self.codes))
        for n, rows in self.rows.items():
            if not len(rows) or not self.thresholds.autonomy[n - 2]:
                continue
            below = self._figure(self.codes[rows, 1:n], listed, self.left_entropy, self.symbol_left_entropy)
            gain, weight = self.left_entropy[rows] - below, self.count[rows]
            mean = np.average(gain, weights=weight)
            deviation = np.sqrt(np.average((gain - mean) ** 2, weights=weight))
            z[rows] = np.clip((gain - mean) / max(deviation, 1e-9), -2, 2)
        return z

    def _counted_out(self, listed: WordTable) -> np.ndarray:
        """bool [n]: what holds a number beside what stands without it more often than with it."""
        out = np.zeros(len(self.codes), bool)
        holding = np.flatnonzero(self.numbers[self.codes].any(axis=1))  # few
        for n in self.rows:
            rows = holding[self.length[holding] == n]
            for j in range(n):
                here = rows[self.numbers[self.codes[rows, j]]]
                for rest in (self.codes[here, :j], self.codes[here, j + 1 : n]):
                    if rest.size:
                        out[here] |= self.count[here] < _BOUND * self._figure(rest, listed, self.count, self.symbol_count)
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
        active = np.flatnonzero(self.expected > 0)
        words = np.full(len(self.expected), _IMPOSSIBLE)
        words[active] = np.log(self.expected[active] / total)
        return words, np.log(np.maximum(self.symbol_expected, _LEAST_SINGLE) / total)

    def spelling(self) -> Spelling:
        """P(symbol | first, middle, last place) over the active words, each counted once, smoothed towards the corpus."""
        active = np.flatnonzero(self.expected > 0)
        return spelling(self.codes[active], self.length[active], self.symbol_count, self.spelled_share)

    def weights(self, *, spelled: bool) -> Weights:
        """What a round of forward-backward needs: probabilities scaled by exp(scale) a symbol."""
        words, singles = self.log_probabilities()
        table = self._table(words, lambda log, length: np.exp(np.maximum(log + self.scale * length, -700)))
        single = np.exp(np.maximum(singles + self.scale, -700))
        if not spelled:
            return single, table, no_spelling()
        position, share = self.spelling()
        return single, table, Spelling(position * np.exp(self.scale), share)

    def decoding(self) -> Weights:
        """What the best cut needs: log probabilities, of spelled strings too."""
        words, singles = self.log_probabilities()
        position, share = self.spelling()
        spelled = Spelling(np.log(position), np.log(np.maximum(share, 1e-300)))
        return singles, self._table(words, lambda log, length: log), spelled

    def _table(self, log_prob: np.ndarray, weight: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> WordTable:
        """The active words, and with weight 0 their prefixes: few enough for a processor's cache."""
        active = np.flatnonzero(self.expected > 0)
        weights = weight(log_prob[active], self.length[active])
        return word_table(self.keys[active], weights, active, prefixes_of=self.codes[active])

    def update(self, result: Expected, *, spelled: bool, share: float = 1.0) -> None:
        """Take over the expected counts of a round over this share of the text."""
        self.expected = result.word * (POSTERIOR_UNIT / share)
        self.symbol_expected = result.single * (POSTERIOR_UNIT / share)
        if spelled:
            total = self.expected.sum() + self.symbol_expected.sum()
            self.spelled_share = max(result.spelled.sum() * POSTERIOR_UNIT / share / total, _LEAST_SHARE)
        self.scale = -result.log_likelihood / 1024 / (self.symbols_total * share)

    def prune(self) -> None:
        """Drop every word whose S(w) is below the threshold of its length."""
        self._floor_symbols()
        words, singles = self.log_probabilities()
        active = np.flatnonzero(self.expected > 0)
        gain = words[active] - best_splits(self.codes[active], self.keys[active], words[active], singles)
        self.gain = np.zeros(len(words))
        self.gain[active] = gain
        free = (self.symbol_expected + 0.5) / (self.symbol_count + 1)
        limits = self.thresholds
        d, r, v = (np.array((0, 0, *t), float)[self.length[active]] for t in (limits.gain, limits.free, limits.autonomy))
        s = gain - r * (free[self.first[active]] + free[self.last[active]] - 0.5) + v * self.autonomy[active]
        self.expected[active[s < d]] = 0.0

    def score(self, used: np.ndarray) -> np.ndarray:
        """The rank score of every word, float64 [n]; used: int64 [n], how often the best cut uses each."""
        use = np.minimum(1.0, used / np.maximum(self.count, 1))
        freedom = np.sqrt(np.maximum(np.minimum(self.left_entropy, self.right_entropy), 0))
        return np.maximum(self.gain, 0) / (self.length - 1) * use * freedom


@njit(cache=True, nogil=True)
def _best_splits(codes, log_prob, singles, slots, ids, out):
    best = np.empty(codes.shape[1] + 1)
    for e in range(len(codes)):
        n = 0
        best[0] = 0.0
        while n < codes.shape[1] and codes[e, n] != 0:
            n += 1
            best[n] = -np.inf
        for begin in range(n):
            best[begin + 1] = max(best[begin + 1], best[begin] + singles[codes[e, begin]])
            key = np.uint64(codes[e, begin])
            for end in range(begin + 2, n + (begin > 0)):
                key = extended(key, codes[e, end - 1])
                h = probe(slots, key)
                if slots[2 * h] != 0:
                    best[end] = max(best[end], best[begin] + log_prob[ids[4 * h + 2]])
        out[e] = best[n]


def best_splits(codes: np.ndarray, keys: np.ndarray, log_prob: np.ndarray, singles: np.ndarray) -> np.ndarray:
    """The log probability (float64 [n]) of the best way to make each of these words of others, or of single symbols.

    codes: uint16 [n, longest]; keys: uint64 [n]; log_prob: float64 [n]; singles: float64 [65536]; nats.
    """
    slots, ids, _ = word_table(keys, np.zeros(len(keys))).views
    out = np.empty(len(codes))
    _best_splits(codes, log_prob, singles, slots, ids, out)
    return out


@njit(cache=True, nogil=True)
def _choose(code, words, wanted, rank, begin, end):
    i = 0
    while i < len(code):
        if code[i] == 0:
            i += 1
            continue
        k, shows, whole = i, False, True
        while code[k] != 0:
            shows = shows or (words[k] >= 0 and wanted[words[k]])
            whole = whole and code[k] != RARE
            k += 1
        if not (shows and whole):
            i = k
            continue
        key = np.uint64(0)
        for j in range(i, k):
            key = extended(key, code[j])
        least = np.int64(mixed(key) >> np.uint64(2))
        if not _SHORTEST_EXAMPLE <= k - i <= _LONGEST_EXAMPLE:
            least |= np.int64(1) << np.int64(62)
        for j in range(i, k):
            if words[j] >= 0 and wanted[words[j]] and least < rank[words[j]]:
                rank[words[j]], begin[words[j]], end[words[j]] = least, i, k
        i = k


def examples(code: np.ndarray, words: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A clause for each wanted word: (id int64 [k], rank int64 [k], the clauses uint16, a 0 after each).

    code: uint16, 0 between clauses; words: int32, as `lattice.viterbi` names them; wanted: bool [words]. Of many clauses that
    of the least rank is taken, a hash: any part of the text may be searched by itself. Neither too short nor too long is first.
    """
    rank = np.full(len(wanted), np.iinfo(np.int64).max)
    begin, end = np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.int64)
    _choose(code, words, wanted, rank, begin, end)
    found = np.flatnonzero(end)
    shown = [code[i : k + 1] for i, k in zip(begin[found].tolist(), end[found].tolist(), strict=True)]
    return found, rank[found], np.concatenate([code[:0], *shown])


def clause_rows(code: np.ndarray) -> np.ndarray:
    """Clauses (uint16, a 0 after each) as rows of a matrix: uint16 [clauses, MAX_CLAUSE], 0 after the end of each."""
    end = np.flatnonzero(code == 0)
    begin = np.concatenate(([0], end[:-1] + 1))[: len(end)]
    place = begin[:, None] + np.arange(MAX_CLAUSE)
    inside = place < end[:, None]
    return np.where(inside, code[np.where(inside, place, 0)], 0).astype(np.uint16)


def spelling(codes: np.ndarray, length: np.ndarray, symbol_count: np.ndarray, share: float) -> Spelling:
    """The spelling model of a lexicon's words, probabilities.

    codes: uint16 [words, longest]; length: int [words], all at least 2; symbol_count: float64 [65536]; share: how many
    tokens are expected to be outside the lexicon. Smoothing: (t + s q)/(T + s), s = T/10 + 1, q the corpus's symbols.
    """
    q = symbol_count.copy()
    q[1] += 0.5
    q /= q.sum()
    position = np.empty((65536, 3))
    inside = np.arange(codes.shape[1])[None, :]
    middle = (inside > 0) & (inside < length[:, None] - 1)
    for place, symbols in enumerate((codes[:, 0], codes[middle], codes[np.arange(len(codes)), length - 1])):
        t = np.bincount(symbols, minlength=65536).astype(float)
        s = t.sum() / 10 + 1
        position[:, place] = np.maximum((t + s * q) / (t.sum() + s), 1e-12)
    shares = np.zeros(LONGEST_SPELLED + 1)
    for n in range(2, LONGEST_SPELLED + 1):
        shares[n] = share * max((length == n).mean() if len(length) else 0.0, 1e-9)
    return Spelling(position, shares)
