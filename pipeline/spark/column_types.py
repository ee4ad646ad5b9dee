"""Columns as Spark writes types (DDL). In: an Arrow schema. Out: `name type, name type`; and back."""

from functools import cache

import pyarrow as pa
import sqlglot
from pyspark.sql.pandas.types import from_arrow_schema
from sqlglot import exp

_SCALARS = {
    "TEXT": pa.string(),
    "BINARY": pa.binary(),
    "BOOLEAN": pa.bool_(),
    "TINYINT": pa.int8(),
    "SMALLINT": pa.int16(),
    "INT": pa.int32(),
    "BIGINT": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DATE": pa.date32(),
}


def ddl(of: pa.Schema) -> str:
    """A schema as text."""
    return ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in from_arrow_schema(of))


@cache
def schema_of(types: str) -> pa.Schema:
    """The schema again. Spark's own parser runs in Java alone."""
    return pa.schema(
        [(c.name, _arrow(c.kind)) for c in sqlglot.parse_one(f"CREATE TABLE t ({types})", read="spark").this.expressions]
    )


def _arrow(kind: exp.DataType) -> pa.DataType:
    inner = kind.expressions
    if kind.this.name == "ARRAY":
        return pa.list_(_arrow(inner[0]))
    if kind.this.name == "STRUCT":
        return pa.struct([(field.name, _arrow(field.args["kind"])) for field in inner])
    return _SCALARS[kind.this.name]
