import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests import reference
from wajue.mining.lattice.forward_backward import Expected, expected_counts
from wajue.mining.lattice.weights import Weights
from wajue.mining.lexicon.discovery import Candidates, Thresholds
from wajue.mining.lexicon.substitution import evidence_sums
from wajue.mining.ngrams.counting import count as count_ngrams
from wajue.mining.ngrams.keys import key_codes, lengths
from wajue.mining.ngrams.windows import windows

LOW = Thresholds(
    gain=(0.5, 1, 1.5, 2, 2, 2, 2),
    single_share=(0.3, 1, 0, 0, 0, 0, 0),
    autonomy=(0.1, 0.2, 0, 0, 0, 0, 0),
    substitution=(0.4, 0, 0, 0, 0, 0, 0),
    branching_entropy=0.3,
)
GATED = Thresholds(branching_entropy=0.69)
LONGEST, FLOOR, ROUNDS = 4, 2, 5


def candidates(code: list[int], thresholds: Thresholds) -> Candidates:
    array = np.array(code, np.uint16)
    [part] = windows(array, 1, LONGEST)
    found = count_ngrams(part, np.ones(65536, bool), longest=LONGEST, floor=FLOOR)
    codes, length = key_codes(found.key)[:, :LONGEST], lengths(found.key)
    many, one = length > 1, length == 1
    count, left = np.zeros(65536), np.zeros(65536)
    count[codes[one, 0]], left[codes[one, 0]] = found.count[one], found.left_entropy[one]
    return Candidates(
        codes[many],
        found.count[many].astype(float),
        found.left_entropy[many],
        found.right_entropy[many],
        count,
        left,
        thresholds=thresholds,
    )


def mined(code: list[int], thresholds: Thresholds, parts: int) -> dict[tuple[int, ...], float]:
    """The active words and their expected counts, the text being counted in so many parts."""
    found = candidates(code, thresholds)
    clauses = reference.clauses(code)
    pieces = [np.array([c for clause in clauses[i::parts] for c in (*clause, 0)], np.uint16) for i in range(parts)]

    counted = found.earners, found.symbol_count, len(found.codes)
    found.take_substitution(np.sum([evidence_sums([piece], *counted) for piece in pieces], axis=0))

    def expect(weights: Weights) -> Expected:
        size, settings_of = len(found.codes), {"longest": found.longest, "scale": found.scale, "earners": found.earners}
        sums = [expected_counts([piece], weights, size, **settings_of) for piece in pieces]
        return Expected(*(sum(s) for s in zip(*sums, strict=True)))

    assert list(found.rounds(ROUNDS, expect)) == list(range(1, ROUNDS + 1))
    return {tuple(c for c in found.codes[i].tolist() if c): found.expected[i] for i in np.flatnonzero(found.expected > 0)}


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from([1, 2, 2, 3, 3, 4, 5, 6]), min_size=1, max_size=7), min_size=4, max_size=25),
    st.integers(1, 4),
)
def test_equal_to_the_reference_however_the_text_is_split(clauses: list[list[int]], parts: int) -> None:
    code = [c for clause in clauses for c in (*clause, 0)]
    of_lengths = (LOW.gain, LOW.single_share, LOW.autonomy, LOW.substitution)
    weights_of = ({n: values[n - 2] for n in range(2, LONGEST + 1)} for values in of_lengths)
    assume(any(c > 1 for clause in clauses for c in clause) and len(candidates(code, LOW).codes) > 0)
    expected, nearest = reference.discover(code, LONGEST, FLOOR, ROUNDS, *weights_of, LOW.branching_entropy)
    assume(nearest > 1e-4)  # posteriors below 1e-6 earn nothing, and weights have 24 bits: what is nearer may fall to either side
    found = mined(code, LOW, parts)
    assert set(found) == set(expected)
    assert all(abs(found[w] - n) < 1e-3 for w, n in expected.items())
    assert found == mined(code, LOW, 1)


def test_the_start_lexicon_is_gated_by_entropy() -> None:
    codes = np.array([[2, 3], [4, 5]], np.uint16)
    ones = np.ones(2)
    found = Candidates(codes, 9 * ones, np.array([1.0, 0.1]), ones, np.full(65536, 1.0), np.zeros(65536), GATED)
    assert found.expected.tolist() == [9, 0]


def test_a_number_belongs_to_a_word_only_where_the_rest_needs_it() -> None:
    # 2 is a number; 3 stands 30 times, after the number 9 times; 4 5 stands 12 times, after it 8
    codes = np.array([[2, 3, 0], [4, 5, 0], [2, 4, 0], [2, 4, 5]], np.uint16)
    count = np.zeros(65536)
    count[[2, 3, 4, 5]] = 60, 30, 20, 20
    numbers = np.zeros(65536, bool)
    numbers[2] = True
    ones = np.ones(4)
    found = Candidates(codes, np.array([9.0, 12, 8, 8]), ones, ones, count, np.zeros(65536), GATED, numbers)
    assert found.rejected.tolist() == [True, False, True, False]
