import numpy as np
import pyarrow as pa
import pytest

from tests.mining.lexicon.test_lexicon_candidates import NGRAMS, mined
from wajue.mining.lexicon.word_strength import word_strength

LEXICON = pa.table({"word": ["断路器", "断", "路", "器"], "used": [30, 5, 3, 2]})


def test_the_strength_is_what_pruning_goes_by() -> None:
    strength = word_strength("断路器", 30, NGRAMS, LEXICON, branching_entropy=0.69)
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
    strength = word_strength("断路", 40, NGRAMS, LEXICON, branching_entropy=0.69)
    assert strength.gain == pytest.approx(np.log(40 / 80) - np.log(5 * 3 / 80**2)) and strength.least == 3
    assert strength.parts == ["断", "路"]
