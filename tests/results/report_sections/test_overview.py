"""Totals, and what was left after each step."""

from wajue.results.report_sections.overview import overview
from wajue.results.report_sections.tables import Tables
from wajue.results.report_sections.terms import terms
from wajue.results.report_sections.text import text
from wajue.results.report_sections.words import words


def test_the_funnel_and_the_leading_words(whole: Tables) -> None:
    earlier = words(whole, {}) | terms(whole, {}) | text(whole, {})
    facts = overview(whole, earlier)
    assert [(bar["key"], bar["total"], bar["lost"]) for bar in facts["funnel"]] == [
        ("read", 74, None), ("ingest", 74, 0), ("clean", 69, 5), ("dedup", 68, 1),
    ]  # fmt: skip
    raw, kept = sum(facts["funnel"][1][role] for role in ("domain", "general")), facts["funnel"][3]["characters"]
    assert facts["funnel"][0]["characters"] is None and raw == facts["most_characters"] > kept == facts["totals"]["characters"]
    assert facts["heading"] == "power", "the domain's only corpus"
    assert facts["leading_words"][:2] == ["主变", "主联"] and len(facts["leading_terms"]) == 14
    assert dict(facts["mined"])["new"] == 68 and facts["shown"]["records"] == "74"


def test_what_is_not_known_yet_has_no_total(whole: Tables) -> None:
    earlier = words(whole, {}) | terms(whole, {}) | text(whole, {})
    corpora = [c | {"clean": None, "dedup": None, "kept": None} for c in earlier["corpora"]]
    facts = overview(whole, earlier | {"corpora": corpora})
    assert [bar["total"] for bar in facts["funnel"]] == [74, 74, None, None] and facts["totals"]["kept"] is None
