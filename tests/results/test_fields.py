"""The best terms of each field, as the report and the end of a run show them."""

from pathlib import Path

from tests import workspaces
from tests.workspaces import FIELDS, NAMES
from wajue.results import fields, query


def test_each_field_has_its_best_terms_in_the_order_of_the_config(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    with query.connect(workspace) as connection:
        grids, other = fields.best(workspace, connection, 5)
    assert (grids.name, other.name) == FIELDS and grids.listed == other.listed == 18
    assert [row["term"] for row in grids.terms] == NAMES[:-6:-1] and [row["term"] for row in other.terms] == NAMES[-21:-26:-1]
    assert grids.terms[0]["field_count"] == 1_000


def test_a_field_without_terms_is_there_and_none_where_none_were_compared(tmp_path: Path) -> None:
    tables = workspaces.tables()
    first = tables["field_terms"].slice(0, 20)
    workspace = workspaces.write(tmp_path / "one", {**tables, "field_terms": first})
    with query.connect(workspace) as connection:
        assert [(f.listed, len(f.terms)) for f in fields.best(workspace, connection, 5)] == [(18, 5), (0, 0)]
    workspace = workspaces.write(tmp_path / "none", {"files": tables["files"]})
    with query.connect(workspace) as connection:
        assert fields.best(workspace, connection, 5) == []
