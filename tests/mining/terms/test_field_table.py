import numpy as np
import pyarrow as pa
import pytest

from wajue.config import Terms
from wajue.mining.terms import contrast_measures, field_table
from wajue.mining.terms.field_counts import FieldCounts
from wajue.mining.terms.field_table import Counted
from wajue.mining.terms.term_table import Guidance, WordVectors
from wajue.schemas import TABLES

NAMES = ["断路器", "患者", "开关", "母线", "少见"]
FIELD, OTHER, GENERAL = [90, 80, 80, 40, 4], [0, 80, 0, 2, 0], [0, 0, 80, 9, 0]
FLOATS = {c.name: [1.0] * len(NAMES) for c in TABLES["candidates"].columns if c.type == pa.float64()}
CANDIDATES = pa.table(
    FLOATS
    | {
        "term": NAMES,
        "parts": [[name] for name in NAMES],
        "domain_count": np.add(FIELD, OTHER),
        "general_count": GENERAL,
        "nested_in": pa.nulls(len(NAMES), pa.string()),
        "doubts": pa.array([[], [], [], [], ["low_entropy"]], pa.list_(pa.string())),
    }
)
COUNT = np.array([FIELD, OTHER])
COUNTS = FieldCounts(COUNT, COUNT, np.minimum(COUNT, 50), np.array([10_000, 10_000]), np.array([100, 100]))
COUNTED = Counted(["power", "medicine"], CANDIDATES, COUNTS, 40_000)


def ranked(accept: list[str], min_count: int = 5) -> dict[str, dict[str, object]]:
    table = field_table.ranked(COUNTED, 0, WordVectors.from_table(None), Guidance([], [], accept, []), Terms(), min_count)
    assert table.column("rank").to_pylist() == list(range(1, table.num_rows + 1))
    return {row["term"]: row for row in table.to_pylist()}


def test_a_term_stands_out_from_other_fields_and_from_general_text() -> None:
    rows = ranked([])
    # 患者 is as frequent in the other field, and so is no term of this one; 少见 is below the floor
    assert set(rows) == {"断路器", "母线", "开关"} and next(iter(rows)) == "断路器"
    assert (rows["开关"]["against"], rows["开关"]["general_count"], rows["开关"]["others_count"]) == ("general", 80, 0)
    # 8,000 in a million here and 2,000 in general text, one more of each
    assert rows["开关"]["log_ratio"] == pytest.approx(np.log2(8001 / 2001))
    assert rows["母线"]["against"] == "fields" and rows["母线"]["general_per_million"] == 225
    assert rows["母线"]["others_per_million"] == 200 and rows["母线"]["field_per_million"] == 4000
    assert rows["开关"]["counts"] == [
        {"field": "power", "count": 80, "per_million": 8000}, {"field": "medicine", "count": 0, "per_million": 0},
    ]  # fmt: skip
    assert rows["断路器"]["keyness"] == pytest.approx(contrast_measures.keyness(90, 0, 1e4, 1e4))


def test_the_table_is_as_declared_but_for_the_field_and_its_examples() -> None:
    table = field_table.ranked(COUNTED, 1, WordVectors.from_table(None), Guidance([], [], [], []), Terms(), 5)
    assert {*TABLES["field_terms"].schema.names} - {*table.column_names} == {"field", "examples"}
    assert table.column("term").to_pylist() == []  # the other field has no more of anything


def test_accepted_terms_count_where_they_are_used_more() -> None:
    low = ranked([], min_count=4)
    assert not low["少见"]["is_listed"], "it has a doubt that keeps it from the list"
    accepted = ranked(["少见", "患者"], min_count=4)
    assert accepted["少见"]["is_listed"] and "患者" not in accepted
