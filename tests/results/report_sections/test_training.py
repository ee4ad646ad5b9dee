"""Losses of each trainer."""

from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.training import training


def test_losses_that_are_numbers(whole: Tables) -> None:
    curves = training(whole, {})["training"]
    assert [c["name"] for c in curves] == ["sgns", "jose"]
    assert all(c["losses"] == [4.0, 2.5, 2.0] and c["epochs"] == 5 for c in curves)  # without the nan and the null
