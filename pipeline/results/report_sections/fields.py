"""The section of fields: the best terms of each field of the domain, side by side."""

from wajue.results import fields as fields_of
from wajue.results.report_sections.tables import Facts, Tables

_TERMS = 15  # of each field


def fields(tables: Tables, facts: Facts) -> Facts:
    """`fields`: each with its name, how many terms it lists, and the best of them."""
    return {"fields": fields_of.best(tables.workspace, tables.connection, _TERMS)}
