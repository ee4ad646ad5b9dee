import numpy as np
import pyarrow as pa
import pytest

from tests.mining.lexicon.test_lexicon_candidates import NGRAMS, mined
from wajue.mining.lexicon.word_strength import word_strength

LEXICON = pa.table({"word": ["断路器", "断", "路", "器"], "used": [30, 5, 3, 2]})

NO_CLAUSES = pa.array([], pa.string())


def test_the_strength_is_what_pruning_goes_by() -> None:
    strength = word_strength("断路器", 30, NGRAMS, LEXICON, NO_CLAUSES, branching_entropy=0.69)
    found = mined()
    found.candidates.expected[:] = 0.0
    found.candidates.expected[found.ids_of(["断路器"])] = 30
    found.candidates.symbol_expected[[ord(c) for c in "断路器"]] = [5, 3, 2]
    judged = found.candidates.judged()
    assert strength.total == pytest.approx(judged.strength[0]) and strength.least == judged.least[0] == 9
    # 30 of 40 uses against symbols of 5, 3 and 2
    assert strength.gain == pytest.approx(np.log(30 / 40) - np.log(5 * 3 * 2 / 40**3))
    assert strength.parts == ["断", "路", "器"] and not strength.is_counted


def test_a_string_that_is_no_word_is_judged_as_if_it_were() -> None:
    strength = word_strength("断路", 40, NGRAMS, LEXICON, NO_CLAUSES, branching_entropy=0.69)
    assert (
        strength.substitution == 0
        and strength.gain == pytest.approx(np.log(40 / 80) - np.log(5 * 3 / 80**2))
        and strength.least == 3
    )
    assert strength.parts == ["断", "路"]


def test_what_stands_beside_two_symbols_counts() -> None:
    strength = word_strength("断路", 40, NGRAMS, LEXICON, pa.array(["断路器", "断路"]), branching_entropy=0.69)
    # behind 断路 stands once 器, 60 of 155 symbols. 路器 is below the floor, 1, less than 断路器, 38, so m = .1; 路 stands 5 times
    # without 断 before it: half of (ln((.1 + 20 * 60/155)/(25 * 60/155)))/40
    assert strength.substitution == pytest.approx(np.log((0.1 + 20 * 60 / 155) / 25 * 155 / 60) / 80, abs=1e-6)
    assert strength.total == pytest.approx(strength.gain - strength.edges + strength.autonomy - strength.substitution)
