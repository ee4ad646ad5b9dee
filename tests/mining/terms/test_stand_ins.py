import numpy as np

from wajue.mining.terms import stand_ins


def test_a_word_within_one_longer_term_is_a_fragment() -> None:
    filters = [None, None, "sentence_character", None, None, None]
    nesting, container = np.array([0.95, 0.0, 0.0, 0.99, 0.8, 1.0]), np.array([1, -1, -1, 2, 1, 4])
    hopeless = np.array([False, False, False, False, True, False])
    judged = stand_ins.without_fragments(filters, nesting, container, hopeless, [False] * 6)
    # what lies in a piece of a sentence stays, and so does what stands by itself, too
    assert judged == ["nested", None, "sentence_character", None, None, None]
    # a word of a dictionary may stand by itself now and then
    assert stand_ins.without_fragments(filters, nesting, container, hopeless, [True] * 6) == filters
    nesting[0] = 0.99
    assert stand_ins.without_fragments(filters, nesting, container, hopeless, [True] * 6) == judged


def test_of_spellings_the_commonest_stands() -> None:
    terms = ["Numpy", "NumPy", "numpy", "RothIRA", "Roth IRA", "it", "IT", "断路器"]
    filters = [None, None, None, None, None, "outside_prose", None, None]
    judged = stand_ins.without_other_spellings(filters, terms, np.array([30, 50, 50, 5, 9, 99, 8, 3]))
    # 50 and 50: the first in the order of code points; what is no term stands for none
    assert judged == ["other_spelling", None, "other_spelling", "other_spelling", None, "outside_prose", None, None]
