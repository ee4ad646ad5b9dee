import math

import numpy as np

from tests.mining.ngrams.test_keys import packed
from wajue.mining.ngrams.keys import Counted
from wajue.mining.ngrams.pmi import pmi


def test_the_least_over_all_splits() -> None:
    grams = [[4], [3, 4], [2, 3, 4]]
    count = np.array([10, 8, 5], np.uint32)
    prefixes = np.zeros((3, 2), np.uint32)
    prefixes[1, 0], prefixes[2] = 9, (20, 6)  # 3 stands 9 times; 2 20 times, 2 3 6 times
    found = pmi(Counted(packed(grams), count, np.zeros(3), np.zeros(3), prefixes), 1000)
    assert math.isnan(found[0])
    assert math.isclose(found[1], math.log(8 * 1000 / (9 * 10)))
    # 2 | 3 4: 5 * 1000 / (20 * 8) = 31.25; 2 3 | 4: 5 * 1000 / (6 * 10) = 83.3
    assert math.isclose(found[2], math.log(5 * 1000 / (20 * 8)))
