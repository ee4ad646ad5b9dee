"""Terms, what kept others out, and frequencies on both sides."""

from tests.workspaces import HOSTILE
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.terms import terms


def test_terms_with_what_was_kept_out(whole: Tables) -> None:
    facts = terms(whole, {})
    assert [t["rank"] for t in facts["terms"][:3]] == [1, 2, 3]
    [rule] = facts["filtered"]
    assert (rule["rule"], rule["count"], len(rule["examples"])) == ("sentence_character", len(HOSTILE) + 1, len(HOSTILE) + 1)
    assert facts["frequency"]["totals"] == {"domain": 5915, "general": 5915}  # 50 + 51 + ... + 119
    assert facts["frequency"]["others"] == [["可以", 51, 51], ["我们", 50, 50]]
