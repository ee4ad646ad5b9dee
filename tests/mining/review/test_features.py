"""Each row has the features that it has, times the width of their priors."""

import numpy as np

from wajue.mining.review.features import DOUBT_WIDTH, FIGURE_WIDTH, MEANING_WIDTH, PART_WIDTH, Feature, features, standard


def test_features_of_two_rows() -> None:
    made = features(
        {"burst": np.array([1.0, 3.0])}, [["weak_first"], []], [["高压", "断路器"], ["高压"]], np.eye(2, dtype=np.float32)
    )
    matrix = made.matrix.toarray()
    cells = {name: matrix[:, i].tolist() for i, name in enumerate(made.names)}
    assert np.allclose(cells[Feature("figure", "burst")], [-FIGURE_WIDTH, FIGURE_WIDTH])  # one deviation on either side of 2
    assert cells[Feature("doubt", "weak_first")] == [DOUBT_WIDTH, 0]
    assert cells[Feature("first", "高压")] == [PART_WIDTH, PART_WIDTH]
    assert cells[Feature("last", "断路器")] == [PART_WIDTH, 0] and cells[Feature("last", "高压")] == [0, PART_WIDTH]
    assert cells[Feature("part", "高压")] == [PART_WIDTH, PART_WIDTH]
    assert np.allclose(cells[Feature("meaning", "1")], [0, MEANING_WIDTH])


def test_no_vectors_and_no_parts_are_no_fault() -> None:
    made = features({"burst": np.zeros(1)}, [[]], [[]], None)
    assert made.names == [Feature("figure", "burst")] and made.matrix.toarray().tolist() == [[0]]


def test_a_figure_that_a_row_lacks_is_an_average_one() -> None:
    assert standard(np.array([1.0, np.nan, 3.0])).tolist() == [-1, 0, 1]
    assert standard(np.full(3, np.nan)).tolist() == [0, 0, 0]
    assert standard(np.array([0.0] * 99 + [100.0])).max() == 4  # one row alone must not decide
