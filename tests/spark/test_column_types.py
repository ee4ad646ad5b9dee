"""Schemas as Spark writes types, and back."""

import pyarrow as pa
import pytest

from wajue import schemas
from wajue.spark.column_types import ddl, schema_of


@pytest.mark.parametrize("table", schemas.TABLES)
def test_there_and_back(table: str) -> None:
    """But for what a list calls its elements."""
    declared = schemas.TABLES[table].schema
    assert ddl(schema_of(ddl(declared))) == ddl(declared)


def test_types_as_they_are_written_by_hand() -> None:
    made = schema_of(
        "`of` string, n long, small byte, counts array<struct<corpus: string, count: bigint>>, flag boolean, cell binary"
    )
    assert made == pa.schema(
        [("of", pa.string()), ("n", pa.int64()), ("small", pa.int8())]
        + [("counts", pa.list_(pa.struct([("corpus", pa.string()), ("count", pa.int64())])))]
        + [("flag", pa.bool_()), ("cell", pa.binary())]
    )


def test_a_type_that_no_table_has() -> None:
    with pytest.raises(KeyError):
        schema_of("price decimal(10, 2)")
