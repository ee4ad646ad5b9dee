import math

import numpy as np

from wajue.mining.lexicon.best_splits import best_splits


def test_the_best_split_uses_other_words_never_the_word_itself() -> None:
    codes = np.array([[2, 3, 0], [3, 4, 0], [2, 3, 4]], np.uint16)
    log_prob, singles = np.log([0.1, 0.3, 0.2]), np.full(65536, math.log(0.05))
    singles[3] = math.log(0.2)
    # 2 | 3: .05 * .2; 3 | 4: .2 * .05; 2 | 3 4: .05 * .3 beats 2 3 | 4: .1 * .05
    assert np.allclose(best_splits(codes, log_prob, singles), np.log([0.01, 0.01, 0.015]))
