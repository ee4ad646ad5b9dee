import numpy as np

from pipeline.models.sampling import Schedule, alias_table, keep_chances, thread_count


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


def test_every_document_is_trained_once_an_epoch() -> None:
    offsets = np.cumsum([0, 0, 5, 70_000, 1, 0, 30_000, 2])
    plan = Schedule.plan(offsets, epochs=3, rate=0.1, least=0.01, seed=1, threads=2)
    assert plan.chunks[0] == 0 and plan.chunks[-1] == len(offsets) - 1
    n = len(plan.chunks) - 1
    assert (np.bincount(plan.order) == 3).all() and len(plan.order) == 3 * n
    assert plan.rates[0] == np.float32(0.1) and (np.diff(plan.rates) <= 0).all() and plan.rates[-1] >= 0.01
    covered = [i for begin, end in plan.rounds(2) for i in range(begin, end)]
    assert covered == list(range(len(plan.order)))


def test_a_deterministic_run_has_one_thread() -> None:
    assert thread_count(8, deterministic=True) == 1
    assert thread_count(1, deterministic=False) == 1
    assert 1 <= thread_count(0, deterministic=False) == thread_count(10_000, deterministic=False)
