"""Figures as people read them."""

import pytest

from wajue.results.report_sections.template_filters import size, thousands, times, visible


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (times(1.0), "2"), (times(-10.2), "1/1,200"), (times(1.7), "3.2"), (thousands(1234567), "1,234,567"), (thousands(None), "–"),
        (visible("a \n"), "a␣↵"), (size(3_480_000), "3.48\N{NO-BREAK SPACE}MB"),
    ],
)  # fmt: skip
def test_numbers_are_written_for_people(shown: str, expected: str) -> None:
    assert shown == expected
