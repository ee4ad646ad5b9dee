from tests.workspaces import HOSTILE, NAMES
from wajue.results.report_sections.relations import relations
from wajue.results.report_sections.tables import Tables


def test_a_listed_term_has_its_other_names_and_the_sentence(whole: Tables) -> None:
    facts = {"terms": [{"term": NAMES[0]}], "words": [{"word": NAMES[1]}]}
    assert relations(whole, facts) == {"relations": {NAMES[0]: [["gloss", "transformer", HOSTILE[0]]]}}


def test_what_is_not_listed_is_left_out(whole: Tables) -> None:
    assert relations(whole, {"terms": [], "words": []}) == {"relations": {}}
