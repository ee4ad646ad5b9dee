import numpy as np

from wajue.models.sampling import alias_table, keep_chances


def test_the_alias_table_draws_in_proportion() -> None:
    weight = np.array([1.0, 3.0, 0.5, 0.0, 5.5])
    threshold, alias = alias_table(weight)
    chance = np.zeros(5)
    for column in range(5):
        own = (int(threshold[column]) + 1) / 2**32
        chance[column] += own / 5
        chance[alias[column]] += (1 - own) / 5
    assert np.allclose(chance, weight / 10, atol=1e-8)


def test_frequent_words_are_thinned_out() -> None:
    count = np.array([9_000, 900, 99, 1])
    keep = keep_chances(count, 1e-3) / 2**32
    # share .9 at threshold .001: (sqrt(900) + 1)/900 = .0344
    assert np.isclose(keep[0], 31 / 900, rtol=1e-6)
    assert keep[3] > 0.999 and (np.diff(keep) >= 0).all()
    assert (keep_chances(count, 0.0) == 2**32 - 1).all()
