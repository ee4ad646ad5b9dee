"""The best terms of each field, as the report and the end of a run show them."""

import re
from pathlib import Path

import pytest

from tests import workspaces
from tests.workspaces import FIELDS, NAMES, rows_of
from wajue.errors import WajueError
from wajue.results import fields, query
from wajue.results.export import export


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


def test_a_field_is_exported_like_the_domain(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    export(workspace, "csv", tmp_path / "grids.csv", field="grids", top=3, columns="rank,term,domain_count")
    lines = (tmp_path / "grids.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == '"rank","term","domain_count"' and lines[1].startswith("1,") and lines[-1] == f'3,"{NAMES[-3]}",998'
    for form in ("skos", "tbx", "xlsx"):
        export(workspace, form, tmp_path / f"grids.{form}", field="grids")
        assert (tmp_path / f"grids.{form}").stat().st_size


def test_what_is_no_field_is_named(tmp_path: Path) -> None:
    workspace = workspaces.write(tmp_path / "w", workspaces.tables())
    with pytest.raises(WajueError, match=r"there is no field 'grid' in .*; its fields are grids, "):
        export(workspace, "csv", tmp_path / "t.csv", field="grid")
    with pytest.raises(WajueError, match="jieba has no --field"):
        export(workspace, "jieba", tmp_path / "t.txt", field="grids")
    without = workspaces.write(tmp_path / "none", {"files": workspaces.tables()["files"]})
    with pytest.raises(WajueError, match="no table 'field_terms' yet"):
        export(without, "csv", tmp_path / "t.csv", field="grids")


PAGE = (Path(__file__).parents[2] / "docs" / "fields.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("recipe", re.findall(r"```sql\n(.*?)```", PAGE, re.S))
def test_every_recipe_of_the_page_answers(tmp_path: Path, recipe: str) -> None:
    counts = [{"field": f, "count": 9, "per_million": n} for f, n in (("algorithms", 0.0), ("rust", 2.0), ("git", 30.0))]
    listed = [
        {
            "field": field,
            "rank": i + 1,
            "term": term,
            "field_per_million": 30.0,
            "counts": counts,
            "is_listed": True,
            "examples": ["例"],
        }
        for field in ("algorithms", "rust", "git")
        for i, term in enumerate(["提交", field])
    ]
    workspace = workspaces.write(tmp_path / "w", {"field_terms": rows_of("field_terms", listed)})
    answer = query.select(workspace, recipe).to_pylist()
    assert answer
    if "other_per_million" in recipe:  # 30 >= 8 * (2 + 1) in git; in rust 30 < 8 * (30 + 1)
        assert [(r["field"], r["other_per_million"]) for r in answer] == [("git", 2.0)] * 2
