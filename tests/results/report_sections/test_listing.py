"""Cells and columns as the scripts get them."""

from typing import Any

import pytest

from wajue.results.report_sections.listing import cell, listing


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        ("score", 7.2083333, 7.208), ("keyness", 27670.456, 27670.0), ("parts", ["主", "变"], ["主", "变"]), ("examples", None, []),
        ("examples", [{"text": "换主变", "doc_id": "d1"}], ["换主变"]), ("documents", ["d1", "d2"], "d1、d2"), ("first", {"年": 1}, '{"年": 1}'),
    ],
)  # fmt: skip
def test_any_type_of_column_can_be_shown(column: str, value: Any, shown: Any) -> None:
    assert cell(column, value) == shown


def test_columns_unknown_to_the_report_are_shown_with_their_declared_meaning() -> None:
    columns = {
        c["key"]: c
        for c in listing([{"rank": 1, "used": 2}], "lexicon", 1, {"columns": {}, "meanings": {"words": {}}}, "words")["columns"]
    }
    assert columns["used"]["name"] == ["used", "used"] and "best segmentation" in columns["used"]["why"][0]
