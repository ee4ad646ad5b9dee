"""Change and bursts, on counts whose answer is known by construction."""

import numpy as np
import pytest

from wajue.mining.trends import timeline

D = np.full(12, 1e5)
FLOORS = {"min_z": 4.0, "min_bits": 1.0, "min_burst": 10.0}


def label(counts: list[float], d: np.ndarray = D) -> str:
    return labels(np.array([[counts]], float), np.atleast_2d(d))[0]


def labels(r: np.ndarray, d: np.ndarray) -> list[str]:
    """r: float64 [words, corpora, periods]; d: float64 [corpora, periods]."""
    changed, burst = timeline.change(r, d), timeline.burst(r.sum(axis=1), timeline.usual(r, d), factor=2.0)
    lasting = timeline.lasting_bits(r, d, changed, burst)
    return [timeline.LABELS[i] for i in timeline.labels(changed, lasting, burst.weight, **FLOORS)]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([5] * 12, "steady"),
        ([0] * 8 + [30] * 4, "emerged"),
        ([0] * 11 + [40], "emerged"),
        ([10] * 6 + [30] * 6, "rose"),
        ([3, 5, 8, 10, 14, 17, 21, 24, 30, 33, 37, 40], "rose"),  # bit by bit
        ([30] * 6 + [5] * 6, "faded"),
        ([1, 1, 1, 1, 60, 70, 1, 1, 1, 1, 1, 1], "burst"),
        ([5, 5, 5, 5, 5, 90, 90, 90, 6, 4, 5, 6], "burst"),  # more since June, but only by the summer
        ([5, 5, 5, 5, 5, 90, 90, 90, 30, 30, 30, 30], "emerged"),  # the summer, and a higher level after it
        ([60, 90, 60, 5, 5, 5, 5, 5, 5, 5, 5, 5], "faded"),  # nothing is known of the time before
        ([20, 1, 1, 20, 1, 1, 20, 1, 1, 20, 1, 1], "steady"),  # comes back like the seasons
        ([1000] * 6 + [1300] * 6, "steady"),  # sure, but less than twice as frequent
        ([0] * 10 + [2, 2], "steady"),  # may be chance
    ],
)
def test_what_became_of_a_word(counts: list[float], expected: str) -> None:
    assert label(counts) == expected


def test_the_size_of_a_period_is_no_change() -> None:
    d = np.array([1, 1, 1, 1, 9, 9, 9, 9]) * 1e4
    assert label((d / 1e3).tolist(), d) == "steady"
    assert label([10] * 8, d) == "faded"  # as often in a text nine times as long


def test_the_change_is_worked_out_by_hand() -> None:
    found = timeline.change(np.array([[[4.0, 4, 16, 16]]]), np.full((1, 4), 1000.0))
    # cut after two periods; 40 in 4000, expected 20 in each half: 2 (8 ln(8/20) + 32 ln(32/20)) = 15.42; nothing left about the levels
    assert found.since[0] == 2 and (found.before[0], found.after[0]) == (0.004, 0.016)
    assert np.isclose(found.z[0], np.sqrt(15.419), atol=1e-3)
    # one occurrence more in the 100 words in which there is one on average: log2((33/2100) / (9/2100))
    assert np.isclose(found.bits[0], np.log2(33 / 9))


def test_one_period_has_no_change() -> None:
    found = timeline.change(np.array([[[40.0]]]), np.array([[1000.0]]))
    assert (found.since[0], found.bits[0], found.z[0], found.before[0]) == (0, 0, 0, 0.04)
    assert timeline.burst(np.array([[40.0]]), np.array([[40.0]]), factor=2.0).weight[0] == 0


def best_path(better: np.ndarray, up: float) -> tuple[float, tuple[int, ...]]:
    """All state sequences tried."""
    periods = len(better)
    paths = [tuple(m >> t & 1 for t in range(periods)) for m in range(1 << periods)]

    def likelihood(path: tuple[int, ...]) -> float:
        ups = sum(b > a for a, b in zip((0, *path), path, strict=False))
        return sum(x for x, s in zip(better, path, strict=True) if s) - up * ups

    return max((likelihood(p), p) for p in paths)


def test_bursts_are_those_of_the_best_of_all_state_sequences() -> None:
    rng = np.random.default_rng(5)
    d = rng.uniform(500, 1500, 9)
    r = rng.poisson(rng.gamma(0.7, 12, (80, 9))).astype(float)
    r[0] = 0.0
    r[0, 3] = 4.0
    found = timeline.burst(r, timeline.usual(r[:, None], d[None]), factor=2.0)
    assert (found.weight > 0).sum() > 40
    for i in range(len(r)):
        share = r[i].sum() / d.sum()
        better = r[i] * np.log(2) - d * share
        _, path = best_path(better, np.log(9))
        runs = [s for s in range(9) if path[s] and not (s and path[s - 1])]
        ends = [next(e for e in range(s, 9) if e == 8 or not path[e + 1]) for s in runs]
        weights = [better[s : e + 1].sum() for s, e in zip(runs, ends, strict=True)]
        assert np.isclose(found.weight[i], max(weights, default=0.0))
        if runs:
            best = int(np.argmax(weights))
            assert (found.first[i], found.last[i]) == (runs[best], ends[best])
        else:
            assert (found.first[i], found.last[i]) == (-1, -1)


