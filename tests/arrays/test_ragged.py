import numpy as np

from wajue.arrays.ragged import Ragged, spans


def test_runs_are_taken_in_any_order() -> None:
    runs = Ragged.of_sizes(np.array([1, 2, 3, 4, 5], np.uint16), np.array([2, 0, 3]))
    taken = runs.take(np.array([2, 0, 1, 2]))
    assert taken.values.tolist() == [3, 4, 5, 1, 2, 3, 4, 5] and taken.values.dtype == np.uint16
    assert taken.sizes.tolist() == [3, 2, 0, 3] and taken.offsets.tolist() == [0, 3, 5, 5, 8]


def test_spans_may_overlap() -> None:
    values = np.arange(10, 15, dtype=np.int64)
    assert spans(values, np.array([1, 0]), np.array([4, 2])).values.tolist() == [11, 12, 13, 10, 11]
