"""What changed over time, by label."""

from tests.workspaces import HOSTILE
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.trends import LABELS, trends


def test_each_label_has_its_terms_with_a_line(whole: Tables) -> None:
    facts = trends(whole, {})
    assert [label for label, _ in facts["trends"]] == list(LABELS)
    assert [[row["term"] for row in moved] for _, moved in facts["trends"]] == [[text] for text in HOSTILE]
    # 10, 20, 30, 40 of 1000 words; the first two periods hold none
    assert facts["trends"][0][1][0]["line"] == [0, 0, 0.25, 0.5, 0.75, 1]
    assert facts["periods"] == ("2024-01", "2024-06", 7)
