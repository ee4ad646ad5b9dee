"""What skip-gram alone promises: training goes on with a grown vocabulary, and the words that were known hardly move."""

import numpy as np

from tests.models.test_trainers import two_topics
from wajue.arrays.text_blocks import in_memory
from wajue.config import Sgns
from wajue.models import sgns
from wajue.models.text import Initial


def test_training_goes_on_with_a_grown_vocabulary() -> None:
    ids, offsets, count = two_topics()
    old = sgns.train(in_memory(ids, offsets), count, config=Sgns(dim=16, epochs=10, subsample_threshold=0.0))
    grown = np.where(np.arange(len(ids)) % 10 == 0, 20, ids).astype(np.int32)  # a word that was not there before
    config = Sgns(dim=16, epochs=1, subsample_threshold=0.0, learning_rate=0.001)
    initial = Initial(np.arange(20), *old)
    found, _ = sgns.train(in_memory(grown, offsets), np.bincount(grown), config=config, initial=initial)
    assert found.shape == (21, 16)
    assert np.abs(found[:20] - old[0]).max() < 0.1 < np.abs(old[0]).max()


def test_what_the_matrices_start_with() -> None:
    initial = Initial(np.array([1]), np.full((1, 3), 7, np.float32), np.full((1, 3), 8, np.float32))
    matrices = sgns._start(np.array([2, 0, 1], np.int32), Sgns(dim=3), initial)
    assert (matrices["centers"][0, :3] == 7).all() and (matrices["contexts"][0, :3] == 8).all()  # word 1 has matrix row 0
    assert np.abs(matrices["centers"][1:]).max() <= 0.5 / 3 and not matrices["contexts"][1:].any()
