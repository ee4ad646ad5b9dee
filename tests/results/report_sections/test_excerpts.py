"""Personal data is masked, and changes are shown around the first one."""

import pytest

from wajue.results.report_sections.excerpts import changed, masked


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("甲&nbsp;乙", "甲 乙", [("kept", "甲"), ("removed", "&nbsp;"), ("added", " "), ("kept", "乙")]),
        ("甲乙", "甲", [("kept", "甲"), ("removed", "乙")]),
        ("甲乙", "甲乙", [("kept", "甲乙")]),
        ("", "", []),
        # 300 characters kept before the change: 20 of them are shown; what follows is cut, and the cut is no change
        ("甲" * 300 + "X" + "乙" * 900, "甲" * 300 + "乙" * 900, [("kept", "…"), ("kept", "甲" * 20), ("removed", "X"), ("kept", "乙" * 219), ("kept", "…")]),
    ],
)  # fmt: skip
def test_changes_are_shown_around_the_first_one(before: str, after: str, pieces: list[tuple[str, str]]) -> None:
    assert changed(before, after) == pieces


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("电话13754900130。", "电话1••••••••••。"), ("010-6655 4433", "0••••••••••••"), ("写信a.b@c.cn", "写信a••@c.cn"),
        ("2023年12345户", "2023年12345户"), ("2008-04-03付2,380,000元", "2008-04-03付2,380,000元"),
    ],
)  # fmt: skip
def test_what_reaches_a_person_is_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
