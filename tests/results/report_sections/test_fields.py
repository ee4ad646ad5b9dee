from tests.workspaces import FIELDS
from wajue.results.report_sections.fields import fields
from wajue.results.report_sections.tables import Tables


def test_fifteen_terms_of_each_field_are_shown(whole: Tables) -> None:
    shown = fields(whole, {})["fields"]
    assert [(field.name, len(field.terms), field.listed) for field in shown] == [(name, 15, 18) for name in FIELDS]
