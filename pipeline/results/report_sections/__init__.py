"""The sections of the report, one module each, in the order of the page: what each shows, as plain data.

A section is a function `(tables, facts) -> dict`: it asks the tables of a workspace, knows the facts of the sections in
report.SECTIONS before it, and returns its own. page/page.html shows them under the same names.
"""
