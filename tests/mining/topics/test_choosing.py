import numpy as np
import pytest
from scipy.special import ive

from tests.mining.topics.test_clustering import around
from wajue.mining.topics import choosing, clustering


def chosen(vectors: np.ndarray) -> int:
    small = clustering.small_clusters(vectors, 24, seed=1)
    cluster = clustering.nearest(vectors, small).topic
    sums = clustering.sums(vectors, cluster, len(small))
    return choosing.count_of_topics(clustering.joins(sums), sums, np.bincount(cluster, minlength=len(small)))


@pytest.mark.parametrize("topics", [1, 3, 8])
def test_well_parted_topics_are_counted(topics: int) -> None:
    assert chosen(around(np.eye(12)[:topics], 40, spread=0.1)) == topics


def test_documents_that_are_all_alike_are_one_topic() -> None:
    assert chosen(np.repeat(np.eye(3, dtype=np.float32)[:1], 50, axis=0)) == 1


def test_the_constant_of_the_distribution() -> None:
    # log c(k) = (d/2 - 1) log k - log I(k) - (d/2) log 2 pi, whose last part is left out: the difference of two values has none of it
    def exact(k: float) -> float:
        return float(49 * np.log(k) - np.log(ive(49, k)) - k)

    ours = choosing._log_constant(80.0, 100) - choosing._log_constant(40.0, 100)
    assert ours == pytest.approx(exact(80.0) - exact(40.0), abs=0.01)


def test_many_topics_have_groups_and_few_have_none() -> None:
    assert [choosing.count_of_groups(n) for n in (1, 15, 16, 100)] == [1, 1, 4, 10]