def test_occurrences_of_one_document_count_together() -> None:
    # one period, ten documents of 100 words. Strewn: 10 documents with 1; heaped: 1 document with 10
    d, squared = np.array([[1000.0]]), np.array([[10 * 100.0**2]])
    strewn, heaped = (
        timeline.design_effect(np.array([[[10.0]]]), np.array([[[s]]]), np.array([[[1000.0]]]), d, squared)[0]
        for s in (10.0, 100.0)
    )
    assert strewn == 1.0  # the share is 0.01: ten times (1 - 1)^2 = 0 of variance, below the Poisson one
    assert heaped == 9.0  # (10 - 1)^2 + 9 (0 - 1)^2 = 90 over 10


def passed(r: np.ndarray, d: np.ndarray) -> float:
    """The share of the words that have changed; r: as in `labels`."""
    found = timeline.change(r, d)
    return float(((np.abs(found.z) >= 4) & (np.abs(found.bits) >= 1)).mean())


def mixed(periods: int) -> np.ndarray:
    """Words of four corpora: throughout, from a third of the time on, until two thirds, and ten times as large from the middle on."""
    d = np.full((4, periods), 1e5)
    d[1, : periods // 3] = 0
    d[2, 2 * periods // 3 :] = 0
    d[3, : periods // 2] /= 10
    return d


def drawn(rng: np.random.Generator, d: np.ndarray, rate: np.ndarray, words: int) -> np.ndarray:
    """Counts of words whose share differs from corpus to corpus, but not over time: 100 occurrences in all on average.

    rate: float64 [corpora, periods], by which a word's share varies.
    """
    level = rng.gamma(0.5, 2, (words, len(d), 1)) * d * rate
    return rng.poisson(100 * level / level.sum(axis=(1, 2), keepdims=True)).astype(float)


def test_chance_passes_as_rarely_as_the_setting_says() -> None:
    rng = np.random.default_rng(2)
    for periods in (3, 12, 40):
        d = rng.uniform(0.5, 1.5, (1, periods)) * 1e5
        r = drawn(rng, d, np.ones_like(d), 20_000)
        assert passed(r, d) <= 20 / 10_000
        assert (timeline.burst(r[:, 0], timeline.usual(r, d), factor=2.0).weight >= 10).mean() <= 5 / 10_000


def test_corpora_that_begin_end_and_grow_change_no_word() -> None:
    rng = np.random.default_rng(3)
    for periods in (6, 12, 40):
        d = mixed(periods)
        r = drawn(rng, d, np.ones_like(d), 20_000)
        assert passed(r, d) <= 20 / 10_000
        assert (timeline.burst(r.sum(axis=1), timeline.usual(r, d), factor=2.0).weight >= 10).mean() <= 5 / 10_000
        assert passed(r.sum(axis=1, keepdims=True), d.sum(axis=0, keepdims=True)) > 0.1  # as if all were one text


def test_a_word_that_emerges_in_corpora_that_begin_and_end_is_found() -> None:
    d, since = mixed(24), 16
    rate = np.where(np.arange(24) >= since, 1.0, 1 / 50) * np.ones_like(d)
    r = drawn(np.random.default_rng(4), d, rate, 500)
    found, told = timeline.change(r, d), np.array(labels(r, d))
    assert (told == "emerged").mean() > 0.95  # the others live in a corpus that ends or begins about then
    assert (np.abs(found.since[told == "emerged"] - since) <= 1).mean() > 0.95


def test_a_word_of_a_corpus_that_begins_late_is_not_new() -> None:
    d = np.array([[1000.0] * 12, [0.0] * 6 + [1000.0] * 6])
    r = np.stack([np.zeros(12), np.where(d[1] > 0, 20.0, 0)])[None]
    found = timeline.change(r, d)
    assert (found.z[0], found.bits[0], found.since[0]) == (0, 0, 0) and labels(r, d) == ["steady"]
    r[0, 1, 9:] *= 9  # but it may rise within it, where 9 of 12 periods ... 20 before and 180 since
    assert labels(r, d) == ["emerged"] and timeline.change(r, d).since[0] == 9


def test_the_first_period_since_a_change_is_one_with_text() -> None:
    d = np.array([[1000.0, 1000, 1000, 0, 0, 1000, 1000, 1000], [1000.0] * 8])
    r = np.array([[[0, 0, 0, 0, 0, 30, 30, 30], [0.0] * 8]])
    assert timeline.change(r, d).since[0] == 5  # the cuts after 2, 3 and 4 explain it equally well
