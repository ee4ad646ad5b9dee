import math

import numpy as np

from wajue.mining.lattice.weights import log_spelling, spelling_of


def test_spelling_is_learnt_from_the_words_and_smoothed_towards_the_corpus() -> None:
    codes = np.array([[2, 3, 0], [2, 4, 3]], np.uint16)
    count = np.zeros(65536)
    count[[2, 3, 4]] = 4, 3, 2.5  # q: 4/10, 3/10, 2.5/10, and .5/10 for what is rare
    position, share = spelling_of(codes, np.array([2, 3]), count, 0.1)
    # first: 2 twice, of 2; s = 2/10 + 1: (2 + 1.2 * .4)/3.2; middle: 4 once, s = 1.1: (1 + 1.1 * .25)/2.1
    assert math.isclose(position[2, 0], (2 + 1.2 * 0.4) / 3.2) and math.isclose(position[4, 1], (1 + 1.1 * 0.25) / 2.1)
    assert math.isclose(position[1, 2], 1.2 * 0.05 / 3.2) and position[9, 2] == 1e-12
    assert np.allclose(share, [0, 0, 0.05, 0.05, 1e-10])  # half of the words have two symbols, half three, none four
    logs = log_spelling(spelling_of(codes, np.array([2, 3]), count, 0.1))
    assert math.isclose(logs.position[2, 0], math.log(position[2, 0])) and np.isfinite(logs.share).all()
